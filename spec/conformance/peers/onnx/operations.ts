import type * as joinery from '../../../../src/index.ts'
import { type Arr, axisFrom, range, reshaped } from '../array.ts'
import { make } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { computed, input, type Mapping, type Node, ofFloats } from './node.ts'

// Operators of ONNX that are arithmetic.

const unary =
  (f: <T>(ops: joinery.Ops<T>, x: T) => T): Mapping =>
  node => {
    ofFloats(input(node))
    return computed([input(node)], (ops, x) => f(ops, x as never))
  }

type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'greater' | 'equal'
const merges: Readonly<Partial<Record<Binary, string>>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  maximum: 'maximum',
  minimum: 'minimum',
}

/** Before opset 7, the second operand stands along axes of the first from one on. */
const aligned = ({ options, opset }: Node, all: readonly Arr[]): readonly Arr[] => {
  const [isBroadcast, axis] = [options.read('broadcast', 0), options.read<number | null>('axis', null)]
  const [a, b] = all as [Arr, Arr]
  if (opset >= 7 || !isBroadcast || axis === null) return all
  const after = a.shape.length - axis - b.shape.length
  return [a, after > 0 ? reshaped(b, [...b.shape, ...range(after).map(() => 1)]) : b]
}

/** Merges of inputs of one shape are layers, of others operations, which broadcast. */
const merge =
  (operation: Binary, finish?: (count: number) => number): Mapping =>
  node => {
    const all = node.inputs.map((_, i) => input(node, i))
    ofFloats(...all)
    const inputs = aligned(node, all)
    const [first] = inputs as [Arr]
    const isOne = inputs.every(({ shape }) => shape.join() === first.shape.join())
    const name = finish ? 'average' : merges[operation]
    if (isOne && inputs.length > 1 && name && first.shape.length > 1)
      return { inputs, layers: [make('Elementwise', name)] }
    return computed(inputs, (ops, ...xs) => {
      const [x, ...rest] = xs
      const merged = rest.reduce((a, b) => ops[operation](a, b), x as (typeof xs)[number])
      return finish ? ops.multiply(merged, ops.constant(finish(inputs.length))) : merged
    })
  }

/** The axes of a reduction, an attribute or an input; none are all. */
const reduction =
  (reduce: 'sum' | 'mean' | 'max'): Mapping =>
  node => {
    const { options } = node
    const x = input(node)
    ofFloats(x)
    const given = options.has('axes') ? options.read<number[]>('axes', []) : (node.inputs[1]?.data ?? [])
    const keeps = options.read('keepdims', 1) !== 0
    const isNothing = options.read('noopWithEmptyAxes', 0) !== 0 && given.length === 0
    const rank = x.shape.length
    const axes = given.length === 0 ? range(rank) : given.map(axis => axisFrom(axis, rank))
    return computed([x], (ops, a) => (isNothing ? (a as never) : ops[reduce](a as never, axes, keeps)))
  }

const clip: Mapping = node => {
  const { options } = node
  const x = input(node)
  ofFloats(x)
  const bound = (name: string, place: number): number | undefined =>
    options.has(name) ? options.read(name, 0) : node.inputs[place]?.data[0]
  const [low, high] = [bound('min', 1), bound('max', 2)]
  if (low === 0 && high === 6 && x.shape.length > 1) return { inputs: [x], layers: [make('Relu6')] }
  return computed([x], <T>(ops: joinery.Ops<T>, ...[a]: readonly T[]) => {
    const above = low === undefined ? (a as T) : ops.maximum(a as T, ops.constant(low))
    return high === undefined ? above : ops.minimum(above, ops.constant(high))
  })
}

const where: Mapping = node => {
  const all = [input(node), input(node, 1), input(node, 2)]
  ofFloats(all[1], all[2])
  return computed(all, <T>(ops: joinery.Ops<T>, ...[c, a, b]: readonly T[]) => ops.where(c as T, a as T, b as T))
}

const matmul: Mapping = node => {
  const [a, b] = [input(node), input(node, 1)]
  ofFloats(a, b)
  const isPlain = a.shape.length > 1 && a.shape.slice(0, -2).join() === b.shape.slice(0, -2).join()
  if (!isPlain) cannot('MatMul that broadcasts')
  return computed([a, b], <T>(ops: joinery.Ops<T>, ...[x, y]: readonly T[]) => ops.matmul(x as T, y as T))
}

/** Nothing, outside of training. */
const dropout: Mapping = node => {
  const x = input(node)
  ofFloats(x)
  node.options.ignore('ratio', 'seed', 'isTest', 'consumedInputs')
  if ((node.inputs[2]?.data[0] ?? 0) !== 0) cannot('Dropout in training: the peer’s own draws')
  return x.shape.length > 1 ? { inputs: [x], layers: [make('Dropout', 0.5)] } : computed([x], (_, a) => a as never)
}

/** By operator. */
export const operations: Readonly<Record<string, Mapping>> = {
  Add: merge('add'),
  Sub: merge('subtract'),
  Mul: merge('multiply'),
  Div: merge('divide'),
  Sum: merge('add'),
  Mean: merge('add', count => 1 / count),
  Max: merge('maximum'),
  Min: merge('minimum'),
  Neg: unary((ops, x) => ops.negative(x)),
  Log: unary((ops, x) => ops.log(x)),
  Sqrt: unary((ops, x) => ops.sqrt(x)),
  Abs: unary((ops, x) => ops.abs(x)),
  Erf: unary((ops, x) => ops.erf(x)),
  Reciprocal: unary((ops, x) => ops.divide(ops.constant(1), x)),
  ReduceSum: reduction('sum'),
  ReduceMean: reduction('mean'),
  ReduceMax: reduction('max'),
  Clip: clip,
  Where: where,
  MatMul: matmul,
  Dropout: dropout,
}
