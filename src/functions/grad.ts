import type { Ops } from '../ops/ops.ts'
import { beneath, gradientsOf, inPlace, onTape, scalarOf, withoutTape } from './differentiate.ts'
import { type AnyFunction, asFunction, type Beside, type Handle, type OpsFunction } from './function.ts'
import { type Chosen, type GradientOptions, pairOf, wantedOf } from './options.ts'

/** The value, with what is beside it, and the gradients, as options ask for them. */
const valueAndGradient = (owner: string, given: unknown, options: unknown) => {
  const f = asFunction(owner, given)
  const { wrt, single, aux } = wantedOf(owner, options)
  return <T>(ops: Ops<T>, ...args: readonly unknown[]) => {
    const run = onTape(owner, f, ops, args, wrt)
    const [result, beside] = aux ? pairOf(owner, run.result) : [run.result, undefined]
    const loss = scalarOf(owner, f, run, result)
    const trees = inPlace(run.given, gradientsOf(run, ops, loss))
    return {
      value: beneath(run.own, loss),
      beside: withoutTape(run.own, ops, beside),
      gradient: single ? trees[0] : Object.freeze(trees),
      aux,
    }
  }
}

/** What a function to differentiate gives: a scalar, with `aux` the first of two. */
type Scalar<T, Aux extends boolean> = Aux extends true ? readonly [T, unknown] : T

/**
 * The gradient of a scalar function, as a function of the same arguments: a tree of the form of the first one. It can be
 * differentiated again, mapped and compiled.
 *
 * @param f a function `(ops, ...args)` whose result is a scalar
 * @param options `wrt`: the position of the argument, or several, which give an array of trees. `aux`: `f` gives
 *   `[scalar, anything]`, and the result is `[gradient, anything]`
 * @throws InvalidOption if `f` is no function; from a call, if the result is no scalar, or an argument or result holds
 *   anything but tensors of the operations
 * @example
 * ```ts
 * const slope = eager(grad((ops, x) => ops.sum(ops.multiply(x, ops.square(x)), [0])))
 * Array.from(slope([1, 2, 3]).dataSync()) // [3, 12, 27]
 * ```
 */
export function grad<T = Handle, A extends readonly unknown[] = T[]>(f: OpsFunction<T, A, T>): OpsFunction<T, A, A[0]>
export function grad<
  T = Handle,
  A extends readonly unknown[] = T[],
  R = unknown,
  const W extends number | readonly number[] = 0,
  const Aux extends boolean = false,
>(
  f: OpsFunction<T, A, R & Scalar<T, Aux>>,
  options: Beside<A, R, GradientOptions<W, Aux>>,
): OpsFunction<T, A, Aux extends true ? readonly [gradient: Chosen<A, W>, aux: R[1 & keyof R]] : Chosen<A, W>>
export function grad(f: unknown, options: unknown = {}): AnyFunction {
  const derived = valueAndGradient('grad', f, options)
  return (ops, ...args) => {
    const { gradient, beside, aux } = derived(ops, ...args)
    return aux ? Object.freeze([gradient, beside]) : gradient
  }
}

/**
 * The value and the gradient of a scalar function: see {@link grad}. With `aux`, the result is
 * `[[value, anything], gradient]`.
 *
 * @param f a function `(ops, ...args)` whose result is a scalar
 * @throws InvalidOption as {@link grad}
 * @example
 * ```ts
 * const [value, slope] = eager(valueAndGrad((ops, x) => ops.square(x)))(3)
 * Array.from(value.dataSync()) // [9]
 * Array.from(slope.dataSync()) // [6]
 * ```
 */
export function valueAndGrad<T = Handle, A extends readonly unknown[] = T[]>(
  f: OpsFunction<T, A, T>,
): OpsFunction<T, A, readonly [value: T, gradient: A[0]]>
export function valueAndGrad<
  T = Handle,
  A extends readonly unknown[] = T[],
  R = unknown,
  const W extends number | readonly number[] = 0,
  const Aux extends boolean = false,
>(
  f: OpsFunction<T, A, R & Scalar<T, Aux>>,
  options: Beside<A, R, GradientOptions<W, Aux>>,
): OpsFunction<T, A, readonly [value: Aux extends true ? readonly [T, R[1 & keyof R]] : T, gradient: Chosen<A, W>]>
export function valueAndGrad(f: unknown, options: unknown = {}): AnyFunction {
  const derived = valueAndGradient('valueAndGrad', f, options)
  return (ops, ...args) => {
    const { value, gradient, beside, aux } = derived(ops, ...args)
    return Object.freeze([aux ? Object.freeze([value, beside]) : value, gradient])
  }
}
