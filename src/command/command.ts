import { JoineryError } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import { convert, writeText } from './convert.ts'
import { inspected } from './inspect.ts'
import { extensionOf, open } from './opened.ts'
import { typesOf } from './types.ts'

// The command line: `joinery inspect FILE`, `joinery types FILE`, `joinery convert IN OUT`.

const usage = `Usage:
  joinery inspect FILE        layers, shapes, parameters and sizes of a file
  joinery types FILE [OUT]    a module in TypeScript with its names and shapes; OUT: FILE.ts
  joinery convert IN OUT      a saved network in the form that OUT's extension says

FILE and IN are a .safetensors, .json or .onnx file, or a folder that save wrote.`

/** Where a command writes. */
export interface Streams {
  readonly out: (line: string) => void
  readonly error: (line: string) => void
}

/** What the user has to change about a call. */
class UsageError extends Error {}

const fileName = (path: string): string =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1) ?? path

type Command = (given: readonly string[], streams: Streams) => Promise<void>

const taking =
  (least: number, most: number, run: Command): Command =>
  (given, streams) => {
    if (given.length < least) throw new UsageError('Say which file.')
    if (given.length > most) throw new UsageError(`Too many arguments: ${given.slice(most).join(' ')}`)
    return run(given, streams)
  }

const commands: Readonly<Record<string, Command>> = {
  inspect: taking(1, 1, async ([file = ''], { out }) => {
    for (const line of inspected(await open(file))) out(line)
  }),
  types: taking(1, 2, async ([file = '', to = `${file.replace(/[\\/]+$/, '')}.ts`], { out }) => {
    const opened = await open(file)
    const folder = extensionOf(file) === '' ? '/' : ''
    await writeText(to, typesOf(opened, fileName(file), `./${fileName(file)}${folder}`))
    out(to)
  }),
  convert: taking(2, 2, async ([from = '', to = ''], { out }) => {
    await convert(from, to)
    out(to)
  }),
}

const run: Command = async ([name, ...given], streams) => {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    streams.out(usage)
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const meant = nearest(name, Object.keys(commands))
    throw new UsageError(`There is no command '${name}'.${meant ? ` Did you mean ${meant}?` : ''}`)
  }
  await command(given, streams)
}

/**
 * Runs a command.
 *
 * @param given the arguments, without the program's name
 * @returns the exit code: 0, 1 where a file cannot be read or written, 2 where the call is wrong
 */
export const command = async (given: readonly string[], streams: Streams): Promise<number> => {
  try {
    await run(given, streams)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      streams.error(`${error.message}\n\n${usage}`)
      return 2
    }
    if (!(error instanceof JoineryError)) throw error
    streams.error(`${error.name}: ${error.message}`)
    return 1
  }
}
