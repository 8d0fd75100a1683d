import type { GraphNode } from '../../src/graph.ts'
import type { Ops } from '../../src/index.ts'
import { perform } from '../../src/ops/operations.ts'
import { binaryElementwise, unaryElementwise } from '../../src/ops/shapes.ts'

// Expressions to which the laws of simplification apply.

export type Expression = (ops: Ops<GraphNode>, x: GraphNode, y: GraphNode) => GraphNode

const scalar = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.reshape(ops.slice(x, [0, 0], [1, 1]), [])
const row = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.slice(x, [0, 0], [1, null])
const broadcast = (ops: Ops<GraphNode>, x: GraphNode): GraphNode => ops.broadcast(row(ops, x), [4, 6])
/** At least one expression for each law that keeps every bit. */
export const exactly: Readonly<Record<string, Expression>> = {
  'two negations': (ops, x) => ops.negative(ops.negative(x)),
  'a negation of a scaling': (ops, x) => ops.negative(ops.multiply(x, ops.constant(0.3))),
  'relu twice': (ops, x) => ops.relu(ops.relu(x)),
  'the sum with a negation': (ops, x, y) => ops.add(x, ops.negative(y)),
  'the difference to a negation': (ops, x, y) => ops.subtract(x, ops.negative(y)),
  'subtracting 0': (ops, x) => ops.subtract(x, ops.constant(0)),
  'multiplying by 1': (ops, x) => ops.multiply(ops.constant(1), ops.multiply(x, ops.constant(1))),
  'dividing by 1': (ops, x) => ops.divide(x, ops.constant(1)),
  'a truth that is none': (ops, x, y) => ops.notEqual(ops.and(ops.greater(x, y), ops.not(x)), ops.constant(0)),
  'a truth denied twice': (ops, x, y) => ops.not(ops.equal(ops.constant(0), ops.or(x, ops.lessEqual(x, y)))),
  'a choice by NaN': (ops, x, y) => ops.where(ops.constant(Number.NaN), x, y),
  'a choice by -0': (ops, x, y) => ops.where(ops.constant(-0), x, y),
  'a choice by what is 0 in 32 bits': (ops, x, y) => ops.where(ops.constant(1e-60), x, y),
  'a sum of ones': (ops, x) => ops.add(x, ops.sum(ops.broadcast(ops.constant(1), [3, 6]), [0])),
  'a reshape to the same shape': (ops, x) => ops.negative(ops.reshape(x, shape)),
  'two reshapes': (ops, x) => ops.reshape(ops.reshape(x, [24]), [2, 12]),
  'a transpose in the same order': (ops, x) => ops.transpose(x, [0, 1]),
  'two transposes': (ops, x) => ops.transpose(ops.transpose(x, [1, 0]), [1, 0]),
  'a transpose that moves nothing': (ops, x) =>
    ops.reshape(ops.transpose(ops.reshape(x, [4, 1, 6]), [1, 0, 2]), [4, 6]),
  'a reversal of one element': (ops, x) => ops.reverse(row(ops, x), [0, 1]),
  'two reversals': (ops, x) => ops.reverse(ops.reverse(x, [0, 1]), [0]),
  'a broadcast to the same shape': (ops, x) => ops.broadcast(x, shape),
  'two broadcasts': (ops, x) => ops.broadcast(ops.broadcast(row(ops, x), [4, 6]), [2, 4, 6]),
  'a concatenation of one': (ops, x) => ops.concatenate([x], 0),
  'two concatenations': (ops, x, y) => ops.concatenate([ops.concatenate([x, y], 0), x], 0),
  'a slice of everything': (ops, x) => ops.slice(x, [0, 0], [null, 6]),
  'a slice of a slice': (ops, x) => ops.slice(ops.slice(x, [1, 1], [2, 3]), [1, 0], [1, 2]),
  'a slice of a part': (ops, x, y) => ops.slice(ops.concatenate([x, y], 0), [5, 0], [2, 6]),
  'margins of nothing': (ops, x) =>
    ops.pad(x, [
      [0, 0],
      [0, 0],
    ]),
  ...Object.fromEntries(
    unaryElementwise.map((name): [string, Expression] => [
      `${name} of what is broadcast`,
      (ops, x) => perform(ops)(name, [broadcast(ops, x)], []),
    ]),
  ),
  ...Object.fromEntries(
    binaryElementwise.flatMap((name): [string, Expression][] => [
      [`${name} of what is broadcast`, (ops, x, y) => perform(ops)(name, [broadcast(ops, x), y], [])],
      [`${name} to what is broadcast`, (ops, x, y) => perform(ops)(name, [x, broadcast(ops, y)], [])],
      [
        `${name} of a scalar and what is broadcast`,
        (ops, x, y) => perform(ops)(name, [scalar(ops, x), broadcast(ops, y)], []),
      ],
    ]),
  ),
}

/** The same for each law within rounding, and it has to change a bit of some number. */
export const withinRounding: Readonly<Record<string, Expression>> = {
  'adding 0': (ops, x) => ops.add(ops.constant(0), x),
  'subtracting -0': (ops, x) => ops.subtract(x, ops.constant(-0)),
  'subtracting from 0': (ops, x) => ops.subtract(ops.constant(0), x),
  'scaling twice': (ops, x) => ops.multiply(ops.multiply(x, ops.constant(1e30)), ops.constant(0.3e-30)),
  'a sum over one element': (ops, x) => ops.sum(ops.reshape(x, [4, 1, 6]), [1]),
}

/** The shape of both inputs. */
export const shape: readonly number[] = [4, 6]
