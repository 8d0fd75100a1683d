import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Before, ExplicitName } from '../base/names.ts'
import type { Key } from '../base/random.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { byName } from '../base/trees.ts'
import type { Chain } from '../network-types/compose.ts'
import type { Bare, Has } from '../network-types/list.ts'
import type { Ops } from '../ops/ops.ts'
import { constructorOf, type Described } from './constructor.ts'
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
  }))

/** Makes the constructor of a layer of several inputs; otherwise as {@link defineLayer}. */
export const defineMerge = <Normal extends object, Constructor>(definition: MergeDefinition<Normal>): Constructor =>
  constructorOf('defineMerge', definition, ['shape', 'forward'], options => ({
    inputs: 'several',
    // A single flow of unknown rank may yet turn out to be several tensors.
    shape: inputs => (inputs.length === 1 && inputs[0] === null ? right(null) : definition.shape(options, inputs)),
    variables: () => right({}),
    forward: (ops, _, inputs, mode) => [definition.forward(options, ops, inputs, mode), {}],
  }))

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
  constructorOf('defineWrapper', definition, ['rules'], options => definition.rules(options))
