import type { Attributes, Operation } from '../../../ops/operations.ts'
import type { Emitter } from '../emitter.ts'
import { elementTypes } from '../model.ts'
import { together, type Value } from '../values.ts'
import type { Lowering, Lowerings, Target } from './lowering.ts'

export const cast = (emit: Emitter, name: string, type: keyof typeof elementTypes): string => {
  const source = emit.source(name)
  // A comparison's result was cast to numbers: the result itself is taken.
  if (type === 'bool' && source?.operator === 'Cast' && isTruth(emit, source.inputs[0] as string))
    return source.inputs[0] as string
  return emit.node('Cast', [name], { to: { int: elementTypes[type] } })
}
const isTruth = (emit: Emitter, name: string): boolean => {
  const operator = emit.source(name)?.operator
  return operator === 'Greater' || operator === 'Equal'
}

type Unary = Lowering<'exp'>
const unary =
  (operator: string): Unary =>
  ({ emit }, x) => ({ ...x, name: emit.node(operator, [x.name]) })

/** An operator on operands that are broadcast. */
const broadcasting =
  (apply: (emit: Emitter, names: readonly string[]) => string) =>
  ({ emit }: Target, ...inputs: readonly Value[]): Value =>
    together(emit, inputs, names => apply(emit, names))
const binary = (operator: string): Lowering<'add'> => broadcasting((emit, names) => emit.node(operator, names))
const comparison = (operator: string): Lowering<'add'> =>
  broadcasting((emit, names) => cast(emit, emit.node(operator, names), 'float'))

const identity: Unary = (_, x) => x

type WithoutAttributes = { [O in Operation]: Attributes[O] extends readonly [] ? O : never }[Operation]
type Elementwise =
  | Exclude<WithoutAttributes, 'argMax' | 'argSort' | 'softmax' | 'logSoftmax' | 'gather' | 'matmul'>
  | 'clipGradient'

/** Elementwise operations. */
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
  sin: unary('Sin'),
  cos: unary('Cos'),
  atan: unary('Atan'),
  floor: unary('Floor'),
  add: binary('Add'),
  subtract: binary('Sub'),
  multiply: binary('Mul'),
  divide: binary('Div'),
  pow: binary('Pow'),
  maximum: binary('Max'),
  minimum: binary('Min'),
  greater: comparison('Greater'),
  equal: comparison('Equal'),
  where: broadcasting((emit, [condition, a, b]) =>
    emit.node('Where', [cast(emit, condition as string, 'bool'), a as string, b as string]),
  ),
  stopGradient: identity,
  // Only limits gradients.
  clipGradient: (_, x) => x,
}
