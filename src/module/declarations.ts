import type { Described, Port } from './source.ts'
import { commented, list, quoted } from './text.ts'

// The types of a module.

const dimensions = (shape: Port['shape']): string =>
  `readonly [${shape.map((d, axis) => (d === null ? (axis === 0 ? 'batch: number' : 'number') : d)).join(', ')}]`

/** Nested arrays of numbers. */
const nested = (rank: number): string => (rank === 0 ? 'number' : `ArrayLike<${nested(rank - 1)}>`)

const named = (word: string, count: number, i: number): string => (count === 1 ? word : `${word}${i + 1}`)

const shownShape = (shape: Port['shape']): string => `[${shape.map(d => d ?? 'batch').join(', ')}]`

const inputType = (
  { shape }: Port,
  name: string,
): string => `/** Numbers ${shownShape(shape)}: a typed array in row-major order, or nested arrays. */
export type ${name} =
  | (Numbers & { readonly shape?: ${dimensions(shape)} })
  | ${shape.length === 1 ? 'readonly number[]' : `readonly ${nested(shape.length - 1)}[]`}
`
const outputType = ({ shape }: Port, name: string): string => `/** Numbers ${shownShape(shape)}, in row-major order. */
export type ${name} = Float32Array & { readonly shape: ${dimensions(shape)} }
`

const port = ({ name, shape }: Port): string =>
  `{ readonly name: ${quoted(name)}; readonly shape: readonly [${shape.map(d => d ?? 'null').join(', ')}] }`

const together = (names: readonly string[], isOne: boolean): string =>
  isOne ? (names[0] as string) : `readonly ${list(names)}`

/** The declarations of a module, in TypeScript. */
export const declarationsOf = ({ title, inputs, outputs }: Described, form: 'inside' | 'beside'): string => {
  const [takes, gives] = [
    inputs.map((_, i) => named('Input', inputs.length, i)),
    outputs.map((_, i) => named('Output', outputs.length, i)),
  ]
  const signature = `(given: ${together(takes, inputs.length === 1)}) => ${together(gives, outputs.length === 1)}`
  const given = takes.length === 1 ? 'a batch of inputs' : 'batches of inputs, of one size'
  const predict = `The outputs of the network for ${given}.`
  const ending =
    form === 'inside'
      ? `/**
 * ${predict}
 *
 * @throws TypeError if an input has another shape
 * @throws RangeError if an index names no row of a table, or memory runs out
 */
export declare const predict: ${signature}
`
      : `/** The network with its weights. */
export interface Network {
  /**
   * ${predict}
   *
   * @throws TypeError if an input has another shape
   * @throws RangeError if an index names no row of a table, or memory runs out
   */
  readonly predict: ${signature}
}

/**
 * Loads the weights.
 *
 * @param source the bytes of the file, or its URL, from this module. Default: the file beside this module
 * @throws TypeError if the file is no file of these weights
 */
export declare const load: (source?: string | URL | ArrayBuffer | Uint8Array) => Promise<Network>
`
  return `${commented(title)}
${commented('Written by joinery.')}

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

${inputs.map((one, i) => inputType(one, takes[i] as string)).join('\n')}
${outputs.map((one, i) => outputType(one, gives[i] as string)).join('\n')}
/** The names and shapes of what the network takes and gives; \`null\` is the batch. */
export declare const inputs: readonly ${list(inputs.map(port))}
export declare const outputs: readonly ${list(outputs.map(port))}

${ending}`
}
