import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { openDisk } from '../../../src/storage/disk.ts'
import { writeCheckpoint } from '../../../src/training/files/checkpoint-folder.ts'
import { toSaved } from '../../../src/training/files/session-document.ts'
import type { Session } from '../../../src/training/loops/session.ts'
import { textOf } from '../../faults.ts'
import { folders } from '../../storage/folders.ts'
import { draws, numbersOf, same } from './made.ts'

// Checkpoints of several networks: what is resumed is typed by network and goes on to the same bits; states hold what the
// optimizers remember by network.

const networks = {
  encoder: j.join(j.Input(3), j.Tanh(4), j.BatchNorm(), j.block('inner', j.join(j.Linear(2)))),
  decoder: j.join(j.Input(2), j.Linear(3)),
}
type All = typeof networks
const start = () => j.init(networks, j.key(1))
const data = draws(1, 24, 3)

const reconstruction = ({ ops, run, key }: j.ObjectiveContext<All>, x: j.Handle) => {
  const code = ops.add(run.encoder(x), ops.normal(j.foldIn(key, 'noise'), [1, 2]))
  const error = ops.mean(ops.square(ops.subtract(run.decoder(code), x)))
  return [error, { size: ops.mean(ops.square(code)) }] as const
}
/** Optimizers that remember trees, lists, scalars, and vectors of all parameters. */
const optimizers: readonly (() => j.Optimizer)[] = [
  () => j.adam({ step: 0.01, amsgrad: true }),
  () => j.adafactor(),
  () => j.average(j.momentum({ step: 0.01 })),
  () => j.chain(j.clipByNorm(1), j.accumulate(j.adam(), 2)),
  () => j.lookahead(j.adamw()),
  () => j.quasiNewton(),
]
const rulesBy = (make: () => j.Optimizer) =>
  [
    { name: 'both', loss: reconstruction, optimizer: make() },
    { name: 'decoder', loss: reconstruction, trains: 'decoder', optimizer: j.momentum({ step: 0.01 }) },
  ] as const
const rules = rulesBy(() => j.adam({ step: 0.01 }))

/** An interrupted run; its checkpoints. */
const interrupted = async (folder: string, own: typeof rules, options: object = {}): Promise<void> => {
  const checkpoint = { folder, every: { updates: 2 } }
  const { stopped } = await j.fit(networks, start(), data, {
    ...{ rules: own, epochs: 3, batchSize: 8, key: j.key(4), checkpoint, ...options },
    callbacks: { update: ({ update }) => (update === 4 ? j.stop : undefined) },
  })
  expect(stopped?.update).to.equal(4)
}
const faultOf = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return error instanceof j.DocumentError ? `DocumentError of ${error.message}` : textOf(error)
  }
  throw new Error('no error came')
}

describe('A run of several networks that is resumed', () => {
  const newFolder = folders()
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    for (const make of backend === 'tfjs' ? optimizers : optimizers.slice(0, 3))
      it(`ends with the same bits with ${make.toString().slice(6).replaceAll('j.', '')}, on ${backend}`, async () => {
        const own = rulesBy(make)
        const options = { epochs: 3, batchSize: 8, key: j.key(4), backend, validation: { part: 0.25 } }
        const folder = newFolder()
        await interrupted(folder, own, options)
        const resumed = await j.resume(folder, { networks, rules: own })
        const rest = await j.fit(networks, start(), data, { ...options, rules: own, resume: resumed })
        const whole = await j.fit(networks, start(), data, { ...options, rules: own })
        same(rest.variables, whole.variables)
        same(rest.trainState.optimizer.slots, whole.trainState.optimizer.slots)
        expect(rest.history).to.deep.equal(whole.history)
        // A compiled step goes on from it too.
        const step = j.compileTraining(networks, own, { backend })
        const state = await step.read(await step.resume(resumed.trainState))
        same(state.variables, resumed.trainState.variables)
        same(state.optimizer.slots, resumed.trainState.optimizer.slots)
        await step.dispose()
      })

  it('has variables, slots and reports by network and name', async () => {
    const folder = newFolder()
    await interrupted(folder, rules)
    const { trainState, rows, best } = await j.resume(folder, { networks, rules })
    expect(trainState.variables.encoder.params['tanh-1'].weight.shape).to.deep.equal([3, 4])
    expect(rows.map(({ training }) => training['both.size'])).to.have.length(1)
    expect(best).to.equal(null)
    const [both, decoder] = trainState.optimizer.slots
    expect(Object.keys(both ?? {})).to.deep.equal(['encoder', 'decoder'])
    expect([...numbersOf(both?.encoder as object).keys()]).to.include('/mean/tanh-1/weight')
    expect([...numbersOf(both?.encoder as object).keys()]).to.include('/mean/inner/linear-1/weight')
    expect(Object.keys(decoder ?? {})).to.deep.equal(['decoder'])
  })

  it('gives averages by network', async () => {
    const average = j.average(j.gradientDescent({ step: 0.1 }), { decay: 0.5 })
    const step = j.trainStep(networks, { loss: reconstruction, trains: 'encoder', optimizer: average })
    const [once] = await step(step.init(start(), j.key(1)), data)
    const [twice] = await step(once, data)
    const { encoder, decoder } = j.averaged(twice)
    same(decoder, start().decoder)
    expect(encoder.params['tanh-1'].weight.shape).to.deep.equal([3, 4])
    const [before, after, mean] = [once.variables.encoder, twice.variables.encoder, encoder].map(({ params }) =>
      params['tanh-1'].weight.dataSync(),
    ) as [Float32Array, Float32Array, Float32Array]
    // It begins with the parameters after the first update.
    for (const [i, value] of mean.entries())
      expect(value).to.be.closeTo((before[i] as number) / 2 + (after[i] as number) / 2, 1e-6)
  })

  it('holds under * what is remembered of all networks together', async () => {
    const step = j.trainStep(networks, { loss: reconstruction, optimizer: j.quasiNewton() })
    const [{ optimizer }] = await step(step.init(start(), j.key(1)), data)
    const [slots] = optimizer.slots
    expect(Object.keys(slots ?? {})).to.include('*')
    const flat = j.quasiNewton().init(start().encoder.params)
    expect(flat.slots).to.not.have.property('*')
  })

  it('reads checkpoints whose slots are by layer, as they were written before', async () => {
    const folder = newFolder()
    await interrupted(folder, rules)
    const { trainState, ...rest } = await j.resume(folder)
    const slots = (await j.resume(folder, { networks })).trainState.optimizer.slots.map(own => {
      const names = new Set(Object.values(own).flatMap(share => Object.keys(share as object)))
      const layersOf = (slot: string) =>
        Object.entries(own).flatMap(([network, share]) =>
          Object.entries((share as Record<string, object>)[slot] ?? {}).map(([layer, one]) => [
            `${network}/${layer}`,
            one,
          ]),
        )
      return Object.fromEntries([...names].map(slot => [slot, Object.fromEntries(layersOf(slot))]))
    })
    const earlier = { ...rest, trainState: { ...trainState, optimizer: { ...trainState.optimizer, slots } } }
    const other = newFolder()
    await writeCheckpoint(await openDisk(other), other, 'checkpoint', 4, toSaved(earlier as Session), 1)
    const options = { rules, epochs: 3, batchSize: 8, key: j.key(4) }
    const whole = await j.fit(networks, start(), data, options)
    for (const resumed of [await j.resume(other), await j.resume(other, { networks, rules })])
      same((await j.fit(networks, start(), data, { ...options, resume: resumed })).variables, whole.variables)
    same(
      (await j.resume(other, { networks })).trainState.optimizer.slots,
      (await j.resume(folder, { networks })).trainState.optimizer.slots,
    )
  })

  it('is refused for other networks, and other rules', async () => {
    const folder = newFolder()
    await interrupted(folder, rules)
    const at = `${folder}/checkpoint-000004`
    const wider = { ...networks, decoder: j.join(j.Input(2), j.Linear(5)), critic: networks.decoder }
    const fault = `DocumentError of ${at}: expected a checkpoint of these networks, got decoder/linear-1/weight (2, 3), not (2, 5); decoder/linear-1/bias (3,), not (5,); no network critic. Resume with the networks that were trained.`
    expect(await faultOf(() => j.resume(folder, { networks: wider }))).to.equal(fault)
    expect(await faultOf(() => j.resume(folder, { networks: { decoder: networks.decoder } }))).to.include(
      'got a network encoder, which is not here.',
    )
    expect(await faultOf(() => j.resume(folder, { networks, rules: rules[0] }))).to.match(
      /resume, rules: expected what adam remembers: 0\.encoder\.mean/,
    )
  })
})
