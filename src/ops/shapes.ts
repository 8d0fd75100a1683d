import { type Shape, sharedShape, showFlow, sizeOf } from '../base/shape.ts'
import { axes, axis, bounds, dimensions, lastAxis, margins, misfit, permutation, reducedAxes } from './attributes.ts'
import type { Attributes, Operation } from './operations.ts'
import type { Margin, Pair, Primitives, Window } from './ops.ts'

// The operands of every operation, and the shape of its result.

/** An operation: how many tensors it takes, how many attributes after them, and the shape of its result. */
interface Form<O extends Operation> {
  readonly tensors: 1 | 2 | 3 | 'list'
  readonly attributes: 0 | 1 | 2
  /** The shape of the result, or what was expected if shapes do not fit. */
  readonly shape: (...operands: Parameters<Primitives<Shape>[O]>) => Shape | string
  /** Normalizes the attributes, from the shape of the first tensor. */
  readonly normal: ((operation: Operation, x: Shape, ...attributes: Attributes[O]) => Attributes[O]) | undefined
}
const form = <O extends Operation>(
  tensors: Form<O>['tensors'],
  attributes: Form<O>['attributes'],
  shape: Form<O>['shape'],
): Form<O> => ({ tensors, attributes, shape, normal: undefined })
const checked = <O extends Operation>(
  tensors: Form<O>['tensors'],
  attributes: Form<O>['attributes'],
  normal: Form<O>['normal'],
  shape: Form<O>['shape'],
): Form<O> => ({ tensors, attributes, shape, normal })

const broadcast = (...inputs: readonly Shape[]): Shape | string => {
  const rank = Math.max(...inputs.map(shape => shape.length))
  const wide: (number | null)[] = []
  for (let i = 0; i < rank; i++) {
    const sizes = inputs.map(shape => shape[i - rank + shape.length] ?? (i < rank - shape.length ? 1 : null))
    const [size, ...others] = new Set(sizes.filter(d => d !== 1 && d !== null))
    if (others.length > 0) return 'shapes that broadcast'
    wide.push(size ?? (sizes.includes(null) ? null : 1))
  }
  return wide
}
const same = (x: Shape): Shape => x
const unary = form<'exp'>(1, 0, same)
const binary = form<'add'>(2, 0, broadcast)
const reduction = checked<'sum'>(1, 2, reducedAxes, (x, axes, keepDimensions) =>
  x.flatMap((d, i) => (axes.includes(i) ? (keepDimensions ? [1] : []) : [d])),
)

const slid = (d: number | null | undefined, extent: number, stride: number, [before, after]: Margin): number | null =>
  d === null || d === undefined ? null : Math.floor((d + before + after - extent) / stride) + 1
const pooled = ([batch = null, rows, cols, channels = null]: Shape, { size, stride, padding }: Window): Shape => [
  batch,
  slid(rows, size[0], stride[0], padding[0]),
  slid(cols, size[1], stride[1], padding[1]),
  channels,
]
const extent = (filter: Shape, dilation: Pair, axis: 0 | 1): number => ((filter[axis] ?? 1) - 1) * dilation[axis] + 1
const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)

/** All operations. */
export const forms: { readonly [O in Operation]: Form<O> } = {
  negative: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  rsqrt: unary,
  square: unary,
  abs: unary,
  sigmoid: unary,
  tanh: unary,
  relu: unary,
  elu: unary,
  softplus: unary,
  erf: unary,
  sin: unary,
  cos: unary,
  atan: unary,
  floor: unary,
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  pow: binary,
  maximum: binary,
  minimum: binary,
  greater: binary,
  equal: binary,
  where: form(3, 0, broadcast),
  sum: reduction,
  mean: reduction,
  max: reduction,
  argMax: checked(1, 0, lastAxis, x => x.slice(0, -1)),
  argSort: checked(1, 0, lastAxis, same),
  softmax: checked(1, 0, lastAxis, same),
  logSoftmax: checked(1, 0, lastAxis, same),
  reshape: checked(1, 1, dimensions(true), (x, shape) => {
    const [has, wants] = [sizeOf(x), sizeOf(shape)]
    if (has !== null && wants !== null) return has === wants ? [...shape] : `as many elements as ${showFlow([shape])}`
    // The open dimension follows if all others are known.
    const rest = sizeOf(shape.map(d => d ?? 1))
    if (has === null || rest === null) return [...shape]
    const isOne = shape.filter(d => d === null).length === 1
    return isOne && (has === 0 ? rest !== 0 : has % rest === 0)
      ? shape.map(d => d ?? has / rest)
      : `elements for ${showFlow([shape])}, whose one open dimension follows`
  }),
  transpose: checked(1, 1, permutation, (x, permutation) => permutation.map(axis => x[axis] ?? null)),
  concatenate: checked('list', 1, axis, (inputs, axis) => {
    const [first = []] = inputs
    const whole = first.map((_, i) => {
      const sizes = inputs.map(shape => shape[i] ?? null)
      return i === axis ? sizes.reduce(add, 0) : (sizes.find(d => d !== null) ?? null)
    })
    const fits = (shape: Shape) =>
      shape.length === whole.length && shape.every((d, i) => i === axis || (d ?? whole[i]) === whole[i])
    return inputs.every(fits) ? whole : `shapes that differ in axis ${axis} only`
  }),
  slice: checked(1, 2, bounds, (x, begin, size) =>
    x.map((d, i) => size[i] ?? (d === null ? null : d - (begin[i] ?? 0))),
  ),
  reverse: checked(1, 1, axes, same),
  gather: form(2, 0, (table, indices) => [...indices, ...table.slice(1)]),
  scatter: form(2, 1, (values, indices, rows) =>
    sharedShape(values.slice(0, indices.length), indices)
      ? [rows, ...values.slice(indices.length)]
      : 'values [a, b, …] and an index [a, b] for each',
  ),
  stopGradient: form(1, 0, same),
  clipGradient: form(1, 1, same),
  broadcast: checked(1, 1, dimensions(false), (x, shape) => {
    const added = shape.length - x.length
    const fits = (d: number | null, i: number) => d === null || d === 1 || (shape[added + i] ?? d) === d
    return added >= 0 && x.every(fits) ? [...shape] : `what repeats to ${showFlow([shape])}`
  }),
  pad: checked(1, 1, margins, (x, margins) => x.map((d, i) => add(d, (margins[i]?.[0] ?? 0) + (margins[i]?.[1] ?? 0)))),
  matmul: form(2, 0, (a, b) => {
    const leading = sharedShape(a.slice(0, -2), b.slice(0, -2))
    const inner = sharedShape([a.at(-1) ?? null], [b.at(-2) ?? null])
    if (a.length < 2 || a.length !== b.length || !leading || !inner) return '[..., n, k] and [..., k, m]'
    return [...leading, a.at(-2) ?? null, b.at(-1) ?? null]
  }),
  convolve: form(2, 1, (x, filter, { stride, dilation, padding, groups }) => {
    const [batch = null, rows, cols, channels = null] = x
    const [each = null, outputs = null] = [filter[2], filter[3]]
    if ((channels !== null && each !== null && channels !== each * groups) || (outputs !== null && outputs % groups))
      return `as many channels as a filter in ${groups} groups takes`
    return [
      batch,
      slid(rows, extent(filter, dilation, 0), stride[0], padding[0]),
      slid(cols, extent(filter, dilation, 1), stride[1], padding[1]),
      outputs,
    ]
  }),
  maxPool: form(1, 1, pooled),
  averagePool: form(1, 1, pooled),
  maxPoolGradient: form(3, 1, (dy, x, y, window) => {
    const out = pooled(x, window)
    return sharedShape(out, y) && sharedShape(out, dy) ? x : 'dy, x, and x pooled'
  }),
  averagePoolGradient: form(1, 2, (dy, shape, window) =>
    sharedShape(pooled(shape, window), dy) ? [...shape] : `the gradient of ${showFlow([shape])} pooled`,
  ),
}

const allOf = (form: Form<'exp'> | Form<'add'>): readonly Operation[] =>
  (Object.keys(forms) as readonly Operation[]).filter(operation => forms[operation] === form)
/** Elementwise operations on one tensor, which commute with broadcast. */
export const unaryElementwise: readonly Operation[] = allOf(unary)
/** Elementwise operations on two tensors. */
export const binaryElementwise: readonly Operation[] = allOf(binary)

/** The arguments of an operation: its tensors, then its attributes. */
export const operandsOf = (
  operation: Operation,
  inputs: readonly unknown[],
  attributes: readonly unknown[],
): unknown[] => (forms[operation].tensors === 'list' ? [inputs, ...attributes] : [...inputs, ...attributes])

/**
 * The shape of an operation's result.
 *
 * @throws LayerConnectionError if the shapes do not fit the operation
 */
export const resultShape = <O extends Operation>(
  operation: O,
  inputs: readonly Shape[],
  attributes: Attributes[O],
): Shape => {
  // The table pairs each rule with its own operands, which an operation of any kind cannot express.
  const rule = forms[operation].shape as (...operands: readonly unknown[]) => Shape | string
  const shape = rule(...operandsOf(operation, inputs, attributes))
  // A window may be larger than what it slides over.
  const fits = typeof shape !== 'string' && shape.every(d => d === null || d >= 0)
  if (fits) return shape
  throw misfit(operation, typeof shape === 'string' ? shape : 'windows that fit', inputs)
}

/**
 * Normalizes and checks the attributes of an operation: negative axes and positions count from the end.
 *
 * @param x the shape of its first tensor
 * @throws InvalidOption if an attribute is invalid
 */
export const normalAttributes = <O extends Operation>(
  operation: O,
  x: Shape,
  attributes: Attributes[O],
): Attributes[O] => forms[operation].normal?.(operation, x, ...attributes) ?? attributes
