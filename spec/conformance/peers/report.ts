import type { Case, CaseFile } from '../data.ts'
import type { Engine } from '../engine.ts'
import { Missing } from '../translate.ts'
import { check } from './check.ts'
import { mutations } from './mutate.ts'
import { ByChoice, CannotExpress } from './verdict.ts'

// What became of the cases of the peers.

/** What became of one case, and why if it did not pass. */
export interface Verdict {
  readonly id: string
  readonly is: 'passed' | 'failed' | 'cannot be expressed' | 'differs by choice'
  readonly reason: string
}

/** What became of a file's cases. */
export interface PeerOutcome {
  readonly file: string
  readonly verdicts: readonly Verdict[]
}

/** Runs one case. */
export const judge = async (one: Case, { name }: CaseFile, engine: Engine): Promise<Verdict> => {
  const { id } = one
  try {
    await check(one, name, engine)
    return { id, is: 'passed', reason: '' }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (error instanceof CannotExpress) return { id, is: 'cannot be expressed', reason }
    if (error instanceof Missing) return { id, is: 'cannot be expressed', reason: `${error.missing} does not exist` }
    if (error instanceof ByChoice) return { id, is: 'differs by choice', reason }
    return { id, is: 'failed', reason }
  }
}

/** Runs the cases of a file. */
export const judgeFile = async (file: CaseFile, engine: Engine): Promise<PeerOutcome> => {
  const verdicts: Verdict[] = []
  for (const one of file.cases) verdicts.push(await judge(one, file, engine))
  return { file: file.name, verdicts }
}

/** Makes every case that passes wrong, one expectation after another: those of which that was not noticed fail. */
export const judgeMutated = async (file: CaseFile, engine: Engine): Promise<PeerOutcome> => {
  const verdicts: Verdict[] = []
  for (const one of file.cases) {
    const verdict = await judge(one, file, engine)
    const unnoticed: string[] = []
    const wrong = verdict.is === 'passed' ? mutations(one) : []
    for (const { what, one: mutated } of wrong)
      if ((await judge(mutated, file, engine)).is !== 'failed') unnoticed.push(what)
    if (verdict.is === 'passed' && wrong.length === 0) unnoticed.push('nothing is expected')
    verdicts.push(
      unnoticed.length > 0
        ? { ...verdict, is: 'failed', reason: `not noticed when changed: ${unnoticed.join(', ')}` }
        : verdict,
    )
  }
  return { file: file.name, verdicts }
}

const of = (verdicts: readonly Verdict[], is: Verdict['is']): readonly Verdict[] =>
  verdicts.filter(one => one.is === is)

/** Counts of each reason, the most frequent first. */
const reasonsOf = (verdicts: readonly Verdict[]): readonly string[] => {
  const counts = new Map<string, number>()
  for (const { is, reason } of verdicts)
    if (is === 'cannot be expressed' || is === 'differs by choice') {
      const line = `${is}: ${reason}`
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
  return [...counts].sort(([, a], [, b]) => b - a).map(([line, count]) => `  ${count} ${line}`)
}

const countsOf = (verdicts: readonly Verdict[]): string =>
  [
    `${of(verdicts, 'passed').length} passed`,
    `${of(verdicts, 'failed').length} failed`,
    `${of(verdicts, 'cannot be expressed').length} cannot be expressed`,
    `${of(verdicts, 'differs by choice').length} differ by choice`,
  ].join(', ')

/** The lines of a report on one file: its counts, every failure, and why cases were left out; all cases where asked. */
export const describePeers = ({ file, verdicts }: PeerOutcome, isVerbose = false): string =>
  [
    `${file.padEnd(24)} ${countsOf(verdicts)}`,
    ...(isVerbose
      ? verdicts.map(({ id, is, reason }) => `  ${id}: ${is}${reason ? `: ${reason}` : ''}`)
      : [...of(verdicts, 'failed').map(({ id, reason }) => `  ${id}: ${reason}`), ...reasonsOf(verdicts)]),
  ].join('\n')

/** The end of a report. */
export const summarizePeers = (outcomes: readonly PeerOutcome[]): string =>
  countsOf(outcomes.flatMap(({ verdicts }) => verdicts))

/** Whether a case failed. */
export const hasFailed = ({ verdicts }: PeerOutcome): boolean => of(verdicts, 'failed').length > 0
