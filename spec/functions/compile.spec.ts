import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import type { BackendOption } from '../../src/backends/choose.ts'
import type { Key } from '../../src/index.ts'
import {
  compile,
  eager,
  foldIn,
  grad,
  hvp,
  Input,
  InvalidOption,
  init,
  join,
  jvp,
  key,
  Linear,
  type Ops,
  placeholder,
  split,
} from '../../src/index.ts'
import { close } from '../running.ts'
import { settled } from '../settled.ts'
import { expressions, functionOf, lossOf, nested, numbers, start, waves } from './functions.ts'

const backends: readonly (BackendOption & string)[] = ['tfjs', 'wasm', 'onnxruntime']
const same = (found: tf.Tensor, expected: tf.Tensor): void =>
  close({ shape: found.shape, data: numbers(found) }, { shape: expected.shape, data: numbers(expected) }, 2e-3)

for (const backend of backends)
  describe(`A function compiled on ${backend}`, () => {
    it('computes what the eager one does: values, gradients, and products with derivatives', () =>
      fc.assert(
        fc.asyncProperty(expressions, async expression => {
          const f = functionOf(expression)
          const loss = lossOf(f)
          const all = <T>(ops: Ops<T>, x: T, scale: T, direction: T) => ({
            value: f(ops, x, scale),
            slopes: grad(loss<T>, { wrt: [1, 0] })(ops, x, scale),
            along: jvp(f<T>)(ops, [x, scale], [direction])[1],
            curved: hvp(loss<T>)(ops, x, direction, scale),
          })
          const x = start(expression.seed, expression.shape)
          const given = [nested(x), 0.7, nested(waves(x.shape))] as const
          const compiled = compile(all, { backend })
          const [found, expected] = [await compiled(...given), eager(all)(...given)]
          same(found.value, expected.value)
          for (const [i, slope] of found.slopes.entries()) same(slope, expected.slopes[i] as tf.Tensor)
          same(found.along, expected.along)
          same(found.curved, expected.curved)
          await compiled.dispose()
        }),
        { numRuns: 8 },
      ))

    it('draws by its keys what the eager one does', async () => {
      const draw = <T>(ops: Ops<T>, { keys, own }: { keys: readonly Key[]; own: Key }, x: T) => ({
        normal: ops.add(x, ops.normal(foldIn(own, 'noise'), [3])),
        each: keys.map(from => ops.uniform(from, [2])),
        fixed: ops.uniform(key(9), [2]),
        parts: split(own, 2).map(from => ops.normal(from, [2])),
      })
      const compiled = compile(draw, { backend })
      for (const seed of [1, 2]) {
        const given = [{ keys: [key(seed), key(seed + 1)], own: key(seed + 2) }, [0, 0, 0]] as const
        const [found, expected] = [await compiled(...given), eager(draw)(...given)]
        expect(numbers(found.normal)).to.deep.equal(numbers(expected.normal))
        expect(found.each.map(numbers)).to.deep.equal(expected.each.map(numbers))
        expect(numbers(found.fixed)).to.deep.equal(numbers(expected.fixed))
        expect(found.parts.map(numbers)).to.deep.equal(expected.parts.map(numbers))
      }
      await compiled.dispose()
    })

    it('gives arguments, constants, equal results and trees without tensors back', async () => {
      const compiled = compile(
        <T>(ops: Ops<T>, x: T) => ({ x, again: x, one: ops.constant(1), twice: [ops.exp(x), ops.exp(x)], none: [] }),
        { backend },
      )
      const given = tf.tensor([1, 2])
      const found = await compiled(given)
      given.dispose()
      expect([found.x, found.again, found.one].map(numbers)).to.deep.equal([[1, 2], [1, 2], [1]])
      expect(found.twice.map(({ shape }) => shape)).to.deep.equal([[2], [2]])
      expect(found.none).to.deep.equal([])
      const nothing = compile(() => ({ none: [] as never[] }), { backend })
      expect(await nothing()).to.deep.equal({ none: [] })
      await compiled.dispose()
      await nothing.dispose()
    })

    it('leaves nothing behind but its result', async () => {
      const before = await settled()
      const compiled = compile(
        grad(<T>(ops: Ops<T>, x: T) => ops.sum(ops.square(x), [0])),
        { backend },
      )
      await compiled([1, 2])
      await compiled([1, 2, 3])
      await compiled(['x'] as never).catch(() => undefined)
      await compiled.dispose()
      expect(await settled()).to.equal(before)
    })
  })

describe('compile of a function', () => {
  it('traces once for each form and shapes', async () => {
    let traces = 0
    const compiled = compile(<T>(ops: Ops<T>, xs: readonly T[]) => {
      traces++
      return xs.reduce((a, b) => ops.add(a, b))
    })
    const one = { data: [1, 2], shape: [2] }
    const two = { data: [1, 2, 3], shape: [3] }
    expect(numbers(await compiled([one, one]))).to.deep.equal([2, 4])
    await compiled([one, one])
    expect(traces).to.equal(1)
    await compiled([two, two])
    await compiled([one, one, one])
    expect(traces).to.equal(3)
    expect(numbers(await compiled([one, one]))).to.deep.equal([2, 4])
    expect(traces).to.equal(3)
    // Forms are kept for the most recent calls, and made again after.
    for (let n = 1; n <= 20; n++) await compiled(Array.from({ length: n }, () => one))
    expect(numbers(await compiled([one]))).to.deep.equal([1, 2])
    await compiled.dispose()
    expect(numbers(await compiled([one, one]))).to.deep.equal([2, 4])
    await compiled.dispose()
  })

  it('gives back what is beside a loss, of the operations around too', async () => {
    const slope = compile(<T>(ops: Ops<T>, x: T, fixed: T) =>
      grad((inner: Ops<T>, at: T) => [inner.multiply(at, fixed), { fixed, doubled: inner.add(at, fixed) }] as const, {
        aux: true,
      })(ops, x),
    )
    const [found, { fixed, doubled }] = await slope(2, 3)
    expect([found, fixed, doubled].map(numbers)).to.deep.equal([[3], [3], [5]])
  })

  it('takes networks as before', async () => {
    const network = join(Input(2), Linear(1, { weight: [[3], [4]], bias: 1 }))
    const variables = init(network, key(1))
    expect(numbers(await compile(network, variables)([[1, 1]]))).to.deep.equal([8])
    expect(numbers(await compile(network)(variables, [[1, 1]]))).to.deep.equal([8])
    expect(numbers(await compile(network, { backend: 'wasm' })(variables, [[1, 1]]))).to.deep.equal([8])
  })

  it('refuses what it cannot compile', async () => {
    const refused = async (work: () => Promise<unknown>, ...texts: readonly string[]): Promise<void> => {
      const error = await work().then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(error).to.be.instanceOf(InvalidOption)
      for (const text of texts) expect((error as Error).message).to.include(text)
    }
    const square = <T>(ops: Ops<T>, x: T): T => ops.square(x)
    expect(() => compile(square, { backend: 'none' as never })).to.throw(InvalidOption, 'compile, backend')
    expect(() => compile(square, { backnd: 'wasm' } as never)).to.throw(InvalidOption, 'compile, backnd')
    expect(() => compile(3 as never)).to.throw(InvalidOption, 'compile')
    await refused(() => compile(square)('x' as never), 'compile, argument 0: expected a tensor', "got 'x'")
    await refused(() => compile((() => 1) as unknown as () => never)(), 'compile, f, result', 'got 1')
    await refused(() => compile((async () => 1) as unknown as () => never)(), 'compile, f, result', 'got a promise')
    const number = tf.scalar(2)
    await refused(
      () => compile(<T>(ops: Ops<T>, x: T) => ops.add(x, number as T))(1),
      'add, operands',
      'a tensor of shape []',
    )
    await refused(
      () => compile(<T>(ops: Ops<T>, x: T) => ops.add(x, placeholder('weights', []) as T))(1),
      'compile, f, result: expected what is computed of the arguments, got a value that depends on weights',
    )
  })
})
