import fc from 'fast-check'

// What the parts of the fuzz tests share: each is a property of random cases.

/** Random cases of one kind, and what must hold of each. */
export interface Part<C = unknown> {
  readonly name: string
  /** How many cases the tests run. */
  readonly few: number
  readonly cases: fc.Arbitrary<C>
  /** A case as a program, or as near to one as it comes. */
  readonly show: (given: C) => string
  /** What is wrong, or null. */
  readonly check: (given: C) => Promise<string | null> | string | null
}

/** What came of running a part. */
export interface Outcome {
  readonly runs: number
  /** The smallest case found that fails, and why. */
  readonly failure: string | null
}

export interface Limits {
  readonly seed: number
  readonly runs: number
  /** In milliseconds. */
  readonly time: number
}

/** Runs a part; `started` is told each case before it runs, as a case may end the process. */
export const runPart = async <C>(
  { cases, show, check }: Part<C>,
  { seed, runs, time }: Limits,
  started: (text: string) => void = () => {},
): Promise<Outcome> => {
  let count = 0
  const property = fc.asyncProperty(cases, async given => {
    count++
    const text = show(given)
    started(text)
    const fault = await check(given)
    if (fault !== null) throw new Error(`${fault}\n${text}`)
  })
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: time })
  const error = errorInstance as Error | null
  return { runs: count, failure: failed ? (error?.message ?? 'nothing was run') : null }
}

/** How long something keeps the processor, in milliseconds. */
export const timed = async <A>(work: () => A): Promise<readonly [Awaited<A>, number]> => {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return [result, (user + system) / 1000]
}
/** No case may keep it longer. */
export const longest = 2500

/** Whether something that was thrown says what was wrong: an error of joinery. */
export const isTyped = (error: unknown): boolean =>
  error instanceof Error && typeof (error as { remedy?: unknown }).remedy === 'string'

/** What was thrown, on one line. */
export const thrown = (error: unknown): string => {
  if (!(error instanceof Error)) return `threw ${typeof error}`
  const [, ...frames] = (error.stack ?? '').split('\n    at ')
  return `${error.name}: ${error.message.slice(0, 300)} at ${frames.slice(0, 3).join(' < ')}`
}

const clean = Object.getOwnPropertyNames(Object.prototype).join()
/** What has been put where every object finds it. */
export const polluted = (): string | null => {
  const now = Object.getOwnPropertyNames(Object.prototype).join()
  const own = ['weight', 'bias', 'tensors'].filter(name => name in Object || name in Array.prototype)
  return now === clean && own.length === 0 ? null : `Object.prototype is now ${now}, ${own}`
}
