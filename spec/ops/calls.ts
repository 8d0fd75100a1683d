import fc from 'fast-check'
import { key, permutation } from '../../src/index.ts'
import type { Attributes, Operation } from '../../src/ops/operations.ts'
import type { Sliding } from '../../src/ops/ops.ts'
import { type Numbers, reference, sizeOf } from './reference.ts'

// Random calls of every operation, at points where what is differentiable has a derivative: elements are distinct and not 0.

/** A call of one operation. */
export interface Call {
  readonly operation: Operation
  readonly inputs: readonly Numbers[]
  readonly attributes: Attributes[Operation]
  /** Which inputs a derivative exists for. */
  readonly differentiable: readonly boolean[]
}

export interface Range {
  readonly low: number
  readonly high: number
}
export const anywhere: Range = { low: -2, high: 2 }
export const positive: Range = { low: 0.3, high: 2.5 }

/** Elements spread evenly over a range, in a random order; an even count keeps them off the middle. */
export const spread = (seed: number, shape: readonly number[], { low, high }: Range): Numbers => {
  const n = sizeOf(shape)
  const places = n % 2 === 0 ? n : n + 1
  const order = permutation(key(seed), places)
  return {
    shape,
    data: Array.from({ length: n }, (_, i) => low + ((high - low) * ((order[i] as number) + 0.5)) / places),
  }
}

export const seed: fc.Arbitrary<number> = fc.integer({ min: 0, max: 1e6 })
export const size: fc.Arbitrary<number> = fc.integer({ min: 1, max: 3 })
export const shape = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(size, { minLength: least, maxLength: most })
/** A tensor of a shape, and of one that a shape arbitrary gives. */
const of = (own: readonly number[], range = anywhere): fc.Arbitrary<Numbers> => seed.map(s => spread(s, own, range))
export const tensor = (least: number, most: number, range: Range = anywhere): fc.Arbitrary<Numbers> =>
  shape(least, most).chain(own => of(own, range))

const call = (
  operation: Operation,
  inputs: readonly Numbers[],
  attributes: readonly unknown[] = [],
  differentiable: readonly boolean[] = inputs.map(() => true),
): Call => ({ operation, inputs, attributes: attributes as Attributes[Operation], differentiable })

const unary = (operation: Operation, range = anywhere) => tensor(0, 3, range).map(x => call(operation, [x]))

/** Two shapes that broadcast to one. */
export const pairOfShapes: fc.Arbitrary<readonly [readonly number[], readonly number[]]> = shape(0, 3).chain(whole =>
  fc
    .tuple(
      fc.nat(whole.length),
      fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length }),
      fc.boolean(),
    )
    .map(([dropped, ones, swapped]) => {
      const narrow = whole.map((d, i) => (ones[i] ? 1 : d)).slice(dropped)
      return swapped ? ([narrow, whole] as const) : ([whole, narrow] as const)
    }),
)
/** Together their elements are distinct too, so that neither operand equals the other anywhere. */
const binary = (operation: Operation, range = anywhere, second = range) =>
  fc.tuple(pairOfShapes, seed).map(([[a, b], s]) => {
    const shifted = { low: second.low + 0.0137, high: second.high + 0.0137 }
    return call(operation, [spread(s, a, range), spread(s + 1, b, shifted)])
  })

export const axesOf = (rank: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.nat(rank - 1), { minLength: 1, maxLength: rank }).map(a => a.sort())
const reduction = (operation: Operation) =>
  tensor(1, 3).chain(x =>
    fc.tuple(axesOf(x.shape.length), fc.boolean()).map(([axes, keep]) => call(operation, [x], [axes, keep])),
  )

/** A filter that slides by single steps, and stays within its input. */
export const sliding: Sliding = {
  stride: [1, 1],
  dilation: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  groups: 1,
}
const margin = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
const pair = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 }))
const convolution = fc
  .record({
    s: seed,
    groups: fc.integer({ min: 1, max: 2 }),
    each: fc.integer({ min: 1, max: 2 }),
    made: fc.integer({ min: 1, max: 2 }),
    batch: size,
    filter: pair,
    more: fc.tuple(fc.nat(2), fc.nat(2)),
    stride: pair,
    dilation: pair,
    padding: fc.tuple(margin, margin),
  })
  .map(({ s, groups, each, made, batch, filter, more, stride, dilation, padding }) => {
    const rows = (filter[0] - 1) * dilation[0] + 1 + more[0]
    const cols = (filter[1] - 1) * dilation[1] + 1 + more[1]
    const x = spread(s, [batch, rows, cols, groups * each], anywhere)
    const weights = spread(s + 1, [...filter, each, groups * made], anywhere)
    return call('convolve', [x, weights], [{ stride, dilation, padding, groups }])
  })

/** Padding is smaller than the window, so that every window holds an element. */
const pooling = fc
  .record({ s: seed, batch: size, channels: size, window: pair, more: fc.tuple(fc.nat(3), fc.nat(3)), stride: pair })
  .chain(({ window, ...rest }) => {
    const own = (axis: 0 | 1) => fc.tuple(fc.nat(window[axis] - 1), fc.nat(window[axis] - 1))
    return fc
      .tuple(own(0), own(1))
      .map(padding => ({ ...rest, window: { size: window, stride: rest.stride, padding } }))
  })
const pooled = (
  d: number,
  axis: 0 | 1,
  {
    size,
    stride,
    padding,
  }: { size: readonly number[]; stride: readonly number[]; padding: readonly (readonly number[])[] },
) =>
  Math.floor(
    (d + (padding[axis]?.[0] ?? 0) + (padding[axis]?.[1] ?? 0) - (size[axis] as number)) / (stride[axis] as number),
  ) + 1

/** Every operation's calls. */
export const calls: { readonly [O in Operation]: fc.Arbitrary<Call> } = {
  negative: unary('negative'),
  exp: unary('exp'),
  log: unary('log', positive),
  sqrt: unary('sqrt', positive),
  rsqrt: unary('rsqrt', positive),
  square: unary('square'),
  abs: unary('abs'),
  sigmoid: unary('sigmoid'),
  tanh: unary('tanh'),
  relu: unary('relu'),
  elu: unary('elu'),
  softplus: unary('softplus'),
  erf: unary('erf'),
  sin: unary('sin'),
  cos: unary('cos'),
  atan: unary('atan'),
  // Elements are no whole numbers, where it jumps.
  floor: unary('floor', { low: -1.98, high: 2.01 }).map(one => ({ ...one, differentiable: [false] })),
  add: binary('add'),
  subtract: binary('subtract'),
  multiply: binary('multiply'),
  divide: binary('divide', anywhere, positive),
  pow: binary('pow', positive, anywhere),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  greater: binary('greater').map(one => ({ ...one, differentiable: [false, false] })),
  equal: fc.tuple(pairOfShapes, seed).map(([[a, b], s]) => {
    const whole = (own: readonly number[], from: number): Numbers => {
      const { data } = spread(from, own, anywhere)
      return { shape: own, data: data.map(Math.round) }
    }
    return call('equal', [whole(a, s), whole(b, s + 1)], [], [false, false])
  }),
  // Each of the three may be the one that is repeated, or both others.
  where: fc.tuple(pairOfShapes, fc.nat(2), fc.boolean(), seed).map(([[wide, narrow], alone, other, s]) => {
    const own = [0, 1, 2].map(i => ((i === alone) === other ? wide : narrow))
    const [condition, a, b] = own.map((shape, i) => spread(s + i, shape, anywhere)) as [Numbers, Numbers, Numbers]
    const truths = { shape: condition.shape, data: condition.data.map(value => (value > 0 ? 1 : 0)) }
    return call('where', [truths, a, b], [], [false, true, true])
  }),
  sum: reduction('sum'),
  mean: reduction('mean'),
  max: reduction('max'),
  argMax: tensor(1, 3).map(x => call('argMax', [x], [], [false])),
  argSort: tensor(1, 3).map(x =>
    call('argSort', [{ ...x, data: x.data.map(value => Math.round(2 * value)) }], [], [false]),
  ),
  softmax: tensor(1, 3).map(x => call('softmax', [x])),
  logSoftmax: tensor(1, 3).map(x => call('logSoftmax', [x])),
  reshape: tensor(1, 3).map(x => call('reshape', [x], [[...x.shape.slice(1), null]])),
  transpose: tensor(0, 4).chain(x =>
    seed.map(s => call('transpose', [x], [Array.from(permutation(key(s), x.shape.length))])),
  ),
  concatenate: shape(1, 3).chain(own =>
    fc
      .tuple(fc.nat(own.length - 1), fc.array(fc.tuple(size, seed), { minLength: 1, maxLength: 3 }))
      .map(([axis, parts]) =>
        call(
          'concatenate',
          parts.map(([d, s]) =>
            spread(
              s,
              own.map((e, i) => (i === axis ? d : e)),
              anywhere,
            ),
          ),
          [axis],
        ),
      ),
  ),
  slice: tensor(0, 3).chain(x =>
    fc
      .array(fc.tuple(fc.nat(2), fc.nat(2), fc.boolean()), { minLength: x.shape.length, maxLength: x.shape.length })
      .map(draws => {
        const begin = draws.map(([from], i) => Math.min(from, (x.shape[i] as number) - 1))
        const length = draws.map(([, n, all], i) =>
          all ? null : Math.min(n + 1, (x.shape[i] as number) - (begin[i] as number)),
        )
        return call('slice', [x], [begin, length])
      }),
  ),
  reverse: tensor(1, 3).chain(x => axesOf(x.shape.length).map(axes => call('reverse', [x], [axes]))),
  broadcast: pairOfShapes.chain(([a, b]) => {
    const [whole, narrow] = a.length > b.length || (a.length === b.length && sizeOf(a) >= sizeOf(b)) ? [a, b] : [b, a]
    return of(narrow).map(x => call('broadcast', [x], [whole]))
  }),
  gather: fc.tuple(tensor(1, 3), shape(0, 2), seed).map(([table, own, s]) => {
    const rows = table.shape[0] as number
    const indices = { shape: own, data: spread(s, own, { low: 0, high: rows }).data.map(Math.floor) }
    return call('gather', [table, indices], [], [true, false])
  }),
  scatter: fc.tuple(shape(0, 2), shape(0, 2), size, seed).map(([own, rest, rows, s]) => {
    const indices = { shape: own, data: spread(s, own, { low: 0, high: rows }).data.map(Math.floor) }
    return call('scatter', [spread(s + 1, [...own, ...rest], anywhere), indices], [rows], [true, false])
  }),
  stopGradient: tensor(0, 3).map(x => call('stopGradient', [x], [], [false])),
  clipGradient: tensor(0, 3).map(x => call('clipGradient', [x], [100])),
  pad: tensor(0, 3).chain(x =>
    fc
      .array(margin, { minLength: x.shape.length, maxLength: x.shape.length })
      .map(margins => call('pad', [x], [margins])),
  ),
  matmul: fc
    .tuple(shape(0, 2), size, size, size, seed)
    .map(([lead, n, k, m, s]) =>
      call('matmul', [spread(s, [...lead, n, k], anywhere), spread(s + 1, [...lead, k, m], anywhere)]),
    ),
  convolve: convolution,
  maxPool: pooling.map(({ s, batch, channels, more, window }) =>
    call(
      'maxPool',
      [spread(s, [batch, window.size[0] + more[0], window.size[1] + more[1], channels], anywhere)],
      [window],
    ),
  ),
  averagePool: pooling.map(({ s, batch, channels, more, window }) =>
    call(
      'averagePool',
      [spread(s, [batch, window.size[0] + more[0], window.size[1] + more[1], channels], anywhere)],
      [window],
    ),
  ),
  // Its second and third inputs only say where the largest elements are.
  maxPoolGradient: pooling.map(({ s, batch, channels, more, window }) => {
    const [rows, cols] = [window.size[0] + more[0], window.size[1] + more[1]]
    const x = spread(s, [batch, rows, cols, channels], anywhere)
    const dy = spread(s + 1, [batch, pooled(rows, 0, window), pooled(cols, 1, window), channels], anywhere)
    return call('maxPoolGradient', [dy, x, dy], [window], [true, false, false])
  }),
  averagePoolGradient: pooling.map(({ s, batch, channels, more, window }) => {
    const [rows, cols] = [window.size[0] + more[0], window.size[1] + more[1]]
    const dy = spread(s, [batch, pooled(rows, 0, window), pooled(cols, 1, window), channels], anywhere)
    return call('averagePoolGradient', [dy], [[batch, rows, cols, channels], window])
  }),
}

/** A call whose inputs mean what the operation says they do: the third one of maxPoolGradient is what was pooled. */
export const meant = (call: Call): Call => {
  if (call.operation !== 'maxPoolGradient') return call
  const [dy, x] = call.inputs as [Numbers, Numbers]
  const [window] = call.attributes as never as [Parameters<typeof reference.maxPool>[1]]
  return { ...call, inputs: [dy, x, reference.maxPool(x, window)] }
}
