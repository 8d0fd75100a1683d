import { type Shape, sizeOf } from '../base/shape.ts'
import { sliceAlong, transposed } from './axes.ts'
import type { Attributes, Operands, Operation } from './operations.ts'
import type { Margin, Ops, Pair, Sliding, Window } from './ops.ts'
import { spread } from './spread.ts'

// One rule per operation: from the gradient of its result to the gradients of its inputs. Rules are written in the
// operations themselves, so they hold in every interpreter and can be differentiated again.
//
// At points without a derivative: relu and abs have gradient 0 at 0. Of equal operands of maximum and minimum, the
// first gets the gradient, so a clipped value has one at its limits. Equal largest elements share the gradient of max;
// in a pooling the first gets all of it. `where` gives 0 to what it does not choose, even if the gradient is NaN.

/** What a rule can use besides the gradient `dy` of the result `y`. */
interface Context<T, Inputs, A> {
  readonly y: T
  readonly inputs: Inputs
  readonly attributes: A
  /** Which inputs need a gradient; expensive ones are computed for these only. */
  readonly needed: readonly boolean[]
}
/** Gradients of the inputs, in order; `null` for none. */
type Rule<O extends Operation> = <T>(
  ops: Ops<T>,
  dy: T,
  context: Context<T, Operands<O, T>, Attributes[O]>,
) => readonly (T | null)[]

/** Undoes broadcasting: sums back to the shape of an operand. */
const unbroadcast = <T>(ops: Ops<T>, dy: T, shape: Shape): T => {
  const from = ops.shape(dy)
  const added = from.length - shape.length
  const axes = from.flatMap((d, i) => (i < added || (shape[i - added] === 1 && d !== 1) ? [i] : []))
  if (axes.length === 0) return dy
  return ops.reshape(ops.sum(dy, axes), shape)
}
/** The rule of a binary operation, from gradients of the broadcast shape. */
const binary =
  (rule: <T>(ops: Ops<T>, dy: T, a: T, b: T, y: T) => readonly [T, T]) =>
  <T>(ops: Ops<T>, dy: T, { inputs: [a, b], y }: Context<T, readonly [T, T], readonly []>): readonly T[] => {
    const [da, db] = rule(ops, dy, a, b, y)
    return [unbroadcast(ops, da, ops.shape(a)), unbroadcast(ops, db, ops.shape(b))]
  }
const unary =
  (rule: <T>(ops: Ops<T>, dy: T, x: T, y: T) => T) =>
  <T>(ops: Ops<T>, dy: T, { inputs: [x], y }: Context<T, readonly [T], readonly []>): readonly T[] => [
    rule(ops, dy, x, y),
  ]

const times = <T>(ops: Ops<T>, x: T, factor: number): T => ops.multiply(x, ops.constant(factor))
const not = <T>(ops: Ops<T>, mask: T): T => ops.subtract(ops.constant(1), mask)

/** A reduced tensor with its reduced axes as 1. */
const keepDimensions = <T>(ops: Ops<T>, reduced: T, x: T, axes: readonly number[]): T =>
  ops.reshape(
    reduced,
    ops.shape(x).map((d, i) => (axes.includes(i) ? 1 : d)),
  )
/** The gradient depends on a dimension that is not known. */
const refuse = (): never => {
  throw new RangeError('a gradient: expected known dimensions, bind the batch first')
}

const sizes = (shape: Shape): Pair => [shape[1] ?? refuse(), shape[2] ?? refuse()]
const pairOf = (f: (axis: 0 | 1) => Margin): readonly [Margin, Margin] => [f(0), f(1)]

/** A filter with inputs and outputs swapped within each group: [rows, cols, outputs / groups, inputs]. */
const exchanged = <T>(ops: Ops<T>, filter: T, groups: number): T => {
  if (groups === 1) return ops.transpose(filter, [0, 1, 3, 2])
  const [high, wide, each, outputs] = ops.shape(filter) as readonly number[] as [number, number, number, number]
  const parts = ops.reshape(filter, [high, wide, each, groups, outputs / groups])
  return ops.reshape(ops.transpose(parts, [0, 1, 4, 3, 2]), [high, wide, outputs / groups, groups * each])
}

/** The gradient of a convolution's input: the spread gradient, convolved with the flipped filter. */
const convolveInput = <T>(ops: Ops<T>, dy: T, x: T, filter: T, sliding: Sliding): T => {
  const { stride, dilation, padding, groups } = sliding
  const shape = ops.shape(filter)
  const extent = ([0, 1] as const).map(axis => ((shape[axis] as number) - 1) * dilation[axis] + 1) as [number, number]
  const spaced = spread(ops, spread(ops, dy, 1, stride[0]), 2, stride[1])
  const flipped = exchanged(ops, ops.reverse(filter, [0, 1]), groups)
  return ops.convolve(spaced, flipped, {
    stride: [1, 1],
    dilation,
    groups,
    padding: pairOf(axis => {
      const before = extent[axis] - 1 - padding[axis][0]
      return [before, sizes(ops.shape(x))[axis] - sizes(ops.shape(spaced))[axis] + extent[axis] - 1 - before]
    }),
  })
}

/**
 * The gradient of a convolution's filter: the input convolved with the gradient, channels as batch, stride and dilation
 * swapped. With groups, every channel of every example is a group, for which backends have depthwise kernels.
 */
const convolveFilter = <T>(ops: Ops<T>, dy: T, x: T, filter: T, sliding: Sliding): T => {
  const { stride, dilation, padding, groups } = sliding
  const [high, wide, each, outputs] = ops.shape(filter) as readonly number[] as [number, number, number, number]
  const changed = {
    stride: dilation,
    dilation: stride,
    padding: pairOf(axis => {
      const size = axis === 0 ? high : wide
      const reach = (size - 1) * dilation[axis] + (sizes(ops.shape(dy))[axis] - 1) * stride[axis] + 1
      return [padding[axis][0], reach - sizes(ops.shape(x))[axis] - padding[axis][0]]
    }),
  }
  if (groups === 1) {
    const [channels, gradient] = [ops.transpose(x, [3, 1, 2, 0]), ops.transpose(dy, [1, 2, 0, 3])]
    return ops.transpose(ops.convolve(channels, gradient, { ...changed, groups: 1 }), [1, 2, 0, 3])
  }
  const [batch, rows, cols] = ops.shape(x) as readonly number[] as [number, number, number]
  const parts = ops.transpose(ops.reshape(x, [batch, rows, cols, groups, each]), [4, 1, 2, 0, 3])
  const channels = ops.reshape(parts, [each, rows, cols, batch * groups])
  const gradient = ops.reshape(ops.transpose(dy, [1, 2, 0, 3]), [...sizes(ops.shape(dy)), 1, batch * outputs])
  const products = ops.convolve(channels, gradient, { ...changed, groups: batch * groups })
  const summed = ops.sum(ops.reshape(products, [each, high, wide, batch, outputs]), [3])
  return ops.transpose(summed, [1, 2, 0, 3])
}

/** The elements at one place of each window, those in the padding being 0: copied, as a product with 0 may be NaN. */
const placeOf = <T>(ops: Ops<T>, x: T, place: Pair, out: Pair, { size, stride, padding }: Window): T => {
  const [batch, rows, cols, channels] = ops.shape(x) as [number | null, number, number, number]
  // As far as the last window takes a whole step.
  const margin = (axis: 0 | 1, length: number): Margin => [
    padding[axis][0],
    size[axis] - 1 + out[axis] * stride[axis] - padding[axis][0] - length,
  ]
  const padded = ops.pad(x, [[0, 0], margin(0, rows), margin(1, cols), [0, 0]])
  const steps = ops.slice(padded, [0, ...place, 0], [null, out[0] * stride[0], out[1] * stride[1], null])
  if (stride[0] === 1 && stride[1] === 1) return steps
  const apart = ops.reshape(steps, [batch, out[0], stride[0], out[1], stride[1], channels])
  const firsts = ops.slice(apart, [0, 0, 0, 0, 0, 0], [null, null, 1, null, 1, null])
  return ops.reshape(firsts, [batch, ...out, channels])
}

/** 1 for each window in which a place is no padding, 0 for others: [1, rows, cols, 1]. */
const isInside = <T>(ops: Ops<T>, x: T, place: Pair, out: Pair, { stride, padding }: Window): T => {
  const lengths = sizes(ops.shape(x))
  const [rows, cols] = ([0, 1] as const).map(axis =>
    Array.from({ length: out[axis] }, (_, i) => {
      const at = i * stride[axis] + place[axis] - padding[axis][0]
      return at >= 0 && at < lengths[axis]
    }),
  ) as [boolean[], boolean[]]
  return ops.constant(Float32Array.from(rows.flatMap(row => cols.map(col => (row && col ? 1 : 0)))), [1, ...out, 1])
}

/** From each window of `values`, the element at the first largest element of `x`, which is `y`, or at the first NaN. */
const pickLargest = <T>(ops: Ops<T>, values: T, x: T, y: T, window: Window): T => {
  const out = sizes(ops.shape(y))
  let free = ops.broadcast(ops.constant(1, [1, 1, 1, 1]), ops.shape(y))
  let picked = ops.broadcast(ops.constant(0, [1, 1, 1, 1]), ops.shape(y))
  for (let row = 0; row < window.size[0]; row++)
    for (let col = 0; col < window.size[1]; col++) {
      const at = (z: T): T => placeOf(ops, z, [row, col], out, window)
      const here = at(x)
      const isLargest = ops.maximum(ops.equal(here, y), not(ops, ops.equal(here, here)))
      const hit = ops.multiply(ops.multiply(isLargest, isInside(ops, x, [row, col], out, window)), free)
      free = ops.subtract(free, hit)
      picked = ops.where(hit, at(values), picked)
    }
  return picked
}

/** `b a^(b - 1)`, which is 0 for `b = 0`, also where `a` is 0. */
const slopeOfPower = <T>(ops: Ops<T>, a: T, b: T): T => {
  const [zero, one] = [ops.constant(0), ops.constant(1)]
  const isZero = ops.equal(b, zero)
  const power = ops.pow(a, ops.where(isZero, one, ops.subtract(b, one)))
  return ops.where(isZero, zero, ops.multiply(b, power))
}
/** `log a`, but 0 for 0: the power is 0 there, or has no derivative. */
const logOfBase = <T>(ops: Ops<T>, a: T): T => ops.log(ops.where(ops.equal(a, ops.constant(0)), ops.constant(1), a))

const none = () => [null]
/** Whether the derivative of an operation is 0 wherever it exists. */
export const isFlat = (operation: Operation): boolean => (adjoints[operation] as unknown) === none

export const adjoints: { readonly [O in Operation]: Rule<O> } = {
  negative: unary((ops, dy) => ops.negative(dy)),
  exp: unary((ops, dy, _, y) => ops.multiply(dy, y)),
  log: unary((ops, dy, x) => ops.divide(dy, x)),
  sqrt: unary((ops, dy, _, y) => ops.divide(times(ops, dy, 0.5), y)),
  rsqrt: unary((ops, dy, _, y) => ops.multiply(times(ops, dy, -0.5), ops.multiply(y, ops.square(y)))),
  square: unary((ops, dy, x) => ops.multiply(times(ops, dy, 2), x)),
  abs: unary((ops, dy, x) => {
    const zero = ops.constant(0)
    return ops.multiply(dy, ops.subtract(ops.greater(x, zero), ops.greater(zero, x)))
  }),
  sigmoid: unary((ops, dy, _, y) => ops.multiply(dy, ops.multiply(y, not(ops, y)))),
  tanh: unary((ops, dy, _, y) => ops.multiply(dy, not(ops, ops.square(y)))),
  relu: unary((ops, dy, x) => ops.multiply(dy, ops.greater(x, ops.constant(0)))),
  elu: unary((ops, dy, x, y) =>
    ops.multiply(dy, ops.where(ops.greater(x, ops.constant(0)), ops.constant(1), ops.add(y, ops.constant(1)))),
  ),
  softplus: unary((ops, dy, x) => ops.multiply(dy, ops.sigmoid(x))),
  erf: unary((ops, dy, x) =>
    ops.multiply(times(ops, dy, 2 / Math.sqrt(Math.PI)), ops.exp(ops.negative(ops.square(x)))),
  ),
  sin: unary((ops, dy, x) => ops.multiply(dy, ops.cos(x))),
  cos: unary((ops, dy, x) => ops.multiply(dy, ops.negative(ops.sin(x)))),
  atan: unary((ops, dy, x) => ops.divide(dy, ops.add(ops.square(x), ops.constant(1)))),
  floor: none,

  add: binary((_, dy) => [dy, dy]),
  subtract: binary((ops, dy) => [dy, ops.negative(dy)]),
  multiply: binary((ops, dy, a, b) => [ops.multiply(dy, b), ops.multiply(dy, a)]),
  divide: binary((ops, dy, _, b, y) => [ops.divide(dy, b), ops.negative(ops.divide(ops.multiply(dy, y), b))]),
  pow: (ops, dy, { inputs: [a, b], y, needed }) => [
    needed[0] ? unbroadcast(ops, ops.multiply(dy, slopeOfPower(ops, a, b)), ops.shape(a)) : null,
    needed[1] ? unbroadcast(ops, ops.multiply(dy, ops.multiply(y, logOfBase(ops, a))), ops.shape(b)) : null,
  ],
  // Of two equal operands the first is the larger one.
  maximum: binary((ops, dy, a, b) => {
    const second = ops.greater(b, a)
    return [ops.multiply(dy, not(ops, second)), ops.multiply(dy, second)]
  }),
  minimum: binary((ops, dy, a, b) => {
    const second = ops.greater(a, b)
    return [ops.multiply(dy, not(ops, second)), ops.multiply(dy, second)]
  }),
  greater: none,
  equal: none,
  where: (ops, dy, { inputs: [condition, a, b] }) => {
    const zero = ops.constant(0)
    return [
      null,
      unbroadcast(ops, ops.where(condition, dy, zero), ops.shape(a)),
      unbroadcast(ops, ops.where(condition, zero, dy), ops.shape(b)),
    ]
  },

  sum: (ops, dy, { inputs: [x], attributes: [axes] }) => [
    ops.broadcast(keepDimensions(ops, dy, x, axes), ops.shape(x)),
  ],
  mean: (ops, dy, { inputs: [x], attributes: [axes] }) => {
    const count = sizeOf(axes.map(axis => ops.shape(x)[axis] ?? null)) ?? refuse()
    const share = times(ops, keepDimensions(ops, dy, x, axes), 1 / count)
    return [ops.broadcast(share, ops.shape(x))]
  },
  // Equal largest elements share the gradient.
  max: (ops, dy, { y, inputs: [x], attributes: [axes] }) => {
    const largest = ops.equal(x, keepDimensions(ops, y, x, axes))
    const share = ops.divide(keepDimensions(ops, dy, x, axes), ops.sum(largest, axes, true))
    return [ops.multiply(largest, share)]
  },
  argMax: none,
  argSort: none,
  softmax: (ops, dy, { y }) => {
    const last = ops.shape(y).length - 1
    const weighted = ops.multiply(dy, y)
    return [ops.subtract(weighted, ops.multiply(y, ops.sum(weighted, [last], true)))]
  },
  logSoftmax: (ops, dy, { y }) => {
    const last = ops.shape(y).length - 1
    return [ops.subtract(dy, ops.multiply(ops.exp(y), ops.sum(dy, [last], true)))]
  },

  reshape: (ops, dy, { inputs: [x] }) => [ops.reshape(dy, ops.shape(x))],
  transpose: (ops, dy, { attributes: [permutation] }) => [
    ops.transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  concatenate: (ops, dy, { inputs, attributes: [axis] }) => {
    let from: number | null = 0
    return inputs.map(part => {
      const shape = ops.shape(part)
      const start = from ?? refuse()
      const own = shape[axis] ?? null
      from = own === null ? null : start + own
      return sliceAlong(ops, dy, axis, start, own)
    })
  },
  slice: (ops, dy, { inputs: [x], attributes: [begin] }) => {
    const [whole, part] = [ops.shape(x), ops.shape(dy)]
    return [
      ops.pad(
        dy,
        begin.map((from, i): Margin => {
          const [all, own] = [whole[i] ?? null, part[i] ?? null]
          // A slice of unknown length takes all that is left.
          return [from, own === null ? 0 : (all ?? refuse()) - own - from]
        }),
      ),
    ]
  },
  gather: (ops, dy, { inputs: [table, indices] }) => [ops.scatter(dy, indices, ops.shape(table)[0] ?? refuse()), null],
  scatter: (ops, dy, { inputs: [, indices] }) => [ops.gather(dy, indices), null],
  stopGradient: none,
  clipGradient: (ops, dy, { attributes: [limit] }) => [
    ops.minimum(ops.maximum(dy, ops.constant(-limit)), ops.constant(limit)),
  ],
  reverse: (ops, dy, { attributes: [axes] }) => [ops.reverse(dy, axes)],
  broadcast: (ops, dy, { inputs: [x] }) => [unbroadcast(ops, dy, ops.shape(x))],
  pad: (ops, dy, { inputs: [x], attributes: [margins] }) => [
    ops.slice(
      dy,
      margins.map(([before]) => before),
      ops.shape(x),
    ),
  ],

  matmul: (ops, dy, { inputs: [a, b], needed }) => [
    needed[0] ? ops.matmul(dy, transposed(ops, b)) : null,
    needed[1] ? ops.matmul(transposed(ops, a), dy) : null,
  ],
  convolve: (ops, dy, { inputs: [x, filter], attributes: [sliding], needed }) => [
    needed[0] ? convolveInput(ops, dy, x, filter, sliding) : null,
    needed[1] ? convolveFilter(ops, dy, x, filter, sliding) : null,
  ],
  maxPool: (ops, dy, { y, inputs: [x], attributes: [window] }) => [ops.maxPoolGradient(dy, x, y, window)],
  averagePool: (ops, dy, { inputs: [x], attributes: [window] }) => [ops.averagePoolGradient(dy, ops.shape(x), window)],
  // The positions of the largest elements do not depend on dy.
  maxPoolGradient: (ops, ddx, { inputs: [, x, y], attributes: [window] }) => [
    pickLargest(ops, ddx, x, y, window),
    null,
    null,
  ],
  averagePoolGradient: (ops, dy, { attributes: [, window] }) => [ops.averagePool(dy, window)],
}
