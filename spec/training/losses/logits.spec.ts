import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../../src/index.ts'
import { compiledFor } from '../../conformance/engine.ts'

// Logits behind any chain of operations that move probabilities: the loss is that of the probabilities themselves, as long
// as these do not round.

type Step = <T>(ops: j.Ops<T>, x: T) => T
const shapeOf = <T>(ops: j.Ops<T>, x: T) => ops.shape(x) as readonly number[]
const countOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** Steps by a number that each reads in its own way. */
const steps: Readonly<Record<string, (n: number) => Step>> = {
  transpose: n => (ops, x) => {
    const axes = shapeOf(ops, x).map((_, i) => i)
    return ops.transpose(x, [...axes.slice(n % axes.length), ...axes.slice(0, n % axes.length)])
  },
  reverse: n => (ops, x) => ops.reverse(x, [n % shapeOf(ops, x).length]),
  slice: n => (ops, x) => {
    const shape = shapeOf(ops, x)
    const axis = n % shape.length
    const begin = shape.map((d, i) => (i === axis && d > 1 ? 1 : 0))
    return ops.slice(
      x,
      begin,
      shape.map(() => null),
    )
  },
  reshape: () => (ops, x) => {
    const [first = 1, ...rest] = shapeOf(ops, x)
    return ops.reshape(x, [first, countOf(rest)])
  },
  concatenate: n => (ops, x) =>
    ops.concatenate([x, ops.constant(0.3 + (n % 3) / 10, shapeOf(ops, x)), x], n % shapeOf(ops, x).length),
  gather: n => (ops, x) => ops.gather(x, ops.constant(Float32Array.of(n % (shapeOf(ops, x)[0] as number), 0), [2])),
  where: n => (ops, x) => {
    const [first = 1, ...rest] = shapeOf(ops, x)
    const mask = Float32Array.from({ length: first }, (_, i) => (i + n) % 2)
    const condition = ops.constant(mask, [first, ...rest.map(() => 1)])
    return n % 3 === 0 ? ops.where(condition, ops.constant(0.4), x) : ops.where(condition, x, ops.constant(0))
  },
  multiply: n => (ops, x) => {
    const [first = 1, ...rest] = shapeOf(ops, x)
    const factors = Float32Array.from({ length: first }, (_, i) => Math.min((i + n) % 3, 1))
    return ops.multiply(ops.constant(factors, [first, ...rest.map(() => 1)]), x)
  },
  max: n => (ops, x) => ops.max(x, [n % shapeOf(ops, x).length], true),
}

const made = fc.record({
  link: fc.constantFrom('softmax', 'sigmoid') as fc.Arbitrary<'softmax' | 'sigmoid'>,
  chain: fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.integer({ min: 0, max: 11 })), { maxLength: 4 }),
  seed: fc.integer({ min: 1, max: 1000 }),
  classes: fc.integer({ min: 2, max: 4 }),
})
type Made = typeof made extends fc.Arbitrary<infer M> ? M : never

const outputsOf = <T>(ops: j.Ops<T>, { link, chain }: Made, x: T): T =>
  chain.reduce((value, [name, n]) => steps[name]?.(n)(ops, value) as T, ops[link](x))

const losses = [j.binaryCrossentropy, j.focal, j.kullbackLeibler] as const
/** What is expected, any shares of the shape of the outputs. */
const sharesOf = <T>(ops: j.Ops<T>, outputs: T): T => {
  const shape = shapeOf(ops, outputs)
  return ops.constant(
    Float32Array.from({ length: countOf(shape) }, (_, i) => ((i * 7) % 5) / 5),
    shape,
  )
}
const totalOf = <T>(ops: j.Ops<T>, loss: j.Loss, outputs: T): T => {
  const each = loss.forward(ops, sharesOf(ops, outputs), outputs, { x: [] })
  return ops.sum(
    each,
    shapeOf(ops, each).map((_, i) => i),
  )
}
const inputOf = ({ seed, classes }: Made): Tensor =>
  tensor(Array.from(j.normals(j.key(seed), 6 * classes)), [2, 3, classes]) as Tensor

describe('Losses by logits are those of their probabilities', () => {
  it('on a tape, and their gradients are finite', () =>
    fc.assert(
      fc.property(made, one =>
        tidy(() => {
          const x = inputOf(one)
          for (const loss of losses) {
            const plain = totalOf(j.tfjsOps, loss, outputsOf(j.tfjsOps, one, x)).dataSync()[0] as number
            const { ops, variable, gradients } = j.tape(j.tfjsOps)
            const at = variable(x)
            const total = totalOf(ops, loss, outputsOf(ops, one, at))
            expect(total.value.dataSync()[0], loss.name).to.be.closeTo(plain, 1e-4 * (1 + Math.abs(plain)))
            const [gradient] = gradients([[total, j.tfjsOps.constant(1)]], [at])
            expect((gradient as Tensor).dataSync().every(Number.isFinite), loss.name).to.equal(true)
          }
        }),
      ),
      { numRuns: 150 },
    ))

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`in a program of ${backend}`, async () => {
      const { compute } = await compiledFor(backend)
      await fc.assert(
        fc.asyncProperty(made, async one => {
          const x = inputOf(one)
          const wanted = losses.map(
            loss => totalOf(j.tfjsOps, loss, outputsOf(j.tfjsOps, one, x)).dataSync()[0] as number,
          )
          const found = await compute(
            (ops, node) => losses.map(loss => totalOf(ops, loss, outputsOf(ops, one, node as typeof node & {}))),
            [x],
          )
          for (const [i, value] of wanted.entries())
            expect(found[i]?.[0], losses[i]?.name).to.be.closeTo(value, 1e-4 * (1 + Math.abs(value)))
        }),
        { numRuns: 20 },
      )
    })
})
