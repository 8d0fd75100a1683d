import { InvalidOption } from '../base/errors.ts'
import { type Flow, type Shape, showShape } from '../base/shape.ts'
import type { LayerValue, Part } from '../network/parts.ts'
import type { Helper } from './helpers.ts'

// What a row of the table says: how a layer is written in Python, and where its variables are.

/** Some rows of a tensor: a variable with its axes in another order. */
export interface Piece {
  readonly variable: string
  /** The axes of the variable in PyTorch's order. Default: as they are. */
  readonly permute?: readonly number[]
  /** Elements, after the permutation, that have the other sign in PyTorch. */
  readonly negated?: readonly [from: number, to: number]
}

/** A parameter or buffer of a module: its pieces one after another, or zeros if there are none. */
export interface ModuleTensor {
  /** Its name within the module; `''` if the module is the tensor. */
  readonly name: string
  readonly shape: readonly number[]
  readonly pieces: readonly Piece[]
}

/** A module that is written for a layer or composition within a layer. */
export interface InnerModule {
  /** The name of its class. */
  readonly type: string
  /** Its tensors; the names of variables are those that the outer layer gives them. */
  readonly tensors: readonly ModuleTensor[]
}

/** Where a layer stands. */
export interface Site {
  readonly layer: LayerValue
  /** The layer's options. */
  readonly options: Readonly<Record<string, unknown>>
  readonly inputs: Flow
  readonly output: Shape | null
  /** Whether every weight must be a tensor of its own in the library's layout, because a layer around it changes them. */
  readonly isAdapted: boolean
  /** How the module is reached: `self.relu_1`. */
  readonly self: string
  /** The names of its variables. */
  readonly variables: readonly string[]
  readonly has: (variable: string) => boolean
  readonly shapeOf: (variable: string) => readonly number[]
  readonly isZero: (variable: string) => boolean
  /** Writes a part within the layer; `prefix` is what its variables are called by. */
  readonly inner: (part: Part, inputs: Flow, prefix: string, isAdapted: boolean) => InnerModule
  /** The error of a layer that cannot be written. */
  readonly refuse: (expected: string, got: string, remedy: string) => InvalidOption
}

/** A layer in Python. */
export interface Written {
  /** The expression that makes its module. Default: it has none. */
  readonly make?: string
  /** Lines that follow in the constructor. */
  readonly setUp?: readonly string[]
  /** The expression that applies it, a tuple for several outputs; `axis` gives the place of an axis of the library's. */
  readonly call: (inputs: readonly string[], axis: (axis: number) => number) => string
  /** Where it wants the channels: last, as the library has them; first, as PyTorch has them; or where they are. */
  readonly channels?: 'last' | 'first' | 'any'
  /** Whether the channels of its output are last, wherever they were. */
  readonly givesLast?: boolean
  readonly helpers?: readonly Helper[]
  readonly tensors?: readonly ModuleTensor[]
}

/** A row of the table. */
export type Row = (site: Site) => Written

/** The error of a layer that cannot be written. */
export const refusal = (path: string, kind: string, expected: string, got: string, remedy: string): InvalidOption =>
  new InvalidOption({ layer: 'toPyTorch', option: `network, ${path} (${kind})`, expected, got, remedy })

/** The shape of an input whose number of dimensions has to be known. */
export const knownInput = ({ inputs, refuse }: Site, index = 0): Shape => {
  const shape = inputs[index] ?? null
  if (shape !== null) return shape
  throw refuse('an input of known shape', 'one of unknown shape', 'Start the network with an Input.')
}

/** Dimensions that have to be known. */
export const knownAt = (site: Site, axes: readonly number[]): readonly number[] => {
  const shape = knownInput(site)
  return axes.map(axis => {
    const d = shape.at(axis) ?? null
    if (d !== null) return d
    throw site.refuse('an input of known dimensions', showShape(shape), 'Give the Input all its dimensions.')
  })
}

/** Numbers as Python writes them. */
export const tuple = (values: readonly number[]): string =>
  values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`
/** One number for all where they are equal. */
export const short = (values: readonly number[]): string =>
  values.every(value => value === values[0]) ? String(values[0]) : tuple(values)
export const truth = (value: unknown): string => (value === true ? 'True' : 'False')
/** Arguments of a call, without those that are left out. */
export const call = (f: string, ...given: readonly (string | null)[]): string =>
  `${f}(${given.filter(one => one !== null).join(', ')})`

/** A tensor that is one variable. */
export const tensor = (
  name: string,
  shape: readonly number[],
  variable: string,
  permute?: readonly number[],
): ModuleTensor => ({ name, shape, pieces: [{ variable, ...(permute && { permute }) }] })

/** A variable as it is, under a name of Python's. */
export const asIs = (site: Site, variable: string, name: string): ModuleTensor =>
  tensor(name, site.shapeOf(variable), variable)
