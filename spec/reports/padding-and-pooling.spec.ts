import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { leavesOf } from '../../src/base/trees.ts'
import * as joinery from '../../src/index.ts'
import { untyped } from '../running.ts'

const { AveragePooling, Convolution, Input, MaxPooling, ZeroPadding, apply, compile, gradients, init, key } = joinery

type Engine = 'tfjs' | 'wasm' | 'onnxruntime'
const engines: readonly Engine[] = ['tfjs', 'wasm', 'onnxruntime']

const near = (what: string, found: tf.Tensor, wanted: tf.Tensor): void => {
  expect(found.shape, what).to.deep.equal(wanted.shape)
  const [actual, expected] = [found.dataSync(), wanted.dataSync()]
  const scale = Math.max(1, ...Array.from(expected, Math.abs))
  for (const [i, value] of expected.entries())
    expect(actual[i], `${what}, element ${i}`).to.be.closeTo(value, 2e-4 * scale)
}

/** That a network computes on an engine what it computes eagerly, in training too, with the same gradients. */
const agree = async (backend: Engine, network: joinery.Layer, shape: readonly number[]): Promise<void> => {
  const variables = init(network, key(1)) as never
  const x = {
    data: joinery.normals(
      key(2),
      shape.reduce((n, d) => n * d, 1),
    ),
    shape,
  } as never
  const mode = { training: true, key: key(3) }
  const eager = apply(network, variables, x).output as unknown as tf.Tensor
  const seed = { data: joinery.normals(key(4), eager.size), shape: eager.shape } as never
  const slopes = gradients(network, variables, x, seed)
  const model = compile(network, variables, { backend })
  try {
    near('output', (await model(x)) as unknown as tf.Tensor, eager)
    const trained = apply(network, variables, x, mode).output as unknown as tf.Tensor
    near('output in training', (await model.apply(x, mode)).output as unknown as tf.Tensor, trained)
    const found = await model.gradients(x, seed)
    near('gradient of the input', found.input as unknown as tf.Tensor, slopes.input as unknown as tf.Tensor)
    const leaves = leavesOf<tf.Tensor>(found.params as never)
    for (const [i, [, name, slope]] of leavesOf<tf.Tensor>(slopes.params as never).entries())
      near(`gradient of ${name}`, leaves[i]?.[2] as tf.Tensor, slope)
  } finally {
    await model.dispose()
  }
}

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most })
const pair = (most: number, least = 1): fc.Arbitrary<unknown> => fc.tuple(upTo(most, least), upTo(most, least))
const pooling = fc
  .record({ stride: fc.oneof(pair(3), fc.constant(null)), padding: fc.constantFrom('valid', 'same') })
  .chain(options =>
    fc.tuple(fc.constantFrom('MaxPooling', 'AveragePooling'), pair(3)).map(([name, size]) => [name, size, options]),
  )
const convolution = fc
  .record({
    padding: fc.oneof(fc.constantFrom('valid', 'same'), pair(2, 0)),
    stride: pair(2),
    dilation: pair(2),
    groups: fc.constantFrom(1, 2),
  })
  .chain(options => fc.tuple(upTo(3), upTo(3)).map(([high, wide]) => ['Convolution', [high, wide, 2], options]))
const margin = fc.oneof(upTo(3, 0), pair(2, 0))
const between = fc.oneof(
  fc.tuple(margin, margin).map(margins => ['ZeroPadding', margins]),
  upTo(1, 0).map(n => ['Cropping', n]),
  upTo(2).map(n => ['Upscale', n]),
  fc.constantFrom<readonly unknown[]>(['Relu'], ['Gelu'], ['BatchNorm'], ['LayerNorm'], ['Transpose', [0, 2, 1, 3]]),
)
/** Two to four layers that look at rows and columns, as calls. */
const stacks = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: pooling },
    { weight: 2, arbitrary: convolution },
    { weight: 3, arbitrary: between },
  ) as fc.Arbitrary<readonly [string, ...(readonly unknown[])]>,
  { minLength: 2, maxLength: 4 },
)
type Constructors = Readonly<Record<string, (...given: readonly unknown[]) => joinery.Layer>>
const networkOf = (
  calls: readonly (readonly [string, ...(readonly unknown[])])[],
  shape: readonly number[],
): joinery.Layer | null => {
  const made = E.tryCatch(() => {
    const layers = calls.map(([name, ...given]) => (untyped as unknown as Constructors)[name]?.(...given))
    const network = untyped.join(Input(shape as number[]), ...layers)
    init(network, key(0))
    return network
  }, E.toError)
  return E.isRight(made) ? made.right : null
}

for (const engine of engines)
  describe(`Zeros around an image are taken for minus infinity, or do not compile, on ${engine}`, () => {
    it('a maximum of zeros and negative numbers is 0', async () => {
      const network = untyped.join(
        Input([4, 4, 1]),
        Convolution([1, 1, 1], { weight: -1, bias: null }),
        ZeroPadding(1),
        MaxPooling([2, 2]),
      )
      const model = compile(network, init(network, key(0)) as never, { backend: engine })
      const output = (await model({ data: new Float32Array(16).fill(1), shape: [1, 4, 4, 1] })) as unknown as tf.Tensor
      expect(Array.from(output.dataSync())).to.deep.equal([0, 0, 0, 0, -1, 0, 0, 0, 0])
      await model.dispose()
    })

    for (const layers of [
      [Convolution([1, 1, 2]), ZeroPadding(2), AveragePooling([2, 2])],
      [Convolution([1, 1, 2]), AveragePooling([2, 2], { stride: 1 }), AveragePooling([2, 2], { stride: 1 })],
      [ZeroPadding(3), AveragePooling([2, 2]), AveragePooling([2, 2])],
      [ZeroPadding(2), Convolution([3, 3, 2], { stride: 2 }), ZeroPadding([[1, 2], 0] as never), MaxPooling([3, 3])],
    ] as unknown as readonly (readonly joinery.Layer[])[])
      it(`${layers.join(' >> ')} computes what it computes eagerly`, () =>
        agree(engine, untyped.join(Input([6, 6, 2]), ...layers), [2, 6, 6, 2]))

    it('random stacks compute what they compute eagerly', () =>
      fc.assert(
        fc.asyncProperty(stacks, async calls => {
          const network = networkOf(calls, [6, 7, 2])
          if (network !== null) await agree(engine, network, [2, 6, 7, 2])
        }),
        { numRuns: 25 },
      )).timeout(60_000)
  })
