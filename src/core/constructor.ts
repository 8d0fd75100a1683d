import { type Fault, InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { automaticPattern, checkName } from '../base/names.ts'
import { type Option, type Options, ownOptions, parsed, parseOptions } from '../base/options.ts'
import { byName, merged, own } from '../base/trees.ts'
import { chain } from '../network/compose.ts'
import type { LayerValue } from '../network/parts.ts'
import type { Rules } from './layer.ts'

// Constructors of layers: how a call is read, and how a layer is printed as the call that makes it.

/** How the notation reads a call of the layer. */
export interface NotationForm {
  /** Whether several positional arguments are one list: `Input(28, 28, 1)` is `Input([28, 28, 1])`. */
  readonly together?: boolean
  /** Positional options that may also be given by name. */
  readonly byName?: readonly string[]
  /** Whether the layer is around another one, its first argument. */
  readonly around?: boolean
  /** Whether the layer has no text, as it is made of a function. */
  readonly textless?: boolean
}

/** What all definitions of layers have. */
export interface Described<Normal extends object> {
  /** The kind, which is the name of the constructor. Automatic names come from it: 'relu-{}' of 'Relu'. */
  readonly kind: string
  /** A valid call, for error messages. */
  readonly example: string
  /** The options that are positional arguments, in order. */
  readonly positional?: readonly (keyof Normal & string)[]
  /** How each option is read, without `name`. */
  readonly options: Options<Normal>
  /** How `net` reads a call of the layer. Default: argument by argument. */
  readonly notation?: NotationForm
  /** The fault of options that are valid one by one but not together, and the option to change. */
  readonly check?: (options: Normal) => (Fault & { readonly option: string }) | undefined
}

const isOptions = (value: unknown): value is Readonly<Record<string, unknown>> => {
  try {
    return (
      typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
    )
  } catch {
    // A proxy that throws is refused when the options are read.
    return true
  }
}

/** The arguments of a call as one record of options, positional ones included. */
const namedArguments = (
  { kind, example, positional = [] }: { kind: string; example: string; positional?: readonly string[] },
  given: readonly unknown[],
): Readonly<Record<string, unknown>> => {
  const before = given.findIndex(isOptions)
  const ordered = before < 0 ? given : given.slice(0, before)
  const rest = before < 0 ? [] : given.slice(before)
  const surplus = [...ordered.slice(positional.length), ...rest.slice(1)].filter(value => value !== undefined)
  const expected = `${positional.length > 0 ? `${positional.join(', ')} and ` : ''}one options object`
  if (surplus.length > 0) throw wrongArgument(kind, 'arguments', expected, show(surplus[0]), example)
  return merged(byName(positional.map((name, i) => [name, ordered[i]] as const)), ownOptions(kind, example, rest[0]))
}

/** The default of an option, as it is printed; `undefined` if there is none. */
export const shownDefault = <A>({ codec, ...rest }: Option<A>): string | undefined => {
  const standard = 'default' in rest ? parsed(codec, rest.default) : undefined
  return standard === undefined ? undefined : show(codec.encode(standard))
}

/** Prints a layer as the call that makes it, without options that have their default. */
const printed = <Normal extends object>(
  { kind, positional = [], options }: Described<Normal>,
  layer: Normal & LayerValue,
): string => {
  const names = Object.keys(options) as (keyof Normal & string)[]
  // Each option is printed once: printing it twice would double the time with each level of layers within layers.
  const texts = new Map(names.map(name => [name, show(options[name].codec.encode(layer[name]))]))
  const isDefault = (name: keyof Normal & string): boolean => shownDefault(options[name]) === texts.get(name)
  const first = positional.slice(0, positional.findLastIndex(name => !isDefault(name)) + 1)
  const named = names
    .filter(name => !positional.includes(name) && !isDefault(name))
    .map(name => `${name}: ${texts.get(name)}`)
  if (layer.name !== automaticPattern(kind)) named.push(`name: ${show(layer.name)}`)
  const after = named.length > 0 ? [`{ ${named.join(', ')} }`] : []
  return `${kind}(${[...first.map(name => texts.get(name)), ...after].join(', ')})`
}

/** The key of a definition in its constructor and layers. */
const definitionKey: unique symbol = Symbol('definition')

/** A definition, as far as printing a layer needs it. */
export interface Definition {
  readonly kind: string
  readonly example: string
  readonly positional?: readonly string[]
  readonly options: Readonly<Record<string, Option<unknown>>>
  readonly notation?: NotationForm
}

/** The definition of a layer or constructor; `undefined` for anything else. */
export const definitionOf = (value: object): Definition | undefined =>
  (value as { readonly [definitionKey]?: Definition })[definitionKey]

/** Whether a definition has what is required; getters may throw. */
const isDefinition = (definition: unknown, functions: readonly string[]): boolean => {
  try {
    const said = Object(definition) as Readonly<Record<string, unknown>>
    const { kind, example, options } = said
    const isDescribed = typeof kind === 'string' && typeof example === 'string' && Object(options) === options
    return isDescribed && functions.every(name => typeof said[name] === 'function')
  } catch {
    return false
  }
}
const checkDefinition = (owner: string, definition: unknown, functions: readonly string[]): void => {
  if (isDefinition(definition, functions)) return
  const expected = 'a kind, an example, options, and functions of them'
  const example = `${owner}({ kind: 'Scale', example: 'Scale(2)', options: {}, ${functions.join(', ')} })`
  throw wrongArgument(owner, 'definition', expected, show(definition), example)
}

/**
 * Makes the constructor of a layer.
 *
 * @param owner what the definition was given to, and `functions` which of its properties have to be functions
 * @throws InvalidOption if the definition lacks something
 */
export const constructorOf = <Normal extends object, Constructor>(
  owner: string,
  definition: Described<Normal>,
  functions: readonly string[],
  rulesOf: (options: Normal) => Rules,
): Constructor => {
  checkDefinition(owner, definition, functions)
  const { kind, example, options } = definition
  const methods = Object.freeze(
    Object.assign(Object.create(chain, { [definitionKey]: { value: definition } }), {
      toString(this: Normal & LayerValue): string {
        return printed(definition, this)
      },
    }),
  )
  const make = (...given: readonly unknown[]): LayerValue => {
    const all = namedArguments(definition, given)
    const name = own(all, 'name')
    const rest = byName(Object.entries(all).filter(([option]) => option !== 'name'))
    const values = parseOptions(kind, example, options, rest, ['name'])
    const fault = definition.check?.(values)
    if (fault !== undefined) throw new InvalidOption({ layer: kind, ...fault })
    return Object.freeze(
      Object.assign(Object.create(methods), values, {
        kind,
        name: name === undefined || name === null ? automaticPattern(kind) : checkName(kind, name),
        rules: Object.freeze(rulesOf(values)),
      }),
    )
  }
  // The one place where the declared type of a constructor, its type-level reading, meets the definition.
  return Object.defineProperties(make, { name: { value: kind }, [definitionKey]: { value: definition } }) as Constructor
}
