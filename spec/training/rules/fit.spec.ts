import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { expect } from 'chai'
import {
  adam,
  BatchNorm,
  type Checkpoint,
  compileTraining,
  dataset,
  fit,
  foldIn,
  gradientDescent,
  type Handle,
  Input,
  init,
  join,
  key,
  Linear,
  type ObjectiveContext,
  resume,
  stop,
  Tanh,
  trainStep,
} from '../../../src/index.ts'
import { draws, same } from './made.ts'

// An autoencoder whose code is pulled to zero, and a network that learns its code from the same examples.
const encoder = join(Input(3), Tanh(4), BatchNorm(), Linear(2))
const decoder = join(Input(2), Linear(3))
const student = join(Input(3), Linear(2))
const networks = { encoder, decoder, student }
type All = typeof networks
interface Batch {
  readonly x: Handle
  readonly scale: Handle
}
const reconstruction = ({ ops, run, key: own, training }: ObjectiveContext<All>, { x, scale }: Batch) => {
  const code = run.encoder(x)
  const noise = ops.multiply(ops.normal(foldIn(own, 'noise'), [1, 2]), ops.constant(training ? 0.1 : 0.2))
  const error = ops.multiply(ops.square(ops.subtract(run.decoder(ops.add(code, noise)), x)), scale)
  return [ops.mean(error), { code: ops.mean(ops.square(code)) }] as const
}
const imitation = ({ ops, run }: ObjectiveContext<All>, { x }: Batch) =>
  ops.mean(ops.square(ops.subtract(run.student(x), ops.stopGradient(run.encoder(x)))))
const optimizer = adam({ step: 0.02 })
const rules = [
  { name: 'auto', loss: reconstruction, trains: ['encoder', 'decoder'], optimizer },
  { name: 'student', loss: imitation, trains: 'student', optimizer: gradientDescent({ step: 0.05 }) },
] as const
const data = { x: draws(1, 10, 3), scale: draws(2, 10, 1) }
const start = () => init(networks, key(1))
const folder = () => mkdtemp(pathOf(tmpdir(), 'rules-'))

describe('fit with rules', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`folds the step over batches, weighs reports by examples, and validates without learning, on ${backend}`, async () => {
      const validation = { x: draws(3, 4, 3), scale: draws(4, 4, 1) }
      const { variables, history, trainState, stopped } = await fit(networks, start(), data, {
        ...{ rules, validation, backend, batchSize: 4, epochs: 2, shuffle: false, key: key(7) },
      })
      expect(stopped).to.equal(undefined)
      expect(Object.keys(history)).to.deep.equal([
        ...['loss', 'auto.loss', 'auto.code', 'student.loss'],
        ...['validationLoss', 'validationAuto.loss', 'validationAuto.code', 'validationStudent.loss'],
      ])
      const step = trainStep(networks, rules, { backend })
      let state = step.init(start(), key(7))
      const rows = (from: number, to: number) => ({
        x: { data: data.x.data.slice(3 * from, 3 * to), shape: [to - from, 3] },
        scale: { data: data.scale.data.slice(from, to), shape: [to - from, 1] },
      })
      for (let epoch = 0; epoch < 2; epoch++) {
        let sum = 0
        for (const [from, to] of [
          [0, 4],
          [4, 8],
          [8, 10],
        ] as const) {
          const [next, report] = await step(state, rows(from, to))
          sum += report['auto.code'] * (to - from)
          state = next
        }
        expect(history['auto.code'][epoch]).to.be.closeTo(sum / 10, 1e-6)
        expect(history.loss[epoch]).to.be.closeTo(
          (history['auto.loss'][epoch] ?? 0) + (history['student.loss'][epoch] ?? 0),
          1e-6,
        )
      }
      same(variables, state.variables)
      same(trainState.variables, state.variables)
      // Statistics of the last epoch, and the same draws after every one.
      expect(history['validationAuto.loss']).to.have.length(2)
    })

  it('goes on from a state, from a checkpoint and from compiled steps to the same bits', async () => {
    const options = { rules, batchSize: 4, key: key(3) }
    const whole = await fit(networks, start(), data, { ...options, epochs: 4 })
    const half = await fit(networks, start(), data, { ...options, epochs: 2 })
    const rest = await fit(networks, half.variables, data, { ...options, epochs: 2, trainState: half.trainState })
    same(rest.variables, whole.variables)
    same(rest.trainState.optimizer.slots, whole.trainState.optimizer.slots)
    const at = await folder()
    try {
      const checkpoint: Checkpoint = { folder: at, every: { updates: 1 }, best: true }
      const interrupted = await fit(networks, start(), data, {
        ...{ ...options, epochs: 4, checkpoint, earlyStopping: { patience: 9 } },
        callbacks: { update: ({ update }) => (update === 5 ? stop : undefined) },
      })
      expect(interrupted.stopped?.update).to.equal(5)
      const resumed = await fit(networks, start(), data, {
        ...{ ...options, epochs: 4, checkpoint, earlyStopping: { patience: 9 } },
        resume: await resume(at),
      })
      const stayed = await fit(networks, start(), data, { ...options, epochs: 4, earlyStopping: { patience: 9 } })
      same(resumed.variables, stayed.variables)
      expect(resumed.history).to.deep.equal(stayed.history)
      same(resumed.trainState.optimizer.slots, stayed.trainState.optimizer.slots)
    } finally {
      await rm(at, { recursive: true })
    }
    const step = compileTraining(networks, rules)
    const state = await step.resume(half.trainState)
    same((await step.read(state)).variables, half.variables)
    await step.dispose()
  })

  it('takes datasets, parts to validate, and the options of a loop', async () => {
    const items = Array.from({ length: 6 }, (_, i) => ({ x: [i, 1, 2], scale: [1] }))
    const seen: number[] = []
    const { history } = await fit(networks, start(), dataset(items).batch(3), {
      ...{ rules, validation: dataset(items).batch(2), epochs: 2 },
      onProgress: ({ report }) => seen.push(report['auto.loss']),
      reduceOnPlateau: { monitor: 'validationAuto.loss', patience: 1 },
    })
    expect(seen).to.have.length(6)
    expect(history['validationStudent.loss']).to.have.length(2)
    const part = await fit(networks, start(), data, {
      ...{ rules: rules[1], epochs: 3, validation: { part: 0.2 }, earlyStopping: { monitor: 'student.loss' } },
    })
    expect(Object.keys(part.history)).to.include('validationStudent.loss')
    same(part.variables.encoder, start().encoder)
  })

  it('undoes an update that is not finite, and says where', async () => {
    const broken = (at: number) => ({
      ...data,
      x: { ...data.x, data: data.x.data.map((value, i) => (i === at ? Number.POSITIVE_INFINITY : value)) },
    })
    const options = { rules, batchSize: 5, shuffle: false, terminateOnNaN: true, key: key(1) }
    const { stopped, variables, trainState } = await fit(networks, start(), broken(17), options)
    expect(stopped?.message).to.equal(
      'Stopped at update 2 (epoch 1, batch 2): batch.x is not finite: row 0 of the batch, number 2 of it.',
    )
    expect(trainState.optimizer.update).to.equal(1)
    const step = trainStep(networks, rules)
    const first = {
      x: { data: data.x.data.slice(0, 15), shape: [5, 3] },
      scale: { data: data.scale.data.slice(0, 5), shape: [5, 1] },
    }
    same(variables, (await step(step.init(start(), key(1)), first))[0].variables)
    const far = await fit(networks, start(), data, {
      ...options,
      rules: [
        rules[0],
        {
          name: 'far',
          trains: 'student',
          loss: ({ ops, run }, { x }) => ops.log(ops.negative(ops.mean(ops.square(run.student(x))))),
        },
      ],
    })
    expect(far.stopped?.message).to.include('the loss of far is not finite')
    same(far.variables, start())
    const deep = await fit(networks, start(), data, {
      ...options,
      rules: {
        loss: ({ ops, run }, { x }) => ops.mean(run.student(ops.multiply(x, ops.constant(Number.POSITIVE_INFINITY)))),
      },
    })
    expect(deep.stopped?.culprit).to.deep.include({ what: 'output', layer: 'student/linear-1' })
  })
})
