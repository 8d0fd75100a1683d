import { InvalidOption } from '../base/errors.ts'
import { type Shape, showShape, sizeOf } from '../base/shape.ts'
import { type Form, unflatten } from '../base/tree.ts'
import { sliceAlong } from '../ops/axes.ts'
import type { Ops } from '../ops/ops.ts'
import { tape } from '../ops/tape.ts'
import type { Traced } from '../ops/traced.ts'
import { type Batched, batchOf } from './batching.ts'
import { beneath, onTape, pulledBack, pushedForward } from './differentiate.ts'
import { type AnyFunction, asFunction, type Handle, nameOf, type OpsFunction } from './function.ts'
import { grad } from './grad.ts'
import { tensorsIn } from './trees.ts'

/** A tree with another tree in place of each tensor. */
export type Nested<R, T, X> = R extends T ? X : { readonly [K in keyof R]: Nested<R[K], T, X> }

/** Tensors by their shapes, and how many elements each has. */
interface Extent {
  readonly shapes: readonly Shape[]
  readonly sizes: readonly number[]
  readonly total: number
}
const extentOf = (owner: string, place: string, shapes: readonly Shape[]): Extent => {
  const sizes = shapes.map(shape => {
    const size: number | null = sizeOf(shape)
    if (size !== null) return size
    throw new InvalidOption({
      layer: owner,
      option: place,
      expected: 'known dimensions',
      got: showShape(shape),
      remedy: 'Bind unknown dimensions first.',
    })
  })
  return { shapes, sizes, total: sizes.reduce((a, b) => a + b, 0) }
}

const counted = (count: number, from = 0): Float32Array => Float32Array.from({ length: count }, (_, i) => from + i)
/** Where the elements of each of some tensors begin among all. */
const starts = ({ sizes }: Extent): readonly number[] =>
  sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0))

/** A unit vector for each element of some tensors: of each tensor its part of all vectors, [total, …shape]. */
const unitVectors = <T>(ops: Ops<T>, extent: Extent): readonly T[] => {
  const rows = ops.constant(counted(extent.total), [extent.total, 1])
  const from = starts(extent)
  return extent.shapes.map((shape, i) => {
    const size = extent.sizes[i] as number
    const own = ops.constant(counted(size, from[i]), [1, size])
    return ops.reshape(ops.equal(rows, own), [extent.total, ...shape])
  })
}

/** The reverse: the rows of each tensor's elements, in its shape: [total, …rest] is […shape, …rest] of each. */
const rowsOfEach = <T>(ops: Ops<T>, x: T, extent: Extent): readonly T[] => {
  const [, ...rest] = ops.shape(x)
  const from = starts(extent)
  return extent.shapes.map((shape, i) => {
    const rows = extent.shapes.length === 1 ? x : sliceAlong(ops, x, 0, from[i] as number, extent.sizes[i] as number)
    return ops.reshape(rows, [...shape, ...rest])
  })
}

/** The first axes of a tensor after the others. */
const firstLast = <T>(ops: Ops<T>, x: T, count: number): T => {
  const axes = ops.shape(x).map((_, axis) => axis)
  return ops.transpose(x, [...axes.slice(count), ...axes.slice(0, count)])
}

const jacobianOf =
  (owner: string, f: AnyFunction): AnyFunction =>
  <T>(ops: Ops<T>, ...args: readonly unknown[]): unknown => {
    const batch = batchOf(ops)
    const around = tape(batch.ops)
    const run = onTape(owner, f, around.ops, args, [0])
    const { form, leaves } = tensorsIn(run.own.ops, owner, `${nameOf(f)}, result`, run.result)
    const inputs = extentOf(owner, 'argument 0', run.variables.map(run.own.ops.shape))
    const results = extentOf(owner, `${nameOf(f)}, result`, leaves.map(run.own.ops.shape))
    const all = (value: Traced<Batched<T>>): T => batch.all(beneath(around, value))
    const vectors = (extent: Extent): readonly Batched<T>[] => unitVectors(ops, extent).map(batch.mapped)
    const argument: Form = (run.given[0] as { readonly form: Form }).form

    if (results.total <= inputs.total) {
      // Of each element of the result: its gradient.
      const columns = pulledBack(run.own, leaves, vectors(results).map(around.fixed), run.variables).map(found =>
        rowsOfEach(ops, all(found), results),
      )
      return unflatten(
        form,
        leaves.map((_, k) =>
          unflatten(
            argument,
            columns.map(column => column[k]),
          ),
        ),
      )
    }
    // Along each element of the argument.
    const values = leaves.map(leaf => beneath<Batched<T>>(around, beneath(run.own, leaf)))
    const moved = pushedForward(batch.ops, around, run, leaves, values, vectors(inputs))
    return unflatten(
      form,
      moved.map(found =>
        unflatten(
          argument,
          rowsOfEach(ops, batch.all(found), inputs).map((rows, i) =>
            firstLast(ops, rows, (inputs.shapes[i] as Shape).length),
          ),
        ),
      ),
    )
  }

/**
 * The Jacobian of a function: the derivative of every element of its result with respect to every element of the first
 * argument.
 *
 * All rows are computed at once, as {@link vmap} does, by the gradient of each element of the result; or all columns, along
 * each element of the argument, if those are fewer.
 *
 * @param f a function `(ops, ...args)` whose result is a tree of tensors
 * @returns a function of the same arguments. In place of each tensor [a, …] of the result it gives a tree of the form of the
 *   first argument, with a tensor [a, …, b, …] in place of each tensor [b, …]
 * @throws InvalidOption if `f` is no function; from a call, if an argument or result holds anything but tensors of the
 *   operations, or has unknown dimensions
 * @example
 * ```ts
 * const squares = eager(jacobian((ops, x) => ops.square(x)))
 * Array.from(squares([1, 2]).dataSync()) // [2, 0, 0, 4]
 * ```
 */
export function jacobian<T = Handle, A extends readonly unknown[] = T[]>(
  f: OpsFunction<T, A, T>,
): OpsFunction<T, A, A[0]>
export function jacobian<T = Handle, A extends readonly unknown[] = T[], R = T>(
  f: OpsFunction<T, A, R>,
): OpsFunction<T, A, Nested<R, T, A[0]>>
export function jacobian(f: unknown): AnyFunction {
  return jacobianOf('jacobian', asFunction('jacobian', f))
}

/** The Hessian of a scalar function: see `hessian`, whose name the optimizer shares. */
export const hessianOf = (f: unknown): AnyFunction =>
  jacobianOf(
    'hessian',
    grad(asFunction('hessian', f) as unknown as OpsFunction<unknown, readonly unknown[], unknown>) as AnyFunction,
  )
