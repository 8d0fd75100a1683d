import { expect } from 'chai'
import { prepare } from '../../../src/backends/prepare.ts'
import { InvalidOption } from '../../../src/base/errors.ts'
import { graph } from '../../../src/graph/build.ts'
import { graphOps, placeholder } from '../../../src/graph.ts'
import { key } from '../../../src/index.ts'
import { onnxruntime } from '../../../src/onnxruntime.ts'

import { backend, draws, failure, upload } from './running.ts'

describe('ONNX Runtime refuses', () => {
  it('options that are none', () => {
    for (const [options, option] of [
      [{ threads: 0 }, 'threads'],
      [{ threads: 1.5 }, 'threads'],
      [{ providers: [] }, 'providers'],
      [{ providers: 'cpu' }, 'providers'],
      [{ runtime: {} }, 'runtime'],
      [{ thread: 2 }, 'thread'],
    ] as const)
      expect(() => onnxruntime(options as never))
        .to.throw(InvalidOption)
        .with.property('option', option)
  })

  it('draws that are not prepared', async () => {
    const drawn = graph([], [graphOps.uniform(key(1), [2])])
    expect((await failure(() => backend.compile(drawn))).message).to.match(/onnxruntime.* got a draw.*prepare/)
    ;(await backend.compile(prepare(drawn).graph)).dispose()
  })

  it('unknown dimensions, with the node that has them', async () => {
    const x = placeholder('x', [null, 3])
    const error = await failure(() => backend.compile(graph([x], [graphOps.exp(x)])))
    expect(error.expected).to.equal('known dimensions')
    expect(error.message).to.contain('(?, 3)')
  })

  it('inputs of other shapes or another number', async () => {
    const x = placeholder('x', [2, 3])
    const program = await backend.compile(graph([x], [graphOps.exp(x)]))
    const other = await failure(() => program.run([upload(draws(1, [3, 2]))]))
    expect([other.expected, other.got]).to.deep.equal(['input 0 of shape (2, 3)', '(3, 2)'])
    expect((await failure(() => program.run([]))).got).to.equal('0 inputs')
    const more = await failure(() => program.run([upload(draws(1, [2, 3])), upload(draws(1, [1]))]))
    expect([more.expected, more.got]).to.deep.equal(['1 input', '2 inputs'])
    program.dispose()
  })

  it('a run that cannot be, with the node and its layer', async () => {
    const [table, at] = [placeholder('table', [3, 4]), placeholder('at', [2])]
    const words = graphOps.within?.('words') ?? graphOps
    const program = await backend.compile(graph([table, at], [words.gather(table, at)]))
    const rows = upload(draws(1, [3, 4]))
    const failing = (id: number) => failure(() => program.run([rows, upload({ shape: [2], data: [1, id] })]))
    for (const id of [-1, Number.NaN]) expect((await failing(id)).layer, `row ${id}`).to.equal('words')
    const error = await failing(7)
    program.dispose()
    expect(error.layer).to.equal('words')
    expect(error.message).to.contain('gather')
  })

  it('constants that no file of a model can hold', async () => {
    // Memory that nobody writes to is not taken.
    const x = placeholder('x', [1, 2 ** 15])
    const weights = graphOps.constant(new Float32Array(2 ** 29), [2 ** 15, 2 ** 14])
    const error = await failure(() => backend.compile(graph([x], [graphOps.matmul(x, weights)])))
    expect(error.got).to.equal('2.0 GiB')
    expect(error.remedy).to.contain('with each call')
  })

  it('what no memory is enough for', async () => {
    const x = placeholder('x', [1_000_000, 1])
    const square = graphOps.matmul(x, graphOps.transpose(x, [1, 0]))
    const error = await failure(async () => {
      const program = await backend.compile(graph([x], [graphOps.sum(graphOps.exp(square), [0, 1])]))
      await program.run([upload({ shape: [1_000_000, 1], data: Array<number>(1_000_000).fill(0) })])
    })
    expect(error.expected).to.contain('memory')
    expect(error.remedy).to.contain('smaller batches')
  })
})
