import { expect } from 'chai'
import { liveCurves } from '../../src/display.ts'
import { fit, Input, InvalidOption, init, join, key, Linear, type Progress } from '../../src/index.ts'

const network = join(Input(1), Linear(1))
const examples = { x: [[1], [2], [3]], y: [[1], [2], [3]] }
const train = (onProgress: (progress: Progress) => unknown, epochs = 4) =>
  fit(network, init(network, key(1)), examples, { epochs, batchSize: 1, validation: examples, metrics: [], onProgress })

describe('liveCurves', () => {
  it('writes over one line of a terminal, and begins another with the next training', async () => {
    const written: string[] = []
    const onProgress = liveCurves({ output: { isTTY: true, write: text => written.push(text) }, every: 0 })
    const { history } = await train(onProgress)
    await train(onProgress, 1)
    const [first = '', ...rest] = written
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(first).to.match(/^\repoch 1\/4 {2}loss ▄ \d+\.\d{4} {2}validationLoss ▄ \d+\.\d{4}\x1b\[K\n$/u)
    expect(rest.at(-1)?.startsWith('\r')).to.equal(true)
    for (const text of rest.slice(0, -1)) expect(text.startsWith('\x1b[1A\r')).to.equal(true)
    expect(rest.at(-2))
      .to.include(`${history.loss.at(-1)?.toFixed(4)}`)
      .and.match(/loss [▁-█]{4} /u)
  })

  it('writes a line for each drawing elsewhere', async () => {
    const written: string[] = []
    await train(liveCurves({ output: { write: text => written.push(text) }, every: 0 }))
    expect(written.at(-1)).to.match(/^epoch 4\/4 {2}loss \S{4} \S+ {2}validationLoss \S{4} \S+\n$/)
  })

  it('shows the chart of a notebook in one output, which it updates', async () => {
    const shown: { bundle: Record<string, unknown>; options: { display_id: string; update: boolean } }[] = []
    const globals = globalThis as { Deno?: object | undefined }
    const before = Object.getOwnPropertyDescriptor(globals, 'Deno')
    const jupyter = { display: async (bundle: never, options: never) => void shown.push({ bundle, options }) }
    Object.defineProperty(globals, 'Deno', { value: { jupyter }, configurable: true, writable: true })
    try {
      await train(liveCurves({ every: 0 }))
    } finally {
      if (before === undefined) delete globals.Deno
      else Object.defineProperty(globals, 'Deno', before)
    }
    expect(new Set(shown.map(({ options }) => options.display_id)).size).to.equal(1)
    expect(shown.map(({ options }) => options.update)).to.deep.equal([false, ...shown.slice(1).map(() => true)])
    const spec = shown.at(-1)?.bundle['application/vnd.vegalite.v5+json'] as { data: { values: unknown[] } }
    // Loss and validation loss of four epochs.
    expect(spec.data.values).to.have.length(8)
    expect(shown.at(-1)?.bundle['text/plain']).to.match(/^epoch 4\/4/)
  })

  it('fills an element of a page', async () => {
    const element = { innerHTML: '' }
    await train(liveCurves({ element }))
    expect(element.innerHTML).to.match(/^<svg role="img".*<title>Line chart of loss over 4 epochs\.<\/title>/)
  })

  it('leaves out drawings that would take more than 2 % of the time, but not the last', async () => {
    let drawings = 0
    const write = () => {
      drawings++
      const until = performance.now() + 5
      while (performance.now() < until);
    }
    const onProgress = liveCurves({ output: { write }, every: 0 })
    const progress = { batch: 1, batches: 1, examples: 1, report: { loss: 1 }, ended: true, epochs: 1000 }
    const begun = performance.now()
    for (let epoch = 1; epoch <= 1000; epoch++) await onProgress({ ...progress, epoch } as Progress)
    const possible = 2 + (performance.now() - begun) / 250
    expect(drawings).to.be.within(2, Math.ceil(possible))
  })

  it('shows what is not finite as a gap, and names without control characters', async () => {
    const written: string[] = []
    const onProgress = liveCurves({ output: { write: text => written.push(text) }, every: 0 })
    const progress = {
      epoch: 1,
      epochs: 1,
      batch: 1,
      batches: 1,
      examples: 1,
      report: { loss: Number.NaN, '\x1b[2J': 2 },
      ended: true,
    }
    await onProgress(progress as Progress)
    expect(written[0]).to.include('loss   NaN').and.include('?[2J ▄ 2.0000')
  })

  it('tells what it does not take', () => {
    expect(() => liveCurves({ output: 7 as never })).to.throw(
      InvalidOption,
      /^liveCurves, output: expected an object with write/,
    )
    expect(() => liveCurves({ element: 'x' as never })).to.throw(
      InvalidOption,
      /^liveCurves, element: expected an element of a page/,
    )
    expect(() => liveCurves({ every: -1 })).to.throw(InvalidOption, /^liveCurves, every: /)
  })
})
