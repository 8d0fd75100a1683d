import * as joinery from '../../src/index.ts'
import { flat, type Shaped, UnreadableCases } from './data.ts'

// From the names and arguments of the original, a Python library, to calls of this one.

/** A name that the library does not export (yet). */
export class Missing extends Error {
  readonly missing: string
  constructor(name: string) {
    super(`${name} does not exist`)
    this.missing = name
  }
}

/** Something that the library exports, by name. */
export const exported = (name: string): ((...args: readonly unknown[]) => never) => {
  const found = (joinery as unknown as Readonly<Record<string, unknown>>)[name]
  if (typeof found !== 'function') throw new Missing(name)
  return found as (...args: readonly unknown[]) => never
}

/** `only_return_final` becomes `onlyReturnFinal`. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Which arguments stand before the options object, in the order of the constructors. */
const positional: Readonly<Record<string, readonly string[]>> = {
  Input: ['shape'],
  Convolution: ['size'],
  Deconvolution: ['size'],
  MaxPooling: ['size'],
  AveragePooling: ['size'],
  GlobalPooling: ['function'],
  Upscale: ['scale'],
  Reshape: ['shape'],
  Transpose: ['perm'],
  Dropout: ['proba'],
  DropBlock: ['keep_proba', 'block_size'],
  Elementwise: ['merge_function'],
  Concatenate: ['axis'],
  GatedAverage: ['gate_index'],
  Embedding: ['input_size', 'output_size'],
  GroupNorm: ['n_groups'],
}

/** The functions that gates name. */
const functions: Readonly<Record<string, string>> = { hard_sigmoid: 'hardSigmoid' }
const gates = new Set(['ingate', 'forgetgate', 'outgate', 'cell', 'resetgate', 'updategate', 'hidden_update'])

const translateValue = (name: string, value: unknown): unknown => {
  if (gates.has(name) && typeof value === 'string') return functions[value] ?? value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('fill' in value && 'shape' in value) {
    const { shape, fill } = value as { shape: number[]; fill: number }
    return joinery.tensor(new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(fill), shape)
  }
  if ('data' in value) {
    const { data, shape } = flat(value as Shaped)
    return joinery.tensor(data, [...shape])
  }
  throw new UnreadableCases(`an argument of an unknown form, ${JSON.stringify(value)}`)
}

/** What the original does where this library has a choice. */
const asTheOriginal: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  BatchNorm: { running: 'inverseDeviation' },
}

/** The arguments of a layer's constructor. */
export const argumentsOf = (layer: string, args: Readonly<Record<string, unknown>>): readonly unknown[] => {
  const rest = { ...args, ...asTheOriginal[layer] }
  const first: unknown[] = []
  for (const name of positional[layer] ?? ['n_units']) {
    if (!(name in rest)) break
    first.push(translateValue(name, rest[name]))
    delete rest[name]
  }
  const options = Object.entries(rest).map(([name, value]) => [camelCase(name), translateValue(name, value)])
  return options.length === 0 ? first : [...first, Object.fromEntries(options)]
}

/** Makes a layer. */
export const makeLayer = (layer: string, args: Readonly<Record<string, unknown>> = {}): joinery.Layer =>
  exported(layer)(...argumentsOf(layer, args))

/** `HeNormal(gain=2)` becomes the call of an initializer: its name and options. */
export const makeInitializer = (name: string, args: Readonly<Record<string, number>>): joinery.Initializer => {
  const call = `${name.charAt(0).toLowerCase()}${name.slice(1)}`
  return exported(call)(...(call === 'constant' ? Object.values(args) : [args]))
}
