import type { Attributes, Operation } from '../../../ops/operations.ts'
import type { Application, Emitter } from '../emitter.ts'
import { elementTypes } from '../model.ts'
import { together, type Value } from '../values.ts'
import type { Lowering, Lowerings, Target } from './lowering.ts'

/** Operators that compare, and what is concluded from them. */
const logical: readonly unknown[] = ['Greater', 'GreaterOrEqual', 'Equal', 'And', 'Or', 'Not']

/** What was cast to numbers, if it is of these operators. */
const before = (emit: Emitter, name: string, operators: readonly unknown[]): string | undefined => {
  const source = emit.source(name)
  const [own = ''] = source?.operator === 'Cast' ? source.inputs : []
  return operators.includes(emit.source(own)?.operator) ? own : undefined
}

/** A value as another type: what it was made of, if that has the type. */
export const cast = (emit: Emitter, name: string, type: keyof typeof elementTypes): string =>
  (type === 'bool' ? before(emit, name, logical) : type === 'int64' ? before(emit, name, ['TopK']) : undefined) ??
  emit.node('Cast', [name], { to: { int: elementTypes[type] } })

/** An operator of one tensor, element by element. */
export const eachBy = (emit: Emitter, operator: string, x: Value, beside?: Application): Value => ({
  ...x,
  name: emit.node(operator, [x.name], {}, beside),
})
type Unary = Lowering<'exp'>
const unary =
  (operator: string): Unary =>
  ({ emit }, x) =>
    eachBy(emit, operator, x)

/** An operator on operands that are broadcast. */
const broadcasting =
  (apply: (emit: Emitter, names: readonly string[]) => string) =>
  ({ emit }: Target, ...inputs: readonly Value[]): Value =>
    together(emit, inputs, names => apply(emit, names))
const binary = (operator: string): Lowering<'add'> => broadcasting((emit, names) => emit.node(operator, names))
const comparison = (operator: string): Lowering<'add'> =>
  broadcasting((emit, names) => cast(emit, emit.node(operator, names), 'float'))

/** A conclusion from truths, if these are truths; they are as fast again as numbers. */
const concluded = (
  emit: Emitter,
  names: readonly string[],
  conclude: (truths: readonly string[]) => string,
): string | undefined => {
  const truths = emit.aim.isPortable ? [] : names.map(name => before(emit, name, logical))
  return truths.length > 0 && !truths.includes(undefined)
    ? cast(emit, conclude(truths as string[]), 'float')
    : undefined
}
const or = (emit: Emitter, truths: readonly string[]): string => {
  const [a, b] = truths.map(name => emit.source(name))
  const isOfBoth = a?.operator === 'Greater' && b?.operator === 'Equal' && a.inputs.every(x => b.inputs.includes(x))
  return isOfBoth ? emit.node('GreaterOrEqual', a.inputs) : emit.node('Or', truths)
}
const not = (emit: Emitter, name: string | undefined): string | undefined =>
  concluded(emit, [name as string], truths => emit.node('Not', truths))
/** `operator` on numbers; of truths, what another operator concludes. */
const orOfTruths = (operator: string, conclude: (emit: Emitter, truths: readonly string[]) => string) =>
  broadcasting((emit, names) => concluded(emit, names, truths => conclude(emit, truths)) ?? emit.node(operator, names))

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
  subtract: broadcasting(
    (emit, [a, b]) => (a === emit.scalar(1) ? not(emit, b) : undefined) ?? emit.node('Sub', [a, b] as string[]),
  ),
  multiply: orOfTruths('Mul', (emit, truths) => emit.node('And', truths)),
  divide: binary('Div'),
  pow: binary('Pow'),
  maximum: orOfTruths('Max', or),
  minimum: binary('Min'),
  greater: comparison('Greater'),
  equal: broadcasting(
    (emit, [a, b]) =>
      (b === emit.scalar(0) ? not(emit, a) : undefined) ?? cast(emit, emit.node('Equal', [a, b] as string[]), 'float'),
  ),
  where: broadcasting((emit, [condition, a, b]) =>
    emit.node('Where', [cast(emit, condition as string, 'bool'), a as string, b as string]),
  ),
  stopGradient: identity,
  // Only limits gradients.
  clipGradient: (_, x) => x,
}
