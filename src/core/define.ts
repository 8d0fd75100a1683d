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
import { type DecodeOption, decodeRule } from './decoding.ts'
import type { Mode, Result, Rules } from './layer.ts'
import type { VariableRule, VariableRules } from './variables.ts'

/**
 * The base of the types of layers with variables, which add ' out', ' params' and ' state'. `Name` is the name or pattern;
 * `H` says which variables there are, so that the compiler need not look.
 *
 * Give a layer's type its options one by one, each with a default: equal calls then have one type, which is checked once.
 * With one object of options, every call would have a type of its own.
 */
export interface Leaf<Name extends string, H extends Has = 'some'> extends Chain {
  /** The name, or a pattern that is numbered in each network. */
  readonly name: Name
  readonly rules: Rules
  readonly ' named': ExplicitName<Name>
  readonly ' source': never
  readonly ' state': unknown
  readonly ' before': Before<Name>
  readonly ' has': H
  readonly ' found': [this]
  readonly ' all': [this]
  readonly ' patterns': Name
  readonly ' within': 0
}

/** The base of the types of layers without variables, which add ' out'. */
export interface Plain<Name extends string, Source = never> extends Chain {
  /** The name, or a pattern that is numbered in each network. */
  readonly name: Name
  readonly rules: Rules
  readonly ' named': ExplicitName<Name>
  readonly ' source': Source
  readonly ' params': never
  readonly ' state': never
  readonly ' before': Before<Name>
  readonly ' has': 'some'
  readonly ' found': []
  readonly ' all': [this]
  readonly ' patterns': Bare<Name>
  readonly ' within': 0
}

/** Options that every layer takes. */
export interface NameOption<Name extends string = string> {
  /** A name, or a pattern with one field: 'fc{}' gives fc1, fc2. Default: the kind and a number, as 'relu-1'. */
  readonly name?: Name
}

declare const elsewhere: unique symbol
/**
 * Options beside the type of a first argument, which another overload takes in its place. Nothing has this type, so the
 * argument is no object of options; but where every overload refuses one, they all name the option at fault, and all
 * compilers underline it.
 */
export type Elsewhere<Options> = Options & { readonly [elsewhere]: never }

/** The definition of a layer of one input, or of several if `inputs` says so. `V` are the names of its variables. */
export interface LayerDefinition<Normal extends object, V extends string> extends Described<Normal> {
  /** How many inputs it takes. Default: one. */
  readonly inputs?: (options: Normal) => Rules['inputs']
  /**
   * How many of the inputs, the last ones, are an initial state, which has no steps: `Bidirectional` takes one for each
   * direction. Default: none.
   */
  readonly starts?: (options: Normal) => number
  /**
   * The output shape for an input shape, `null` being of unknown rank: the same rule as ' out' of the type.
   *
   * @param others the shapes of further inputs
   */
  readonly shape: (options: Normal, input: Shape | null, others: Flow) => Either<Fault, Shape | null>
  /**
   * For a layer of several outputs: the shapes of those after the first, for inputs that fit; `null` if the options leave them
   * out. `forward` returns them after the state.
   */
  readonly further?: (options: Normal, input: Shape | null, others: Flow) => Flow | null
  /** Each variable for an input shape; `null` if the options leave it out. */
  readonly variables?: {
    readonly [_ in V]: (options: Normal, input: Shape | null, others: Flow) => Either<Fault, VariableRule | null>
  }
  /** For an input of ids, integers from 0: the number of rows that they select from. */
  readonly ids?: (options: Normal) => number
  /** Whether the output has the elements of the input, unchanged. Default: false. */
  readonly passes?: boolean
  /**
   * How it reads a sequence part by part, as `generate` does: `'steps'` if it acts on each step [batch, steps, …] alone, else a
   * function of its options. Default: not at all.
   */
  readonly decode?: DecodeOption<Normal>
  /**
   * The mathematics, for any implementation of the operations.
   *
   * @param others further inputs
   */
  readonly forward: <T>(
    options: Normal,
    ops: Ops<T>,
    input: T,
    variables: { readonly [_ in V]: T },
    mode: Mode,
    others: readonly T[],
  ) => Result<T>
  /**
   * For a layer that mixes examples: the targets of training, mixed in the same way.
   *
   * @param expected the targets as they are given
   * @param key that of `mode` in `forward`
   */
  readonly targets?: <T>(options: Normal, ops: Ops<T>, expected: T, key: Key, input: Shape | null) => T
}

/** The definition of a layer of several inputs. */
export interface MergeDefinition<Normal extends object> extends Described<Normal> {
  /** The output shape for the shapes of the inputs. */
  readonly shape: (options: Normal, inputs: Flow) => Either<Fault, Shape | null>
  /** How it reads a sequence part by part: see {@link LayerDefinition}. Default: not at all. */
  readonly decode?: DecodeOption<Normal>
  readonly forward: <T>(options: Normal, ops: Ops<T>, inputs: readonly T[], mode: Mode) => T
}

/** The rules of all variables of a layer, or the first fault. */
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

/** Whether there are further outputs does not depend on the inputs: a layer has them in its options. */
const furtherRule = <Normal extends object, V extends string>(
  { further }: LayerDefinition<Normal, V>,
  options: Normal,
): Pick<Rules, 'further'> =>
  further === undefined || further(options, null, []) === null
    ? {}
    : { further: ([input = null, ...others]) => further(options, input, others) ?? [] }

/**
 * Makes the constructor of a layer of one input. All layers of this library are made by it, so yours can do all that they
 * do. Declare the constructor's type, which has the shape rule for the compiler.
 *
 * @example
 * ```ts
 * import { right } from 'fp-ts/lib/Either.js'
 *
 * interface Scale<Name extends string> extends Plain<Name> {
 *   readonly ' out': this[' in']
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
    ...(definition.starts && { starts: definition.starts(options) }),
    shape: ([input = null, ...others]) => definition.shape(options, input, others),
    ...furtherRule(definition, options),
    variables: inputs => allRules(definition.variables, options, inputs),
    ...(definition.ids && {
      ids: inputs => inputs.map(() => (definition.ids === undefined ? null : { count: definition.ids(options) })),
    }),
    ...(definition.passes && { passes: true }),
    ...decodeRule(definition.decode, options),
    forward: <T>(ops: Ops<T>, variables: Readonly<Record<string, T>>, [input, ...others]: readonly T[], mode: Mode) =>
      definition.forward(options, ops, input as T, variables as { readonly [_ in V]: T }, mode, others),
    ...(definition.targets && {
      targets: <T>(ops: Ops<T>, expected: T, key: Key, input: Shape | null) =>
        definition.targets?.(options, ops, expected, key, input) ?? expected,
    }),
  }))

/** Makes the constructor of a layer of several inputs; otherwise like {@link defineLayer}. */
export const defineMerge = <Normal extends object, Constructor>(definition: MergeDefinition<Normal>): Constructor =>
  constructorOf('defineMerge', definition, ['shape', 'forward'], options => ({
    inputs: 'several',
    // One input of unknown rank may turn out to be several tensors.
    shape: inputs => (inputs.length === 1 && inputs[0] === null ? right(null) : definition.shape(options, inputs)),
    variables: () => right({}),
    ...decodeRule(definition.decode, options),
    forward: (ops, _, inputs, mode) => [definition.forward(options, ops, inputs, mode), {}],
  }))

/** The definition of a layer around another one. */
export interface WrapperDefinition<Normal extends object> extends Described<Normal> {
  /** The rules of the layer, which use those of the layer within. */
  readonly rules: (options: Normal) => Rules
}

/**
 * Makes the constructor of a layer around another one, which is an option with the codec `innerLayer`. `rules` makes all of
 * its rules from those of the layer within, which `innerRules` gives; otherwise like {@link defineLayer}.
 *
 * @example
 * ```ts
 * interface Halved<L extends Layer> extends Leaf<'halved-{}'> {
 *   readonly ' out': Out<L, this[' in']>
 *   readonly ' params': InnerParams<L, this[' in']>
 *   readonly ' state': InnerState<L, this[' in']>
 * }
 * const Halved: <const L extends Layer>(layer: L) => Halved<L> = defineWrapper({
 *   kind: 'Halved',
 *   example: 'Halved(Relu(8))',
 *   positional: ['layer'],
 *   options: { layer: { codec: innerLayer } },
 *   rules: ({ layer }) => {
 *     const inner = innerRules(layer)
 *     return {
 *       ...inner,
 *       forward: (ops, own, given, mode) => {
 *         const [y, state] = inner.forward(ops, own, given, mode)
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
