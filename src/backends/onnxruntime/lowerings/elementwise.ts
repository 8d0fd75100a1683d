import type { Attributes, Operation } from '../../../ops/operations.ts'
import { resultShape } from '../../../ops/shapes.ts'
import type { Emitter } from '../emitter.ts'
import { together, type Value } from '../values.ts'
import type { Lowering, Lowerings, Target } from './lowering.ts'

/** ONNX's numbers for types of elements. */
export const types: { readonly float: number; readonly int64: number; readonly bool: number } = {
  float: 1,
  int64: 7,
  bool: 9,
}

export const cast = (emit: Emitter, name: string, type: keyof typeof types): string => {
  const source = emit.source(name)
  // What was true or false before it was made a number is taken as it was.
  if (type === 'bool' && source?.operator === 'Cast' && isTruth(emit, source.inputs[0] as string))
    return source.inputs[0] as string
  return emit.node('Cast', [name], { to: { int: types[type] } })
}
const isTruth = (emit: Emitter, name: string): boolean => {
  const operator = emit.source(name)?.operator
  return operator === 'Greater' || operator === 'Equal'
}

type Unary = Lowering<'exp'>
const unary =
  (operator: string): Unary =>
  ({ emit }, x) => ({ ...x, name: emit.node(operator, [x.name]) })

/** An operator on operands that are broadcast to the shape of the operation's result. */
const broadcasting =
  (operation: Operation, apply: (emit: Emitter, names: readonly string[]) => string) =>
  ({ emit }: Target, ...inputs: readonly Value[]): Value => {
    const shapes = inputs.map(({ shape }) => shape)
    // All dimensions of a graph that is compiled are known.
    const shape = resultShape(operation, shapes, [] as never) as readonly number[]
    return together(emit, inputs, shape, names => apply(emit, names))
  }
const binary = (operation: Operation, operator: string): Lowering<'add'> =>
  broadcasting(operation, (emit, names) => emit.node(operator, names))
const comparison = (operation: Operation, operator: string): Lowering<'add'> =>
  broadcasting(operation, (emit, names) => cast(emit, emit.node(operator, names), 'float'))

const identity: Unary = (_, x) => x

type WithoutAttributes = { [O in Operation]: Attributes[O] extends readonly [] ? O : never }[Operation]
type Elementwise =
  | Exclude<WithoutAttributes, 'argMax' | 'softmax' | 'logSoftmax' | 'gather' | 'matmul'>
  | 'clipGradient'

/** Operations on elements one by one. */
export const elementwise: Lowerings<Elementwise> = {
  negative: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  rsqrt: ({ emit }, x) => ({ ...x, name: emit.node('Reciprocal', [emit.node('Sqrt', [x.name])]) }),
  square: ({ emit }, x) => ({ ...x, name: emit.node('Mul', [x.name, x.name]) }),
  abs: unary('Abs'),
  sigmoid: unary('Sigmoid'),
  tanh: unary('Tanh'),
  relu: unary('Relu'),
  elu: unary('Elu'),
  softplus: unary('Softplus'),
  erf: unary('Erf'),
  add: binary('add', 'Add'),
  subtract: binary('subtract', 'Sub'),
  multiply: binary('multiply', 'Mul'),
  divide: binary('divide', 'Div'),
  maximum: binary('maximum', 'Max'),
  minimum: binary('minimum', 'Min'),
  greater: comparison('greater', 'Greater'),
  equal: comparison('equal', 'Equal'),
  where: broadcasting('where', (emit, [condition, a, b]) =>
    emit.node('Where', [cast(emit, condition as string, 'bool'), a as string, b as string]),
  ),
  stopGradient: identity,
  // A limit for the way back only.
  clipGradient: (_, x) => x,
}
