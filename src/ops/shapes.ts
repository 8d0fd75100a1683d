import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, sharedShape, showFlow, sizeOf } from '../base/shape.ts'
import type { Attributes, Operation } from './operations.ts'
import type { Margin, Pair, Window } from './ops.ts'

// The shape of every operation's result, for interpreters that do not compute.

type Rule<O extends Operation> = (inputs: readonly Shape[], ...attributes: Attributes[O]) => Shape

const refuse = (operation: Operation, inputs: readonly Shape[], why: string): never => {
  throw new LayerConnectionError({
    layer: operation,
    expected: why,
    got: showFlow(inputs),
    remedy: 'Reshape, transpose or broadcast what does not fit.',
  })
}
const first = (inputs: readonly Shape[]): Shape => inputs[0] ?? []

const broadcast =
  (operation: Operation): Rule<'add'> =>
  inputs => {
    const rank = Math.max(...inputs.map(shape => shape.length))
    return Array.from({ length: rank }, (_, i) => {
      const sizes = inputs.map(shape => shape[i - rank + shape.length] ?? (i < rank - shape.length ? 1 : null))
      const wide = [...new Set(sizes.filter(d => d !== 1 && d !== null))]
      if (wide.length > 1) refuse(operation, inputs, 'shapes that broadcast')
      return wide[0] ?? (sizes.includes(null) ? null : 1)
    })
  }
const same: Rule<'exp'> = first
const reduced: Rule<'sum'> = (inputs, axes, keepDimensions) =>
  first(inputs).flatMap((d, i) => (axes.includes(i) ? (keepDimensions ? [1] : []) : [d]))

const slid = (d: number | null | undefined, extent: number, stride: number, [before, after]: Margin): number | null =>
  d === null || d === undefined ? null : Math.floor((d + before + after - extent) / stride) + 1
const pooled = (inputs: readonly Shape[], { size, stride, padding }: Window): Shape => {
  const [batch = null, rows, cols, channels = null] = first(inputs)
  return [batch, slid(rows, size[0], stride[0], padding[0]), slid(cols, size[1], stride[1], padding[1]), channels]
}
const extent = (filter: Shape, dilation: Pair, axis: 0 | 1): number => ((filter[axis] ?? 1) - 1) * dilation[axis] + 1

const rules: { readonly [O in Operation]: Rule<O> } = {
  negative: same,
  exp: same,
  log: same,
  sqrt: same,
  rsqrt: same,
  square: same,
  abs: same,
  sigmoid: same,
  tanh: same,
  relu: same,
  elu: same,
  softplus: same,
  erf: same,
  softmax: same,
  logSoftmax: same,
  reverse: same,
  add: broadcast('add'),
  subtract: broadcast('subtract'),
  multiply: broadcast('multiply'),
  divide: broadcast('divide'),
  maximum: broadcast('maximum'),
  minimum: broadcast('minimum'),
  greater: broadcast('greater'),
  equal: broadcast('equal'),
  where: broadcast('where'),
  sum: reduced,
  mean: reduced,
  max: reduced,
  argMax: inputs => first(inputs).slice(0, -1),
  reshape: (inputs, shape) => {
    const [has, wants] = [sizeOf(first(inputs)), sizeOf(shape)]
    if (has !== null && wants !== null && has !== wants)
      refuse('reshape', inputs, `as many elements as ${showFlow([shape])}`)
    // The one dimension that is left open follows when all others are known.
    const rest = sizeOf(shape.map(d => d ?? 1))
    if (has !== null && rest !== null && wants === null) {
      const isOne = shape.filter(d => d === null).length === 1
      if (!isOne || (has === 0 ? rest === 0 : has % rest !== 0))
        refuse('reshape', inputs, `elements for ${showFlow([shape])}, whose one open dimension follows`)
    }
    return has !== null && rest !== null ? shape.map(d => d ?? has / rest) : shape
  },
  transpose: (inputs, permutation) => permutation.map(axis => first(inputs)[axis] ?? null),
  concatenate: (inputs, axis) => {
    const { length } = first(inputs)
    return first(inputs).map((d, i) => {
      if (i === axis) return inputs.reduce<number | null>((sum, shape) => add(sum, shape[i] ?? null), 0)
      const known = inputs.reduce<number | null>((before, shape) => before ?? shape[i] ?? null, d)
      if (inputs.some(shape => shape.length !== length || (shape[i] ?? known) !== known))
        refuse('concatenate', inputs, `shapes that differ in axis ${axis} only`)
      return known
    })
  },
  slice: (inputs, begin, size) => first(inputs).map((d, i) => size[i] ?? (d === null ? null : d - (begin[i] ?? 0))),
  gather: ([table, indices]) => [...(indices ?? []), ...(table ?? []).slice(1)],
  scatter: (inputs, rows) => {
    const [values, indices] = inputs as [Shape, Shape]
    if (!sharedShape(values.slice(0, indices.length), indices))
      return refuse('scatter', inputs, 'values [a, b, …] and an index [a, b] for each')
    return [rows, ...values.slice(indices.length)]
  },
  stopGradient: same,
  clipGradient: same,
  broadcast: (inputs, shape) => {
    const from = first(inputs)
    const added = shape.length - from.length
    const fits = (d: number | null, i: number) => d === null || d === 1 || (shape[added + i] ?? d) === d
    return added >= 0 && from.every(fits) ? shape : refuse('broadcast', inputs, `what repeats to ${showFlow([shape])}`)
  },
  pad: (inputs, margins) =>
    first(inputs).map((d, i) => (d === null ? null : d + (margins[i]?.[0] ?? 0) + (margins[i]?.[1] ?? 0))),
  matmul: inputs => {
    const [a, b] = inputs as [Shape, Shape]
    const leading = sharedShape(a.slice(0, -2), b.slice(0, -2))
    const inner = sharedShape([a.at(-1) ?? null], [b.at(-2) ?? null])
    if (a.length < 2 || a.length !== b.length || !leading || !inner)
      return refuse('matmul', inputs, '[..., n, k] and [..., k, m]')
    return [...leading, a.at(-2) ?? null, b.at(-1) ?? null]
  },
  convolve: (inputs, { stride, dilation, padding, groups }) => {
    const [[batch = null, rows, cols, channels = null], filter] = inputs as [Shape, Shape]
    const [each = null, outputs = null] = [filter[2], filter[3]]
    if ((channels !== null && each !== null && channels !== each * groups) || (outputs !== null && outputs % groups))
      refuse('convolve', inputs, `as many channels as a filter in ${groups} groups takes`)
    return [
      batch,
      slid(rows, extent(filter, dilation, 0), stride[0], padding[0]),
      slid(cols, extent(filter, dilation, 1), stride[1], padding[1]),
      outputs,
    ]
  },
  maxPool: pooled,
  averagePool: pooled,
  maxPoolGradient: (inputs, window) => {
    const [dy, x, y] = inputs as [Shape, Shape, Shape]
    const out = pooled([x], window)
    if (!sharedShape(out, y) || !sharedShape(out, dy)) return refuse('maxPoolGradient', inputs, 'dy, x, and x pooled')
    return x
  },
  averagePoolGradient: (inputs, shape, window) =>
    sharedShape(pooled([shape], window), first(inputs))
      ? shape
      : refuse('averagePoolGradient', inputs, `the gradient of ${showFlow([shape])} pooled`),
}
const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)

/**
 * The shape of an operation's result.
 *
 * @throws LayerConnectionError when the shapes do not fit the operation
 */
export const resultShape = <O extends Operation>(
  operation: O,
  inputs: readonly Shape[],
  attributes: Attributes[O],
): Shape => {
  const shape = (rules[operation] as Rule<O>)(inputs, ...attributes)
  // A window that is larger than what it slides over.
  return shape.some(d => d !== null && d < 0) ? refuse(operation, inputs, 'windows that fit') : shape
}
