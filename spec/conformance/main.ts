import { parseArgs } from 'node:util'
import { readCases, UnreadableCases } from './data.ts'
import { describeOutcome, runFile, summarize } from './run.ts'

// npm run conformance -- FOLDER [--files GLOB]...

const fail = (message: string): never => {
  console.error(`${message}\nnpm run conformance -- FOLDER [--files GLOB]...`)
  process.exit(2)
}

const readArguments = (): { readonly folder: string; readonly globs: readonly string[] } => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { files: { type: 'string', multiple: true } },
    })
    if (positionals.length !== 1) return fail(`Expected one folder of cases, got ${positionals.length}.`)
    return { folder: positionals[0] as string, globs: values.files ?? [] }
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { folder, globs } = readArguments()
try {
  const outcomes = readCases(folder, globs).map(file => {
    const outcome = runFile(file)
    console.log(describeOutcome(outcome))
    return outcome
  })
  console.log(summarize(outcomes))
  process.exitCode = outcomes.some(({ failures }) => failures.length > 0) ? 1 : 0
} catch (error) {
  if (!(error instanceof UnreadableCases)) throw error
  fail(error.message)
}
