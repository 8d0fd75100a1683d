import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { settled } from '../../settled.ts'
import { fileFault, folders, withoutRights } from '../../storage/folders.ts'

const network = j.join(j.Input(3), j.Relu(4), j.BatchNorm(), j.Dropout(0.2), j.Linear(1))
const start = j.init(network, j.key(1))
const data = {
  x: { data: j.normals(j.key(2), 3 * 20), shape: [20, 3] },
  y: { data: j.normals(j.key(3), 20), shape: [20, 1] },
}
const validation = {
  x: { data: j.normals(j.key(4), 3 * 7), shape: [7, 3] },
  y: { data: j.normals(j.key(5), 7), shape: [7, 1] },
}
// 3 updates an epoch.
const common = { epochs: 4, batchSize: 8, optimizer: j.adam({ step: 0.01 }), key: j.key(6), validation }
const run = (options: object = {}) => j.fit(network, start, data, { ...common, ...options } as never)

type Fitted = Awaited<ReturnType<typeof run>>
/** A metric of two sums, one of which has several numbers. */
const several = j.defineMetric('several', {
  sums: (ops, expected, predicted) => [
    ops.concatenate([ops.sum(expected, [0]), ops.sum(predicted, [0])], 0),
    ops.sum(expected, [0, 1]),
  ],
  finish: ([both, sum]: readonly unknown[]) => [...(both as Float64Array), sum as number],
})

/** All numbers that training gives. */
const bitsOf = ({ variables, trainState, history }: Fitted): unknown => {
  const numbers: unknown[] = []
  const walk = (value: unknown): void => {
    if (value instanceof tf.Tensor) numbers.push([...value.dataSync()])
    else if (typeof value === 'object' && value !== null) for (const own of Object.values(value)) walk(own)
    else numbers.push(value)
  }
  walk(variables)
  walk(trainState.variables)
  walk(trainState.optimizer)
  walk(trainState.key.words)
  walk(history)
  return numbers
}

/** A run that ends as a killed one does: after so many updates. */
const interrupted = async (after: number, options: object): Promise<void> => {
  const stop = {
    update: ({ update }: { readonly update: number }) => {
      if (update === after) throw new Error('killed')
    },
  }
  const error = await run({ ...options, callbacks: [stop] }).then(
    () => undefined,
    (error: Error) => error,
  )
  expect(error?.message).to.equal('killed')
}

describe('Checkpoints', () => {
  const newFolder = folders()

  it('change nothing about training', async () => {
    expect(bitsOf(await run({ checkpoint: { folder: newFolder(), every: { updates: 1 }, best: true } }))).to.deep.equal(
      bitsOf(await run()),
    )
  })

  const more: Readonly<Record<string, object>> = {
    'as it is': {},
    'with early stopping and a smaller rate': {
      epochs: 12,
      earlyStopping: { monitor: 'loss', patience: 2, minDelta: 1 },
      reduceOnPlateau: { patience: 1, minDelta: 1 },
    },
    'with metrics of several numbers': { metrics: ['accuracy', several] },
    'without shuffling': { shuffle: false, optimizer: j.momentum({ step: 0.01 }) },
  }
  for (const [title, options] of Object.entries(more))
    it(`give a run that was interrupted anywhere, ${title}, to the same bits`, async () => {
      const whole = bitsOf(await run(options))
      for (const [every, after] of [
        [{ updates: 1 }, 4],
        [{ updates: 2 }, 9],
        [{ updates: 5 }, 8],
        [{ epochs: 1 }, 2],
        [{ epochs: 1 }, 7],
      ] as const) {
        const checkpoint = { folder: newFolder(), every }
        await interrupted(after, { ...options, checkpoint })
        const resumed = await j.resume(checkpoint.folder, { network, optional: true })
        const again = await run({ ...options, checkpoint, ...(resumed && { resume: resumed }) })
        expect(bitsOf(again), `${JSON.stringify(every)}, interrupted after ${after}`).to.deep.equal(whole)
      }
    })

  it('go on after the last one as well, and change nothing then', async () => {
    const checkpoint = { folder: newFolder() }
    const whole = await run({ checkpoint })
    const again = await run({ checkpoint, resume: await j.resume(checkpoint.folder) })
    expect(bitsOf(again)).to.deep.equal(bitsOf(whole))
    const longer = await run({ checkpoint, resume: await j.resume(checkpoint.folder), epochs: 6 })
    expect(bitsOf(longer)).to.deep.equal(bitsOf(await run({ epochs: 6 })))
  })

  it('are written when they are asked for, and as many are kept', async () => {
    const rows: readonly (readonly [Omit<j.Checkpoint, 'folder'>, readonly number[]])[] = [
      [{}, [9, 12]],
      [{ keep: Number.POSITIVE_INFINITY }, [3, 6, 9, 12]],
      [{ every: 3, keep: 5 }, [9, 12]],
      [{ every: { epochs: 10 } }, [12]],
      [{ every: { updates: 5 }, keep: 9 }, [5, 10, 12]],
      [{ every: { updates: 4 }, keep: 1 }, [12]],
    ]
    for (const [options, updates] of rows) {
      const folder = newFolder()
      await run({ checkpoint: { folder: pathToFileURL(folder), ...options } })
      expect(readdirSync(folder).sort(), JSON.stringify(options)).to.deep.equal(
        updates.map(update => `checkpoint-${String(update).padStart(6, '0')}`),
      )
    }
  })

  it('keep the best one too', async () => {
    for (const [best, better] of [
      [true, (a: number, b: number) => a < b],
      ['validationLoss', (a: number, b: number) => a < b],
      [{ monitor: 'validationLoss', mode: 'max' }, (a: number, b: number) => a > b],
    ] as const) {
      const folder = newFolder()
      const { history } = await run({ epochs: 6, checkpoint: { folder, best } })
      const values = (history as unknown as { readonly validationLoss: readonly number[] }).validationLoss
      const at = values.reduce((found, value, i) => (better(value, values[found] as number) ? i : found), 0)
      const found = await j.resume(folder, { network, which: 'best' })
      expect(found.epoch).to.equal(at + 1)
      expect(readdirSync(folder).filter(name => name.startsWith('best'))).to.have.length(1)
      const { variables } = await run({ epochs: at + 1 })
      const weight = (of: unknown) => (of as typeof start).params['relu-1'].weight.dataSync()
      expect(weight(found.trainState.variables)).to.deep.equal(weight(variables))
    }
  })

  it('of a run that a signal ends are of where it ended', async () => {
    const checkpoint = { folder: newFolder(), every: 2 }
    const controller = new AbortController()
    const abort = { update: ({ update }: { readonly update: number }) => update === 4 && controller.abort() }
    await run({ checkpoint, signal: controller.signal, callbacks: [abort] })
    const resumed = await j.resume(checkpoint.folder)
    expect([resumed.trainState.optimizer.update, resumed.epoch, resumed.batch]).to.deep.equal([4, 1, 1])
    expect(bitsOf(await run({ checkpoint, resume: resumed }))).to.deep.equal(bitsOf(await run()))
  })

  it('of a run that a callback ends are of where it ended', async () => {
    const rows: readonly (readonly [callback: object, reached: readonly number[]])[] = [
      [{ update: ({ update }: { readonly update: number }) => (update === 5 ? 'stop' : '') }, [5, 1, 2]],
      [{ epochStart: ({ epoch }: { readonly epoch: number }) => (epoch === 3 ? 'stop' : '') }, [6, 2, 0]],
      [{ epoch: ({ epoch }: { readonly epoch: number }) => (epoch === 3 ? 'stop' : '') }, [9, 3, 0]],
    ]
    for (const [callback, reached] of rows) {
      const checkpoint = { folder: newFolder(), every: 10 }
      await run({ checkpoint, callbacks: [callback] })
      const { trainState, epoch, batch } = await j.resume(checkpoint.folder)
      expect([trainState.optimizer.update, epoch, batch]).to.deep.equal(reached)
      const again = await run({ checkpoint, resume: await j.resume(checkpoint.folder) })
      expect(bitsOf(again)).to.deep.equal(bitsOf(await run()))
    }
  })

  it('are read where the newest is incomplete, and written over it', async () => {
    const checkpoint = { folder: newFolder(), keep: 3 }
    await interrupted(10, { checkpoint })
    truncateSync(path.join(checkpoint.folder, 'checkpoint-000009', 'state.safetensors'), 100)
    const resumed = await j.resume(checkpoint.folder)
    expect(resumed.trainState.optimizer.update).to.equal(6)
    expect(bitsOf(await run({ checkpoint, resume: resumed }))).to.deep.equal(bitsOf(await run()))
    expect((await j.resume(checkpoint.folder)).trainState.optimizer.update).to.equal(12)
  })

  it('can be gone on with in another folder', async () => {
    const [first, second] = [newFolder(), newFolder()]
    await interrupted(7, { checkpoint: { folder: first } })
    const resumed = await j.resume(first)
    expect(bitsOf(await run({ checkpoint: { folder: second }, resume: resumed }))).to.deep.equal(bitsOf(await run()))
  })

  it('say what they are', async () => {
    const folder = newFolder()
    await interrupted(5, { checkpoint: { folder, every: { updates: 1 } } })
    expect(inspect(await j.resume(folder))).to.equal(
      `Checkpoint of update 4 (epoch 1, batch 1 of the next) from ${folder}/checkpoint-000004`,
    )
  })

  it('leave no tensors behind', async () => {
    const work = async () => {
      const folder = newFolder()
      await interrupted(5, { checkpoint: { folder, every: { updates: 1 }, best: true } })
      await j.resume(folder)
    }
    await work()
    const before = await settled()
    for (let i = 0; i < 3; i++) await work()
    expect(await settled()).to.be.at.most(before)
  })
})

describe('Checkpoints that cannot be', () => {
  const newFolder = folders()
  const fault = async (work: () => Promise<unknown>, kind: new (...given: never[]) => Error): Promise<string> => {
    const error = await work().then(
      () => new Error('no error came'),
      (error: unknown) => error,
    )
    expect(error).to.be.instanceOf(kind)
    return (error as Error).message
  }
  const written = async (options: object = {}) => {
    const folder = newFolder()
    await run({ epochs: 1, checkpoint: { folder, ...options } })
    return folder
  }

  it('read from a folder without any', async () => {
    const folder = newFolder()
    expect(await fault(() => j.resume(folder), j.DocumentError)).to.equal(
      `${folder}: expected a folder with checkpoints of fit, got none. Save them with fit(…, { checkpoint: { folder } }).`,
    )
    expect(await j.resume(folder, { optional: true })).to.equal(undefined)
    expect(await j.resume(path.join(folder, 'nowhere'), { optional: true })).to.equal(undefined)
    expect(await fault(async () => j.resume(await written(), { which: 'best' }), j.DocumentError)).to.contain(
      'expected a folder with the best checkpoint of fit, got none.',
    )
  })

  it('read where none is complete, or the folder is a file, or there is no permission', async () => {
    const folder = await written()
    const at = path.join(folder, 'checkpoint-000003')
    truncateSync(path.join(at, 'state.json'), 10)
    for (const optional of [false, true])
      expect(await fault(() => j.resume(folder, { optional }), j.DocumentError)).to.contain(
        `${at}/state.json: expected`,
      )
    expect(await fault(() => j.resume(path.join(at, 'state.json')), j.FileError)).to.contain(
      'expected a folder, got a file',
    )
    chmodSync(folder, 0o300)
    expect(await withoutRights(() => fault(() => j.resume(folder), j.FileError))).to.contain('got no permission.')
    chmodSync(folder, 0o755)
  })

  it('gone on with by another network: names and shapes are told', async () => {
    const folder = await written()
    const other = j.join(j.Input(3), j.Relu(5), j.Linear(1), j.Linear(2))
    const at = path.join(folder, 'checkpoint-000003')
    const expected =
      `${at}: expected a checkpoint of this network, got relu-1/weight (3, 4), not (3, 5); relu-1/bias (4,), not (5,); ` +
      'linear-1/weight (4, 1), not (5, 1); no linear-2/weight (1, 2); no linear-2/bias (2,); ' +
      'batch-norm-1/gamma (1, 4), which the network has not; and 3 differences more. ' +
      'Resume with the network that was trained.'
    expect(await fault(() => j.resume(folder, { network: other }), j.DocumentError)).to.equal(expected)
    const resumed = await j.resume(folder)
    const going = () => j.fit(other, j.init(other, j.key(1)), data, { resume: resumed } as never)
    expect(await fault(going, j.DocumentError)).to.equal(expected)
  })

  it('gone on with by another optimizer', async () => {
    const resumed = await j.resume(await written())
    expect(await fault(() => run({ resume: resumed, optimizer: j.momentum() }), j.InvalidOption)).to.match(
      /^fit, resume: expected what momentum remembers/,
    )
  })

  it('gone on with by other metrics, or without validation', async () => {
    const folder = newFolder()
    await interrupted(5, { checkpoint: { folder, every: { updates: 1 } }, metrics: ['accuracy'] })
    const resumed = await j.resume(folder)
    const going = (options: object) => fault(() => run({ resume: resumed, ...options }), j.InvalidOption)
    const expected = 'fit, resume: expected what the run reported before: loss, accuracy with validation, got '
    expect(await going({})).to.contain(`${expected}loss with validation.`)
    expect(await going({ metrics: ['accuracy'], validation: undefined })).to.contain(
      `${expected}loss, accuracy without validation.`,
    )
    const other = j.defineMetric('accuracy', {
      sums: (ops, expected) => [ops.sum(expected, [0])],
      finish: ([sums]: readonly unknown[]) => [...(sums as Float64Array)],
    })
    expect(await going({ metrics: [other] })).to.contain(`${expected}other metrics of these names.`)
  })

  it('written into a folder of another run, or where another checkpoint is the newest', async () => {
    const folder = await written()
    const before = readdirSync(folder)
    expect(await fault(() => run({ checkpoint: { folder } }), j.InvalidOption)).to.equal(
      `fit, checkpoint, folder: expected a folder without checkpoints of another run, got checkpoint-000003 in ${folder}. ` +
        'Go on from it with fit(…, { resume: await resume(folder) }), or choose another folder.',
    )
    const resumed = await j.resume(folder)
    const copy = newFolder()
    cpSync(folder, copy, { recursive: true })
    await run({ checkpoint: { folder: copy }, resume: resumed })
    expect(await fault(() => run({ checkpoint: { folder: copy }, resume: resumed }), j.InvalidOption)).to.contain(
      'expected the folder whose newest checkpoint is resumed, or one without checkpoints, got checkpoint-000012 in',
    )
    expect(readdirSync(folder)).to.deep.equal(before)
  })

  it('written where the system does not let them: what was there still is', async () => {
    const folder = newFolder()
    writeFileSync(path.join(folder, 'file'), 'kept')
    expect(await fileFault(() => run({ checkpoint: { folder: path.join(folder, 'file', 'run') } }))).to.match(
      /^ENOTDIR: .*got a file in the place of a folder/,
    )
    const own = await written()
    const resumed = await j.resume(own)
    chmodSync(own, 0o555)
    const going = () => fileFault(() => run({ checkpoint: { folder: own }, resume: resumed }))
    expect(await withoutRights(going)).to.match(/^EACCES: .*checkpoint-000006: expected a folder that can be written/)
    chmodSync(own, 0o755)
    expect(readdirSync(own)).to.deep.equal(['checkpoint-000003'])
    expect((await j.resume(own)).hash).to.equal(resumed.hash)
  })

  it('written on a full disk, where the system lets a test have one: what was there still is', async () => {
    const folder = newFolder()
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', folder]).status !== 0) return
    try {
      expect(await fileFault(() => run({ epochs: 50, checkpoint: { folder, keep: 50 } }))).to.match(
        /^ENOSPC: .*expected a folder that can be written, got a full disk. Free some space/,
      )
      const names = readdirSync(folder)
      expect(names.filter(name => !/^checkpoint-\d{6}$/.test(name))).to.deep.equal([])
      const resumed = await j.resume(folder, { network })
      expect(resumed.folder).to.equal(path.join(folder, names.sort().at(-1) as string))
      // With room for one more, it goes on.
      rmSync(path.join(folder, names[0] as string), { recursive: true })
      const whole = bitsOf(await run({ epochs: 12 }))
      const again = await run({ epochs: 12, checkpoint: { folder, keep: 1 }, resume: resumed })
      expect(bitsOf(again)).to.deep.equal(whole)
    } finally {
      spawnSync('umount', [folder])
    }
  })

  const rows: readonly (readonly [checkpoint: unknown, fault: string])[] = [
    ['runs/a', "fit, checkpoint: expected where checkpoints go, such as { folder: 'runs/first' }, got 'runs/a'"],
    [{}, 'checkpoint, folder: expected the path of a folder, got undefined'],
    [{ folder: 3 }, 'checkpoint, folder: expected the path of a folder, got 3'],
    [{ folder: 'a', every: -1 }, 'checkpoint, every: expected a positive integer, of epochs, or'],
    [{ folder: 'a', keep: 0 }, 'checkpoint, keep: expected a positive integer, or Infinity for all, got 0'],
    [{ folder: 'a', best: 3 }, "checkpoint, best: expected a name of the history, such as 'validationLoss'"],
    [{ folder: 'a', best: { mode: 'least' } }, "checkpoint, best, mode: expected 'min' or 'max' or 'auto'"],
    [{ folder: 'a', directory: 'b' }, 'checkpoint, directory: expected an option of folder, every, keep, best'],
  ]
  for (const [checkpoint, text] of rows)
    it(`asked for: ${text}`, async () => {
      expect(await fault(() => run({ checkpoint }), j.InvalidOption)).to.contain(text)
    })

  it('named best by what is not reported', async () => {
    expect(
      await fault(() => run({ checkpoint: { folder: newFolder(), best: 'validationLos' } }), j.InvalidOption),
    ).to.contain(
      "fit, checkpoint, monitor: expected a number of the history: loss, validationLoss, got 'validationLos'.",
    )
  })

  const read = j.resume as unknown as (...given: readonly unknown[]) => Promise<unknown>
  for (const [given, text] of [
    [[], 'resume, folder: expected the path of a folder, got undefined'],
    [['a', 3], 'resume, options: expected an object of options'],
    [['a', { network: 3 }], 'resume, layer: expected a layer'],
    [['a', { which: 'last' }], "resume, which: expected 'newest' or 'best', got 'last'"],
    [['a', { optional: 1 }], 'resume, optional: expected true or false'],
  ] as const)
    it(`read with: ${text}`, async () => {
      expect(await fault(() => read(...given), j.InvalidOption)).to.contain(text)
    })
  for (const resumed of [3, {}, { kind: 'Checkpoint' }, start])
    it('gone on with from nothing of the kind', async () => {
      expect(await fault(() => run({ resume: resumed }), j.InvalidOption)).to.contain(
        'fit, resume: expected what resume(folder) gave, or nothing, got',
      )
    })
})
