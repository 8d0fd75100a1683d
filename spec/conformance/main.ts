import { parseArgs } from 'node:util'
import { BackendError, type BackendOption } from '../../src/index.ts'
import { readCases, UnreadableCases } from './data.ts'
import { compiledFor, eager } from './engine.ts'
import { describeOutcome, type Outcome, runFile, summarize } from './run.ts'

// npm run conformance -- FOLDER [--files GLOB]... [--engine tfjs|wasm|onnxruntime]

const fail = (message: string): never => {
  console.error(`${message}\nnpm run conformance -- FOLDER [--files GLOB]... [--engine tfjs|wasm|onnxruntime]`)
  process.exit(2)
}

interface Arguments {
  readonly folder: string
  readonly globs: readonly string[]
  readonly engine: string | undefined
}

const engines = ['tfjs', 'wasm', 'onnxruntime']

const readArguments = (): Arguments => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { files: { type: 'string', multiple: true }, engine: { type: 'string' } },
    })
    if (positionals.length !== 1) return fail(`Expected one folder of cases, got ${positionals.length}.`)
    const { engine } = values
    if (engine !== undefined && !engines.includes(engine)) return fail(`There is no engine ${engine}.`)
    return { folder: positionals[0] as string, globs: values.files ?? [], engine }
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { folder, globs, engine: name } = readArguments()
try {
  const engine = name === undefined ? eager : await compiledFor(name as BackendOption)
  const outcomes: Outcome[] = []
  for (const file of readCases(folder, globs)) {
    const outcome = await runFile(file, engine)
    console.log(describeOutcome(outcome))
    outcomes.push(outcome)
  }
  console.log(summarize(outcomes))
  process.exitCode = outcomes.some(({ failures }) => failures.length > 0) ? 1 : 0
} catch (error) {
  if (!(error instanceof UnreadableCases || error instanceof BackendError)) throw error
  fail(error.message)
}
