import { InvalidOption } from '../base/errors.ts'
import { unflatten } from '../base/tree.ts'
import { isShortList } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { tape } from '../ops/tape.ts'
import { described } from '../state/given.ts'
import { beneath, inPlace, onTape, pulledBack, pushedForward } from './differentiate.ts'
import { type AnyFunction, asFunction, checkOps, type Handle, nameOf, type OpsFunction } from './function.ts'
import { grad } from './grad.ts'
import { leavesLike, tensorsIn } from './trees.ts'

/**
 * The result of a function, and its pullback: what gives, for the gradient of anything with respect to the result, that
 * with respect to the first argument, the vector-Jacobian product. The function runs once, however often the pullback is
 * called.
 *
 * @returns a function `(ops, ...args)` that gives `[result, pullback]`; the pullback takes a tree of the form of the
 *   result
 * @throws InvalidOption if `f` is no function; from a call, if an argument or result holds anything but tensors of the
 *   operations; from the pullback, if what it gets does not have the form and shapes of the result
 * @example
 * ```ts
 * const back = <T>(ops: Ops<T>, x: T): T => {
 *   const [y, pullback] = vjp((inner: Ops<T>, at: T) => inner.square(at))(ops, x)
 *   return pullback(y)
 * }
 * Array.from(eager(back)([1, 2]).dataSync()) // [2, 16]
 * ```
 */
export const vjp = <T = Handle, A extends readonly unknown[] = T[], R = T>(
  f: OpsFunction<T, A, R>,
): OpsFunction<T, A, readonly [result: R, pullback: (cotangent: R) => A[0]]> => {
  const own = asFunction('vjp', f)
  return (ops, ...args) => {
    const run = onTape('vjp', own, ops, args, [0])
    const { form, leaves, paths } = tensorsIn(run.own.ops, 'vjp', `${nameOf(own)}, result`, run.result)
    const values = leaves.map(leaf => beneath(run.own, leaf))
    const like = { paths, shapes: values.map(ops.shape), of: 'the result' }
    const pullback = (cotangent: unknown): unknown => {
      const seeds = leavesLike(ops, 'vjp', 'cotangent', cotangent, like)
      const found = pulledBack(run.own, leaves, seeds, run.variables)
      return inPlace(run.given, found)[0]
    }
    return Object.freeze([unflatten(form, values), pullback]) as unknown as readonly [R, (cotangent: R) => A[0]]
  }
}

/** Tangents for the first arguments; the others have none. */
type Tangents<A extends readonly unknown[]> = { readonly [K in keyof A]?: A[K] | null }

const asList = (owner: string, option: string, value: unknown): readonly unknown[] => {
  if (isShortList(value)) return value
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'an array with one for each argument',
    got: described(value),
    remedy: `For example: ${owner}(f)(ops, [x], [tangent]).`,
  })
}

/**
 * The result of a function, and its derivative along tangents: the Jacobian-vector product. It is computed by the gradient
 * of the pullback, which is linear, so every function that has gradients has it.
 *
 * @returns a function `(ops, args, tangents)` that gives `[result, tangent]`, both of the form of the result. `tangents`
 *   has a tree for each of the first arguments; `null`, or none, for an argument that stays as it is
 * @throws InvalidOption as {@link vjp}, also if a tangent does not have the form and shapes of its argument
 * @example
 * ```ts
 * const along = eager(<T>(ops: Ops<T>, x: T, v: T) => jvp((inner: Ops<T>, at: T) => inner.square(at))(ops, [x], [v]))
 * const [y, tangent] = along([1, 2], [1, 10])
 * Array.from(tangent.dataSync()) // [2, 40]
 * ```
 */
export const jvp = <T = Handle, A extends readonly unknown[] = T[], R = T>(
  f: OpsFunction<T, A, R>,
): ((ops: Ops<T>, args: A, tangents: Tangents<A>) => readonly [result: R, tangent: R]) => {
  const own = asFunction('jvp', f)
  return (ops, args, tangents) => {
    checkOps('jvp', ops)
    const [given, along] = [asList('jvp', 'args', args), asList('jvp', 'tangents', tangents)]
    const wrt = [...along.keys()].filter(at => along[at] !== null && along[at] !== undefined)
    const around = tape(ops)
    const run = onTape('jvp', own, around.ops, given, wrt)
    const directions = run.given.flatMap(({ leaves, paths }, i) => {
      const at = wrt[i] as number
      const shapes = leaves.map(around.ops.shape)
      return leavesLike(ops, 'jvp', `tangent ${at}`, along[at], { paths, shapes, of: `argument ${at}` })
    })
    const { form, leaves } = tensorsIn(run.own.ops, 'jvp', `${nameOf(own)}, result`, run.result)
    const values = leaves.map(leaf => beneath<T>(around, beneath(run.own, leaf)))
    const moved = pushedForward(ops, around, run, leaves, values, directions)
    return Object.freeze([unflatten(form, values), unflatten(form, moved)]) as unknown as readonly [R, R]
  }
}

/**
 * The Hessian of a scalar function, times a direction: `(ops, at, direction, ...rest)` gives a tree of the form of `at`,
 * for the cost of a few gradients (Pearlmutter 1994, "Fast exact multiplication by the Hessian"). `rest` are the further
 * arguments of the function.
 *
 * @throws InvalidOption as {@link grad}, also if the direction does not have the form and shapes of `at`
 * @example
 * ```ts
 * const curvature = eager(hvp((ops, x) => ops.sum(ops.multiply(x, ops.square(x)), [0])))
 * Array.from(curvature([1, 2], [1, 1]).dataSync()) // [6, 12]
 * ```
 */
export const hvp = <T = Handle, X = T, Rest extends readonly unknown[] = []>(
  f: (ops: Ops<T>, at: X, ...rest: Rest) => T,
): ((ops: Ops<T>, at: X, direction: X, ...rest: Rest) => X) => {
  const slopes = grad(asFunction('hvp', f) as OpsFunction<unknown, readonly unknown[], unknown>) as AnyFunction
  return (ops, at, direction, ...rest) => {
    checkOps('hvp', ops)
    const [, pullback] = vjp(slopes as OpsFunction<T, readonly unknown[], unknown>)(ops, at, ...rest)
    // The Hessian is symmetric.
    return pullback(direction) as X
  }
}
