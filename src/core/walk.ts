import type { Ops } from './ops.ts'

/** `scan` in an interpreter that runs at once: each step is sliced off, and the outputs are put together. */
export const walk = <T>(
  ops: Ops<T>,
  body: (carried: readonly T[], step: T) => readonly [readonly T[], T],
  initial: readonly T[],
  sequence: T,
): readonly [readonly T[], T] => {
  const [batch = null, length, ...rest] = ops.shape(sequence)
  const outputs: T[] = []
  let carried = initial
  for (let i = 0; i < (length ?? 0); i++) {
    const begin = [0, i, ...rest.map(() => 0)]
    const step = ops.reshape(ops.slice(sequence, begin, [null, 1, ...rest.map(() => null)]), [batch, ...rest])
    const [next, output] = body(carried, step)
    const [outputBatch = null, ...outputRest] = ops.shape(output)
    outputs.push(ops.reshape(output, [outputBatch, 1, ...outputRest]))
    carried = next
  }
  return [carried, ops.concatenate(outputs, 1)]
}
