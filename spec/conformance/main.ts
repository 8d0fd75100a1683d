import { parseArgs } from 'node:util'
import { BackendError, type BackendOption } from '../../src/index.ts'
import { type CaseFile, readCases, UnreadableCases } from './data.ts'
import { compiledFor, type Engine, eager } from './engine.ts'
import { describePeers, hasFailed, judgeFile, judgeMutated, type PeerOutcome, summarizePeers } from './peers/report.ts'
import { describeOutcome, type Outcome, runFile, summarize } from './run.ts'

// npm run conformance -- FOLDER [--files GLOB]... [--id TEXT] [--backends LIST] [--engine NAME] [--mutate] [--verbose]

const usage = `npm run conformance -- FOLDER [--files GLOB]... [--id TEXT] [--backends eager,tfjs,wasm,onnxruntime] [--mutate] [--verbose]

--files     the files of these names, * for any part of one; given once or several times
--id        the cases whose id holds this text
--backends  what they run on, one after another. Default: eager. --engine NAME is short for one that compiles
--mutate    also makes every expected value of the peers' cases wrong in turn: a case that passes nevertheless fails
--verbose   a line for each case of the peers`

const fail = (message: string): never => {
  console.error(`${message}\n${usage}`)
  process.exit(2)
}

interface Arguments {
  readonly folder: string
  readonly globs: readonly string[]
  readonly id: string
  readonly backends: readonly string[]
  readonly mutates: boolean
  readonly isVerbose: boolean
}

const engines = ['tfjs', 'wasm', 'onnxruntime']

const readArguments = (): Arguments => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        files: { type: 'string', multiple: true },
        id: { type: 'string', default: '' },
        engine: { type: 'string' },
        backends: { type: 'string' },
        mutate: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
      },
    })
    if (positionals.length !== 1) return fail(`Expected one folder of cases, got ${positionals.length}.`)
    const { engine, files, id, mutate, verbose } = values
    if (engine !== undefined && !engines.includes(engine)) return fail(`There is no engine ${engine}.`)
    const backends = values.backends?.split(',') ?? [engine ?? 'eager']
    const unknown = backends.find(name => name !== 'eager' && !engines.includes(name))
    if (unknown !== undefined) return fail(`There is no backend ${unknown}.`)
    return {
      folder: positionals[0] as string,
      globs: files ?? [],
      id,
      backends,
      mutates: mutate,
      isVerbose: verbose,
    }
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { folder, globs, id, backends, mutates, isVerbose } = readArguments()

/** The files with the cases that are asked for. */
const chosen = (): readonly CaseFile[] => {
  const files = readCases(folder, globs).map(file => ({
    ...file,
    cases: file.cases.filter(one => one.id.includes(id)),
  }))
  const some = files.filter(({ cases }) => cases.length > 0)
  if (some.length === 0) throw new UnreadableCases(`${folder}: no case's id holds ${id}`)
  return some
}

/** Runs all files on an engine, and prints what became of them; whether a case failed. */
const runOn = async (engine: Engine): Promise<boolean> => {
  const outcomes: Outcome[] = []
  const peers: PeerOutcome[] = []
  for (const file of chosen())
    if (file.format === 'peers') {
      const outcome = await (mutates ? judgeMutated : judgeFile)(file, engine)
      console.log(describePeers(outcome, isVerbose))
      peers.push(outcome)
    } else {
      const outcome = await runFile(file, engine)
      console.log(describeOutcome(outcome))
      outcomes.push(outcome)
    }
  if (outcomes.length > 0) console.log(summarize(outcomes))
  if (peers.length > 0) console.log(summarizePeers(peers))
  return outcomes.some(({ failures }) => failures.length > 0) || peers.some(hasFailed)
}

try {
  let isRight = true
  for (const name of backends) {
    if (backends.length > 1) console.log(`On ${name}:`)
    const failed = await runOn(name === 'eager' ? eager : await compiledFor(name as BackendOption))
    isRight &&= !failed
  }
  process.exitCode = isRight ? 0 : 1
} catch (error) {
  if (!(error instanceof UnreadableCases || error instanceof BackendError)) throw error
  fail(error.message)
}
