import { type Arr, at, reshaped } from '../array.ts'
import type { Options } from '../options.ts'
import type { Part } from '../plan.ts'
import { cannot } from '../verdict.ts'

// What a mapping of a PyTorch module is given, and what it gives.

/** A module, its options and its variables. */
export interface Given {
  readonly kind: string
  /** How many axes the module is for: 2 of Conv2d; 0 where it is for any. */
  readonly axes: number
  readonly options: Options
  readonly state: Readonly<Record<string, Arr>>
  readonly after: Readonly<Record<string, Arr>>
  readonly isTraining: boolean
  readonly input: Arr
}

/** A gradient of PyTorch's in the order of this library's variable. */
type Turn = (gradient: Arr) => Arr

/** A module as layers; which of its variables have which gradients, and the state after the step. */
export interface Mapped extends Part {
  /** The input, where it is another than the module's: with a batch. */
  readonly input?: Arr
  readonly view?: (output: Arr) => Arr
  readonly isTraining?: boolean
  /** By this library's variable, PyTorch's parameter and how its gradient turns. */
  readonly gradients?: Readonly<Record<string, readonly [parameter: string, turn: Turn]>>
  /** By this library's variable, PyTorch's buffer after the step. */
  readonly buffers?: Readonly<Record<string, string>>
}
export type Mapping = (given: Given) => Mapped

/** As it is. */
export const same: Turn = gradient => gradient

/** The input with a batch of one, where it has none; the output without it. */
export const withBatch = (input: Arr, rank: number): { readonly input: Arr; readonly view?: (output: Arr) => Arr } =>
  input.shape.length === rank - 1 ? oneOf(input) : { input }

/** The input as a batch of one. */
export const oneOf = (input: Arr): { readonly input: Arr; readonly view: (output: Arr) => Arr } => ({
  input: reshaped(input, [1, ...input.shape]),
  view: output => at(output, 0),
})

/** A variable that a module cannot be without. */
export const variable = ({ state, kind }: Given, name: string): Arr => state[name] ?? cannot(`${kind} without ${name}`)
