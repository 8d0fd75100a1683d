import { expect } from 'chai'
import fc from 'fast-check'
import { apply, Input, init, join, key, MultiHeadAttention, outputShape, parallel } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const cases = fc.record({
  seed: fc.nat(1000),
  heads: fc.integer({ min: 1, max: 3 }),
  keySize: fc.integer({ min: 1, max: 3 }),
  valueSize: fc.option(fc.integer({ min: 1, max: 3 })),
  outputSize: fc.option(fc.integer({ min: 1, max: 4 })),
  inputs: fc.integer({ min: 1, max: 3 }),
  queries: fc.integer({ min: 1, max: 4 }),
  keys: fc.integer({ min: 1, max: 4 }),
  causal: fc.boolean(),
  bias: fc.boolean(),
  mask: fc.constantFrom('none', 'keys', 'each', 'heads'),
})

const bit = (seed: number, shape: readonly number[]): Numbers => {
  const { data } = draw(seed, shape)
  return { shape, data: data.map(value => (value > -0.3 ? 1 : 0)) }
}

interface Weights {
  readonly weight: Numbers
  readonly bias: Numbers | undefined
}
/** `x W + b` of one step, for one column. */
const mapped = (x: Numbers, { weight, bias }: Weights, b: number, t: number, column: number): number => {
  let sum = bias ? at(bias, column) : 0
  for (let k = 0; k < (x.shape[2] as number); k++) sum += at(x, b, t, k) * at(weight, k, column)
  return sum
}

describe('MultiHeadAttention', () => {
  it('is the weighted mean that its description gives, for every number of inputs, sizes and masks', () => {
    fc.assert(
      fc.property(cases, ({ seed, heads, keySize, valueSize, outputSize, inputs, causal, bias, ...given }) => {
        const [batch, queries] = [2, given.queries]
        const keys = inputs === 1 ? queries : given.keys
        const query = draw(seed, [batch, queries, 3])
        const key_ = inputs === 1 ? query : draw(seed + 1, [batch, keys, 2])
        const value = inputs === 3 ? draw(seed + 2, [batch, keys, 4]) : key_
        const masks = { keys: [batch, keys], each: [batch, queries, keys], heads: [batch, heads, queries, keys] }
        const mask = given.mask === 'none' ? undefined : bit(seed + 3, masks[given.mask as 'keys'])
        const layer = untyped.MultiHeadAttention(heads, {
          ...{ keySize, valueSize, outputSize, causal, mask: mask !== undefined, bias: bias ? 0.5 : null },
        })
        const all = [query, ...(inputs > 1 ? [key_] : []), ...(inputs > 2 ? [value] : []), ...(mask ? [mask] : [])]
        const { output, params } = run(layer, all.length === 1 ? query : all, { seed })
        const of = (name: string): Weights => ({
          weight: params[`${name}Weight`] as Numbers,
          bias: params[`${name}Bias`],
        })
        expect('queryBias' in params).to.equal(bias)
        const [asks, answers, gives, ends] = ['query', 'key', 'value', 'output'].map(of) as [
          Weights,
          Weights,
          Weights,
          Weights,
        ]
        const each = valueSize ?? keySize

        const allowed = (b: number, h: number, q: number, k: number): boolean => {
          if (causal && k > q) return false
          if (!mask) return true
          const place = { keys: [b, k], each: [b, q, k], heads: [b, h, q, k] }[given.mask as 'keys'] as number[]
          return at(mask, ...place) !== 0
        }
        /** What a head gives a query, for one feature of its values. */
        const found = (b: number, h: number, q: number, feature: number): number => {
          let [total, sum] = [0, 0]
          for (let k = 0; k < keys; k++) {
            if (!allowed(b, h, q, k)) continue
            let score = 0
            for (let d = 0; d < keySize; d++)
              score += mapped(query, asks, b, q, h * keySize + d) * mapped(key_, answers, b, k, h * keySize + d)
            const weight = Math.exp(score / Math.sqrt(keySize))
            total += weight
            sum += weight * mapped(value, gives, b, k, h * each + feature)
          }
          return total === 0 ? 0 : sum / total
        }
        const expected = build([batch, queries, outputSize ?? 3], ([b = 0, q = 0, o = 0]) => {
          let sum = ends.bias ? at(ends.bias, o) : 0
          for (let h = 0; h < heads; h++)
            for (let d = 0; d < each; d++) sum += found(b, h, q, d) * at(ends.weight, h * each + d, o)
          return sum
        })
        close(output, expected, 2e-4)
      }),
      { numRuns: 60 },
    )
  })

  it('divides the features of the query among the heads unless it is told sizes', () => {
    const network = join(Input([5, 6]), MultiHeadAttention(3))
    const own = init(network, key(1)).params['multi-head-attention-1']
    expect(Object.entries(own).map(([name, { shape }]) => [name, shape])).to.deep.equal([
      ['queryWeight', [6, 6]],
      ['keyWeight', [6, 6]],
      ['valueWeight', [6, 6]],
      ['outputWeight', [6, 6]],
      ['queryBias', [6]],
      ['keyBias', [6]],
      ['valueBias', [6]],
      ['outputBias', [6]],
    ])
  })

  it('drops a part of the attention in training, so that the mean stays', () => {
    const layer = untyped.MultiHeadAttention(1, { dropout: 0.5, bias: null, valueWeight: [[1]], outputWeight: [[1]] })
    const x = build([50, 40, 1], () => 1)
    const { data } = run(layer, x, { training: true }).output
    expect(data.some(value => Math.abs(value - 1) > 0.05)).to.equal(true)
    expect(data.reduce((sum, value) => sum + value, 0) / data.length).to.be.closeTo(1, 0.02)
    close(run(layer, x).output, x)
  })

  it('does not know the order of the keys', () => {
    const network = join(parallel(Input([2, 4]), Input([3, 4])), MultiHeadAttention(2))
    const variables = init(network, key(1))
    const [query, rows] = [draw(1, [1, 2, 4]), draw(2, [1, 3, 4])]
    const turned = { shape: rows.shape, data: [...rows.data.slice(8), ...rows.data.slice(0, 8)] }
    const outputs = [rows, turned].map(keys => apply(network, variables, [query, keys]).output.dataSync())
    for (const [i, value] of (outputs[0] as Float32Array).entries()) expect(outputs[1]?.[i]).to.be.closeTo(value, 1e-5)
  })

  it('reads back and prints its options', () => {
    const layer = MultiHeadAttention(2, { keySize: 3, causal: true, mask: true, dropout: 0.1, bias: null })
    expect(layer).to.include({ heads: 2, keySize: 3, valueSize: null, causal: true, mask: true, dropout: 0.1 })
    expect(String(layer)).to.equal(
      'MultiHeadAttention(2, { keySize: 3, causal: true, mask: true, dropout: 0.1, bias: null })',
    )
    expect(String(MultiHeadAttention(4))).to.equal('MultiHeadAttention(4)')
  })

  it('keeps what is unknown unknown', () => {
    expect(outputShape(MultiHeadAttention(2), null)).to.deep.equal([null, null, null])
    expect(outputShape(MultiHeadAttention(2, { outputSize: 5 }), [null, null, 4])).to.deep.equal([null, null, 5])
    expect(outputShape(MultiHeadAttention(2), [[null, 3, null], null])).to.deep.equal([null, 3, null])
  })

  const sides =
    (layer: unknown, ...shapes: unknown[]) =>
    () =>
      untyped.join(
        shapes.length === 1 ? untyped.Input(shapes[0]) : untyped.parallel(...shapes.map(shape => untyped.Input(shape))),
        layer,
      )
  const named = 'LayerConnectionError of multi-head-attention-1: expected'
  refuses([
    [() => untyped.MultiHeadAttention(), 'InvalidOption of MultiHeadAttention, heads: expected a positive integer'],
    [
      () => untyped.MultiHeadAttention(2, { keySize: 0 }),
      'InvalidOption of MultiHeadAttention, keySize: expected a positive integer, or null',
    ],
    [
      () => untyped.MultiHeadAttention(2, { dropout: 1 }),
      'InvalidOption of MultiHeadAttention, dropout: expected a number >= 0 and < 1, got 1.',
    ],
    [
      () => untyped.MultiHeadAttention(2, { mask: [1] }),
      'InvalidOption of MultiHeadAttention, mask: expected true or false, got [1].',
    ],
    [sides(untyped.MultiHeadAttention(4), [3, 6]), `${named} features divisible by 4 heads, got (?, 3, 6).`],
    [sides(untyped.MultiHeadAttention(2), 6), `${named} 3-dimensional inputs [batch, time, features], got (?, 6).`],
    [sides(untyped.MultiHeadAttention(2, { mask: true }), [3, 6]), `${named} one to three inputs and a mask, got`],
    [
      sides(untyped.MultiHeadAttention(2), [3, 6], [3, 6], [3, 6], [3, 6]),
      `${named} one to three inputs, got [(?, 3, 6), (?, 3, 6), (?, 3, 6), (?, 3, 6)].`,
    ],
    [
      sides(untyped.MultiHeadAttention(2), [3, 6], [3, 6], [4, 6]),
      `${named} as many keys as values, got [(?, 3, 6), (?, 3, 6), (?, 4, 6)]. Every key has one value.`,
    ],
    [
      sides(untyped.MultiHeadAttention(2, { mask: true }), [3, 6], 4),
      `${named} a mask [batch, keys], [batch, queries, keys] or [batch, heads, queries, keys], got [(?, 3, 6), (?, 4)].`,
    ],
    [
      () => init(untyped.join(Input([3, null]), untyped.MultiHeadAttention(2, { keySize: 2 })), key(1)),
      'WeightInitializationError of multi-head-attention-1: expected a known number of features of every input',
    ],
    [
      () =>
        apply(
          untyped.join(Input([3, 2]), untyped.MultiHeadAttention(2, { dropout: 0.5 })),
          init(untyped.join(Input([3, 2]), untyped.MultiHeadAttention(2, { dropout: 0.5 })), key(1)) as never,
          draw(1, [1, 3, 2]) as never,
          { training: true },
        ),
      'InvalidOption of MultiHeadAttention, key: expected a key',
    ],
  ])
})
