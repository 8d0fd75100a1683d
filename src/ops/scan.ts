import { sizeOf } from '../base/shape.ts'
import { knownSizes } from './attributes.ts'
import { movedAxis, sliceAlong } from './axes.ts'
import type { Ops } from './ops.ts'

/** The most steps that are unrolled: programs grow with each. */
export const mostWalked = 256

/** The most steps of layers and losses that are unrolled: training steps run faster so, but take longer to compile. */
const mostWalkedByLayers = 1000

/** Whether the shapes of all tensors are known. */
export const areKnown = <T>({ shape }: Pick<Ops<T>, 'shape'>, tensors: readonly T[]): boolean =>
  tensors.every(x => sizeOf(shape(x)) !== null)

/** Whether a scan stays a loop in graphs, and for differentiation, and is not unrolled. It then needs known shapes. */
export const isLong = <T>(ops: Pick<Ops<T>, 'shape'>, initial: readonly T[], sequence: T): boolean =>
  (ops.shape(sequence)[1] ?? 0) > mostWalked && areKnown(ops, [...initial, sequence])

/** Computes a step: its output, and what is carried next. */
type Step<T> = (compute: () => readonly [output: T, ...next: T[]], carried: readonly T[]) => readonly [T, ...T[]]

/**
 * `scan`, unrolled: slices off each step and concatenates the outputs. Time is the first axis meanwhile, so that every
 * step is contiguous.
 *
 * @param run around each step
 * @throws InvalidOption if the number of steps is not known
 */
export const walk = <T>(
  ops: Ops<T>,
  body: (carried: readonly T[], step: T) => readonly [readonly T[], T],
  initial: readonly T[],
  sequence: T,
  run: Step<T> = compute => compute(),
): readonly [readonly T[], T] => {
  const [batch = null, , ...rest] = ops.shape(sequence)
  const [length] = knownSizes('scan', ops.shape(sequence), [1]) as readonly [number]
  if (length === 0) {
    // The shape of the outputs is that of a step of zeros.
    const [, output] = body(initial, ops.constant(0, [batch as number, ...(rest as readonly number[])]))
    const [, ...outputs] = ops.shape(output)
    return [initial, ops.constant(new Float32Array(0), [batch as number, 0, ...(outputs as readonly number[])])]
  }
  const steps = movedAxis(ops, sequence, 1, 0)
  const outputs: T[] = []
  let carried = initial
  for (let i = 0; i < length; i++) {
    const before = carried
    const [output, ...next] = run(() => {
      const step = ops.reshape(sliceAlong(ops, steps, 0, i, 1), [batch, ...rest])
      const [after, made] = body(before, step)
      return [ops.reshape(made, [1, ...ops.shape(made)]), ...after]
    }, before)
    outputs.push(output)
    carried = next
  }
  return [carried, movedAxis(ops, ops.concatenate(outputs, 0), 0, 1)]
}

/** `scan` of a layer or loss: more steps of it are unrolled. */
export const scanLayer = <T>(
  ops: Ops<T>,
  ...[body, initial, sequence]: Parameters<Ops<T>['scan']>
): readonly [readonly T[], T] => {
  const isWalked = isLong(ops, initial, sequence) && (ops.shape(sequence)[1] ?? 0) <= mostWalkedByLayers
  return isWalked ? walk(ops, body, initial, sequence) : ops.scan(body, initial, sequence)
}
