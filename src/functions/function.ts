import { InvalidOption, show } from '../base/errors.ts'
import { isOps } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { described } from '../state/given.ts'

// Functions of the operations, as transforms take and give them.

/** A tensor of any interpreter: what functions of the operations take and give, where nothing says more. */
export interface Handle {
  readonly ' handle': never
}

/** A function of the operations: generic in the tensors `T`, it takes the operations first, then trees of tensors. */
export type OpsFunction<T, A extends readonly unknown[], R> = (ops: Ops<T>, ...args: A) => R

/**
 * What stands beside a function of the arguments `A` and the result `R`. Compilers look at it before they instantiate a
 * generic function, when both are still their defaults, an array and nothing known, and would then refuse the function with
 * it: until they know more it may be anything.
 */
export type Beside<A extends readonly unknown[], R, V> = number extends A['length']
  ? unknown extends R
    ? V | {} | null | undefined
    : V
  : V

/** The same for the run time, which checks what comes and goes. */
export type AnyFunction = <T>(ops: Ops<T>, ...args: readonly unknown[]) => unknown

/**
 * Checks that a value is a function, as a call from JavaScript may give anything.
 *
 * @param owner the transform that takes it
 * @throws InvalidOption if it is not
 */
export const asFunction = (owner: string, f: unknown, option = 'f'): AnyFunction => {
  if (typeof f === 'function') return f as AnyFunction
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'a function of the operations',
    got: described(f),
    remedy: `For example: ${owner}((ops, x) => ops.sum(ops.square(x), [0])).`,
  })
}

/**
 * Checks that a value is an interpreter of the operations.
 *
 * @throws InvalidOption if it is not
 */
export const checkOps = (owner: string, ops: unknown): void => {
  if (isOps(ops)) return
  throw new InvalidOption({
    layer: owner,
    option: 'ops',
    expected: 'operations as the first argument',
    got: described(ops),
    remedy: `For example: ${owner}(f)(ops, x), or eager(${owner}(f))(x) at once.`,
  })
}

/** The name of a function in messages. */
export const nameOf = (f: { readonly name: string }): string => (f.name === '' ? 'f' : show(f.name).slice(1, -1))
