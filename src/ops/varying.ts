import type { Recorded } from './traced.ts'

/** What varies of the values that a loop carries, and around it. */
export interface Varying<T> extends Recorded<T> {
  readonly flags: readonly boolean[]
}

/**
 * Which of the values that a loop carries vary: those that do at first, and what is computed of them.
 *
 * @param repeat a repetition in which some of the carried values vary. Its first results are the next ones
 */
export const varyingOf = <T>(
  first: readonly boolean[],
  repeat: (flags: readonly boolean[]) => Recorded<T>,
): Varying<T> => {
  const { results, around } = repeat(first)
  const flags = first.map((flag, i) => flag || results[i]?.varies === true)
  if (flags.some((flag, i) => flag !== first[i])) return varyingOf(flags, repeat)
  return { flags, results, around: [...new Set(around)] }
}
