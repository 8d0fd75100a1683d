import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import { type Fault, InvalidOption, show } from '../base/errors.ts'
import { automaticPattern, type Before, checkName, type ExplicitName } from '../base/names.ts'
import { type Option, type Options, ownOptions, parseOptions } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { byName, merged, own } from '../base/trees.ts'
import { chain } from '../network/compose.ts'
import type { LayerValue } from '../network/parts.ts'
import type { Chain } from '../network-types/compose.ts'
import type { Bare, Has } from '../network-types/list.ts'
import type { Ops } from '../ops/ops.ts'
import type { Mode, Result, Rules } from './layer.ts'
import type { VariableRule, VariableRules } from './variables.ts'

/**
 * The type of a layer with variables, for the layers' own types to extend: they add '~out', '~params' and '~state'.
 * `Name` is its name or pattern: 'convolution-{}' unless it is given one; `H` may say which variables it has, so
 * that the compiler need not find out.
 *
 * A layer's type takes its options one by one, each with its default: layers that are made alike are then of one type,
 * which costs the compiler once. Options as one object would make every call a type of its own.
 */
export interface Leaf<Name extends string, H extends Has = 'some'> extends Chain {
  /** The name, or the pattern that numbers it in a network. */
  readonly name: Name
  readonly rules: Rules
  readonly '~named': ExplicitName<Name>
  readonly '~source': never
  readonly '~state': unknown
  readonly '~before': Before<Name>
  readonly '~has': H
  readonly '~found': [this]
  readonly '~all': [this]
  readonly '~patterns': Name
  readonly '~within': 0
}

/** The type of a layer without variables, for the layers' own types to extend: they add '~out'. */
export interface Plain<Name extends string, Source = never> extends Chain {
  /** The name, or the pattern that numbers it in a network. */
  readonly name: Name
  readonly rules: Rules
  readonly '~named': ExplicitName<Name>
  readonly '~source': Source
  readonly '~params': never
  readonly '~state': never
  readonly '~before': Before<Name>
  readonly '~has': 'some'
  readonly '~found': []
  readonly '~all': [this]
  readonly '~patterns': Bare<Name>
  readonly '~within': 0
}

/** Options that every layer takes. */
export interface NameOption<Name extends string = string> {
  /** A name, or a pattern with one field: 'fc{}' gives fc1, fc2. Default: the kind and a number, as 'relu-1'. */
  readonly name?: Name
}

/** How the notation reads a call of a layer. */
export interface NotationForm {
  /** Whether several positional arguments are one list, as `Input(28, 28, 1)` is `Input([28, 28, 1])`. */
  readonly together?: boolean
  /** Positional options that may also be given by name. */
  readonly byName?: readonly string[]
  /** Whether the layer is around another one, its first argument. */
  readonly around?: boolean
  /** Whether the layer has no text, as it is made of a function. */
  readonly textless?: boolean
}

interface Described<Normal extends object> {
  /** The name of the layer's kind, as its constructor is called: its automatic names come from it. */
  readonly kind: string
  /** A right call: errors quote it. */
  readonly example: string
  /** The options that stand before the options object, in order. */
  readonly positional?: readonly (keyof Normal & string)[]
  /** How each option is read. The option `name` is added. */
  readonly options: Options<Normal>
  /** How `net` reads a call of the layer. Default: argument by argument. */
  readonly notation?: NotationForm
  /** What is wrong with options that are each right, and which one to change. */
  readonly check?: (options: Normal) => (Fault & { readonly option: string }) | undefined
}

/** A layer of one input, with variables named `V`; of several where `inputs` says so. */
export interface LayerDefinition<Normal extends object, V extends string> extends Described<Normal> {
  /** How many inputs it takes. Default: one. */
  readonly inputs?: (options: Normal) => Rules['inputs']
  /**
   * The output shape for an input shape (`null`: of unknown rank), the twin of the type-level rule; `others` are the
   * shapes of the inputs beside the first.
   */
  readonly shape: (options: Normal, input: Shape | null, others: Flow) => Either<Fault, Shape | null>
  /** Each variable for an input shape; `null` where the options leave it out. */
  readonly variables?: {
    readonly [_ in V]: (options: Normal, input: Shape | null, others: Flow) => Either<Fault, VariableRule | null>
  }
  /** How many rows there are that the input may name by whole numbers from 0 on, where it does. */
  readonly ids?: (options: Normal) => number
  /** Whether what comes out are the elements of what goes in, as they are. */
  readonly passes?: boolean
  /** The mathematics, in any interpretation of the operations; `others` are the inputs beside the first. */
  readonly forward: <T>(
    options: Normal,
    ops: Ops<T>,
    input: T,
    variables: { readonly [_ in V]: T },
    mode: Mode,
    others: readonly T[],
  ) => Result<T>
  /**
   * What training compares an output with, where the layer mixes examples: from what was expected of it, the key that
   * `forward` gets as `mode.key`, and the shape of the input.
   */
  readonly targets?: <T>(options: Normal, ops: Ops<T>, expected: T, key: Key, input: Shape | null) => T
}

/** A layer of several inputs, side by side. */
export interface MergeDefinition<Normal extends object> extends Described<Normal> {
  /** The output shape for the shapes of the inputs. */
  readonly shape: (options: Normal, inputs: Flow) => Either<Fault, Shape | null>
  readonly forward: <T>(options: Normal, ops: Ops<T>, inputs: readonly T[], mode: Mode) => T
}

const isOptions = (value: unknown): value is Readonly<Record<string, unknown>> => {
  try {
    return (
      typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
    )
  } catch {
    // A proxy that throws stands for options; they are refused when they are read.
    return true
  }
}

/** The arguments of a call as one record of options: those that stand first get their names. */
const namedArguments = (
  { kind, example, positional = [] }: { kind: string; example: string; positional?: readonly string[] },
  given: readonly unknown[],
): Readonly<Record<string, unknown>> => {
  const before = given.findIndex(isOptions)
  const ordered = before < 0 ? given : given.slice(0, before)
  const rest = before < 0 ? [] : given.slice(before)
  const surplus = [...ordered.slice(positional.length), ...rest.slice(1)].filter(value => value !== undefined)
  if (surplus.length > 0)
    throw new InvalidOption({
      layer: kind,
      option: 'arguments',
      expected: positional.length ? `${positional.join(', ')} and one options object` : 'one options object',
      got: show(surplus[0]),
      remedy: `For example: ${example}.`,
    })
  return merged(byName(positional.map((name, i) => [name, ordered[i]] as const)), ownOptions(kind, example, rest[0]))
}

/** Prints a layer as the call that makes it: what differs from the defaults, in the shortest form. */
const printer = <Normal extends object>(
  { kind, positional = [], options }: Described<Normal>,
  values: Normal & LayerValue,
): string => {
  const texts = new Map<string, string>()
  // Once for each option: a layer within a layer within a layer would be printed twice as often at each level.
  const textOf = (name: keyof Normal & string): string => {
    const text = texts.get(name) ?? show(options[name].codec.encode(values[name]))
    texts.set(name, text)
    return text
  }
  const printed = (name: keyof Normal & string): string => {
    const { codec, ...rest } = options[name]
    const text = textOf(name)
    const standard = 'default' in rest ? codec.decode(rest.default) : undefined
    return standard?._tag === 'Right' && show(codec.encode(standard.right)) === text ? '' : text
  }
  const before = [...positional]
  while (before.length > 0 && printed(before.at(-1) as keyof Normal & string) === '') before.pop()
  const first = before.map(textOf)
  const named = (Object.keys(options) as (keyof Normal & string)[])
    .filter(name => !positional.includes(name))
    .map(name => [name, printed(name)])
    .filter(([, text]) => text !== '')
  if (values.name !== automaticPattern(kind)) named.push(['name', show(values.name)])
  const after = named.length ? [`{ ${named.map(([name, text]) => `${name}: ${text}`).join(', ')} }`] : []
  return `${kind}(${[...first, ...after].join(', ')})`
}

const layerMethods = <Normal extends object>(definition: Described<Normal>): object =>
  Object.freeze(
    Object.assign(Object.create(chain, { [definitionKey]: { value: definition } }), {
      toString(this: Normal & LayerValue): string {
        return printer(definition, this)
      },
    }),
  )

/** Where a layer and its constructor keep what they are defined by. */
const definitionKey: unique symbol = Symbol('definition')

/** What a layer is defined by, as far as writing it down needs to know. */
export interface Definition {
  readonly kind: string
  readonly positional?: readonly string[]
  readonly options: Readonly<Record<string, Option<unknown>>>
  readonly notation?: NotationForm
}

/** What a layer, or the constructor of one, is defined by; `undefined` for anything else. */
export const definitionOf = (value: object): Definition | undefined =>
  (value as { readonly [definitionKey]?: Definition })[definitionKey]

/** Whether a definition says what every one has to; getters of the user's may throw. */
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
  throw new InvalidOption({
    layer: owner,
    option: 'definition',
    expected: 'a kind, an example, options, and functions of them',
    got: show(definition),
    remedy: `For example: ${owner}({ kind: 'Scale', example: 'Scale(2)', options: {}, ${functions.join(', ')} }).`,
  })
}

const constructorOf = <Normal extends object>(
  owner: string,
  definition: Described<Normal>,
  functions: readonly string[],
  rulesOf: (options: Normal) => Rules,
): unknown => {
  checkDefinition(owner, definition, functions)
  const { kind, example, options } = definition
  const methods = layerMethods(definition)
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
  return Object.defineProperties(make, { name: { value: kind }, [definitionKey]: { value: definition } })
}

/** The rules of the variables that a layer has, or the first fault. */
const allRules = <Normal extends object>(
  variables: LayerDefinition<Normal, string>['variables'],
  options: Normal,
  [input = null, ...others]: Flow,
): Either<Fault, VariableRules> => {
  const rules: [string, VariableRule][] = []
  for (const [name, rule] of Object.entries(variables ?? {})) {
    const result = rule(options, input, others)
    if (isLeft(result)) return result
    if (result.right !== null) rules.push([name, result.right])
  }
  return right(byName(rules))
}

/**
 * Makes the constructor of a layer of one input: the layers of this library are made with it, and yours have the same
 * standing. The constructor's type, which carries the type-level shape rule, is given where it is declared.
 *
 * @example
 * ```ts
 * import { right } from 'fp-ts/lib/Either.js'
 *
 * interface Scale<Name extends string> extends Plain<Name> {
 *   readonly '~out': this['~in']
 * }
 * type ScaleConstructor = <const Name extends string = 'scale-{}'>(factor: number, options?: NameOption<Name>) => Scale<Name>
 * const Scale: ScaleConstructor = defineLayer({
 *   kind: 'Scale',
 *   example: 'Scale(2)',
 *   positional: ['factor'],
 *   options: { factor: { codec: number('a finite number') } },
 *   shape: (_, input) => right(input),
 *   forward: ({ factor }, ops, x) => [ops.multiply(x, ops.constant(factor)), {}],
 * })
 * String(Scale(2)) // Scale(2)
 * ```
 */
export const defineLayer = <Normal extends object, Constructor, V extends string = never>(
  definition: LayerDefinition<Normal, V>,
): Constructor =>
  constructorOf('defineLayer', definition, ['shape', 'forward'], options => ({
    inputs: definition.inputs?.(options) ?? 'one',
    shape: ([input = null, ...others]) => definition.shape(options, input, others),
    variables: inputs => allRules(definition.variables, options, inputs),
    ...(definition.ids && { ids: definition.ids(options) }),
    ...(definition.passes && { passes: true }),
    forward: <T>(ops: Ops<T>, variables: Readonly<Record<string, T>>, [input, ...others]: readonly T[], mode: Mode) =>
      definition.forward(options, ops, input as T, variables as { readonly [_ in V]: T }, mode, others),
    ...(definition.targets && {
      targets: <T>(ops: Ops<T>, expected: T, key: Key, input: Shape | null) =>
        definition.targets?.(options, ops, expected, key, input) ?? expected,
    }),
    // The one place where the declared type of a constructor, its type-level reading, meets the definition.
  })) as Constructor

/** Makes the constructor of a layer of several inputs; otherwise as {@link defineLayer}. */
export const defineMerge = <Normal extends object, Constructor>(definition: MergeDefinition<Normal>): Constructor =>
  constructorOf('defineMerge', definition, ['shape', 'forward'], options => ({
    inputs: 'several',
    // A single flow of unknown rank may yet turn out to be several tensors.
    shape: inputs => (inputs.length === 1 && inputs[0] === null ? right(null) : definition.shape(options, inputs)),
    variables: () => right({}),
    forward: (ops, _, inputs, mode) => [definition.forward(options, ops, inputs, mode), {}],
  })) as Constructor

/** A layer around another one. */
export interface WrapperDefinition<Normal extends object> extends Described<Normal> {
  /** The rules of the layer, most of them those of the layer within. */
  readonly rules: (options: Normal) => Rules
}

/**
 * Makes the constructor of a layer around another one, which is an option read by `innerLayer`. Its rules are made as a
 * whole, from those that `innerRules` gives of the layer within; otherwise as {@link defineLayer}.
 *
 * @example
 * ```ts
 * interface Halved<L extends Layer> extends Leaf<'halved-{}'> {
 *   readonly '~out': Out<L, this['~in']>
 *   readonly '~params': InnerParams<L, this['~in']>
 *   readonly '~state': InnerState<L, this['~in']>
 * }
 * const Halved: <const L extends Layer>(layer: L) => Halved<L> = defineWrapper({
 *   kind: 'Halved',
 *   example: 'Halved(Relu(8))',
 *   positional: ['layer'],
 *   options: { layer: { codec: innerLayer } },
 *   rules: ({ layer }) => {
 *     const { inputs, shape, variables, forward } = innerRules(layer)
 *     return {
 *       inputs,
 *       shape,
 *       variables,
 *       forward: (ops, own, given, mode) => {
 *         const [y, state] = forward(ops, own, given, mode)
 *         return [ops.multiply(y, ops.constant(0.5)), state]
 *       },
 *     }
 *   },
 * })
 * String(Halved(Relu(8))) // Halved(Relu(8))
 * ```
 */
export const defineWrapper = <Normal extends object, Constructor>(definition: WrapperDefinition<Normal>): Constructor =>
  constructorOf('defineWrapper', definition, ['rules'], options => definition.rules(options)) as Constructor
