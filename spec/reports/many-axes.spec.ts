import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { trace } from '../../src/graph.ts'
import * as joinery from '../../src/index.ts'
import {
  apply,
  compile,
  Input,
  init,
  key,
  type Layer,
  LayerNorm,
  LogSoftmax,
  RMSNorm,
  Softmax,
} from '../../src/index.ts'
import { draw } from '../running.ts'

const layers: readonly Layer[] = [LayerNorm(), RMSNorm(), LogSoftmax(), Softmax()] as never

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Tensors of seven and nine axes on ${backend}`, () => {
    for (const layer of layers)
      for (const shape of [
        [2, 1, 3, 2, 1, 4],
        [2, 1, 3, 2, 1, 2, 2, 3],
      ])
        it(`come out of ${layer} as garbage: ${shape}`, async () => {
          const network = joinery.join(Input(shape), layer as never) as Layer
          const variables = init(network, key(1)) as never
          const x = draw(3, [2, ...shape]) as never
          const expected = (apply(network, variables, x).output as unknown as joinery.Tensor).dataSync()
          const output = (await compile(network, variables, { backend })(x)) as unknown as joinery.Tensor
          expect(output.shape).to.deep.equal([2, ...shape])
          for (const [i, value] of output.dataSync().entries()) expect(value).to.be.closeTo(expected[i] as number, 1e-4)
        })
  })

describe('Operations on tensors of eight axes', () => {
  const shape = [2, 3, 1, 2, 2, 3, 2, 3]
  const size = 432
  const at = (i: number) => Math.fround(Math.sin(i))
  it('read what is not theirs on wasm', async () => {
    const backend = await joinery.chooseBackend('wasm')
    const own = trace(
      (ops, x, y) => [
        ops.add(x as never, y as never),
        ops.mean(x as never, [1, 3, 5]),
        ops.max(x as never, [0, 7], true),
        ops.sum(ops.maximum(x as never, y as never), [0, 1, 2, 3, 4, 5, 6, 7]),
      ],
      [shape, [2, 1, 1, 2, 1, 3, 1, 3]],
    )
    const program = await backend.compile(prepare(own).graph)
    const [x, y] = [
      Float32Array.from({ length: size }, (_, i) => at(i)),
      Float32Array.from({ length: 36 }, (_, i) => at(7 * i)),
    ]
    const handles = [backend.upload(x, shape), backend.upload(y, [2, 1, 1, 2, 1, 3, 1, 3])]
    const results = await program.run(handles)
    const [sum, mean, most, total] = await Promise.all(results.map(result => backend.download(result)))
    // The indices of an element, from the last axis to the first.
    const index = (i: number) => {
      let rest = i
      return shape.toReversed().map(d => {
        const own = rest % d
        rest = (rest - own) / d
        return own
      })
    }
    const means = new Map<string, number>()
    const largest = new Map<string, number>()
    let all = 0
    for (let i = 0; i < size; i++) {
      const [k7 = 0, k6 = 0, k5 = 0, k4 = 0, k3 = 0, , k1 = 0, k0 = 0] = index(i)
      const other = at(7 * (k7 + 3 * (k5 + 3 * (k3 + 2 * k0))))
      expect(sum?.[i]).to.be.closeTo(at(i) + other, 1e-6)
      all += Math.max(at(i), other)
      const [rest, middle] = [`${k0} ${k4} ${k6} ${k7}`, `${k1} ${k3} ${k4} ${k5} ${k6}`]
      means.set(rest, (means.get(rest) ?? 0) + at(i) / 18)
      largest.set(middle, Math.max(largest.get(middle) ?? -2, at(i)))
    }
    for (const [i, value] of [...means.values()].entries()) expect(mean?.[i]).to.be.closeTo(value, 1e-6)
    for (const [i, value] of [...largest.values()].entries()) expect(most?.[i]).to.equal(value)
    expect(total?.[0]).to.be.closeTo(all, 1e-4)
    for (const handle of [...handles, ...results]) backend.release(handle)
    program.dispose()
  })
})
