import { InvalidOption } from '../base/errors.ts'
import { isKey } from '../base/random.ts'
import { type Form, unflatten } from '../base/tree.ts'
import { isShortList } from '../base/trees.ts'
import { type GradientRule, type Ops, runRule } from '../ops/ops.ts'
import { tape } from '../ops/tape.ts'
import { zerosLike } from '../ops/traced.ts'
import { described } from '../state/given.ts'
import { pulledBack } from './differentiate.ts'
import { type AnyFunction, asFunction, checkOps, type Handle, nameOf, type OpsFunction } from './function.ts'
import { argumentsIn, leavesLike, tensorsIn } from './trees.ts'

/** A function of lists of tensors. */
type Forward = GradientRule['forward']

/** A function on the tensors of its arguments. */
interface Listed {
  readonly forward: Forward
  /** The arguments, from their tensors. */
  readonly args: <T>(tensors: readonly T[]) => readonly unknown[]
  /** The result, from its tensors. */
  readonly result: <T>(tensors: readonly T[]) => unknown
}

/** Runs a function with a rule that is made of the function on lists. Keys stay what they are. */
const runListed = <T>(
  owner: string,
  f: AnyFunction,
  ops: Ops<T>,
  given: readonly unknown[],
  rule: (listed: Listed) => GradientRule,
): unknown => {
  checkOps(owner, ops)
  const { form, leaves } = argumentsIn(ops, owner, given)
  let results: Form | undefined
  const listed: Listed = {
    forward: (inner, tensors) => {
      const found = tensorsIn(inner, owner, `${nameOf(f)}, result`, f(inner, ...listed.args(tensors)))
      results = found.form
      return found.leaves
    },
    args: tensors => {
      let next = 0
      return unflatten<unknown>(
        form,
        leaves.map(leaf => (isKey(leaf) ? leaf : tensors[next++])),
      ) as readonly unknown[]
    },
    result: tensors => unflatten(results as Form, tensors),
  }
  const tensors = leaves.filter(leaf => !isKey(leaf)) as readonly T[]
  return listed.result(runRule(ops, rule(listed), tensors))
}

/** What the gradient of a function is computed of. */
export interface Differentiation<A extends readonly unknown[], R> {
  readonly args: A
  readonly result: R
  /** The gradient with respect to the result, a tree of its form. */
  readonly cotangent: R
}
/** The gradients of arguments, in order; `null`, or none, for an argument without. */
export type Gradients<A extends readonly unknown[]> = { readonly [K in keyof A]?: A[K] | null }

/**
 * A function with another gradient than its own, such as one that is more stable, or one for what has none. Higher
 * derivatives, and `jvp`, are those of `backward`, in which the result has this gradient again.
 *
 * @param f a function `(ops, ...args)`. What it needs are its arguments: it must not close over values of the operations
 * @param backward a function `(ops, { args, result, cotangent })` that gives the gradient of each argument in an array, `null`
 *   for none
 * @throws InvalidOption if an argument is no function; from a call, if an argument or result holds anything but tensors of
 *   the operations; from its gradient, if `backward` gives anything else than trees of the forms and shapes of the arguments
 * @example
 * ```ts
 * // Rounds, and lets gradients pass as if it did not.
 * const rounded = <T>(ops: Ops<T>, x: T): T =>
 *   customGradient(
 *     (inner: Ops<T>, at: T) => inner.round(at),
 *     (_, { cotangent }) => [cotangent],
 *   )(ops, x)
 * Array.from(eager(rounded)(1.7).dataSync()) // [2]
 * Array.from(eager(grad(rounded))(1.7).dataSync()) // [1]
 * ```
 */
export const customGradient = <T = Handle, A extends readonly unknown[] = T[], R = T>(
  f: OpsFunction<T, A, R>,
  backward: (ops: Ops<T>, given: Differentiation<A, R>) => Gradients<A>,
): OpsFunction<T, A, R> => {
  const own = asFunction('customGradient', f)
  const back = asFunction('customGradient', backward, 'backward')
  return (ops, ...args) =>
    runListed('customGradient', own, ops, args, ({ forward, args: argsOf, result }) => ({
      forward,
      backward: <U>(inner: Ops<U>, inputs: readonly U[], outputs: readonly U[], cotangents: readonly U[]) => {
        const given = argsOf(inputs)
        const found = back(inner, { args: given, result: result(outputs), cotangent: result(cotangents) })
        if (!isShortList(found) || found.length > given.length)
          throw new InvalidOption({
            layer: 'customGradient',
            option: 'backward',
            expected: `an array with the gradient of each of ${given.length} arguments, or null`,
            got: described(found),
            remedy: 'For example: (ops, { cotangent }) => [cotangent].',
          })
        return given.flatMap((arg, i): readonly (U | null)[] => {
          const { leaves, paths } = argumentsIn(inner, 'customGradient', [arg])
          const tensors = leaves.flatMap((leaf, k) =>
            isKey(leaf) ? [] : [[leaf, paths[k] as readonly string[]] as const],
          )
          const gradient = found[i]
          if (gradient === null || gradient === undefined) return tensors.map(() => null)
          return leavesLike(inner, 'customGradient', `backward, gradient ${i}`, gradient, {
            paths: tensors.map(([, [, ...path]]) => path),
            shapes: tensors.map(([tensor]) => inner.shape(tensor)),
            of: `argument ${i}`,
          })
        })
      },
    })) as R
}

/**
 * Runs a function apart, in a loop of one repetition: what it computes shares nothing with what was computed before, and is
 * freed after it.
 */
const apart = <T>(ops: Ops<T>, f: Forward, given: readonly T[], like: readonly T[]): readonly T[] =>
  ops
    .loop(
      () => ops.constant(1),
      carried => {
        const own = carried.slice(0, given.length)
        return [...own, ...f(ops, own)]
      },
      [...given, ...like.map(x => zerosLike(ops, x))],
      1,
    )
    .slice(given.length)

/**
 * A function whose gradient, and its gradient in turn, begin with running it again.
 *
 * @param run how the function is run where nothing is differentiated
 */
const recomputing = (forward: Forward, run: Forward = forward): GradientRule => ({
  forward: (ops, given) => (ops.withGradient === undefined ? run : forward)(ops, given),
  backward: (ops, inputs, _, cotangents) => {
    const pulled: Forward = (inner, given) => {
      const own = tape(inner)
      const variables = given.slice(0, inputs.length).map(own.variable)
      const outputs = forward(own.ops, variables)
      const seeds = given.slice(inputs.length)
      return pulledBack(own, outputs, seeds, variables)
    }
    const alone: Forward = (inner, given) => apart(inner, pulled, given, given.slice(0, inputs.length))
    return runRule(ops, recomputing(pulled, alone), [...inputs, ...cotangents])
  },
})

/**
 * A function whose values are computed again for its gradient instead of kept until then: less memory for more time (Chen et
 * al. 2016, "Training deep nets with sublinear memory cost"). Values and gradients are the same; random draws are kept.
 *
 * @param f a function `(ops, ...args)`. What it needs are its arguments: it must not close over values of the operations
 * @throws InvalidOption if `f` is no function; from a call, if an argument or result holds anything but tensors of the
 *   operations
 * @example
 * ```ts
 * const block = recompute(<T>(ops: Ops<T>, x: T): T => ops.tanh(ops.exp(ops.negative(x))))
 * const loss = <T>(ops: Ops<T>, x: T): T => ops.sum(block(ops, block(ops, x)))
 * eager(grad(loss))([1, 2]).shape // [2]
 * ```
 */
export const recompute = <T = Handle, A extends readonly unknown[] = T[], R = T>(
  f: OpsFunction<T, A, R>,
): OpsFunction<T, A, R> => {
  const own = asFunction('recompute', f)
  return (ops, ...args) => runListed('recompute', own, ops, args, ({ forward }) => recomputing(forward)) as R
}
