import { sliceAlong } from './axes.ts'
import type { Ops } from './ops.ts'
import { packed, packedSequences, timeFirst, timeSecond, unpacked, unpackedSequences } from './packing.ts'
import { type Recorder, type Traced, zerosLike } from './traced.ts'
import { varyingOf } from './varying.ts'

// The derivative of a scan: a scan from the last step to the first. Of each step, only what it was given is kept; what it
// computes is computed again on the way back. So the derivative of a scan is made of scans, and has one itself.

type Known = readonly number[]

/** `scan` on a tape: its record keeps the carried values before each step. */
export const differentiableScan =
  <T>({ ops, lifted, fixed, valueThat, note, recorded, pulled }: Recorder<T>): Ops<Traced<T>>['scan'] =>
  (body, initial, sequence) => {
    const [start, steps] = [initial.map(lifted), lifted(sequence)]
    const shapeOf = (x: T): Known => ops.shape(x) as Known
    const [batch, , ...rest] = shapeOf(steps.value)
    const run = (carried: readonly Traced<T>[], step: Traced<T>): readonly Traced<T>[] => {
      const [next, output] = body(carried, step)
      return [...next, output]
    }
    const flagged = (values: readonly T[], flags: readonly boolean[]): readonly Traced<T>[] =>
      values.map((value, i) => valueThat(flags[i] === true)(value))
    const values = start.map(({ value }) => value)
    const stepShape = [batch as number, ...rest]
    // A step tells what varies of what is carried and what is around, and the shape of the output.
    const first = ops.reshape(sliceAlong(ops, steps.value, 1, 0, 1), stepShape)
    const { flags, around, results } = varyingOf(
      start.map(({ varies }) => varies),
      flags => {
        const [carried, step] = [flagged(values, flags), valueThat(steps.varies)(first)]
        return recorded(() => run(carried, step), [...carried, step])
      },
    )
    const beneath = (carried: readonly T[], step: T): readonly [next: readonly T[], output: T] => {
      const found = recorded(() => run(carried.map(fixed), fixed(step))).results.map(({ value }) => value)
      return [found.slice(0, -1), found.at(-1) as T]
    }
    const output = results.at(-1) as Traced<T>
    if (!steps.varies && !flags.includes(true) && !output.varies) {
      const [last, outputs] = ops.scan(beneath, values, steps.value)
      return [last.map(fixed), fixed(outputs)]
    }

    const [carriedShapes, outputShape] = [values.map(shapeOf), shapeOf(output.value)]
    const [last, rows] = ops.scan(
      (carried, step) => {
        const [next, own] = beneath(carried, step)
        return [next, packed(ops, [own, ...carried])]
      },
      values,
      steps.value,
    )
    const [outputs, ...before] = unpackedSequences(ops, rows, [outputShape, ...carriedShapes]) as readonly [T, ...T[]]
    const given = [...flagged(last, flags), valueThat(output.varies)(timeSecond(ops, outputs))]

    note({
      inputs: [...start, steps, ...around],
      outputs: given,
      back: arrived => {
        const cotangents = given.map(({ value }, i) => arrived[i] ?? zerosLike(ops, value))
        const sequences = [timeFirst(ops, steps.value), timeFirst(ops, cotangents.at(-1) as T), ...before]
        const [gradients, found] = ops.scan(
          (now, row) => {
            const [step, slope, ...carried] = unpacked(ops, row, [
              stepShape,
              outputShape,
              ...carriedShapes,
            ]) as readonly [T, T, ...T[]]
            const [own, at] = [flagged(carried, flags), valueThat(steps.varies)(step)]
            const results = pulled(() => run(own, at), [...now.slice(0, own.length), slope], [...own, at, ...around])
            const sums = results.slice(own.length + 1).map((gradient, i) => ops.add(now[own.length + i] as T, gradient))
            return [[...results.slice(0, own.length), ...sums], packed(ops, [results[own.length] as T])]
          },
          [...cotangents.slice(0, -1), ...around.map(({ value }) => zerosLike(ops, value))],
          ops.reverse(packedSequences(ops, sequences), [1]),
        )
        const slopes = unpackedSequences(ops, ops.reverse(found, [1]), [stepShape])[0] as T
        return [...gradients.slice(0, start.length), timeSecond(ops, slopes), ...gradients.slice(start.length)]
      },
    })
    return [given.slice(0, -1), given.at(-1) as Traced<T>]
  }
