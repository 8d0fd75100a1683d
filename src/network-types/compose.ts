import type { Several } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { AnyLayer, Out, Placed, Taking, Typed } from '../core/layer.ts'
import type { Wired } from '../network/parts.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Follows, Twice } from './checks.ts'
import type { Counted, ManyBranches } from './counted.ts'
import type { Hiding, Layers } from './hidden.ts'
import type { InShared, Listing, Opaque, SharedWithin, Unknown } from './list.ts'
import type { InParallel, InSequence, Within } from './run.ts'
import type { List, Output, RepeatOut, RunBranches, RunSequence, Times } from './scan.ts'
import type { Begun } from './waiting.ts'

// The types of compositions, and which of them each combinator makes. docs/types.md explains the keys, and what each form
// costs.

/** The methods of every layer. */
export interface Chain extends AnyLayer, Taking {
  /** This, then `next`: the same as `join(this, next)`. */
  readonly to: To<[this]>
  /** The same as `to`. */
  readonly '>>': To<[this]>
}
/**
 * What joins one more layer to the layers `L`. An interface whose variance is declared: where layers of several types meet,
 * as in an array, the compiler compares `L`, and not what the method takes and gives.
 */
type To<in out L extends readonly Typed[]> = <const B extends AnyLayer>(
  ...next: Follows<
    B,
    Output<RunSequence<L, number[], ' found'>>,
    Output<RunSequence<[...L, B], number[], ' found'>>,
    Twice<L, B>,
    B
  >
) => Join<[...L, B]>

/** One level deeper than ' within' of the parts. */
export type Deeper<W> = W extends number ? Next[W] : W

/** A sequence of layers that waits for its input. */
export interface Sequence<in out L extends readonly Typed[]> extends Wired {
  readonly kind: 'Sequence'
  readonly ' begun': Begun<this>
  readonly to: To<L>
  readonly '>>': To<L>
  readonly ' out': Output<RunSequence<L, this[' in'], ' found'>>
  readonly ' source': never
  readonly ' named': L[number][' named']
  readonly ' parts': InSequence<L>
  readonly ' found': List<RunSequence<L, this[' in'], ' found'>>
  readonly ' all': List<RunSequence<L, this[' in'], ' all'>>
  readonly ' patterns': L[number][' patterns']
  readonly ' within': 0 | Deeper<L[number][' within']>
}

/**
 * A network that takes the shape `I` and gives the shape `O`, batch first; `number` is an unknown dimension. `Hidden` holds its
 * layers in a form that editors print short (see {@link Hiding}); left out, they may be any.
 *
 * @example
 * ```ts
 * const network: Network<[number, 4], [number, 3]> = join(Input(4), Relu(8), Softmax(3))
 * String(network) // (?, 4) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export interface Network<
  out I,
  out O,
  // biome-ignore lint/suspicious/noExplicitAny: which any layers may take the place of, and the other way round
  in out Hidden = any,
> extends Wired {
  readonly kind: 'Network'
  readonly ' begun': O
  readonly ' source': I
  readonly ' out': number[] extends this[' in'] ? O : Out<Sequence<Layers<Hidden>>, this[' in']>
  readonly to: ToOf<I, O, Layers<Hidden>>
  readonly '>>': ToOf<I, O, Layers<Hidden>>
  readonly ' named': Layers<Hidden>[number][' named']
  readonly ' parts': InSequence<Layers<Hidden>>
  readonly ' found': List<RunSequence<Layers<Hidden>, this[' in'], ' found'>>
  readonly ' all': List<RunSequence<Layers<Hidden>, this[' in'], ' all'>>
  readonly ' patterns': Layers<Hidden>[number][' patterns']
  readonly ' within': 0 | Deeper<Layers<Hidden>[number][' within']>
}
/** Like {@link To}, but from the known output instead of walking the layers again. */
type ToOf<out I, out O, in out L extends readonly Typed[]> = <const B extends AnyLayer>(
  ...next: Follows<B, O, Out<B, O>, Twice<L, B>, B>
) => Network<I, Out<B, O>, Hiding<[...L, B]>['hidden']>

/** A network that only the run time knows, such as that of a text that is read from a file. */
export interface AnyNetwork extends Chain, Wired, Opaque {
  readonly ' out': number[]
}

/** Branches side by side. Each gets the input, or one of several. */
export interface Parallel<in out L extends readonly Typed[]> extends Chain, Wired {
  readonly kind: 'Parallel'
  readonly ' begun': Begun<this>
  readonly ' out': Output<RunBranches<L, 0, this[' in'], [], [], ' found'>>
  readonly ' source': never
  readonly ' named': L[number][' named']
  readonly ' parts': InParallel<L, 'one'>
  readonly ' found': List<RunBranches<L, 0, this[' in'], [], [], ' found'>>
  readonly ' all': List<RunBranches<L, 0, this[' in'], [], [], ' all'>>
  readonly ' patterns': L[number][' patterns']
  readonly ' within': 0 | Deeper<L[number][' within']>
}

/** `N` copies of a layer in sequence. */
export interface Repeat<in out B extends Typed, in out N extends number> extends Chain, Wired {
  readonly kind: 'Repeat'
  readonly ' begun': Begun<this>
  readonly ' out': RepeatOut<B, Times<N>, 0, this[' in']>
  readonly ' source': B[' source']
  readonly ' named': B[' named']
  readonly ' parts': InSequence<Copies<B, N, []>>
  readonly ' found': Copied<B, N, this[' in'], ' found'>
  readonly ' all': Copied<B, N, this[' in'], ' all'>
  readonly ' patterns': B[' patterns']
  readonly ' within': 0 | Deeper<B[' within']>
}
type Copied<B extends Typed, N extends number, I, M extends Listing> = number extends N
  ? [Unknown]
  : List<RunSequence<Copies<B, N, []>, I, M>>
type Copies<B extends Typed, N extends number, R extends readonly Typed[]> = R['length'] extends N
  ? R
  : Copies<B, N, readonly [...R, B]>

/** A layer whose occurrences in a network share their variables, which have the given name. */
export interface Shared<in out Name extends string, in out B extends Typed> extends Chain, Wired {
  readonly kind: 'Shared'
  readonly ' begun': Begun<this>
  readonly ' out': Out<B, this[' in']>
  readonly ' source': never
  readonly ' named': never
  readonly ' parts': Within<Name, B, 'shared'>
  readonly ' found': [InShared<Name, OwnList<B, this[' in'], ' found'>>]
  readonly ' all': [InShared<Name, OwnList<B, this[' in'], ' all'>>]
  readonly ' patterns': B[' patterns']
  readonly ' within': 0 | SharedWithin | Deeper<B[' within']>
}
type OwnList<B extends Typed, I, M extends Listing> = B extends { readonly ' parts': unknown }
  ? Placed<B, I>[M]
  : Placed<B, I>

// What combinators make.

/** The type that `join` makes: a network if it starts with inputs, else a sequence. */
export type Join<L extends readonly Typed[]> = InOrder<Counted<L>>
type InOrder<L extends readonly Typed[]> = L[0][' source'] extends infer I
  ? [I] extends [never]
    ? Sequence<L>
    : Network<I, Output<RunSequence<L, number[], ' found'>>, Hiding<L>['hidden']>
  : never

/** The type that `parallel` makes: a network of several inputs if every branch starts with inputs. */
export type Side<L extends readonly Typed[]> = number extends L['length']
  ? ManyBranches
  : Sources<L, 0, []> extends infer I
    ? [I] extends [never]
      ? Parallel<L>
      : Network<I, Output<RunBranches<L, 0, number[], [], [], ' found'>>, Hiding<[Parallel<L>]>['hidden']>
    : never
type Sources<L extends readonly Typed[], N extends number, R extends readonly unknown[]> = N extends L['length']
  ? R
  : L[N][' source'] extends infer I
    ? [I] extends [never]
      ? never
      : Sources<L, Next[N], I extends Several ? [...R, ...I] : [...R, I]>
    : never

// What networks take and give.

/** The output shape of a network; several outputs are a tuple of shapes. */
export type OutputOf<L extends Typed> = Out<L, number[]>
/** The input shape of a network; several inputs are a tuple of shapes. */
export type InputOf<L extends Typed> = [L[' source']] extends [never] ? number[] : L[' source']
/** Tensors of a shape, or a tuple of them. */
export type TensorsOf<S> = S extends readonly [readonly unknown[], ...(readonly unknown[])]
  ? { readonly [K in keyof S]: TensorsOf<S[K]> }
  : S extends number[]
    ? Tensor<S>
    : Tensor
