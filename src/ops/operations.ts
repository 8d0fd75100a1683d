import { InvalidOption, show } from '../base/errors.ts'
import { asKey } from '../base/random.ts'
import { isShape } from '../base/shape.ts'
import { composing, widening } from './composed/table.ts'
import { checkedLoop } from './loop.ts'
import type { Ops, Primitives } from './ops.ts'
import { forms, normalAttributes, operandsOf } from './shapes.ts'

/** What each interpreter defines itself. */
type Own =
  | 'shape'
  | 'constant'
  | 'uniform'
  | 'normal'
  | 'scan'
  | 'loop'
  | 'origin'
  | 'isTensor'
  | 'withGradient'
  | 'withKernel'
/** The primitive operations, which take tensors, then attributes, and give one tensor. */
export type Operation = Exclude<keyof Primitives<unknown>, Own>

/** A tensor, in the types below. */
interface Operand {
  readonly operand: true
}
/** What an operation takes: its tensors, then its attributes. */
type Taken<P, Tensors extends readonly Operand[] = readonly []> = P extends readonly [Operand, ...infer Rest]
  ? Taken<Rest, readonly [...Tensors, Operand]>
  : P extends readonly [readonly Operand[], ...infer Rest]
    ? { readonly tensors: readonly Operand[]; readonly attributes: Readonly<Required<Rest>> }
    : { readonly tensors: Tensors; readonly attributes: Readonly<Required<P>> }
type TakenBy = { readonly [O in Operation]: Taken<Parameters<Primitives<Operand>[O]>> }
type AttributesOf = { readonly [O in Operation]: TakenBy[O]['attributes'] }
/** The attributes of each operation. */
export interface Attributes extends AttributesOf {}
type Each<L extends readonly unknown[], T> = { readonly [I in keyof L]: T }
/** The tensors that an operation takes, as handles `T`. */
export type Operands<O extends Operation, T> = Each<TakenBy[O]['tensors'], T>

/** Whether a value looks like an interpreter. */
export const isOps = (value: unknown): boolean => {
  try {
    return ['shape', 'constant', 'add'].every(name => typeof (value as Record<string, unknown>)[name] === 'function')
  } catch {
    // null, or an object whose getters throw.
    return false
  }
}

/** Runs any operation in an interpreter. */
export type Perform<T> = <O extends Operation>(operation: O, inputs: readonly T[], attributes: Attributes[O]) => T

/**
 * What an interpreter over another one marks its values with, such as a tape: the symbol that is its own. Values are
 * told apart by it.
 */
export const tapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'tape' in value ? value.tape : undefined

/** Whether a value is a tensor beneath. If the interpreter cannot tell, any object is, except values of others over it. */
export const isBeneath = <T>({ isTensor }: Ops<T>, value: unknown): boolean =>
  isTensor ? isTensor(value) : typeof value === 'object' && value !== null && typeof tapeOf(value) !== 'symbol'

/** A value of another interpreter, as messages say it; `undefined` for others. */
export const foreign = (value: unknown): string | undefined =>
  typeof tapeOf(value) === 'symbol' ? 'a value of another transform, or of one that has ended' : undefined

const refuseOperand = (operation: Operation, expected: string, got: string): never => {
  throw new InvalidOption({
    layer: operation,
    option: 'operands',
    expected,
    got,
    remedy:
      'Make numbers a tensor with ops.constant; a tape takes its own values and those of the operations beneath it.',
  })
}

/** A draw whose key and shape are checked. */
const checkedDraw =
  <T>(name: 'uniform' | 'normal', draw: Primitives<T>['uniform']): Primitives<T>['uniform'] =>
  (key, shape) => {
    const from = asKey(name, key)
    if (isShape(shape)) return draw(from, shape)
    throw new InvalidOption({
      layer: name,
      option: 'shape',
      expected: 'the shape of what is drawn',
      got: show(shape),
      remedy: `For example: ops.${name}(key, [2, 3]).`,
    })
  }

/** An operation as a method; further arguments, such as the index from `map`, are dropped. */
const methodOf = <T>(operation: Operation, perform: Perform<T>) => {
  const { tensors, attributes } = forms[operation]
  const run = (inputs: readonly T[], given: unknown[]): T => {
    given.length = attributes
    return perform(operation, inputs, given as unknown as Attributes[Operation])
  }
  if (tensors === 'list') return (inputs: readonly T[], ...given: unknown[]) => run(inputs, given)
  if (tensors === 1) return (x: T, ...given: unknown[]) => run([x], given)
  if (tensors === 2) return (a: T, b: T, ...given: unknown[]) => run([a, b], given)
  return (a: T, b: T, c: T, ...given: unknown[]) => run([a, b, c], given)
}

/** What an interpreter has. Adding 100 properties one by one is slow; a copy of this object has them at once. */
const blank = Object.fromEntries(
  [
    ...['shape', 'constant', 'uniform', 'normal', 'scan', 'loop'],
    ...[forms, composing, widening].flatMap(table => Object.keys(table)),
  ].map(name => [name, undefined]),
)

type Method = (...given: readonly unknown[]) => unknown

/** Completes the primitives by what is composed of them. */
const composed = <T>(operations: Record<string, unknown>): Ops<T> => {
  // The tables pair each function with its own arguments, which a name in general cannot express.
  for (const name in composing) {
    const compose = (composing as unknown as Readonly<Record<string, Method>>)[name] as Method
    operations[name] = (...given: readonly unknown[]) => compose(operations, ...given)
  }
  return Object.freeze(operations) as unknown as Ops<T>
}

/** An interpreter with other methods, of which its composed operations are made too. */
export const replacing = <T>(ops: Ops<T>, own: Partial<Ops<T>>): Ops<T> => composed({ ...ops, ...own })

/**
 * An interpreter that runs all primitive operations by one function.
 *
 * @param performed gets normalized attributes
 * @param rest what it defines itself
 */
export const alike = <T>(performed: Perform<T>, rest: Pick<Ops<T>, Own | 'within'>): Ops<T> => {
  const { isTensor } = rest
  const perform: Perform<T> = (operation, inputs, attributes) => {
    if (inputs.length === 0) refuseOperand(operation, 'at least one tensor', 'none')
    for (const input of inputs)
      if (isTensor?.(input) === false)
        refuseOperand(operation, 'tensors of these operations', foreign(input) ?? show(input))
    return performed(operation, inputs, normalAttributes(operation, rest.shape(inputs[0] as T), attributes))
  }
  const operations: Record<string, unknown> = {
    ...blank,
    ...rest,
    loop: checkedLoop(rest),
    uniform: checkedDraw('uniform', rest.uniform),
    normal: checkedDraw('normal', rest.normal),
  }
  for (const operation in forms) operations[operation] = methodOf(operation as Operation, perform)
  for (const name in widening) {
    const [narrow, widen] = [
      operations[name],
      (widening as unknown as Readonly<Record<string, Method>>)[name] as Method,
    ]
    operations[name] = (...given: readonly unknown[]) => widen(narrow, operations, ...given)
  }
  return composed(operations)
}

/** Interpreters by layer, each made once. */
export const forLayers = <T>(make: (layer: string) => Ops<T>): ((layer: string) => Ops<T>) => {
  const made = new Map<string, Ops<T>>()
  return layer => {
    const ops = made.get(layer) ?? make(layer)
    made.set(layer, ops)
    return ops
  }
}

/** Performs an operation in an interpreter: the reverse of {@link alike}. */
export const perform =
  <T>(ops: Pick<Primitives<T>, Operation>): Perform<T> =>
  (operation, inputs, attributes) =>
    // The types relate each operation to its own operands, which one in general cannot express.
    (ops[operation] as (...args: readonly unknown[]) => T)(...operandsOf(operation, inputs, attributes))
