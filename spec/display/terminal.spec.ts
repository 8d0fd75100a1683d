import { expect } from 'chai'
import { fit, Input, InvalidOption, init, join, key, Linear, type Progress } from '../../src/index.ts'
import { progressBar } from '../../src/terminal.ts'

const network = join(Input(1), Linear(1))
const examples = { x: [[1], [2], [3]], y: [[1], [2], [3]] }
const start = init(network, key(1))
const train = (onProgress: (progress: Progress) => unknown, epochs = 2) =>
  fit(network, start, examples, { epochs, batchSize: 1, validation: examples, metrics: [], onProgress })

/** Gives the program another global for the length of some work. */
const withDeno = async (deno: object | undefined, work: () => Promise<unknown>): Promise<void> => {
  const globals = globalThis as { Deno?: object | undefined }
  const before = Object.getOwnPropertyDescriptor(globals, 'Deno')
  Object.defineProperty(globals, 'Deno', { value: deno, configurable: true, writable: true })
  try {
    await work()
  } finally {
    if (before === undefined) delete globals.Deno
    else Object.defineProperty(globals, 'Deno', before)
  }
}

interface Shown {
  readonly bundle: Readonly<Record<string, string>>
  readonly options: { readonly raw: boolean; readonly display_id: string; readonly update: boolean }
}
const notebook = (shown: Shown[], fail?: Error) => ({
  jupyter: {
    display: async (bundle: Shown['bundle'], options: Shown['options']) => {
      await new Promise(resolve => setTimeout(resolve, 1))
      if (fail) throw fail
      shown.push({ bundle, options })
    },
  },
})

describe('progressBar in a notebook', () => {
  it('shows all of a training in one output, which it updates in its place', async () => {
    const shown: Shown[] = []
    await withDeno(notebook(shown), async () => {
      const onProgress = progressBar()
      await train(onProgress)
      await train(onProgress)
    })
    const ids = [...new Set(shown.map(({ options }) => options.display_id))]
    expect(ids).to.have.length(2)
    for (const id of ids) {
      const own = shown.filter(({ options }) => options.display_id === id)
      expect(own.map(({ options }) => options.update)).to.deep.equal([false, ...own.slice(1).map(() => true)])
      expect(own[0]?.bundle['text/plain']).to.match(/^epoch 1\/2 {2}loss \d+\.\d{4} {2}█{8}░{16} 1\/3$/)
      expect(own.at(-1)?.bundle['text/plain']).to.match(
        /^epoch 2\/2 {2}loss \S+ {2}validation loss \S+ {2}\S+ examples\/s$/,
      )
    }
    for (const { bundle, options } of shown) {
      expect(options.raw).to.equal(true)
      expect(Object.keys(bundle)).to.deep.equal(['text/plain', 'text/html'])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: there is to be none.
      for (const text of Object.values(bundle)) expect(text).to.not.match(/[\r\x1b]/)
    }
  })

  it('shows names as they are, not as a page or a terminal would read them', async () => {
    const shown: Shown[] = []
    const written: string[] = []
    const progress: Progress = {
      epoch: 1,
      epochs: 1,
      batch: 1,
      batches: 2,
      examples: 32,
      report: { loss: 1, '<script>&\x1b[2J': 0.5 },
      ended: false,
    }
    await withDeno(notebook(shown), async () => progressBar()(progress))
    expect(shown[0]?.bundle['text/html']).to.include('&#60;script&#62;&#38;?[2J 0.5000').and.not.include('<script>')
    progressBar({ isTTY: true, write: text => written.push(text) })(progress)
    expect(written[0]).to.include('<script>&?[2J 0.5000')
  })

  it('starts a new output after a training that failed, and fails with the notebook', async () => {
    const shown: Shown[] = []
    const stop = new Error('stop')
    await withDeno(notebook(shown), async () => {
      const onProgress = progressBar()
      const failed = train(async progress => {
        await onProgress(progress)
        if (progress.batch === 2) throw stop
      })
      expect(await failed.catch(error => error)).to.equal(stop)
      await train(onProgress, 1)
    })
    expect(shown.filter(({ options }) => !options.update)).to.have.length(2)
    await withDeno(notebook([], stop), async () => {
      expect(await train(progressBar()).catch(error => error)).to.equal(stop)
    })
  })

  it('writes where it is told to, and where there is no notebook', async () => {
    const shown: Shown[] = []
    const written: string[] = []
    await withDeno(notebook(shown), () => train(progressBar({ write: text => written.push(text) })))
    expect(shown).to.deep.equal([])
    expect(written.map(text => text.slice(0, 9))).to.deep.equal(['epoch 1/2', 'epoch 2/2'])
    // As Deno does outside of notebooks.
    const elsewhere = Object.defineProperty({}, 'jupyter', {
      get: () => {
        throw new Error('Deno.jupyter is only available in `deno jupyter` subcommand')
      },
    })
    await withDeno(elsewhere, async () => expect(progressBar()).to.be.a('function'))
  })
})

describe('progressBar on a terminal', () => {
  const terminal = (columns?: number) => {
    const written: string[] = []
    return { written, isTTY: true, ...(columns && { columns }), write: (text: string) => written.push(text) }
  }

  it('writes over one line until its epoch has ended', async () => {
    const output = terminal()
    await train(progressBar(output))
    expect(output.written.every(text => text.startsWith('\r'))).to.equal(true)
    expect(output.written.filter(text => text.endsWith('\x1b[K\n'))).to.have.length(2)
    expect(output.written[0]?.slice(1, -'\x1b[K'.length)).to.match(/^epoch 1\/2 {2}loss \S+ {2}█{8}░{16} 1\/3$/)
  })

  /** What is shown of one epoch, told by hand. */
  const shownOf = (told: readonly object[]): readonly string[] => {
    const output = terminal()
    const onProgress = progressBar(output)
    const base = { epoch: 1, epochs: 1, batches: undefined, report: { loss: 1 }, ended: false }
    for (const progress of told) {
      // The next one is due a tenth of a second later.
      const until = performance.now() + 101
      while (performance.now() < until);
      onProgress({ ...base, ...progress } as Progress)
    }
    return output.written.map(text => text.slice(1).replace('\x1b[K', ''))
  }

  it('counts batches where it is not known how many there are', () => {
    const [first, second, last] = shownOf([
      { batch: 1, examples: 32 },
      { batch: 2, examples: 64 },
      { batch: 2, examples: 64, batches: 2, ended: true },
    ])
    expect(first).to.match(/^epoch 1\/1 {2}loss \S+ {2}1 batch$/)
    expect(second).to.match(/ {2}2 batches {2}\d+ examples\/s$/)
    expect(last).to.match(/^epoch 1\/1 {2}loss \S+ {2}\d+ examples\/s\n$/)
  })

  it('says how many examples a second, and how long it takes still', () => {
    const at = (batch: number) => ({ batch, examples: 10 * batch, batches: 1000 })
    const [, second] = shownOf([at(1), at(2)])
    // A batch took a tenth of a second, or a little more: there are 998.
    expect(second).to.match(/ 2\/1000 {2}\d+ examples\/s {2}\d+m \d+s left$/)
  })

  it('shows the numbers of each output, and no tables', () => {
    const report = { loss: 3, 'kind.loss': 1, 'kind.confusionMatrix': [[1, 0]], 'size.r2': 0.5 }
    const [text] = shownOf([{ batch: 1, examples: 1, batches: 1, ended: true, report, validation: report }])
    expect(text).to.equal(
      'epoch 1/1  loss 3.0000  kind.loss 1.0000  size.r2 0.5000' +
        '  validation loss 3.0000  validation kind.loss 1.0000  validation size.r2 0.5000\n',
    )
  })

  it('cuts off what would wrap', async () => {
    const output = terminal(20)
    await train(progressBar(output), 1)
    expect(output.written[0]).to.have.length('\r'.length + 19 + '\x1b[K'.length)
  })

  it('holds up neither the process nor its signals after a training that failed', async () => {
    const listeners = () => ['SIGINT', 'SIGTERM', 'exit'].map(event => process.listenerCount(event))
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    // The time limit of a test begins when it has given its promise.
    await Promise.resolve()
    const before = [listeners(), timers()]
    const onProgress = progressBar(terminal())
    const failed = train(async progress => {
      await onProgress(progress)
      if (progress.batch === 2) throw new Error('stop')
    })
    expect(await failed.catch((error: Error) => error.message)).to.equal('stop')
    expect([listeners(), timers()]).to.deep.equal(before)
  })
})

describe('progressBar elsewhere', () => {
  it('writes a line for each epoch', async () => {
    const written: string[] = []
    await train(progressBar({ write: text => written.push(text) }))
    expect(written).to.have.length(2)
    for (const text of written)
      expect(text).to.match(/^epoch [12]\/2 {2}loss \S+ {2}validation loss \S+ {2}\S+ examples\/s\n$/)
  })

  it('refuses what nothing can be written to', () => {
    for (const output of [5, 'stderr', null, {}] as never[])
      expect(() => progressBar(output))
        .to.throw(InvalidOption)
        .with.property('message')
        .that.matches(/^progressBar, output: expected an object with write/)
  })
})
