import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'

/** What can compute. */
export const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
export type EngineName = (typeof engines)[number]

/** What the command line asks for. */
export interface Options {
  readonly help: boolean
  /** The folder of a data set; without one, the program draws its own. */
  readonly data: string | undefined
  readonly epochs: number | undefined
  readonly seed: number
  readonly limit: number | undefined
  /** What computes; without one, the fastest that is installed. */
  readonly engine: EngineName | undefined
}

export const help = `Trains a small convolutional network to read digits, and shows what it has learned.

npm start -- [options]

  --data FOLDER  learn from the files in a folder instead of drawn digits:
                 optdigits.tra and .tes (UCI), or the four IDX files of MNIST;
                 each may be packed with gzip
  --epochs N     how often to go through the training images
  --limit N      use at most N training images
  --seed N       an integer: another seed, other digits and another start
  --engine NAME  what computes: tfjs (plain JavaScript), wasm or onnxruntime;
                 the fastest that is installed unless you choose
  --help         print this text`

/** Reads the arguments of the command line; on the left, what is wrong with them. */
export const parseOptions = (args: readonly string[]): E.Either<string, Options> =>
  E.tryCatch(
    () => {
      const { values } = parseArgs({
        args: [...args],
        options: {
          data: { type: 'string' },
          epochs: { type: 'string' },
          limit: { type: 'string' },
          seed: { type: 'string' },
          engine: { type: 'string' },
          help: { type: 'boolean' },
        },
      })
      return {
        help: values.help ?? false,
        data: values.data,
        epochs: integer('--epochs', values.epochs, 1),
        limit: integer('--limit', values.limit, 1),
        seed: integer('--seed', values.seed, Number.MIN_SAFE_INTEGER) ?? 1,
        engine: engineName(values.engine),
      }
    },
    error => (error as Error).message,
  )

const integer = (option: string, text: string | undefined, least: number): number | undefined => {
  if (text === undefined) return undefined
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= least) return value
  const expected = least > 0 ? 'a positive integer' : 'an integer'
  throw new Error(`${option}: expected ${expected}, got ${JSON.stringify(text)}. For example: ${option} 3.`)
}

const engineName = (text: string | undefined): EngineName | undefined => {
  if (text === undefined) return undefined
  const found = engines.find(name => name === text)
  if (found !== undefined) return found
  throw new Error(`--engine: expected ${engines.join(', ')}, got ${JSON.stringify(text)}. For example: --engine wasm.`)
}
