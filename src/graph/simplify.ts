import { type Shape, sizeOf } from '../base/shape.ts'
import { mapRecord } from '../base/trees.ts'
import { type Attributes, alike, forLayers, type Operands, type Operation, perform } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { binaryElementwise, resultShape, unaryElementwise } from '../ops/shapes.ts'
import { rebuilt } from './build.ts'
import { folded } from './constants.ts'
import { type ApplicationOf, type Graph, type GraphNode, isA } from './graph.ts'

// Simplification as an interpreter over a tracing one: it makes simpler equal nodes where a law applies.

/** A node that equals an operation on these operands; `undefined` if the law does not apply. */
type Law<O extends Operation> = (
  ops: Ops<GraphNode>,
  inputs: Operands<O, GraphNode>,
  ...attributes: Attributes[O]
) => GraphNode | undefined
/** The laws of each operation, in the order they are tried. */
export type Laws = { readonly [O in Operation]?: readonly Law<O>[] }

const alikeShapes = (a: Shape, b: Shape): boolean =>
  a.join() === b.join() && a.length === b.length && a.filter(d => d === null).length <= 1

/** Longer constants are not searched. */
const few = 1024

/** The value of a constant whose elements are all the same 32-bit float; 0 and -0 differ. */
export const uniform = (node: GraphNode): number | undefined => {
  if (node.kind !== 'constant') return undefined
  const { values } = node
  if (typeof values === 'number') return Math.fround(values)
  const [first] = values
  return values.length <= few && values.every(value => Object.is(value, first)) ? first : undefined
}
/** The same, also beneath a broadcast. */
const uniformBeneath = (node: GraphNode): number | undefined => uniform(isA(node, 'broadcast') ? node.inputs[0] : node)

/** The value beneath a broadcast, if the operation would broadcast it to the same shape. */
const unbroadcast = (node: GraphNode, other: Shape): GraphNode => {
  if (!isA(node, 'broadcast')) return node
  const [inner] = node.inputs
  return inner.shape.length <= other.length && alikeShapes(node.shape, other) ? inner : node
}

/** A binary operation on operands without needless broadcasts. */
const withoutBroadcasts =
  (operation: Operation): Law<'add'> =>
  (ops, [a, b]) => {
    const again = (x: GraphNode, y: GraphNode): GraphNode => perform(ops)(operation, [x, y], [])
    // A scalar operation commutes with broadcast: apply it first.
    if (a.shape.length === 0 && isA(b, 'broadcast')) return ops.broadcast(again(a, b.inputs[0]), b.shape)
    if (b.shape.length === 0 && isA(a, 'broadcast')) return ops.broadcast(again(a.inputs[0], b), a.shape)
    const [left, right] = [unbroadcast(a, b.shape), unbroadcast(b, a.shape)]
    // One of two broadcasts has to stay.
    if (left !== a && isA(b, 'broadcast')) return again(left, b)
    return left === a && right === b ? undefined : again(left, right)
  }

/** A unary operation on the value beneath a broadcast, whose result is broadcast. */
const beforeBroadcast =
  (operation: Operation): Law<'exp'> =>
  (ops, [x]) =>
    isA(x, 'broadcast') ? ops.broadcast(perform(ops)(operation, x.inputs, []), x.shape) : undefined

/** `x`, if combining it with `other` does not make it larger. */
const unchanged = (x: GraphNode, other: GraphNode): GraphNode | undefined => {
  const added = x.shape.length - other.shape.length
  const wide = added >= 0 && other.shape.every((d, i) => d === 1 || (d !== null && d === x.shape[added + i]))
  return wide ? x : undefined
}

/** The other operand, if one is this number. */
const neutral =
  (number: number): Law<'add' | 'multiply'> =>
  (_, [a, b]) =>
    uniform(b) === number ? unchanged(a, b) : uniform(a) === number ? unchanged(b, a) : undefined

/** The other factor and the scalar constant of a product. */
const scaled = ([a, b]: Operands<'multiply', GraphNode>): readonly [GraphNode, number] | undefined => {
  const [left, right] = [a, b].map(node => (node.shape.length === 0 ? uniform(node) : undefined))
  if (right !== undefined) return [a, right]
  return left === undefined ? undefined : [b, left]
}
const scaling = (x: GraphNode | undefined) => (isA(x, 'multiply') ? scaled(x.inputs) : undefined)

/** What is known to be 1 or 0. */
const isTruth = (node: GraphNode): boolean => {
  if (isA(node, 'greater') || isA(node, 'equal')) return true
  if (isA(node, 'multiply') || isA(node, 'maximum')) return node.inputs.every(isTruth)
  return isA(node, 'subtract') && uniform(node.inputs[0]) === 1 && isTruth(node.inputs[1])
}
/** What is compared with 0. */
const asked = (node: GraphNode): GraphNode | undefined => {
  if (!isA(node, 'equal')) return undefined
  const [a, b] = node.inputs
  return uniform(b) === 0 ? unchanged(a, b) : uniform(a) === 0 ? unchanged(b, a) : undefined
}
/** The truth that a node denies, and which a number then denies again. */
const deniedTwice = (node: GraphNode, number: GraphNode): GraphNode | undefined => {
  const truth = asked(node)
  return truth !== undefined && isTruth(truth) ? unchanged(truth, number) : undefined
}

/** Axes of one element can move freely. */
const movesNothing = (shape: Shape, permutation: readonly number[]): boolean => {
  const order = permutation.filter(axis => shape[axis] !== 1)
  return order.every((axis, i) => i === 0 || axis > (order[i - 1] as number))
}

/** A slice that lies within one part of a concatenation. */
const sliceOfPart = (
  ops: Ops<GraphNode>,
  whole: ApplicationOf<'concatenate'>,
  begin: readonly number[],
  size: Shape,
): GraphNode | undefined => {
  const [axis] = whole.attributes
  const [from, length] = [begin[axis] as number, size[axis] as number]
  let start = 0
  for (const part of whole.inputs) {
    const end = start + (part.shape[axis] as number)
    if (from >= start && from + length <= end) return ops.slice(part, begin.with(axis, from - start), size)
    start = end
  }
  return undefined
}

/** Laws that keep every bit, also for NaN, infinities and -0. */
export const exact: Laws = {
  ...Object.fromEntries(unaryElementwise.map(operation => [operation, [beforeBroadcast(operation)]])),
  ...Object.fromEntries(binaryElementwise.map(operation => [operation, [withoutBroadcasts(operation)]])),
  negative: [
    (_, [x]) => (isA(x, 'negative') ? x.inputs[0] : undefined),
    beforeBroadcast('negative'),
    (ops, [x]) => {
      const [rest, factor = 1] = scaling(x) ?? []
      return rest && ops.multiply(rest, ops.constant(-factor))
    },
  ],
  relu: [(_, [x]) => (isA(x, 'relu') ? x : undefined), beforeBroadcast('relu')],

  add: [(ops, [a, b]) => (isA(b, 'negative') ? ops.subtract(a, b.inputs[0]) : undefined), withoutBroadcasts('add')],
  subtract: [
    (_, [a, b]) => (Object.is(uniform(b), 0) ? unchanged(a, b) : undefined),
    (ops, [a, b]) => (isA(b, 'negative') ? ops.add(a, b.inputs[0]) : undefined),
    (_, [a, b]) => (uniform(a) === 1 ? deniedTwice(b, a) : undefined),
    withoutBroadcasts('subtract'),
  ],
  multiply: [neutral(1), withoutBroadcasts('multiply')],
  divide: [(_, [a, b]) => (uniform(b) === 1 ? unchanged(a, b) : undefined), withoutBroadcasts('divide')],
  equal: [
    (_, [a, b]) => (uniform(b) === 0 ? deniedTwice(a, b) : uniform(a) === 0 ? deniedTwice(b, a) : undefined),
    withoutBroadcasts('equal'),
  ],
  where: [
    (ops, inputs) => {
      const [condition, a, b] = inputs
      const known = uniformBeneath(condition)
      if (known === undefined) return undefined
      const chosen = known === 0 ? b : a
      const shapes = inputs.map(input => input.shape)
      const shape = resultShape('where', shapes, [])
      if (alikeShapes(chosen.shape, shape)) return chosen
      return shape.includes(null) ? undefined : ops.broadcast(chosen, shape)
    },
  ],

  sum: [
    (ops, [x], ...attributes) => {
      // A sum of ones is their count, which is exact up to 2^24.
      const count = sizeOf(attributes[0].map(axis => x.shape[axis] ?? null))
      if (uniformBeneath(x) !== 1 || count === null || count > 2 ** 24) return undefined
      const shape = resultShape('sum', [x.shape], attributes)
      return shape.includes(null) ? undefined : ops.broadcast(ops.constant(count), shape)
    },
  ],
  reshape: [
    (_, [x], shape) => (alikeShapes(x.shape, shape) ? x : undefined),
    (ops, [x], shape) => (isA(x, 'reshape') ? ops.reshape(x.inputs[0], shape) : undefined),
  ],
  transpose: [
    (_, [x], permutation) => (permutation.every((axis, i) => axis === i) ? x : undefined),
    (ops, [x], permutation) => {
      if (!isA(x, 'transpose')) return undefined
      const [before] = x.attributes
      const both = permutation.map(axis => before[axis] as number)
      return ops.transpose(x.inputs[0], both)
    },
    (ops, [x], permutation) =>
      !x.shape.includes(null) && movesNothing(x.shape, permutation)
        ? ops.reshape(x, resultShape('transpose', [x.shape], [permutation]))
        : undefined,
  ],
  reverse: [
    (ops, [x], axes) => {
      const turned = axes.filter(axis => x.shape[axis] !== 1)
      if (turned.length === 0) return x
      return turned.length < axes.length ? ops.reverse(x, turned) : undefined
    },
    (ops, [x], axes) => {
      if (!isA(x, 'reverse')) return undefined
      const [before] = x.attributes
      const once = [...axes, ...before].filter(axis => axes.includes(axis) !== before.includes(axis))
      return ops.reverse(x.inputs[0], once)
    },
  ],
  broadcast: [
    (_, [x], shape) => (alikeShapes(x.shape, shape) ? x : undefined),
    (ops, [x], shape) => (isA(x, 'broadcast') ? ops.broadcast(x.inputs[0], shape) : undefined),
  ],
  concatenate: [
    (_, inputs) => (inputs.length === 1 ? inputs[0] : undefined),
    (ops, inputs, axis) => {
      const partsOf = (x: GraphNode) => (isA(x, 'concatenate') && x.attributes[0] === axis ? x.inputs : [x])
      const parts = inputs.flatMap(partsOf)
      return parts.length > inputs.length ? ops.concatenate(parts, axis) : undefined
    },
  ],
  slice: [
    (ops, [x], begin, size) => {
      if (x.shape.includes(null)) return undefined
      const shape = resultShape('slice', [x.shape], [begin, size])
      if (alikeShapes(x.shape, shape)) return x
      if (isA(x, 'concatenate')) return sliceOfPart(ops, x, begin, shape)
      if (!isA(x, 'slice')) return undefined
      const [before] = x.attributes
      const both = begin.map((at, i) => at + (before[i] as number))
      return ops.slice(x.inputs[0], both, shape)
    },
  ],
  pad: [(_, [x], margins) => (margins.every(([before, after]) => before === 0 && after === 0) ? x : undefined)],
}

/** Laws that change rounding or the sign of zeros. Passes that keep every bit do without them. */
export const rounding: Laws = {
  add: [neutral(0)],
  subtract: [
    (_, [a, b]) => (uniform(b) === 0 ? unchanged(a, b) : undefined),
    (ops, [a, b]) => (uniform(a) === 0 && unchanged(b, a) ? ops.negative(b) : undefined),
  ],
  multiply: [
    (ops, inputs) => {
      const [x, factor = 1] = scaled(inputs) ?? []
      const [rest, before = 1] = scaling(x) ?? []
      return rest && ops.multiply(rest, ops.constant(before * factor))
    },
  ],
  // A sum of -0 alone is 0.
  sum: [
    (ops, [x], ...attributes) =>
      attributes[0].every(axis => x.shape[axis] === 1)
        ? ops.reshape(x, resultShape('sum', [x.shape], attributes))
        : undefined,
  ],
}

const simplifyingBy =
  (laws: Laws, exactly: boolean) =>
  (beneath: Ops<GraphNode>): Ops<GraphNode> => {
    const { within } = beneath
    const make = perform(beneath)
    // The table pairs each law with its own attributes, which an operation of any kind cannot express.
    const lawsOf = (operation: Operation) => laws[operation] as readonly Law<'exp'>[] | undefined
    const ops: Ops<GraphNode> = alike<GraphNode>(
      (operation, inputs, attributes) => {
        const known = folded(beneath, operation, inputs, attributes, exactly)
        if (known !== undefined) return known
        for (const law of lawsOf(operation) ?? []) {
          const equal = law(ops, inputs as readonly [GraphNode], ...(attributes as readonly []))
          if (equal !== undefined) return equal
        }
        return make(operation, inputs, attributes)
      },
      within ? { ...beneath, within: forLayers(layer => simplifyingBy(laws, exactly)(within(layer))) } : beneath,
    )
    return ops
  }

const all = mapRecord({ ...exact, ...rounding } as Required<Laws>, (_, operation) => [
  ...(rounding[operation as Operation] ?? []),
  ...(exact[operation as Operation] ?? []),
]) as Laws

/** Simplifies what a tracing interpreter makes, within rounding. */
export const simplifying: (beneath: Ops<GraphNode>) => Ops<GraphNode> = simplifyingBy(all, false)

/** Simplifies, and keeps every bit. */
export const simplifyingExactly: (beneath: Ops<GraphNode>) => Ops<GraphNode> = simplifyingBy(exact, true)

/**
 * Merges equal nodes, folds constants, drops unused nodes, and removes operations that change nothing, undo each other
 * or move nothing (reshapes, transposes, broadcasts, sums with 0).
 *
 * Outputs are the same within rounding; the sign of zeros may change.
 */
export const simplify = ({ inputs, outputs }: Graph): Graph => rebuilt(inputs, outputs, simplifying)
