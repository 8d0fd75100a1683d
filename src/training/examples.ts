import type { Several } from '../base/shape.ts'
import type { Typed } from '../core/layer.ts'
import type { InputOf, OutputOf } from '../network-types/compose.ts'
import type { DataFaults, DataFor, InFirst, Rows, Shaped, ShapeOf } from '../network-types/data.ts'
import type { Field } from './batches.ts'
import type { RowsOfTargets, TargetFaults, TargetsFor, WantsTargets } from './losses/targets.ts'
import type { targetsWanted } from './losses/words.ts'

// Examples, as far as their types say that they do not fit a network and its loss.

/** What no examples have: fields of other names. */
export const otherFields = { expected: 'x, y, weights and mask alone' } as const
/** As many rows everywhere. */
export const alikeRows = {
  even: 'as many rows in every tensor',
  other: 'rows, as x has',
  remedy: 'Give x and y with one row for each example.',
} as const

type In<E, F extends Field> = E extends { readonly [_ in F]: infer V } ? V : unknown
type Others<E> = Exclude<keyof E, Field>

/** Examples of nested arrays that fit a network and a loss. As {@link Rows}, they are made once, and asked for first. */
interface Fitting<N extends Typed, L> {
  readonly x: Rows<InputOf<N>>
  readonly y: RowsOfTargets<OutputOf<N>, L>
}

// Faults are counted by the length of a tuple, as in network-types/data.ts.

/** How many faults there may be, of examples or of options: none have more. */
export type Some = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11

/** The faults of the examples `E` for the network `N` and the loss `L`: `[]` for none. */
type Faults<N extends Typed, L, E> = [E, keyof E] extends [Fitting<N, L>, 'x' | 'y']
  ? E extends { readonly x: { readonly length: infer A }; readonly y: { readonly length: infer B } }
    ? A extends B
      ? []
      : FaultsIn<N, L, E>
    : FaultsIn<N, L, E>
  : FaultsIn<N, L, E>
type FaultsIn<N extends Typed, L, E> = E extends { readonly x: infer X }
  ? 'y' extends keyof E
    ? [
        ...DataFaults<InputOf<N>, X, N>,
        ...TargetFaults<OutputOf<N>, L, In<E, 'y'>>,
        ...Uneven<CountIn<InputOf<N>, X> | CountIn<OutputOf<N>, In<E, 'y'>>>,
        ...(keyof E extends 'x' | 'y' ? [] : FaultsInOthers<N, E, X>),
      ]
    : Missing<L, E>
  : []
/** One element if there are no targets, for a loss that compares with them. */
type Missing<L, E> = 'y' extends keyof E ? [] : WantsTargets<L>
type FaultsInOthers<N extends Typed, E, X> = [
  ...Uneven<CountIn<InputOf<N>, X> | CountIn<OfEach<N, In<E, 'weights'>>, In<E, 'weights'>>>,
  ...Uneven<CountIn<InputOf<N>, X> | CountIn<OfEach<N, In<E, 'mask'>>, In<E, 'mask'>>>,
  ...([Others<E>] extends [never] ? [] : ['fields']),
]

// Rows, whose number literals and tensors of known shapes say.

/** How many rows each tensor of one or several has, as a union; `number` if one does not say it. */
type CountIn<S, V> = S extends Several
  ? V extends readonly unknown[]
    ? { [K in keyof V]: CountOf<V[K]> }[number]
    : number
  : CountOf<V>
type CountOf<V> = ShapeOf<V> extends readonly [infer Count, ...(readonly unknown[])] ? Count : number
/** One element for different numbers of rows. */
type Uneven<C, All = C> = number extends All ? [] : C extends unknown ? ([All] extends [C] ? [] : ['rows']) : []
/** The outputs that weights or masks are for, one by one; `null` if they are for all. */
type OfEach<N extends Typed, V> = V extends readonly [readonly unknown[] | Shaped, ...(readonly unknown[])]
  ? OutputOf<N> extends infer O extends Several
    ? V['length'] extends O['length']
      ? O
      : null
    : null
  : null

/**
 * The examples `E` for the network `N` and the loss `L`: as they are; or, in the place of what does not fit, what is wrong with
 * it. Datasets are checked where they are read.
 */
export type ExamplesFor<N extends Typed, L, E> = [...Faults<N, L, E>]['length'] extends Some
  ? [...Missing<L, E>]['length'] extends 1
    ? `y expects ${(typeof targetsWanted)['expected']}, got ${(typeof targetsWanted)['got']}. ${(typeof targetsWanted)['remedy']}`
    : // The names are written anew: of a mapped type that keeps them, compilers make the fields in each call, to see what each may be.
      { [K in keyof E as `${K & string}`]: InFirst<Said<N, L, E, K>, E[K]> }
  : E
/** What is wrong with a field; the field if nothing is. */
type Said<N extends Typed, L, E, K extends keyof E> = K extends 'x'
  ? WithRows<'x', N, E, InputOf<N>, E[K], DataFor<'x', InputOf<N>, E[K], N>>
  : K extends 'y'
    ? WithRows<'y', N, E, OutputOf<N>, E[K], TargetsFor<'y', OutputOf<N>, L, E[K]>>
    : K extends Field
      ? WithRows<K, N, E, OfEach<N, E[K]>, E[K], E[K]>
      : `examples expects ${(typeof otherFields)['expected']}, got '${K & string}'. ${(typeof alikeRows)['remedy']}`
/** What is wrong with the rows of a field `F`, the value `V` for the shapes `S`; `Otherwise` if nothing is. */
type WithRows<F extends Field, N extends Typed, E, S, V, Otherwise> = [...Uneven<CountIn<S, V>>]['length'] extends 1
  ? `${F} expects ${(typeof alikeRows)['even']}, got ${Joined<{ readonly [K in keyof V]: CountOf<V[K]> }>}. ${(typeof alikeRows)['remedy']}`
  : CountIn<InputOf<N>, In<E, 'x'>> extends infer A extends number
    ? [...Uneven<A>, ...Uneven<A | CountIn<S, V>>]['length'] extends 1
      ? `${F} expects ${A} ${(typeof alikeRows)['other']}, got ${CountIn<S, V> & number}. ${(typeof alikeRows)['remedy']}`
      : Otherwise
    : Otherwise
type Joined<R> = R extends readonly [infer H extends number, ...infer T]
  ? T extends readonly []
    ? `${H}`
    : `${H} and ${Joined<T>}`
  : ''
