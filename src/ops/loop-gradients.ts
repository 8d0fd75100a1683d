import { InvalidOption } from '../base/errors.ts'
import { countUp } from './counting.ts'
import type { Ops } from './ops.ts'
import { type Recorder, type Traced, zerosLike } from './traced.ts'
import { varyingOf } from './varying.ts'

// The derivative of a loop: a loop from the last repetition to the first. Of n repetitions that there may be, the carried
// values of about sqrt(n) are kept, and what lies between two of them is computed again, so that memory grows with sqrt(n)
// (Griewank 1992, "Achieving logarithmic growth of temporal and spatial complexity in reverse automatic differentiation",
// with two levels). All of it are loops, so it has a derivative itself.

/** Repetitions are counted in 32-bit floats. */
const mostCounted = 2 ** 24

const checkLimit = (limit: number): void => {
  if (limit <= mostCounted) return
  throw new InvalidOption({
    layer: 'loop',
    option: 'limit',
    expected: `at most ${mostCounted} repetitions where a gradient goes through`,
    got: String(limit),
    remedy: 'Lower the limit, of which the memory of the gradient is the square root, or use ops.stopGradient.',
  })
}

/** Rows that values are written into, one at a time. */
const rowsOf = <T>(ops: Ops<T>, size: number) => ({
  empty: (value: T): T => ops.constant(0, [size, ...(ops.shape(value) as readonly number[])]),
  written: (rows: T, at: T, value: T): T => {
    const shape = ops.shape(value)
    const isHere = ops.equal(ops.reshape(countUp(ops, size), [size, ...shape.map(() => 1)]), at)
    return ops.where(isHere, ops.reshape(value, [1, ...shape]), rows)
  },
})

/** `loop` on a tape: its record keeps what it started from, and how often it was repeated. */
export const differentiableLoop =
  <T>({ ops, lifted, fixed, valueThat, note, recorded, pulled }: Recorder<T>): Ops<Traced<T>>['loop'] =>
  (condition, body, initial, limit) => {
    const start = initial.map(lifted)
    const values = start.map(({ value }) => value)
    const used = new Set<Traced<T>>()
    const one = ops.constant(1)
    const beneath = (carried: readonly T[]): readonly T[] => {
      const { results, around } = recorded(() => body(carried.map(fixed)))
      for (const value of around) used.add(value)
      return results.map(({ value }) => value)
    }
    const [count, ...last] = ops.loop(
      // What the condition is computed from has no gradient.
      ([, ...carried]) => recorded(() => [condition(carried.map(fixed))]).results[0]?.value as T,
      ([at, ...carried]) => [ops.add(at as T, one), ...beneath(carried)],
      [ops.constant(0), ...values],
      limit,
    ) as readonly [T, ...T[]]
    const around = [...used]
    const varies = around.length > 0 || start.some(value => value.varies)
    const outputs = last.map(valueThat(varies))
    if (!varies) return outputs

    const back = (arrived: readonly (T | undefined)[]): readonly T[] => {
      checkLimit(limit)
      const size = Math.max(1, Math.ceil(Math.sqrt(limit)))
      const { empty, written } = rowsOf(ops, size)
      const flagged = (carried: readonly T[], flags: readonly boolean[]): readonly Traced<T>[] =>
        carried.map((value, i) => valueThat(flags[i] === true)(value))
      let flags: readonly boolean[] | undefined
      /** Which of the carried values vary, as a repetition that takes place tells. */
      const flagsFor = (carried: readonly T[]): readonly boolean[] => {
        flags ??= varyingOf(
          start.map(value => value.varies),
          own => {
            const given = flagged(carried, own)
            return recorded(() => body(given), given)
          },
        ).flags
        return flags
      }
      const [before, after] = [(at: T) => ops.subtract(at, one), (at: T) => ops.add(at, one)]
      const n = values.length
      /** Repeats from a repetition to another. Before each, its carried values are written into rows of a segment. */
      const ahead = (from: T, to: T, carried: readonly T[]): readonly T[] =>
        ops
          .loop(
            ([at]) => ops.greater(to, at as T),
            ([at, ...own]) => {
              const [now, rows] = [own.slice(0, n), own.slice(n)]
              const row = ops.subtract(at as T, from)
              return [after(at as T), ...beneath(now), ...rows.map((each, i) => written(each, row, now[i] as T))]
            },
            [from, ...carried, ...carried.map(empty)],
            size,
          )
          .slice(1 + n)
      /** The end of a segment: how many repetitions there are up to it. */
      const endOf = (segment: T): T => ops.minimum(count, ops.multiply(after(segment), ops.constant(size)))

      // The carried values before each segment.
      const [segments, ...kept] = ops.loop(
        ([segment]) => ops.greater(count, ops.multiply(segment as T, ops.constant(size))),
        ([segment, ...own]) => {
          const [now, rows] = [own.slice(0, n), own.slice(n)]
          flagsFor(now)
          const [, ...next] = ops.loop(
            ([at]) => ops.greater(endOf(segment as T), at as T),
            ([at, ...carried]) => [after(at as T), ...beneath(carried)],
            [ops.multiply(segment as T, ops.constant(size)), ...now],
            size,
          )
          return [after(segment as T), ...next, ...rows.map((each, i) => written(each, segment as T, now[i] as T))]
        },
        [ops.constant(0), ...values, ...values.map(empty)],
        size,
      ) as readonly [T, ...T[]]
      const starts = kept.slice(n)

      const cotangents = [
        ...last.map((value, i) => arrived[i] ?? zerosLike(ops, value)),
        ...around.map(({ value }) => zerosLike(ops, value)),
      ]
      const [, ...gradients] = ops.loop(
        ([segment]) => segment as T,
        ([segment, ...slopes]) => {
          const own = before(segment as T)
          const from = ops.multiply(own, ops.constant(size))
          const rows = ahead(
            from,
            endOf(own),
            starts.map(each => ops.gather(each, own)),
          )
          const [, ...found] = ops.loop(
            ([left]) => left as T,
            ([left, ...now]) => {
              const at = before(left as T)
              const carried = rows.map(each => ops.gather(each, at))
              const given = flagged(carried, flagsFor(carried))
              const results = pulled(() => body(given), now.slice(0, n), [...given, ...around])
              return [at, ...results.map((gradient, i) => (i < n ? gradient : ops.add(now[i] as T, gradient)))]
            },
            [ops.subtract(endOf(own), from), ...slopes],
            size,
          )
          return [own, ...found]
        },
        [segments, ...cotangents],
        size,
      ) as readonly [T, ...T[]]
      return gradients
    }
    note({ inputs: [...start, ...around], outputs, back })
    return outputs
  }
