import type { BranchInput, Mismatch, Several } from '../base/shape.ts'
import type { Out, Placed, Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { InBlock, InShared, Listing } from './list.ts'
import type { Appended, Gets, Joint, Ran, Scan } from './scan.ts'

// The output and the list of deeply nested compositions. Compilers follow about a hundred nested steps, so these are
// evaluated in one walk with its own stack. Other parts are evaluated one by one, which is cheaper if they occur repeatedly.

/** From this depth of nesting on. */
export type Deep = 8

// The values of ' parts'.

/** Layers in sequence. */
export interface InSequence<L extends readonly Typed[]> {
  readonly sequence: L
}
/** Branches side by side. */
export interface InParallel<L extends readonly Typed[], G extends Gets> {
  readonly branches: L
  readonly gets: G
}
/** A named part. */
export interface Within<Name extends string, B extends Typed, As extends 'block' | 'shared'> {
  readonly name: Name
  readonly part: B
  readonly as: As
}

/**
 * What comes out of a deep sequence. For an unknown input no deep walk is needed: it was evaluated when the parts were
 * joined.
 */
export type DeepRun<L extends readonly Typed[], I, M extends Listing> = I extends readonly [
  unknown,
  infer D,
  ...(readonly unknown[]),
]
  ? number extends D
    ? Scan<L, 0, I, [], M>
    : Run<L, 0, I, [], M, null>
  : Scan<L, 0, I, [], M>

/**
 * What comes out of the layers `L` from index `N` on, and then of all that `Up` holds, for the shape `I` and the list `R` so
 * far. `Up` holds the rest of a sequence, [layers, index, more]; the branches to come, [layers, index, input, what
 * each gets, outputs so far, more]; what is outside of a named part, [its name, how it is named, list so far, more].
 */
type Run<
  L extends readonly Typed[],
  N extends number,
  I,
  R extends readonly unknown[],
  M extends Listing,
  Up,
> = N extends L['length']
  ? RunUp<I, R, M, Up>
  : Deep extends L[N][' within']
    ? Into<L[N], I, R, M, readonly [L, Next[N], Up]>
    : Placed<L[N], I> extends infer P extends Typed
      ? P[' out'] extends Mismatch<infer Why>
        ? Fail<Why, Up>
        : Run<L, Next[N], P[' out'], [...R, ...P[M]], M, Up>
      : never
type Into<B extends Typed, I, R extends readonly unknown[], M extends Listing, Up> = B extends {
  readonly ' parts': infer E
}
  ? E extends InSequence<infer L>
    ? Run<L, 0, I, R, M, Up>
    : E extends InParallel<infer L, infer G>
      ? Branch<L, 0, I, G, [], R, M, Up>
      : E extends Within<infer Name, infer P, infer As>
        ? Run<[P], 0, I, [], M, readonly [Name, As, R, Up]>
        : never
  : RunUp<Out<B, I>, [...R, ...Placed<B, I>[M]], M, Up>
type Branch<
  L extends readonly Typed[],
  N extends number,
  I,
  G,
  O extends readonly unknown[],
  R extends readonly unknown[],
  M extends Listing,
  Up,
> = N extends L['length']
  ? I extends Several
    ? RunUp<Joint<L, I, O, G>, R, M, Up>
    : RunUp<O, R, M, Up>
  : Run<
      [L[N]],
      0,
      I extends Several ? (G extends 'one' ? BranchInput<I, N> : I) : I,
      R,
      M,
      readonly [L, Next[N], I, G, O, Up]
    >
type RunUp<I, R extends readonly unknown[], M extends Listing, Up> =
  I extends Mismatch<infer Why>
    ? Fail<Why, Up>
    : Up extends readonly [infer L extends readonly Typed[], infer N extends number, infer More]
      ? Run<L, N, I, R, M, More>
      : Up extends readonly [
            infer L extends readonly Typed[],
            infer N extends number,
            infer From,
            infer G,
            infer O extends readonly unknown[],
            infer More,
          ]
        ? Branch<L, N, From, G, Appended<O, I>, R, M, More>
        : Up extends readonly [infer Name extends string, infer As, infer Before extends readonly unknown[], infer More]
          ? RunUp<I, [...Before, As extends 'block' ? InBlock<Name, R> : InShared<Name, R>], M, More>
          : Ran<I, R>
/** The failure of a part, with the names of the blocks around it. */
type Fail<Why extends string, Up> = Up extends readonly [...infer Frame, infer More]
  ? Frame extends readonly [infer Name extends string, 'block', unknown]
    ? Fail<`${Name} > ${Why}`, More>
    : Fail<Why, More>
  : Ran<Mismatch<Why>, []>
