import { InvalidOption } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { type Flat, mapAnything, unflatten } from '../base/tree.ts'
import { isList } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { type Tape, tape } from '../ops/tape.ts'
import { type Traced, zerosLike } from '../ops/traced.ts'
import { type AnyFunction, checkOps, nameOf } from './function.ts'
import { tensorsIn } from './trees.ts'

// A function on a tape: what all derivatives are made of.

/** A function that has run on a tape. */
export interface Run<T> {
  readonly own: Tape<T>
  /** The arguments that vary, as they were given. */
  readonly given: readonly Flat<T>[]
  /** Their leaves on the tape, all in order. */
  readonly variables: readonly Traced<T>[]
  /** What the function gave. */
  readonly result: unknown
}

/**
 * Runs a function on a new tape. Arguments that do not vary are constants to the tape as they are.
 *
 * @param wrt the positions of the arguments that vary
 * @throws InvalidOption if such an argument is missing, or holds anything but tensors
 */
export const onTape = <T>(
  owner: string,
  f: AnyFunction,
  ops: Ops<T>,
  args: readonly unknown[],
  wrt: readonly number[],
): Run<T> => {
  checkOps(owner, ops)
  const own = tape(ops)
  const missing = wrt.find(at => at >= args.length)
  if (missing !== undefined)
    throw new InvalidOption({
      layer: owner,
      option: `argument ${missing}`,
      expected: 'tensors to differentiate with respect to',
      got: `a call of ${args.length === 1 ? '1 argument' : `${args.length} arguments`} after ops`,
      remedy: `Call it as ${nameOf(f)} is called, operations first.`,
    })
  const given = wrt.map(at => tensorsIn(ops, owner, `argument ${at}`, args[at]))
  const trees = given.map(({ form, leaves }) => ({ form, leaves: leaves.map(own.variable) }))
  const result = f(
    own.ops,
    ...args.map((arg, at) => {
      const tree = trees[wrt.indexOf(at)]
      return tree === undefined ? arg : unflatten(tree.form, tree.leaves)
    }),
  )
  return { own, given, variables: trees.flatMap(({ leaves }) => leaves), result }
}

/** The value beneath a result of a tape. A function may also give a value of the operations beneath back. */
export const beneath = <T>({ owns }: Pick<Tape<T>, 'owns'>, value: unknown): T =>
  owns(value) ? value.value : (value as T)

/** A result with the values beneath, whatever else it holds: those of the operations may be records too. */
export const withoutTape = <T>(own: Pick<Tape<T>, 'owns'>, { isTensor }: Ops<T>, result: unknown): unknown =>
  mapAnything(
    result,
    value => own.owns(value) || isTensor?.(value) === true,
    value => beneath(own, value),
  )

/** Trees of the forms of the arguments that vary. */
export const inPlace = <T>(given: readonly Flat<T>[], leaves: readonly T[]): readonly unknown[] => {
  let next = 0
  return given.map(({ form, leaves: { length } }) => {
    next += length
    return unflatten(form, leaves.slice(next - length, next))
  })
}

/**
 * The loss in what a function gave.
 *
 * @throws InvalidOption if it is no scalar
 */
export const scalarOf = <T>(owner: string, f: AnyFunction, { own }: Run<T>, result: unknown): Traced<T> => {
  const option = nameOf(f)
  const { form, leaves } = tensorsIn(own.ops, owner, `${option}, result`, result)
  const [leaf] = leaves
  const shape = leaf === undefined || form.kind !== 'leaf' ? undefined : own.ops.shape(leaf)
  if (leaf !== undefined && shape?.length === 0) return leaf
  const isPair = isList(result) && result.length === 2
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'a function whose result is one scalar',
    got:
      shape === undefined
        ? `${leaves.length} tensors in ${isList(result) ? 'an array' : 'a record'}`
        : `a result of shape ${showShape(shape)}`,
    remedy:
      shape !== undefined
        ? `Reduce it, for example with ops.mean(loss, [${shape.map((_, axis) => axis).join(', ')}]).`
        : isPair
          ? `With more than the loss, for example: ${owner}(f, { aux: true }).`
          : 'Sum what it is made of.',
  })
}

/** The gradients of the sum of outputs times their cotangents, in order. */
export const pulledBack = <T>(
  { gradients }: Pick<Tape<T>, 'gradients'>,
  outputs: readonly Traced<T>[],
  cotangents: readonly T[],
  wrt: readonly Traced<T>[],
): readonly T[] =>
  gradients(
    outputs.map((output, i) => [output, cotangents[i] as T] as const),
    wrt,
  )

/**
 * How outputs move if the variables move along directions: the derivative of the pullback, which is linear in what it takes, so that it
 * does not matter where it is differentiated.
 *
 * @param around the tape beneath that of the run
 * @param values those of the outputs beneath both
 */
export const pushedForward = <T>(
  ops: Ops<T>,
  around: Tape<T>,
  { own, variables }: Run<Traced<T>>,
  outputs: readonly Traced<Traced<T>>[],
  values: readonly T[],
  directions: readonly T[],
): readonly T[] => {
  const seeds = values.map(value => around.variable(zerosLike(ops, value)))
  return pulledBack(around, pulledBack(own, outputs, seeds, variables), directions, seeds)
}

/** The gradients of a scalar with respect to all variables. */
export const gradientsOf = <T>({ own, variables }: Run<T>, ops: Ops<T>, loss: Traced<T>): readonly T[] =>
  own.gradients([[loss, ops.constant(1)]], variables)
