import type { Several } from '../base/shape.ts'
import type { Typed } from '../core/layer.ts'
import type { InputOf, OutputOf } from '../network-types/compose.ts'
import type { DataFaults, DataFor, InFirst, Rows, Shaped, ShapeOf } from '../network-types/data.ts'
import type { Floats, IdsOf } from '../network-types/kinds.ts'
import type { Field } from './batches.ts'
import type { ShapeOfTargets, TargetFaults, TargetsFor, WantsTargets } from './losses/targets.ts'
import type { targetsWanted } from './losses/words.ts'
import type { AnyBatches } from './source.ts'

// Examples, as far as their types say that they do not fit a network and its loss.

/** What examples are. */
export const wholeExamples = { expected: 'examples, { x, y }' } as const
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

// Those that fit, as most do, are told by comparisons with types that depend on shapes alone, which many networks share: inputs of the
// shape `I` and targets of the shape `T`.

/** Examples of nested arrays. */
interface Fitting<I, T> {
  readonly x: Rows<I>
  readonly y: Rows<T>
}
/** Examples of nested arrays of any length: what is of their type says no shape that does not fit. */
interface Unsized<I, T> {
  readonly x: UnsizedArray<I>
  readonly y: UnsizedArray<T>
}
type UnsizedArray<S> = S extends readonly [unknown, ...infer T] ? UnsizedArray<T>[] : number
// Faults are counted by the length of a tuple, as in network-types/data.ts.

/** How many faults there may be, of examples or of options: none have more. */
export type Some = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11

/** The faults of the examples `E` for the network `N` and the loss `L`: `[]` for none. */
type Faults<N extends Typed, L, E> = [E] extends [AnyBatches]
  ? FitsItems<InputOf<N>, ShapeOfTargets<OutputOf<N>, L>, ItemOf<E>> extends true
    ? []
    : FaultsInItems<N, L, ItemOf<E>, E>
  : E extends { readonly x: infer X; readonly y: infer Y }
    ? keyof E extends 'x' | 'y'
      ? FaultsInPair<N, L, E, X, Y>
      : FaultsIn<N, L, E>
    : FaultsIn<N, L, E>
/** The layer that takes ids, if the data are floats. */
type IdsIfFloats<N, X> = [X] extends [Floats] ? IdsOf<N> : never
/** The faults of examples of `X` and `Y` alone, as most are. */
type FaultsInPair<N extends Typed, L, E, X, Y> = [X | Y] extends [readonly unknown[]]
  ? [E] extends [Fitting<InputOf<N>, ShapeOfTargets<OutputOf<N>, L>>]
    ? E extends { readonly x: { readonly length: infer A }; readonly y: { readonly length: infer B } }
      ? Uneven<A | B>
      : []
    : [Unsized<InputOf<N>, ShapeOfTargets<OutputOf<N>, L>>] extends [E]
      ? []
      : FaultsIn<N, L, E>
  : [ShapeOf<X>, ShapeOf<Y>] extends [InputOf<N>, ShapeOfTargets<OutputOf<N>, L>]
    ? [IdsIfFloats<N, X>] extends [never]
      ? Uneven<CountOf<X> | CountOf<Y>>
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

// Items of datasets are examples or batches, which their type does not say. They are refused if they fit as neither.

/** One element for a dataset that says what its items are. */
type IsDataset<E> = 'toArray' extends keyof E ? ['dataset'] : []
/** Of one tuple alone compilers find the lengths, and then make the sentences, when they look what a literal may be. */
type Nothing<E> = E extends string ? [] : []
/** What a dataset gives, read from the method whose type compilers look through fastest. */
type ItemOf<D> = D extends { readonly toArray: () => Promise<readonly (infer Item)[]> } ? Item : unknown
/** What it gives once it is batched. */
type BatchOf<D> = D extends { readonly batch: (...options: never) => infer B } ? ItemOf<B> : unknown

// Those that fit, as most do, are told by comparisons with types that depend on shapes alone, which many networks share: inputs of the
// shape `I` and targets of the shape `T`.

interface FittingBatch<I, T> {
  readonly x: OfShape<I>
  readonly y: OfShape<T>
}
interface FittingExample<I, T> {
  readonly x: OfOne<I>
  readonly y: OfOne<T>
  readonly weights?: number
  readonly mask?: number
}
/** A tensor of a shape; of several, none. */
type OfShape<S> = S extends readonly number[] ? { readonly shape: Readonly<S> } : never
/** A tensor of the shape of one example, or a number. */
type OfOne<S> = S extends readonly [unknown, ...infer T] ? (T extends [] ? number : OfShape<T>) : never
/** Batches of tensors of unknown sizes, and examples of nested arrays of any length: what is of these types says no shape that does not fit. */
interface UnsizedBatch<I, T> {
  readonly x: UnsizedShape<I>
  readonly y: UnsizedShape<T>
}
type UnsizedShape<S> = S extends readonly number[] ? { -readonly [K in keyof S]: number } : unknown
interface UnsizedExample<I, T> {
  readonly x: UnsizedRows<I>
  readonly y: UnsizedRows<T>
  readonly weights: number
  readonly mask: number
}
type UnsizedRows<S> = S extends readonly [unknown, ...infer T] ? (T extends [] ? number : UnsizedRows<T>[]) : never
/** Whether items are of a type all of which fits. */
type FitsItems<I, T, Item> = unknown extends Item
  ? true
  : [keyof Item] extends [Field]
    ? number extends RowsOf<Item>
      ? [Item] extends [FittingBatch<I, T>]
        ? true
        : [UnsizedBatch<I, T>] extends [ShapesOf<Item>]
          ? true
          : [Item] extends [FittingExample<I, T>]
            ? true
            : false
      : [Item] extends [FittingExample<I, T>]
        ? true
        : [UnsizedExample<I, T>, 'y'] extends [Item, keyof Item]
          ? true
          : false
    : false
/** How many rows the tensor of a batch has. */
type RowsOf<Batch> = Batch extends { readonly x: { readonly shape: { readonly 0: infer Count } } } ? Count : never
type ShapesOf<Batch> = Batch extends {
  readonly x: { readonly shape: infer X }
  readonly y: { readonly shape: infer Y }
}
  ? { readonly x: X; readonly y: Y }
  : never
/** The faults of the other items of the dataset `D`. Those with as many axes as inputs have are batches. */
type FaultsInItems<N extends Typed, L, Item, D> = [Item] extends [never]
  ? []
  : 'x' extends keyof Item
    ? HasRankOf<InputOf<N>, In<Item, 'x'>> extends true
      ? FaultsInBatch<N, L, Item>
      : // Numbers by themselves are no batches.
        [In<Item, 'x'>] extends [number | (InputOf<N> extends Several ? readonly number[] : never)]
        ? FaultsInBatch<N, L, BatchOf<D>>
        : [...FaultsInBatch<N, L, BatchOf<D>>]['length'] extends Some
          ? FaultsInBatch<N, L, Item>
          : []
    : ['no examples']
/** The faults of a batch, if it is known to be one. */
type FaultsInBatch<N extends Typed, L, B> = B extends { readonly x: unknown } ? FaultsIn<N, L, B> : []
/** Whether data have as many axes as inputs of the shape `I`, or as the first one; what is not stacked counts as an example. */
type HasRankOf<I, X> = I extends Several
  ? X extends readonly [infer First, ...(readonly unknown[])]
    ? HasRankOf<I[0], First>
    : false
  : number[] extends I
    ? false
    : X extends readonly unknown[]
      ? false
      : (ShapeOf<X> & readonly unknown[])['length'] extends (I & readonly unknown[])['length']
        ? true
        : false

/** As that of data in network-types/data.ts. */
interface Refused<N extends Typed, L, D> {
  readonly [faults: number]: string
  readonly 1: SaidOfItems<N, L, D>
}
/** What is wrong with the items of the dataset `D`. */
type SaidOfItems<N extends Typed, L, D> = 'x' extends keyof ItemOf<D>
  ? HasRankOf<InputOf<N>, In<ItemOf<D>, 'x'>> extends true
    ? SaidOfBatch<N, L, ItemOf<D>>
    : SaidOfBatch<N, L, BatchOf<D>>
  : `examples expects ${(typeof wholeExamples)['expected']}, got items without x. ${(typeof alikeRows)['remedy']}`
type SaidOfBatch<N extends Typed, L, B> = B extends unknown
  ? [...Missing<L, B>]['length'] extends 1
    ? TargetsMissing
    : FirstSaid<N, L, B, ['x', 'y', 'weights', 'mask']>
  : never
/** What is wrong with the first of some fields, or with the names of others. */
type FirstSaid<N extends Typed, L, B, Fields extends readonly Field[]> = Fields extends readonly [
  infer F extends Field,
  ...infer Others extends readonly Field[],
]
  ? [SentenceIn<F, Said<N, L, B, F & keyof B>>] extends [never]
    ? FirstSaid<N, L, B, Others>
    : SentenceIn<F, Said<N, L, B, F & keyof B>>
  : Said<N, L, B, Others<B>>
/** The sentence in the place of a field, or of one of several tensors in it. */
type SentenceIn<F extends Field, S> = S extends readonly unknown[]
  ? Extract<S[number], `${F}[${string}`>
  : Extract<S, `${F} expects ${string}`>

/**
 * The examples `E` for the network `N` and the loss `L`: as they are; or, in the place of what does not fit, what is wrong with
 * it.
 */
export type ExamplesFor<N extends Typed, L, E> = [...Faults<N, L, E>]['length'] extends Some
  ? [...IsDataset<E>]['length'] extends 1
    ? Refused<N, L, E>[[...IsDataset<E>, ...Nothing<E>]['length'] & number]
    : [...Missing<L, E>]['length'] extends 1
      ? TargetsMissing
      : // The names are written anew: of a mapped type that keeps them, compilers make the fields in each call, to see what each may be.
        { [K in keyof E as `${K & string}`]: InFirst<Said<N, L, E, K>, E[K]> }
  : E
type TargetsMissing =
  `y expects ${(typeof targetsWanted)['expected']}, got ${(typeof targetsWanted)['got']}. ${(typeof targetsWanted)['remedy']}`
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
