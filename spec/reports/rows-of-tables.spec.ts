import { expect } from 'chai'
import { apply, compile, gradients, Input, InvalidOption, init, join, key, Lambda, type Ops } from '../../src/index.ts'

// Indices that are computed, of which nothing is known before.

const looked = (...indices: readonly number[]) =>
  join(
    Input(2),
    Lambda(<T>(ops: Ops<T>, x: T) => ops.gather(x, ops.constant(Float32Array.from(indices), [indices.length])), [2]),
  )
const x = [
  [1, 2],
  [3, 4],
]
const readings = {
  apply: (network: ReturnType<typeof looked>) => apply(network, init(network, key(0)), x).output,
  gradients: (network: ReturnType<typeof looked>) => gradients(network, init(network, key(0)), x, x).output,
  tfjs: (network: ReturnType<typeof looked>) => compile(network, init(network, key(0)), { backend: 'tfjs' })(x),
  wasm: (network: ReturnType<typeof looked>) => compile(network, init(network, key(0)), { backend: 'wasm' })(x),
} as const

describe('An index of no row', () => {
  for (const [reading, read] of Object.entries(readings)) {
    for (const index of [2, -1, 1e9, Number.NaN, Number.POSITIVE_INFINITY])
      it(`${index} is another row, or an error of tfjs, by ${reading}`, async () => {
        const error = await Promise.resolve()
          .then(() => read(looked(0, index)))
          .then(
            () => undefined,
            (fault: unknown) => fault,
          )
        expect(error).to.be.instanceOf(InvalidOption)
        expect(error).to.include({ expected: 'whole numbers from 0 to 1', got: String(Math.fround(index)) })
      })
    it(`leaves those of rows as they are by ${reading}`, async () => {
      const output = await read(looked(1, 0))
      expect(Array.from(output.dataSync())).to.deep.equal([3, 4, 1, 2])
    })
  }
})
