import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { decode } from 'fast-png'
import { InvalidOption, tensorBoard } from '../../../src/index.ts'
import { crc32c, tfRecord } from '../../../src/storage/tfrecord.ts'
import { fileFault, folders, withoutRights } from '../../storage/folders.ts'
import { checksum, eventsIn, experimentIn, recordsIn, startIn, statusIn, type Value } from './event-reader.ts'
import { pixels, tellAll } from './told.ts'

const valuesIn = (folder: string): readonly Value[] => eventsIn(folder).flatMap(({ values }) => values)
const run = {
  epochs: [1, 3],
  batches: 2,
  report: (update: number) => ({
    loss: 1 / update,
    accuracy: update / 10,
    confusion: [
      [1, 2],
      [3, 4],
    ],
  }),
} as const
const curve = (folder: string, tag: string) =>
  valuesIn(folder).flatMap(({ tag: own, step, scalar }) => (own === tag ? [[step, scalar]] : []))

describe('A record of TFRecord', () => {
  it('has checksums as RFC 3720 gives them', () => {
    const rows: readonly (readonly [Uint8Array, number])[] = [
      [new TextEncoder().encode('123456789'), 0xe3069283],
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(255), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ]
    for (const [bytes, sum] of rows) expect([crc32c(bytes), checksum(bytes)]).to.deep.equal([sum, sum])
  })
  it('holds its bytes', () => {
    for (const size of [0, 1, 1000]) {
      const data = Uint8Array.from({ length: size }, (_, i) => (7 * i) & 255)
      expect(recordsIn(tfRecord(data))).to.deep.equal([data])
    }
  })
})

describe('tensorBoard', () => {
  const newFolder = folders()

  it('writes curves of losses and metrics, of training and validation as two runs', async () => {
    const folder = newFolder()
    await tellAll(tensorBoard(folder), { ...run, validation: update => ({ loss: 2 / update }) })
    expect(readdirSync(folder).sort()).to.deep.equal(['training', 'validation'])
    const [{ version, values, restart } = { version: '', values: [] }, ...more] = eventsIn(join(folder, 'training'))
    expect([version, restart, more.length]).to.deep.equal(['brain.Event:2', 1, 0])
    expect(new Set(values.map(({ tag }) => tag))).to.deep.equal(new Set(['epoch/loss', 'epoch/accuracy', 'epoch/rate']))
    expect(curve(join(folder, 'training'), 'epoch/loss')).to.deep.equal([
      [2, Math.fround(1 / 2)],
      [4, Math.fround(1 / 4)],
      [6, Math.fround(1 / 6)],
    ])
    expect(curve(join(folder, 'validation'), 'epoch/loss')).to.deep.equal([
      [2, 1],
      [4, 0.5],
      [6, Math.fround(1 / 3)],
    ])
  })

  it('writes those of batches after so many updates, and epochs after so many of them', async () => {
    const folder = newFolder()
    await tellAll(tensorBoard(pathToFileURL(join(folder, 'a b'))), { ...run })
    expect(curve(join(folder, 'a b', 'training'), 'epoch/loss')).to.have.length(3)
    await tellAll(tensorBoard(join(folder, 'b'), { every: { updates: 4 } }), run)
    expect(curve(join(folder, 'b', 'training'), 'update/accuracy')).to.deep.equal([[4, Math.fround(0.4)]])
    expect(curve(join(folder, 'b', 'training'), 'epoch/loss')).to.have.length(3)
    await tellAll(tensorBoard(join(folder, 'c'), { every: { epochs: 2 } }), run)
    expect(curve(join(folder, 'c', 'training'), 'epoch/loss')).to.deep.equal([[4, 0.25]])
  })

  it('writes distributions of the variables', async () => {
    const folder = newFolder()
    await tellAll(tensorBoard(folder, { histograms: true }), { ...run, epochs: [1, 1] })
    const values = valuesIn(join(folder, 'training'))
    const of = (tag: string) => values.find(value => value.tag === tag)?.histogram
    const weight = of('params/relu-1/weight')
    expect(weight).to.include({ least: 0, most: 3, count: 4, sum: 6, squares: 14 })
    expect(weight?.limits).to.have.length(30)
    for (const [i, limit] of (weight?.limits ?? []).entries()) expect(limit).to.be.closeTo((i + 1) / 10, 1e-12)
    expect(weight?.counts.flatMap((count, i) => (count > 0 ? [[i, count]] : []))).to.deep.equal([
      [0, 1],
      [10, 1],
      [20, 1],
      [29, 1],
    ])
    expect(of('params/relu-1/bias')).to.deep.include({ least: 5, most: 5, count: 2, limits: [5], counts: [2] })
  })

  it('writes pictures of numbers and of bytes, in any number of channels', async () => {
    const folder = newFolder()
    const bytes = Uint8Array.from({ length: 2 * 2 * 3 * 4 }, (_, i) => 5 * i)
    const images = async ({ epoch }: { readonly epoch: number }) => ({
      [`grey-${epoch}`]: pixels,
      several: { data: bytes, shape: [2, 2, 3, 4] },
    })
    await tellAll(tensorBoard(folder, { images }), { ...run, epochs: [2, 2] })
    const pictures = valuesIn(join(folder, 'training')).flatMap(({ tag, image }) => (image ? [{ tag, ...image }] : []))
    expect(pictures.map(({ tag, rows, cols, channels }) => [tag, rows, cols, channels])).to.deep.equal([
      ['grey-2', 2, 2, 1],
      ['several/0', 2, 3, 4],
      ['several/1', 2, 3, 4],
    ])
    const [grey, first, second] = pictures.map(picture => [...decode(picture.bytes).data])
    expect(grey).to.deep.equal([0, 128, 255, 255])
    expect([...(first ?? []), ...(second ?? [])]).to.deep.equal([...bytes])
  })

  it('writes texts, and hyperparameters with the metrics that runs are compared by', async () => {
    const folder = newFolder()
    const hyperparameters = { step: 0.1, optimizer: 'adam', augmented: true, none: 0, no: false, empty: '' }
    const board = tensorBoard(folder, { hyperparameters, texts: { network: '# Größe' } })
    await tellAll(board, { ...run, validation: () => ({ loss: 1 }) })
    const [text] = valuesIn(join(folder, 'training'))
    expect(text).to.include({ tag: 'network', text: '# Größe', plugin: 'text', step: 1 })
    const [start, experiment, end, ...rest] = valuesIn(folder)
    expect(rest).to.deep.equal([])
    expect([start, experiment, end].map(value => [value?.tag, value?.plugin])).to.deep.equal([
      ['_hparams_/session_start_info', 'hparams'],
      ['_hparams_/experiment', 'hparams'],
      ['_hparams_/session_end_info', 'hparams'],
    ])
    expect(startIn(start?.content ?? {})).to.deep.equal(hyperparameters)
    expect(experimentIn(experiment?.content ?? {})).to.deep.equal({
      hyperparameters: [
        ['step', 3],
        ['optimizer', 1],
        ['augmented', 2],
        ['none', 3],
        ['no', 2],
        ['empty', 1],
      ],
      metrics: [
        ['training', 'epoch/loss'],
        ['training', 'epoch/accuracy'],
        ['validation', 'epoch/loss'],
      ],
    })
    expect(statusIn(end?.content ?? {})).to.equal(1)
  })

  it('goes on where a run was saved: what was shown of later updates is taken back', async () => {
    const folder = newFolder()
    await tellAll(tensorBoard(folder), run)
    await tellAll(tensorBoard(folder), { ...run, epochs: [3, 4] })
    const files = eventsIn(join(folder, 'training'))
    expect(files.map(({ restart }) => restart)).to.have.members([1, 5])
  })

  it('leaves nothing of a run that never reported', async () => {
    const folder = newFolder()
    const board = tensorBoard(join(folder, 'a'))
    await board.trainStart?.({ epochs: 1, batches: 1, examples: 1 })
    await board.trainEnd?.({ history: {}, stopped: 'signal' })
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('ends training where the system does not let it write', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(await fileFault(() => tellAll(tensorBoard(join(folder, 'file')), run))).to.match(
      /^E(NOTDIR|EXIST): .*expected a folder that can be written, got a file in the place of a folder/,
    )
    chmodSync(folder, 0o555)
    expect(await withoutRights(() => fileFault(() => tellAll(tensorBoard(join(folder, 'a')), run)))).to.match(/^EACCES/)
  })

  const board = tensorBoard as unknown as (...given: readonly unknown[]) => ReturnType<typeof tensorBoard>
  const rows: readonly (readonly [given: readonly unknown[], fault: string])[] = [
    [[], 'tensorBoard, folder: expected the path of a folder, got undefined'],
    [[''], 'tensorBoard, folder: expected the path of a folder'],
    [[new URL('https://example.org/runs')], 'tensorBoard, folder: expected the path of a folder'],
    [['a', 3], 'tensorBoard, options: expected an object of options'],
    [
      ['a', { every: 0 }],
      'tensorBoard, every: expected a positive integer, of epochs, or { epochs: n } or { updates: n }',
    ],
    [['a', { every: { batches: 3 } }], 'tensorBoard, every: expected a positive integer'],
    [['a', { every: { epochs: 1, updates: 3 } }], 'tensorBoard, every: expected a positive integer'],
    [['a', { histograms: 3 }], 'tensorBoard, histograms: expected true or false, got 3'],
    [['a', { images: {} }], 'tensorBoard, images: expected a function that returns pictures by name'],
    [['a', { hyperparameters: { step: Number.NaN } }], 'tensorBoard, hyperparameters: expected numbers, strings and'],
    [['a', { hyperparameters: { net: {} } }], 'tensorBoard, hyperparameters: expected numbers, strings and'],
    [['a', { texts: [] }], 'tensorBoard, texts: expected strings by name'],
    [['a', { text: {} }], 'tensorBoard, text: expected an option of'],
  ]
  for (const [given, fault] of rows)
    it(`refuses: ${fault}`, () => {
      expect(() => board(...given))
        .to.throw(InvalidOption)
        .with.property('message')
        .which.contains(fault)
    })

  for (const [given, fault] of [
    [3, 'images: expected a function that returns pictures by name, got one that gives 3'],
    [{ a: [1, 2] }, 'images, a: expected [rows, cols], [rows, cols, channels]'],
    [{ a: { data: new Float32Array(10), shape: [1, 2, 5] } }, 'images, a: expected [rows, cols]'],
    [{ a: 'x' }, 'tensor, data: expected'],
  ] as const)
    it(`refuses while training: ${fault}`, async () => {
      const told = tellAll(board(newFolder(), { images: () => given }), run)
      const error = await told.then(
        () => 'none',
        (error: unknown) => error,
      )
      expect(error).to.be.instanceOf(InvalidOption)
      expect((error as Error).message).to.contain(fault)
    })
})
