import * as t from 'io-ts/lib/index.js'
import { JoineryError } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import type { Initializer, Values } from '../base/parameters.ts'
import { key } from '../base/random.ts'
import { shortestFloat } from '../base/shown.ts'
import { byName, isList, type Json, own } from '../base/trees.ts'
import * as initializers from '../initializers/index.ts'
import { at, fails, rejects } from '../plain/faults.ts'
import type { Kind } from '../plain/values.ts'

// Where the initial values of variables come from, as plain data: numbers and initializers.

/** More numbers than these are written in base64, as bytes of 32-bit floats in little-endian order. */
const mostWritten = 64

const toBase64 = (data: Float32Array): string => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  let text = ''
  // An argument list has a limited length.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}
const fromBase64 = (text: string): Float32Array | undefined => {
  try {
    const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0))
    return bytes.length % 4 === 0 ? new Float32Array(bytes.buffer) : undefined
  } catch {
    return undefined
  }
}

const writeValues = ({ shape, data }: Values): Json => ({
  values:
    data.length > mostWritten || data.some(value => Object.is(value, -0))
      ? toBase64(data)
      : Array.from(data, shortestFloat),
  shape,
})

const makersOfInitializers: Readonly<Record<string, (options: never) => Initializer>> = {
  ...initializers,
  constant: ({ value }: { readonly value: number }) => initializers.constant(value),
}

/** Whether an initializer is the library's of its name, and no other one that is called alike: it then draws alike. */
const drawsAlike = ({ name, options, sample }: Initializer): boolean => {
  const make = own(makersOfInitializers, name)
  if (make === undefined) return false
  try {
    // Whatever has this name: the maker checks the options.
    const [mine, other] = [sample, make(options as never).sample].map(draw => draw(key(1), [2, 3]))
    return mine?.every((value, i) => Object.is(value, other?.[i])) === true
  } catch {
    return false
  }
}

/** The same of initializers that cannot change. Hundreds of layers may have one and the same. */
const known = new WeakMap<Initializer, boolean>()
const isLibrarys = (initializer: Initializer): boolean => {
  if (!Object.isFrozen(initializer) || !Object.isFrozen(initializer.options)) return drawsAlike(initializer)
  const found = known.get(initializer) ?? drawsAlike(initializer)
  known.set(initializer, found)
  return found
}

const kindOf = (value: object): unknown => ('kind' in value ? value.kind : undefined)

const numbersOf = (values: unknown): Float32Array | undefined =>
  isList(values) && values.every(value => typeof value === 'number') ? Float32Array.from(values as number[]) : undefined
const isShapeOf = (shape: unknown, count: number): boolean =>
  isList(shape) &&
  shape.every(d => Number.isSafeInteger(d) && (d as number) >= 0) &&
  (shape as readonly number[]).reduce((n, d) => n * d, 1) === count

/** Values of variables that are given as numbers. */
export const valuesKind: Kind = {
  write: value => (kindOf(value) === 'Values' ? writeValues(value as Values) : undefined),
  read: {
    values: ({ values, shape }, context) => {
      const data = typeof values === 'string' ? fromBase64(values) : numbersOf(values)
      if (data === undefined || !data.every(Number.isFinite))
        return rejects(
          at(context, 'values'),
          'finite numbers in a list, or 32-bit floats in base64',
          values,
          'Write the document anew.',
        )
      if (shape !== null && !isShapeOf(shape, data.length))
        return rejects(
          at(context, 'shape'),
          `a shape of ${data.length} numbers, or null`,
          shape,
          'Write the document anew.',
        )
      return t.success(
        Object.freeze({ kind: 'Values', shape: shape === null ? null : Object.freeze([...(shape as number[])]), data }),
      )
    },
  },
}

/** Initializers of the library. */
export const initializerKind: Kind = {
  write: value => {
    if (kindOf(value) !== 'Initializer' || !isLibrarys(value as Initializer)) return undefined
    const { name, options } = value as Initializer
    return { initializer: name, options: byName(Object.entries(options)) }
  },
  read: {
    initializer: ({ initializer, options = {} }, context) => {
      const make = typeof initializer === 'string' ? own(makersOfInitializers, initializer) : undefined
      if (make === undefined) {
        const names = Object.keys(makersOfInitializers)
        const meant = typeof initializer === 'string' ? nearest(initializer, names) : undefined
        return rejects(
          at(context, 'initializer'),
          `an initializer (${names.join(', ')})`,
          initializer,
          meant ? `Did you mean ${meant}?` : 'Choose one of these.',
        )
      }
      try {
        // The options come from a document: the maker checks them.
        return t.success(make(options as never))
      } catch (error) {
        if (error instanceof JoineryError) return fails(at(context, 'options'), error)
        throw error
      }
    },
  },
}
