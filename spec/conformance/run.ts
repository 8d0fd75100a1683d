import { checkBatching } from './batching.ts'
import { type Case, type CaseFile, UnreadableCases } from './data.ts'
import { type Engine, eager } from './engine.ts'
import { checkInitializer } from './initializers.ts'
import { checkError, checkShapes, checkSteps, checkValue } from './layers.ts'
import { checkLoss } from './losses.ts'
import { checkArchitecture, checkGraph, checkNames, checkNetwork } from './networks.ts'
import { checkOptimizer } from './optimizers.ts'
import { checkRegularizer } from './regularizers.ts'
import { checkPolicy } from './schedules.ts'
import { checkMask, checkProbability, checkStatistical } from './stochastic.ts'
import { Missing } from './translate.ts'

/** What became of the cases of a file. */
export interface Outcome {
  readonly file: string
  readonly passed: number
  readonly failures: readonly { readonly id: string; readonly reason: string }[]
  /** The name that each case which was skipped waits for. */
  readonly skipped: readonly string[]
}

/** Runs one case: which fields it has says what it states. */
const check = async (one: Case, { name, tolerance, problems }: CaseFile, engine: Engine): Promise<void> => {
  const has = (field: string): boolean => field in one
  if (name === 'initializers') checkInitializer(one)
  else if (has('architecture')) checkArchitecture(one)
  else if (has('class_name') || has('patterns')) checkNames(one)
  else if (has('optimizer')) await checkOptimizer(one, problems, tolerance, engine)
  else if (has('loss')) await checkLoss(one, tolerance, engine)
  else if (has('seed_mask')) checkMask(one, tolerance)
  else if (one.kind === 'probability') checkProbability(one)
  else if (one.kind === 'statistical') await checkStatistical(one, engine)
  else if (has('expect')) checkError(one)
  else if (has('steps')) await checkSteps(one, tolerance, engine)
  else if (has('network') && has('output')) await checkNetwork(one as never, tolerance, engine)
  else if (has('network')) checkGraph(one as never)
  else if (has('layer') && has('output')) await checkValue(one as never, tolerance, engine)
  else if (has('layer') && has('output_shape')) checkShapes(one)
  else if (has('parameters')) await checkRegularizer(one, tolerance, engine)
  else if (has('policy')) checkPolicy(one, tolerance)
  else if (has('batch_size')) await checkBatching(one, tolerance)
  else throw new UnreadableCases(`a case of an unknown form: ${Object.keys(one).join(', ')}`)
}

/** Runs the cases of a file, except those that state mistakes of the original. */
export const runFile = async (file: CaseFile, engine: Engine = eager): Promise<Outcome> => {
  const failures: { id: string; reason: string }[] = []
  const skipped: string[] = []
  let passed = 0
  for (const one of file.cases) {
    if (one.behaviour === 'original') continue
    try {
      await check(one, file, engine)
      passed++
    } catch (error) {
      if (error instanceof Missing) skipped.push(error.missing)
      else failures.push({ id: one.id, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { file: file.name, passed, failures, skipped }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** The lines of a report on one file: its counts, and every failure. */
export const describeOutcome = ({ file, passed, failures, skipped }: Outcome): string =>
  [
    `${file.padEnd(24)} ${passed} passed, ${failures.length} failed, ${skipped.length} skipped`,
    ...failures.map(({ id, reason }) => `  ${id}: ${reason}`),
  ].join('\n')

/** The end of a report: what skipped cases wait for, and the sums. */
export const summarize = (outcomes: readonly Outcome[]): string => {
  const missing = outcomes.flatMap(({ skipped }) => skipped)
  const counts = [...new Set(missing)].sort().map(name => `${name} (${missing.filter(other => other === name).length})`)
  const passed = sum(outcomes.map(outcome => outcome.passed))
  const failed = sum(outcomes.map(({ failures }) => failures.length))
  return [
    ...(counts.length > 0 ? [`skipped, as these do not exist: ${counts.join(', ')}`] : []),
    `${passed} passed, ${failed} failed, ${missing.length} skipped`,
  ].join('\n')
}
