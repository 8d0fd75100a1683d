import type { Mismatch } from '../base/shape.ts'
import {
  block,
  branch,
  end,
  join,
  parallel,
  type Residual,
  type ResidualMerge,
  repeat,
  residual,
  type Slice,
  shared,
  start,
} from '../combinators/index.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Bidirectional } from '../layers/bidirectional.ts'
import type { Identity } from '../layers/input.ts'
import { LowRank } from '../layers/low-rank.ts'
import { SpectralNorm } from '../layers/spectral-norm.ts'
import { TimeDistributed } from '../layers/time-distributed.ts'
import { WeightNorm } from '../layers/weight-norm.ts'
import type { Block, Fanned } from '../network-types/blocks.ts'
import type { CheckRepeat, Join, JoinFault, NameFault, Repeat, Shared, Side } from '../network-types/compose.ts'
import type * as L from './layer-types.ts'
import type { Option, With, WrongArguments } from './row.ts'

// What takes layers as arguments: combinators, and layers around layers. For the compiler and for the run time side by
// side, as in the table of layers. Positional arguments are networks, but for numbers, lists and texts in quotes.

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface Wrappers<P extends readonly unknown[], O> {
  readonly join: P extends readonly [AnyLayer, ...AnyLayer[]] ? With<O, {}, Together<P, Join<P>>> : WrongArguments
  readonly parallel: P extends readonly [AnyLayer, ...AnyLayer[]] ? With<O, {}, Named<P, Side<P>>> : WrongArguments
  readonly branch: P extends readonly [AnyLayer, ...AnyLayer[]] ? With<O, {}, Named<P, Fanned<P>>> : WrongArguments
  readonly repeat: P extends readonly [infer B extends AnyLayer, infer N extends number]
    ? CheckRepeat<B, N> extends Mismatch<infer M>
      ? Mismatch<M>
      : With<O, {}, Repeat<B, N>>
    : WrongArguments
  readonly shared: P extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? With<O, {}, Shared<Name, B>>
    : WrongArguments
  readonly block: P extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? With<O, {}, Block<Name, B>>
    : WrongArguments
  readonly residual: P extends readonly [infer B extends AnyLayer]
    ? With<O, ResidualArguments, Named<[Shortcut<O>, B], Residual<B, Shortcut<O>, Option<O, 'merge', 'add'>, Name<O>>>>
    : WrongArguments
  readonly start: P extends readonly [AnyLayer, string, ...string[]] ? With<O, {}, Slice> : WrongArguments
  readonly end: P extends readonly [AnyLayer, string, ...string[]] ? With<O, {}, Slice> : WrongArguments
  readonly TimeDistributed: P extends readonly [infer B extends AnyLayer]
    ? With<
        O,
        L.TimeDistributedOptions,
        L.TimeDistributed<B, Option<O, 'mask', false>, NameOr<O, 'time-distributed-{}'>>
      >
    : WrongArguments
  readonly Bidirectional: P extends readonly [infer B extends AnyLayer]
    ? With<O, L.BidirectionalOptions, L.Bidirectional<B, MergeOf<O>, NameOr<O, 'bidirectional-{}'>>>
    : WrongArguments
  readonly WeightNorm: P extends readonly [infer B extends AnyLayer]
    ? With<O, L.WeightNormOptions, L.WeightNorm<B, WeightsOf<O>, NameOr<O, 'weight-norm-{}'>, AxisOf<O>>>
    : WrongArguments
  readonly SpectralNorm: P extends readonly [infer B extends AnyLayer]
    ? With<O, L.SpectralNormOptions, L.SpectralNorm<B, WeightsOf<O>, NameOr<O, 'spectral-norm-{}'>, AxisOf<O>>>
    : WrongArguments
  readonly LowRank: P extends readonly [infer B extends AnyLayer, infer Rank extends number]
    ? With<O, L.LowRankOptions, L.LowRank<B, Rank, SomeWeightsOf<O>, NameOr<O, 'low-rank-{}'>, FrozenOf<O>>>
    : WrongArguments
}
/** `Y` where some layers can be joined; else why not. */
type Together<L extends readonly AnyLayer[], Y> =
  JoinFault<L> extends readonly [unknown, infer Why extends string] ? Mismatch<Why> : Y
/** `Y` where no two of some layers have one name; else which. */
type Named<L extends readonly AnyLayer[], Y> =
  NameFault<L> extends readonly [unknown, infer Why extends string] ? Mismatch<Why> : Y
type MergeOf<O> = O extends { readonly merge: infer M extends L.BidirectionalMerge } ? M : 'concat'
type WeightsOf<O> = O extends { readonly weights: infer W extends readonly string[] } ? W : readonly ['weight']
type FrozenOf<O> = O extends { readonly frozen: infer F extends L.Frozen } ? F : 'all'
type SomeWeightsOf<O> = O extends { readonly weights: infer W extends readonly string[] } ? W : null
type AxisOf<O> = O extends { readonly axis: infer A extends number } ? A : -1
type Shortcut<O> = O extends { readonly shortcut: infer L extends AnyLayer } ? L : Identity
type NameOr<O, Pattern extends string> = O extends { readonly name: infer N extends string } ? N : Pattern
type Name<O> = O extends { readonly name: infer N extends string } ? N : never
interface ResidualArguments {
  readonly shortcut?: AnyLayer
  readonly merge?: Extract<ResidualMerge, string>
  readonly name?: string
}

/** Options that hold networks. */
export interface NetworkOptions {
  readonly residual: 'shortcut'
}

/** Something that takes layers, at run time. */
export interface Wrapper {
  readonly make: (...given: readonly never[]) => AnyLayer
  /** Its options; those that hold networks are true. */
  readonly options?: Readonly<Record<string, boolean>>
}

/** The same at run time. */
export const wrappers: { readonly [_ in keyof Wrappers<[], {}>]: Wrapper } = {
  join: { make: join },
  parallel: { make: parallel },
  branch: { make: branch },
  repeat: { make: repeat },
  shared: { make: shared },
  block: { make: block },
  residual: { make: residual, options: { shortcut: true, merge: false, name: false } },
  start: { make: start },
  end: { make: end },
  TimeDistributed: { make: TimeDistributed, options: { mask: false, name: false } },
  Bidirectional: { make: Bidirectional, options: { merge: false, name: false } },
  WeightNorm: { make: WeightNorm, options: { weights: false, axis: false, name: false } },
  SpectralNorm: {
    make: SpectralNorm,
    options: { weights: false, axis: false, iterations: false, epsilon: false, name: false },
  },
  LowRank: { make: LowRank, options: { alpha: false, weights: false, frozen: false, initializer: false, name: false } },
}
