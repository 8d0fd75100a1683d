import type { Typed } from '../core/layer.ts'
import type { OutputNames } from '../network-types/outputs.ts'
import type { EachOf, HavingNames, PatternFaults, PatternFor, PatternsFor } from '../network-types/patterns.ts'
import type { Some } from './examples.ts'
import type { LossName } from './losses/names.ts'
import type { MetricName } from './metrics/names.ts'
import type { Optimizer } from './optimizer.ts'
import type { Constraint } from './penalties/constraint.ts'
import type { Regularizer } from './penalties/regularizer.ts'
import type { Left } from './step.ts'

// Losses, metrics and weights of single outputs: in order, or by the names of the layers that give the outputs.

/** What options say that are not for the outputs of a network: at run time, and by the compiler where it knows them. */
export const ofOutputs = {
  count: {
    expected: 'one for each of the outputs',
    remedy: 'Give as many as the network has outputs, in their order, or a record by their names.',
  },
  names: { expected: 'names of the outputs', remedy: 'Name the layers that give the outputs.' },
} as const

/** A loss by itself, or its mathematics. */
type OneLoss = { readonly kind: 'Loss' } | ((...given: never) => unknown)

// Faults are counted, as in network-types/data.ts. The names of outputs are asked for last: to find them takes a walk over all layers;
// options that a call leaves out are asked for first, as each call of a function with options makes their types.

type Faults<Option, N extends Typed, V> = Left extends V
  ? []
  : [Misspelt<Option, V>] extends [never]
    ? FaultsOfOutputs<Option, N, V>
    : ['a', 'name', 'misspelt']
type FaultsOfOutputs<Option, N extends Typed, V> = V extends string | number | OneLoss
  ? []
  : V extends readonly unknown[]
    ? IsInOrder<Option, V> extends true
      ? V['length'] extends OutputNames<N>['length']
        ? []
        : ['count', 'of outputs']
      : []
    : string extends keyof V
      ? []
      : Exclude<keyof V, OutputNames<N>[number]> extends never
        ? []
        : ['names']
/** The texts in an option that name no loss or metric; one that is not literal may name any. */
type Misspelt<Option, V> = V extends string
  ? V extends NameFor<Option>
    ? never
    : {} extends { readonly [_ in V]: true }
      ? never
      : V
  : V extends number | OneLoss
    ? never
    : V extends readonly unknown[]
      ? Misspelt<Option, V[number]>
      : Misspelt<Option, V[keyof V]>
/** The names of losses, which are metrics too, and of metrics. */
type NameFor<Option> = LossName | (Option extends 'metrics' ? MetricName : never)
/** Whether a list has something for each output: of metrics, a list of lists. */
type IsInOrder<Option, V extends readonly unknown[]> = number extends V['length']
  ? false
  : Option extends 'metrics'
    ? V extends readonly [readonly unknown[], ...(readonly unknown[])]
      ? true
      : false
    : true

/**
 * The options `O` of a function with a network, with metrics `M`, losses `L` and their weights `W`, patterns of what it trains `T` and of
 * what has penalties `P`: as they are; or, in the place of what does not fit the outputs or names nothing, what is wrong with it. This is asked of the whole: without `exactOptionalPropertyTypes` the type of an
 * option is a union with `undefined`, and of unions compilers infer member by member.
 */
export type ForOutputsIn<O, N extends Typed, M, L, W, T = null, P = never, Q = never, R = never, C = never> = [
  ...Faults<'metrics', N, M>,
  ...Faults<'loss', N, L>,
  ...Faults<'lossWeights', N, W>,
  ...Naming<N, T>,
  ...Naming<N, P>,
  ...Naming<N, Q | R | C>,
]['length'] extends Some
  ? {
      [K in keyof O]: K extends keyof Checked<N, M, L, W, T, P, Q, R, C> ? Checked<N, M, L, W, T, P, Q, R, C>[K] : O[K]
    }
  : O
/** The faults of patterns, which most calls leave out. */
type Naming<N extends Typed, T> = null extends T
  ? []
  : [T] extends [never]
    ? []
    : PatternFaults<N, Exclude<EachOf<T>, KeysOfOne>>
/** Of a penalty for all, compilers infer the names of its own properties as patterns. */
type KeysOfOne = keyof Regularizer | keyof Constraint
interface Checked<N extends Typed, M, L, W, T, P, Q, R, C> {
  readonly metrics?: ForOutputsOf<'metrics', N, M>
  readonly loss?: ForOutputsOf<'loss', N, L>
  readonly lossWeights?: ForOutputsOf<'lossWeights', N, W>
  // Of a text, compilers would infer its letters from the form of a list.
  readonly trains?: PatternsFor<'trains', N, NoInfer<T>>
  readonly optimizer?: HavingNames<'optimizer', N, Q, Optimizer>
  readonly regularizer?: Penalty<'regularizer', N, Exclude<NoInfer<P>, KeysOfOne>, R, Regularizer>
  readonly constraint?: Penalty<'constraint', N, Exclude<NoInfer<P>, KeysOfOne>, C, Constraint>
}
/** A penalty for all, or one for each of the patterns `P`. */
type Penalty<Option extends string, N extends Typed, P, Q, One> =
  | ([P] extends [never]
      ? never
      : { readonly [K in P & string]?: PatternFor<Option, N, K, HavingNames<Option, N, Q, One>> })
  | HavingNames<Option, N, Q, One>
  | null

/** What `Option` says of the outputs of the network `N`: `V`, or what is wrong with it. */
export type ForOutputsOf<Option extends string, N extends Typed, V> = [...Faults<Option, N, V>]['length'] extends
  | 1
  | 2
  | 3
  ? // Two tuples, as the compiler looks through one to see what a literal in an argument may be.
    Refused<Option, N, V>[[...Faults<Option, N, V>, ...Nothing<V>]['length'] & number]
  : V
type Nothing<V> = V extends string ? [] : []
/** As that of data in network-types/data.ts. */
interface Refused<Option extends string, N extends Typed, V> {
  readonly [faults: number]: string | object
  readonly 1: { [K in keyof V as `${K & string}`]: AtName<Option, OutputNames<N>, K, V[K]> } & {
    readonly [Name in OutputNames<N>[number]]?: unknown
  }
  readonly 2: `${Option} expects ${(typeof ofOutputs)['count']['expected']} ${Listed<OutputNames<N>>}, got ${V['length' & keyof V] & number}. ${(typeof ofOutputs)['count']['remedy']}`
  readonly 3: Spelt<Option, V>
}
/** What has names in the place of those that are misspelt, of which compilers say which one was meant. */
type Spelt<Option, V> = V extends string
  ? NameFor<Option>
  : V extends OneLoss
    ? V
    : { [K in keyof V]: Misspelt<Option, V[K]> extends never ? V[K] : Spelt<Option, V[K]> }
type AtName<Option extends string, Names extends readonly string[], K, Own> = K extends Names[number]
  ? Own
  : `${Option} expects ${(typeof ofOutputs)['names']['expected']} ${Listed<Names>}, got '${K & string}'. ${(typeof ofOutputs)['names']['remedy']}`
type Listed<Names extends readonly string[], R extends string = ''> = Names extends readonly [
  infer H extends string,
  ...infer T extends readonly string[],
]
  ? Listed<T, R extends '' ? H : `${R}, ${H}`>
  : R

/**
 * The loss of each output, in order: of a record by their names. That of all outputs, or of the only one, is itself, and so is what may
 * be any.
 */
export type LossesInOrder<N extends Typed, L> = Left extends L ? L : InOrder<N, L>
type InOrder<N extends Typed, L> = L extends string | OneLoss
  ? L
  : L extends readonly unknown[]
    ? OnlyOne<L>
    : OutputNames<N> extends infer Names extends readonly string[]
      ? OnlyOne<{ readonly [K in keyof Names]: Names[K] extends keyof L ? L[Names[K]] : unknown }>
      : unknown
type OnlyOne<L> = L extends readonly [infer One] ? One : L
