import { nearest } from '../base/options.ts'
import { byName, type Json, own } from '../base/trees.ts'
import { at, called, type Fields, fieldsIn, rejects, surplus } from './faults.ts'
import { readOptions } from './options.ts'
import type { Kind } from './values.ts'

// Values of the library are described by what made them: the name of a function, and its options in their normal form.

/** How a value was made. */
export interface Making {
  /** What it is, which its description begins with: `optimizer`, `loss`. */
  readonly word: string
  /** The name of the function. */
  readonly name: string
  /** Its options in their normal form, which it takes again. */
  readonly options: Fields
  /**
   * Whether options stand by themselves, `{ optimizer: 'adam', options: { step: 0.1 } }`, or beside the name,
   * `{ schedule: 'stepDecay', initialValue: 0.1 }`; `json`: the value has a `toJSON` of its own. Default: `apart`.
   */
  readonly form?: 'apart' | 'beside' | 'json'
}

// Not a property: a copy of a value with something changed was not made so.
const makings = new WeakMap<object, Making>()

/** The same value, of which is remembered how it was made. */
export const madeBy = <V extends object>(making: Making, value: V): V => {
  makings.set(value, making)
  return value
}

/** How the library made a value; `undefined` for values that it did not make. */
export const makingOf = (value: object): Making | undefined => makings.get(value)

/** Writes values that the library made. */
export const makingKind: Kind = {
  write: (value, place, write) => {
    const making = makingOf(value)
    if (making === undefined) return undefined
    const { word, name, options, form = 'apart' } = making
    if (form === 'json') return (value as { readonly toJSON: () => Json }).toJSON()
    const way = form === 'beside' ? place : `${place}.options`
    const written = Object.entries(options).map(
      ([option, own]) => [option, write(own, way === '' ? option : `${way}.${option}`)] as const,
    )
    const whole = form === 'beside' ? written : [['options', byName(written)] as const]
    return byName<Json>([[word, name], ...whole])
  },
}

/** What makes values of options, by name. Each checks its own, so it is given whatever was read, as `never`. */
export type Makers = Readonly<Record<string, (options: never) => unknown>>

/**
 * What reads the descriptions of a kind of values.
 *
 * @param word what descriptions begin with
 * @param noun what errors call a value
 */
export const kindOf = (word: string, noun: string, makers: Makers, form: 'apart' | 'beside' = 'apart'): Kind => ({
  read: {
    [word]: (json, context, read) => {
      const { [word]: name, ...beside } = json
      const make = typeof name === 'string' ? own(makers, name) : undefined
      if (make === undefined) {
        const names = Object.keys(makers)
        const meant = typeof name === 'string' ? nearest(name, names) : undefined
        const remedy =
          meant === undefined ? 'Register one of your own: { registered: name }.' : `Did you mean ${meant}?`
        return rejects(at(context, word), `the name of ${noun} (${names.join(', ')})`, name, remedy)
      }
      if (form === 'beside')
        return readOptions(beside, context, read, given => called(context, () => make(given as never)))
      const { options: given = {}, ...others } = beside
      const place = at(context, 'options')
      const options = fieldsIn(given)
      if (options === undefined) return rejects(place, 'an object of options', given, 'Options stand by their names.')
      const more = surplus(others, [word, 'options'], context)
      if (more._tag === 'Left') return more
      return readOptions(options, place, read, values => called(place, () => make(values as never)))
    },
  },
})
