import { InvalidOption } from '../base/errors.ts'
import { boolean, integer, orNull, parseOptions } from '../base/options.ts'
import { type Shape, showShape } from '../base/shape.ts'
import { type Flat, unflatten } from '../base/tree.ts'
import { sliceAlong } from '../ops/axes.ts'
import type { Ops } from '../ops/ops.ts'
import { packed, packedSequences, unpacked, unpackedSequences } from '../ops/packing.ts'
import { areKnown, mostWalked } from '../ops/scan.ts'
import {
  type AnyFunction,
  asFunction,
  type Beside,
  checkOps,
  type Handle,
  nameOf,
  type OpsFunction,
} from './function.ts'
import { type Paired, pairOf } from './options.ts'
import { leavesLike, placeIn, tensorsIn } from './trees.ts'

/** The options of {@link scan}. */
export interface ScanOptions {
  /** The number of steps of a scan over no sequence: the function then takes the carry alone. Default: that of `xs`. */
  readonly length?: number | null
  /** Whether to go from the last step to the first; results keep the order of the steps. Default: false. */
  readonly reverse?: boolean
}

const carryAndResult: Paired = {
  option: 'f',
  expected: 'a function that gives [carry, y]',
  remedy: 'For example: scan((ops, sum, x) => [ops.add(sum, x), sum]).',
}

/** The number of steps of a sequence of trees, whose first axis is time. */
const stepsOf = <T>(ops: Ops<T>, { leaves, paths }: Flat<T>): number => {
  const refuse = (at: number, expected: string, got: string, remedy: string): never => {
    throw new InvalidOption({ layer: 'scan', option: placeIn('xs')(paths[at] ?? []), expected, got, remedy })
  }
  const lengths = leaves.map((leaf, at): number => {
    const shape = ops.shape(leaf)
    const [length] = shape
    if (length !== undefined && length !== null) return length
    const remedy = 'The first axis is the steps: give tensors [steps, …].'
    return refuse(at, 'a first axis of known size', showShape(shape), remedy)
  })
  const [first] = lengths
  if (first === undefined)
    return refuse(
      0,
      'at least one tensor',
      'none',
      'To scan over no sequence, give the number of steps: { length: 10 }.',
    )
  const other = lengths.findIndex(length => length !== first)
  if (other >= 0)
    refuse(
      other,
      `${first} steps, as ${placeIn('xs')(paths[0] ?? [])} has`,
      String(lengths[other]),
      'Give all tensors as many steps.',
    )
  return first
}

/** A step of a tensor [steps, …]. */
const stepAt = <T>(ops: Ops<T>, x: T, at: number): T => {
  const [, ...rest] = ops.shape(x)
  return ops.reshape(sliceAlong(ops, x, 0, at, 1), rest)
}
/** Tensors of one shape along a new first axis. */
const stacked = <T>(ops: Ops<T>, steps: readonly T[]): T =>
  ops.concatenate(
    steps.map(step => ops.reshape(step, [1, ...ops.shape(step)])),
    0,
  )

/**
 * Carries a value over the steps of a sequence: `f(ops, carry, x)` takes what the step before it gave, and one step of the
 * sequence, and gives `[carry, y]`. The result is `[carry, ys]`: the last carry, and the `y` of all steps. It can be
 * differentiated, mapped and compiled.
 *
 * Up to 256 steps have operations of their own, in which compiled programs are simplified as anywhere, so a program grows
 * with them. More are a loop: the program is as large for a million steps as for a thousand. Its gradient keeps the carry
 * before each step and computes the step again, so its memory is that of as many carries, not of all that the steps compute.
 * `xs` and `ys` are then copied once. To draw in each step, draw for all of them before, and give the draws
 * with the sequence.
 *
 * @param f a function `(ops, carry, x, ...rest)`. The carry is a tree of tensors, and keeps its form and shapes; `x` has the
 *   form of `xs`, one step of each tensor; `y` is any tree of tensors, `[]` for none. With `length` it is a function
 *   `(ops, carry, ...rest)`
 * @returns a function `(ops, carry, xs, ...rest)`, with `length` `(ops, carry, ...rest)`. Tensors of `xs` and `ys` are
 *   [steps, …]; `rest` is given to every step as it is
 * @throws InvalidOption if `f` is no function or an option is invalid; from a call, if tensors of `xs` have no first axis, or
 *   another number of steps than the first one, `f` gives no pair, the carry changes its form or
 *   a shape, or an argument or result holds anything but tensors of the operations
 * @see `scan` in JAX (`jax.lax`); a loop over steps in PyTorch
 * @example
 * ```ts
 * const sums = scan(<T>(ops: Ops<T>, sum: T, x: T) => {
 *   const next = ops.add(sum, x)
 *   return [next, next] as const
 * })
 * const [last, all] = eager(sums)(0, [1, 2, 3])
 * Array.from(last.dataSync()) // [6]
 * Array.from(all.dataSync()) // [1, 3, 6]
 * ```
 */
export function scan<T = Handle, C = T, Y = unknown, Rest extends readonly unknown[] = never[], L = null>(
  f: (ops: Ops<T>, carry: C, ...rest: Rest) => readonly [carry: C, y: Y],
  options: Beside<Rest, Y, ScanOptions & { readonly length: L extends number ? L : number }>,
  ...none: [L] extends [null | undefined] ? [never, never, never] : []
): OpsFunction<T, [carry: C, ...rest: Rest], readonly [carry: C, ys: Y]>
export function scan<T = Handle, C = T, X = T, Y = unknown, Rest extends readonly unknown[] = never[], L = null>(
  f: (ops: Ops<T>, carry: C, x: X, ...rest: Rest) => readonly [carry: C, y: Y],
  options?: Beside<Rest, Y, ScanOptions & { readonly length?: L & null }>,
  ...none: [L] extends [null | undefined] ? [] : [never, never, never]
): OpsFunction<T, [carry: C, xs: X, ...rest: Rest], readonly [carry: C, ys: Y]>
export function scan(f: unknown, options: unknown = {}, ..._: unknown[]): AnyFunction {
  const own = asFunction('scan', f)
  const { length, reverse } = parseOptions<Required<ScanOptions>>(
    'scan',
    'scan(f, { reverse: true })',
    {
      length: { codec: orNull(integer(0), 'the steps of xs'), default: null },
      reverse: { codec: boolean, default: false },
    },
    options,
  )
  return <T>(ops: Ops<T>, carry: unknown, ...others: readonly unknown[]): unknown => {
    checkOps('scan', ops)
    const start = tensorsIn<T>(ops, 'scan', 'carry', carry)
    const sequence = length === null ? tensorsIn<T>(ops, 'scan', 'xs', others[0]) : undefined
    const rest = sequence === undefined ? others : others.slice(1)
    const count = sequence === undefined ? (length as number) : stepsOf(ops, sequence)
    const like = { paths: start.paths, shapes: start.leaves.map(ops.shape), of: 'the carry that came in' }
    const step = (carried: readonly T[], x: readonly unknown[]): readonly [carried: readonly T[], y: Flat<T>] => {
      const result = own(ops, unflatten(start.form, carried), ...x, ...rest)
      const [next, y] = pairOf('scan', result, carryAndResult)
      const place = `${nameOf(own)}, result`
      return [leavesLike<T>(ops, 'scan', `${place}.0`, next, like), tensorsIn<T>(ops, 'scan', `${place}.1`, y)]
    }
    const stepsIn = (of: (leaf: T) => T): readonly unknown[] =>
      sequence === undefined ? [] : [unflatten(sequence.form, sequence.leaves.map(of))]

    if (count > mostWalked && areKnown(ops, [...start.leaves, ...(sequence?.leaves ?? [])])) {
      let first: Flat<T> | undefined
      const [last, ys] = scannedLong(
        ops,
        (carried, leaves) => {
          const [next, y] = step(carried, sequence === undefined ? [] : [unflatten(sequence.form, leaves)])
          first ??= y
          return [next, y.leaves]
        },
        start.leaves,
        sequence?.leaves ?? [],
        { length: count, reverse },
      )
      // A scan of some steps has run one.
      return Object.freeze([unflatten(start.form, last), unflatten((first as unknown as Flat<T>).form, ys)])
    }
    let carried = start.leaves
    const found: Flat<T>[] = []
    for (let i = 0; i < count; i++) {
      const at = reverse ? count - 1 - i : i
      const [next, y] = step(
        carried,
        stepsIn(leaf => stepAt(ops, leaf, at)),
      )
      checkForm(ops, found[0], y, nameOf(own))
      carried = next
      found.push(y)
    }
    // Without steps, the form and shapes of the results are those of a step of zeros.
    const [, first] =
      count > 0
        ? [carried, found[0] as Flat<T>]
        : step(
            carried,
            stepsIn(leaf => zeroStep(ops, leaf)),
          )
    const ordered = reverse ? found.toReversed() : found
    const ys = first.leaves.map((leaf, k) =>
      count > 0
        ? stacked(
            ops,
            ordered.map(({ leaves }) => leaves[k] as T),
          )
        : ops.constant(new Float32Array(0), [0, ...(ops.shape(leaf) as readonly number[])]),
    )
    return Object.freeze([unflatten(start.form, carried), unflatten(first.form, ys)])
  }
}

/** A scan as one `ops.scan`, over all sequences side by side. */
const scannedLong = <T>(
  ops: Ops<T>,
  step: (carried: readonly T[], x: readonly T[]) => readonly [carried: readonly T[], y: readonly T[]],
  start: readonly T[],
  sequences: readonly T[],
  { length, reverse }: { readonly length: number; readonly reverse: boolean },
): readonly [last: readonly T[], ys: readonly T[]] => {
  const shapesOf = (leaves: readonly T[]) => leaves.map(leaf => ops.shape(leaf) as readonly number[])
  const shapes = shapesOf(sequences).map(([, ...rest]) => rest)
  const turned = (rows: T): T => (reverse ? ops.reverse(rows, [1]) : rows)
  const rows =
    sequences.length === 0
      ? ops.broadcast(ops.constant(0, [1, 1, 1]), [1, length, 1])
      : turned(packedSequences(ops, sequences))
  let made: readonly (readonly number[])[] = []
  const [last, outputs] = ops.scan(
    (carried, row) => {
      const [next, y] = step(carried, unpacked(ops, row, shapes))
      made = shapesOf(y)
      return [next, y.length === 0 ? row : packed(ops, y)]
    },
    start,
    rows,
  )
  return [last, unpackedSequences(ops, turned(outputs), made)]
}

const zeroStep = <T>(ops: Ops<T>, leaf: T): T => {
  const [, ...rest] = ops.shape(leaf)
  return ops.constant(0, rest as readonly number[])
}

/**
 * Checks that a step gives a result like that of the first one.
 *
 * @throws InvalidOption if it does not
 */
const checkForm = <T>(ops: Ops<T>, first: Flat<T> | undefined, y: Flat<T>, name: string): void => {
  if (first === undefined) return
  const shapes: readonly Shape[] = first.leaves.map(ops.shape)
  leavesLike(ops, 'scan', `${name}, result.1`, unflatten(y.form, y.leaves), {
    paths: first.paths,
    shapes,
    of: 'the result of the first step',
  })
}
