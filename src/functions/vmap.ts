import { InvalidOption } from '../base/errors.ts'
import { isKey, type Key } from '../base/random.ts'
import { showShape } from '../base/shape.ts'
import { flatten, type Path, showPath, unflatten } from '../base/tree.ts'
import { isList, isRecord, own as ownOf } from '../base/trees.ts'
import { axisOf } from '../ops/attributes.ts'
import { movedAxis } from '../ops/axes.ts'
import { described } from '../state/given.ts'
import { batchOf } from './batching.ts'
import { asFunction, type Beside, checkOps, type Handle, nameOf, type OpsFunction } from './function.ts'
import { argumentsIn, placeOfArgument, tensorsIn } from './trees.ts'

/** The axis of an argument to map over, or those in a tree; `null` for what is the same for all. */
export type Axes = number | null | readonly Axes[] | { readonly [name: string]: Axes }
/**
 * The same for arguments of known trees: one for all, or one for each. So compilers underline the entry that is wrong; of any tree
 * they would underline all of it.
 */
type AxesFor<A> = number | null | { readonly [I in keyof A & (number | `${number}`)]: AxesOf<A[I]> }
type AxesOf<X> = unknown extends X ? Axes : number | null | AxesWithin<X>
type AxesWithin<X> = X extends Handle | Key
  ? never
  : X extends object
    ? { readonly [K in keyof X]: AxesOf<X[K]> }
    : never

const refuse = (option: string, expected: string, got: string, remedy: string): never => {
  throw new InvalidOption({ layer: 'vmap', option, expected, got, remedy })
}
const example = 'For example: vmap(f, [0, null]) maps over axis 0 of the first argument alone.'

/**
 * Checks the axes of all arguments.
 *
 * @throws InvalidOption if one is none
 */
const checkAxes = (axes: unknown): void => {
  const isAxis = (value: unknown): boolean => value === null || Number.isInteger(value)
  flatten(axes, isAxis, (path, value) =>
    refuse(['axes', ...path].join('.'), 'an axis, or null', described(value), example),
  )
}

/** The axis for a leaf of an argument, from those of a tree that ends above it. */
const axisAt = (axes: unknown, path: Path): number | null => {
  const [first, ...rest] = path
  if (axes === null || typeof axes === 'number') return axes
  const inner =
    first === undefined
      ? undefined
      : isList(axes)
        ? axes[Number(first)]
        : isRecord(axes)
          ? ownOf(axes, first)
          : undefined
  return inner === undefined
    ? refuse('axes', `an axis for ${showPath(path)}, or one for all of it`, 'none', example)
    : axisAt(inner, rest)
}

/**
 * Maps a function over an axis of its arguments: it is written for one example, and runs once for all. `vmap` is an
 * interpreter with a rule for each operation, no loop: as many operations run for a thousand examples as for one.
 *
 * Random draws are functions of their keys, so they are the same for all examples. To draw for each, map over the draws.
 *
 * @param f a function `(ops, ...args)` of one example
 * @param axes the axis of each argument, or of each tensor in a tree of its form; `null` for what is the same for all.
 *   One number stands for all arguments. Default: 0. Keys are never mapped
 * @returns the same function of arguments with one axis more, whose results have a new first axis
 * @throws InvalidOption if `f` is no function or `axes` are no axes; from a call, if an axis does not exist, axes have
 *   other sizes than the first one, nothing is mapped, or an argument or result holds anything but tensors of the
 *   operations
 * @example
 * ```ts
 * const rowByColumn = <T>(ops: Ops<T>, row: T, column: T): T => ops.sum(ops.multiply(row, column), [0])
 * const product = eager(vmap(vmap(rowByColumn, [null, 1]), [0, null]))
 * product([[1, 2], [3, 4]], [[5, 6], [7, 8]]).shape // [2, 2]
 * ```
 */
export const vmap = <T = Handle, A extends readonly unknown[] = T[], R = unknown>(
  f: OpsFunction<T, A, R>,
  axes: Beside<A, R, AxesFor<NoInfer<A>>> = 0,
): OpsFunction<T, A, R> => {
  const own = asFunction('vmap', f)
  checkAxes(axes)
  return (ops, ...args) => {
    checkOps('vmap', ops)
    const batch = batchOf<T>(ops)
    const given = argumentsIn(ops, 'vmap', args)
    let first: { readonly place: string; readonly size: number | null } | undefined
    const leaves = given.leaves.map((leaf, i): unknown => {
      if (isKey(leaf)) return leaf
      const value = leaf as T
      const path = given.paths[i] as Path
      const axis = axisAt(axes, path)
      if (axis === null) return value
      const place = placeOfArgument(path)
      const shape = ops.shape(value)
      if (shape.length === 0)
        return refuse(
          place,
          'an axis to map over',
          `a scalar, to map over axis ${axis}`,
          'Give the axis of each argument, null for what is the same for all: vmap(f, [0, null]).',
        )
      const at = axisOf('vmap', shape, axis, place)
      const size = shape[at] ?? null
      first ??= { place, size }
      if (size === null || size !== first.size)
        return refuse(
          place,
          size === null ? 'a known number of examples' : `${first.size} examples, as ${first.place} has`,
          `${size ?? 'an unknown number'} along axis ${axis} of ${showShape(shape)}`,
          'Map over axes of one size, and give null for what is the same for all.',
        )
      return batch.mapped(movedAxis(ops, value, at, 0))
    })
    if (first === undefined) return refuse('axes', 'at least one tensor to map over', 'none', example)
    const result = own(batch.ops, ...(unflatten<unknown>(given.form, leaves) as readonly unknown[]))
    const found = tensorsIn(batch.ops, 'vmap', `${nameOf(own)}, result`, result)
    return unflatten(found.form, found.leaves.map(batch.all)) as R
  }
}
