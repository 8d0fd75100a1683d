import { type Shape, sizeOf } from '../base/shape.ts'
import { type Attributes, alike, forLayers, type Operation, perform } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { resultShape, unaryElementwise } from '../ops/shapes.ts'
import { rebuilt } from './build.ts'
import { evaluated } from './constants.ts'
import { type Constant, type Graph, type GraphNode, isA } from './graph.ts'

// Simplification as an interpreter: it makes nodes like the tracing one beneath it, but a simpler equal where it knows one.

/** What an operation on these operands is equal to; `undefined` where no simpler form is known. */
type Law<O extends Operation> = (
  ops: Ops<GraphNode>,
  inputs: readonly GraphNode[],
  ...attributes: Attributes[O]
) => GraphNode | undefined

const first = (inputs: readonly GraphNode[]): GraphNode => inputs[0] as GraphNode
const alikeShapes = (a: Shape, b: Shape): boolean =>
  a.join() === b.join() && a.length === b.length && a.filter(d => d === null).length <= 1

/** Small results are worth knowing beforehand, large ones only where they replace something as large. */
const small = 1024

/** The number that every element of a constant is; many numbers are not looked through. */
export const uniform = (node: GraphNode): number | undefined => {
  if (node.kind !== 'constant') return undefined
  const { values } = node
  if (typeof values === 'number') return values
  const [first] = values
  return values.length <= small && values.every(value => value === first) ? first : undefined
}
/** The same of what repeats one. */
const uniformBeneath = (node: GraphNode): number | undefined =>
  uniform(isA(node, 'broadcast') ? first(node.inputs) : node)

/** The value beneath a broadcast, where the operation broadcasts it to the same shape itself. */
const unrepeated = (node: GraphNode, other: Shape): GraphNode => {
  if (!isA(node, 'broadcast')) return node
  const inner = first(node.inputs)
  return inner.shape.length <= other.length && alikeShapes(node.shape, other) ? inner : node
}

/** A binary operation on operands without needless broadcasts. */
const unrepeatedOperands = (
  ops: Ops<GraphNode>,
  inputs: readonly GraphNode[],
  again: (a: GraphNode, b: GraphNode) => GraphNode,
): GraphNode | undefined => {
  const [a, b] = inputs as readonly [GraphNode, GraphNode]
  // A scalar operation commutes with broadcast: apply it first.
  if (a.shape.length === 0 && isA(b, 'broadcast')) return ops.broadcast(again(a, first(b.inputs)), b.shape)
  if (b.shape.length === 0 && isA(a, 'broadcast')) return ops.broadcast(again(first(a.inputs), b), a.shape)
  const [left, right] = [unrepeated(a, b.shape), unrepeated(b, a.shape)]
  // Of two broadcasts one has to stay.
  if (left !== a && isA(b, 'broadcast')) return again(left, b)
  return left === a && right === b ? undefined : again(left, right)
}

/** `x`, where combining it with `other` does not make it larger. */
const unchanged = (x: GraphNode, other: GraphNode): GraphNode | undefined => {
  const added = x.shape.length - other.shape.length
  const wide = added >= 0 && other.shape.every((d, i) => d === 1 || (d !== null && d === x.shape[added + i]))
  return wide ? x : undefined
}

/** `x * a * b` with one factor, `a * b`. */
const scaled = (ops: Ops<GraphNode>, x: GraphNode, factor: number): GraphNode | undefined => {
  if (!isA(x, 'multiply')) return undefined
  const [a, b] = x.inputs as readonly [GraphNode, GraphNode]
  const [left, right] = [uniform(a), uniform(b)]
  if (right !== undefined && b.shape.length === 0) return ops.multiply(a, ops.constant(right * factor))
  if (left !== undefined && a.shape.length === 0) return ops.multiply(b, ops.constant(left * factor))
  return undefined
}

const identity = (from: number, inputs: readonly GraphNode[]): GraphNode | undefined => {
  const [a, b] = inputs as readonly [GraphNode, GraphNode]
  if (uniform(b) === from) return unchanged(a, b)
  return uniform(a) === from ? unchanged(b, a) : undefined
}

/** An axis that has one element may stand anywhere. */
const movesNothing = (shape: Shape, permutation: readonly number[]): boolean => {
  const order = permutation.filter(axis => shape[axis] !== 1)
  return order.every((axis, i) => i === 0 || axis > (order[i - 1] as number))
}

const sliceOfPart = (
  ops: Ops<GraphNode>,
  whole: GraphNode,
  begin: readonly number[],
  size: Shape,
): GraphNode | undefined => {
  if (!isA(whole, 'concatenate')) return undefined
  const [axis] = whole.attributes
  const [from, length] = [begin[axis] as number, size[axis] as number]
  let start = 0
  for (const part of whole.inputs) {
    const end = start + (part.shape[axis] as number)
    if (from >= start && from + length <= end)
      return ops.slice(
        part,
        begin.map((at, i) => (i === axis ? at - start : at)),
        size,
      )
    start = end
  }
  return undefined
}

const laws: { readonly [O in Operation]?: Law<O> } = {
  ...Object.fromEntries(
    unaryElementwise.map((operation): [Operation, Law<'exp'>] => [
      operation,
      (ops, [x]) => (isA(x, 'broadcast') ? ops.broadcast(perform(ops)(operation, x.inputs, []), x.shape) : undefined),
    ]),
  ),
  negative: (ops, [x]) => {
    if (x === undefined) return undefined
    if (isA(x, 'negative')) return first(x.inputs)
    if (isA(x, 'broadcast')) return ops.broadcast(ops.negative(first(x.inputs)), x.shape)
    return scaled(ops, x, -1)
  },
  relu: (_, [x]) => (isA(x, 'relu') ? x : undefined),

  add: (ops, inputs) => {
    const [a, b] = inputs as readonly [GraphNode, GraphNode]
    if (isA(b, 'negative')) return ops.subtract(a, first(b.inputs))
    return identity(0, inputs) ?? unrepeatedOperands(ops, inputs, ops.add)
  },
  subtract: (ops, inputs) => {
    const [a, b] = inputs as readonly [GraphNode, GraphNode]
    if (uniform(b) === 0) return unchanged(a, b)
    if (uniform(a) === 0 && unchanged(b, a)) return ops.negative(b)
    if (isA(b, 'negative')) return ops.add(a, first(b.inputs))
    return unrepeatedOperands(ops, inputs, ops.subtract)
  },
  multiply: (ops, inputs) => {
    const [a, b] = inputs as readonly [GraphNode, GraphNode]
    const same = identity(1, inputs)
    if (same) return same
    const [left, right] = [uniform(a), uniform(b)]
    const merged =
      right !== undefined && b.shape.length === 0
        ? scaled(ops, a, right)
        : left !== undefined && a.shape.length === 0
          ? scaled(ops, b, left)
          : undefined
    return merged ?? unrepeatedOperands(ops, inputs, ops.multiply)
  },
  divide: (ops, inputs) => {
    const [a, b] = inputs as readonly [GraphNode, GraphNode]
    return (uniform(b) === 1 && unchanged(a, b)) || unrepeatedOperands(ops, inputs, ops.divide)
  },
  where: (ops, inputs) => {
    const [condition, a, b] = inputs as readonly [GraphNode, GraphNode, GraphNode]
    const known = uniformBeneath(condition)
    if (known === undefined) return undefined
    const chosen = known === 0 ? b : a
    const shape = resultShape(
      'where',
      inputs.map(input => input.shape),
      [],
    )
    if (alikeShapes(chosen.shape, shape)) return chosen
    return shape.includes(null) ? undefined : ops.broadcast(chosen, shape)
  },
  maximum: (ops, inputs) => unrepeatedOperands(ops, inputs, ops.maximum),
  minimum: (ops, inputs) => unrepeatedOperands(ops, inputs, ops.minimum),

  sum: (ops, [x], axes, keepDimensions) => {
    if (x === undefined) return undefined
    if (axes.every(axis => x.shape[axis] === 1))
      return ops.reshape(
        x,
        x.shape.flatMap((d, i) => (axes.includes(i) ? (keepDimensions ? [1] : []) : [d])),
      )
    // How many there are, as far as floats count.
    const count = sizeOf(axes.map(axis => x.shape[axis] ?? null))
    if (uniformBeneath(x) !== 1 || count === null || count > 2 ** 24) return undefined
    const shape = resultShape('sum', [x.shape], [axes, keepDimensions])
    return shape.includes(null) ? undefined : ops.broadcast(ops.constant(count), shape)
  },
  reshape: (ops, [x], shape) => {
    if (x === undefined) return undefined
    if (alikeShapes(x.shape, shape)) return x
    return isA(x, 'reshape') ? ops.reshape(first(x.inputs), shape) : undefined
  },
  transpose: (ops, [x], permutation) => {
    if (x === undefined) return undefined
    if (permutation.every((axis, i) => axis === i)) return x
    if (isA(x, 'transpose')) {
      const [before] = x.attributes
      return ops.transpose(
        first(x.inputs),
        permutation.map(axis => before[axis] as number),
      )
    }
    return sizeOf(x.shape) !== null && movesNothing(x.shape, permutation)
      ? ops.reshape(
          x,
          permutation.map(axis => x.shape[axis] as number),
        )
      : undefined
  },
  reverse: (ops, [x], axes) => {
    if (x === undefined) return undefined
    const turned = axes.filter(axis => x.shape[axis] !== 1)
    if (turned.length === 0) return x
    if (isA(x, 'reverse')) {
      const [before] = x.attributes
      const once = [...turned, ...before].filter(axis => turned.includes(axis) !== before.includes(axis))
      return ops.reverse(first(x.inputs), once)
    }
    return turned.length < axes.length ? ops.reverse(x, turned) : undefined
  },
  broadcast: (ops, [x], shape) => {
    if (x === undefined) return undefined
    if (alikeShapes(x.shape, shape)) return x
    return isA(x, 'broadcast') ? ops.broadcast(first(x.inputs), shape) : undefined
  },
  concatenate: (ops, inputs, axis) => {
    if (inputs.length === 1) return inputs[0]
    return inputs.some(input => isA(input, 'concatenate') && input.attributes[0] === axis)
      ? ops.concatenate(
          inputs.flatMap(input => (isA(input, 'concatenate') && input.attributes[0] === axis ? input.inputs : [input])),
          axis,
        )
      : undefined
  },
  slice: (ops, [x], begin, size) => {
    if (x === undefined || x.shape.includes(null)) return undefined
    const whole = x.shape.map((d, i) => size[i] ?? (d as number) - (begin[i] as number))
    if (alikeShapes(x.shape, whole)) return x
    if (isA(x, 'slice')) {
      const [before] = x.attributes
      return ops.slice(
        first(x.inputs),
        begin.map((at, i) => at + (before[i] as number)),
        whole,
      )
    }
    return sliceOfPart(ops, x, begin, whole)
  },
  pad: (_, [x], margins) => (margins.every(([before, after]) => before === 0 && after === 0) ? x : undefined),
}

const folded = (
  beneath: Ops<GraphNode>,
  operation: Operation,
  inputs: readonly GraphNode[],
  attributes: Attributes[Operation],
): GraphNode | undefined => {
  if (inputs.length === 0 || !inputs.every(input => input.kind === 'constant')) return undefined
  const node = perform(beneath)(operation, inputs, attributes)
  const sizes = inputs.map(input => (typeof input.values === 'number' ? 1 : input.values.length))
  const size = sizeOf(node.shape)
  if (size === null || size > Math.max(small, ...sizes)) return undefined
  const values = evaluated(operation, inputs as readonly Constant[], attributes, node.shape as readonly number[])
  return values === null ? undefined : beneath.constant(values, node.shape as readonly number[])
}

/** The laws that keep every bit: adding 0 would change the sign of a 0, and factors in another order round otherwise. */
const exactLaws: typeof laws = {
  ...laws,
  add: (ops, inputs) => unrepeatedOperands(ops, inputs, ops.add),
  subtract: (ops, inputs) => unrepeatedOperands(ops, inputs, ops.subtract),
  multiply: (ops, inputs) => identity(1, inputs) ?? unrepeatedOperands(ops, inputs, ops.multiply),
  negative: (_, [x]) => (isA(x, 'negative') ? first(x.inputs) : undefined),
  sum: () => undefined,
}

const simplifyingBy = (laws: typeof exactLaws, beneath: Ops<GraphNode>): Ops<GraphNode> => {
  const { within } = beneath
  const ops: Ops<GraphNode> = alike<GraphNode>(
    (operation, inputs, attributes) => {
      // The table pairs each law with its own attributes, which an operation of any kind cannot express.
      const law = laws[operation] as Law<'exp'> | undefined
      return (
        folded(beneath, operation, inputs, attributes) ??
        law?.(ops, inputs, ...(attributes as readonly [])) ??
        perform(beneath)(operation, inputs, attributes)
      )
    },
    {
      shape: beneath.shape,
      constant: beneath.constant,
      uniform: beneath.uniform,
      normal: beneath.normal,
      scan: beneath.scan,
      loop: beneath.loop,
      ...(beneath.isTensor && { isTensor: beneath.isTensor }),
      ...(beneath.origin && { origin: beneath.origin }),
      ...(within && { within: forLayers(layer => simplifyingBy(laws, within(layer))) }),
    },
  )
  return ops
}

/** The interpreter that makes simpler equals, over a tracing one. */
export const simplifying = (beneath: Ops<GraphNode>): Ops<GraphNode> => simplifyingBy(laws, beneath)

/** The same, where every bit has to be kept. */
export const simplifyingExactly = (beneath: Ops<GraphNode>): Ops<GraphNode> => simplifyingBy(exactLaws, beneath)

/**
 * The same graph with less to compute: equal nodes once, constants folded, what no output needs left out, and operations
 * that change nothing, undo each other or move nothing (reshapes, transposes, broadcasts, sums with 0) removed.
 *
 * Outputs are the same within rounding; the sign of a zero may change.
 */
export const simplify = ({ inputs, outputs }: Graph): Graph => rebuilt(inputs, outputs, simplifying)
