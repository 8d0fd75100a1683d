import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, sharedShape, showFlow, sizeOf } from '../base/shape.ts'
import type { Attributes, Operation } from './operations.ts'
import type { Margin, Ops, Pair, Window } from './ops.ts'

// What every operation takes, and the shape of its result, for interpreters that do not compute.

/** An operation: how many tensors it takes, how many attributes after them, and the shape of its result. */
interface Form<Rule> {
  readonly tensors: 1 | 2 | 3 | 'list'
  readonly attributes: 0 | 1 | 2
  readonly shape: Rule
}
const form = <Rule>(tensors: Form<Rule>['tensors'], attributes: Form<Rule>['attributes'], shape: Rule): Form<Rule> => ({
  tensors,
  attributes,
  shape,
})

const refuse = (operation: Operation, inputs: readonly Shape[], why: string): never => {
  throw new LayerConnectionError({
    layer: operation,
    expected: why,
    got: showFlow(inputs),
    remedy: 'Reshape, transpose or broadcast what does not fit.',
  })
}

const broadcast = (operation: Operation, ...inputs: readonly Shape[]): Shape => {
  const rank = Math.max(...inputs.map(shape => shape.length))
  return Array.from({ length: rank }, (_, i) => {
    const sizes = inputs.map(shape => shape[i - rank + shape.length] ?? (i < rank - shape.length ? 1 : null))
    const wide = [...new Set(sizes.filter(d => d !== 1 && d !== null))]
    if (wide.length > 1) refuse(operation, inputs, 'shapes that broadcast')
    return wide[0] ?? (sizes.includes(null) ? null : 1)
  })
}
const same = (x: Shape): Shape => x
const unary = form(1, 0, same)
const binary = (operation: Operation) => form(2, 0, (a: Shape, b: Shape) => broadcast(operation, a, b))
const reduction = form<Ops<Shape>['sum']>(1, 2, (x, axes, keepDimensions) =>
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
export const forms: { readonly [O in Operation]: Form<Ops<Shape>[O]> } = {
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
  add: binary('add'),
  subtract: binary('subtract'),
  multiply: binary('multiply'),
  divide: binary('divide'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  greater: binary('greater'),
  equal: binary('equal'),
  where: form(3, 0, (condition, a, b) => broadcast('where', condition, a, b)),
  sum: reduction,
  mean: reduction,
  max: reduction,
  argMax: form(1, 0, x => x.slice(0, -1)),
  softmax: form(1, 0, same),
  logSoftmax: form(1, 0, same),
  reshape: form(1, 1, (x, shape) => {
    const [has, wants] = [sizeOf(x), sizeOf(shape)]
    if (has !== null && wants !== null && has !== wants)
      refuse('reshape', [x], `as many elements as ${showFlow([shape])}`)
    // The one dimension that is left open follows when all others are known.
    const rest = sizeOf(shape.map(d => d ?? 1))
    if (has !== null && rest !== null && wants === null) {
      const isOne = shape.filter(d => d === null).length === 1
      if (!isOne || (has === 0 ? rest === 0 : has % rest !== 0))
        refuse('reshape', [x], `elements for ${showFlow([shape])}, whose one open dimension follows`)
    }
    return has !== null && rest !== null ? shape.map(d => d ?? has / rest) : shape
  }),
  transpose: form(1, 1, (x, permutation) => permutation.map(axis => x[axis] ?? null)),
  concatenate: form('list', 1, (inputs, axis) => {
    const [first = []] = inputs
    return first.map((d, i) => {
      if (i === axis) return inputs.reduce<number | null>((sum, shape) => add(sum, shape[i] ?? null), 0)
      const known = inputs.reduce<number | null>((before, shape) => before ?? shape[i] ?? null, d)
      if (inputs.some(shape => shape.length !== first.length || (shape[i] ?? known) !== known))
        refuse('concatenate', inputs, `shapes that differ in axis ${axis} only`)
      return known
    })
  }),
  slice: form(1, 2, (x, begin, size) => x.map((d, i) => size[i] ?? (d === null ? null : d - (begin[i] ?? 0)))),
  reverse: form(1, 1, same),
  gather: form(2, 0, (table, indices) => [...indices, ...table.slice(1)]),
  scatter: form(2, 1, (values, indices, rows) =>
    sharedShape(values.slice(0, indices.length), indices)
      ? [rows, ...values.slice(indices.length)]
      : refuse('scatter', [values, indices], 'values [a, b, …] and an index [a, b] for each'),
  ),
  stopGradient: form(1, 0, same),
  clipGradient: form(1, 1, same),
  broadcast: form(1, 1, (x, shape) => {
    const added = shape.length - x.length
    const fits = (d: number | null, i: number) => d === null || d === 1 || (shape[added + i] ?? d) === d
    return added >= 0 && x.every(fits) ? shape : refuse('broadcast', [x], `what repeats to ${showFlow([shape])}`)
  }),
  pad: form(1, 1, (x, margins) => x.map((d, i) => add(d, (margins[i]?.[0] ?? 0) + (margins[i]?.[1] ?? 0)))),
  matmul: form(2, 0, (a, b) => {
    const leading = sharedShape(a.slice(0, -2), b.slice(0, -2))
    const inner = sharedShape([a.at(-1) ?? null], [b.at(-2) ?? null])
    if (a.length < 2 || a.length !== b.length || !leading || !inner)
      return refuse('matmul', [a, b], '[..., n, k] and [..., k, m]')
    return [...leading, a.at(-2) ?? null, b.at(-1) ?? null]
  }),
  convolve: form(2, 1, (x, filter, { stride, dilation, padding, groups }) => {
    const [batch = null, rows, cols, channels = null] = x
    const [each = null, outputs = null] = [filter[2], filter[3]]
    if ((channels !== null && each !== null && channels !== each * groups) || (outputs !== null && outputs % groups))
      refuse('convolve', [x, filter], `as many channels as a filter in ${groups} groups takes`)
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
    return sharedShape(out, y) && sharedShape(out, dy)
      ? x
      : refuse('maxPoolGradient', [dy, x, y], 'dy, x, and x pooled')
  }),
  averagePoolGradient: form(1, 2, (dy, shape, window) =>
    sharedShape(pooled(shape, window), dy)
      ? shape
      : refuse('averagePoolGradient', [dy], `the gradient of ${showFlow([shape])} pooled`),
  ),
}

/** Operations on each element of one tensor, which commute with broadcast. */
export const unaryElementwise: readonly Operation[] = Object.entries(forms).flatMap(([operation, form]) =>
  form === unary ? [operation as Operation] : [],
)

/** What an operation is called with: its tensors, then its attributes. */
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
  const rule = forms[operation].shape as (...operands: readonly unknown[]) => Shape
  const shape = rule(...operandsOf(operation, inputs, attributes))
  // A window that is larger than what it slides over.
  return shape.some(d => d !== null && d < 0) ? refuse(operation, inputs, 'windows that fit') : shape
}
