import type { BranchInput, Mismatch, Several, Show } from '../base/shape.ts'
import type { Out, Placed, Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { AnyTimes } from './counted.ts'
import type { Listing } from './list.ts'
import type { Deep, DeepRun } from './run.ts'

// What comes out of layers in sequence or side by side: the output shape and the list of layers, evaluated in one walk.
// Layers are walked by index: slicing the tuple would make the cost of a join quadratic.

/** What comes out of layers, as both results of one walk. */
export interface Ran<out O, out T> {
  readonly output: O
  readonly list: T
}
/** The output shape, or a mismatch. */
export type Output<R> = R extends Ran<unknown, unknown> ? R['output'] : never
/** The list. */
export type List<R> = R extends Ran<unknown, unknown> ? R['list'] : never

/** The failure of the layer before index `At`. */
export interface FailedAt<At extends number, Message extends string> extends Mismatch<Message> {
  readonly at: At
}

/** What comes out of the layers `L` for the input `I`. */
export type RunSequence<L extends readonly Typed[], I, M extends Listing> = Deep extends L[number][' within']
  ? DeepRun<L, I, M>
  : Scan<L, 0, I, [], M>

/**
 * The same from index `N` on, after the list `T`. Tests for a failure first: during inference `L` can be `never`. `End` is how many
 * layers there are.
 */
export type Scan<
  L extends readonly Typed[],
  N extends number,
  I,
  T extends readonly unknown[],
  M extends Listing,
  End = L['length'],
> =
  I extends Mismatch<string>
    ? Ran<FailedAt<N, I['mismatch']>, []>
    : N extends End
      ? Ran<I, T>
      : Scan<L, Next[N], Placed<L[N], I>[' out'], [...T, ...Placed<L[N], I>[M]], M, End>

/** What each branch gets of several inputs: one of them, or all. */
export type Gets = 'one' | 'all'

/**
 * What comes out of the branches `L` from index `N` on, after the outputs `O` and the list `T`: those of `parallel`, which
 * get one input each, and those of `branch`, which get all.
 */
export type RunBranches<
  L extends readonly Typed[],
  N extends number,
  I,
  O extends readonly unknown[],
  T extends readonly unknown[],
  M extends Listing,
  G extends Gets = 'one',
  End = L['length'],
> = N extends End
  ? I extends Several
    ? Ran<Joint<L, I, O, G>, T>
    : Ran<O, T>
  : Placed<L[N], I extends Several ? (G extends 'one' ? BranchInput<I, N> : I) : I> extends infer P extends Typed
    ? P[' out'] extends Mismatch<string>
      ? Ran<InBranch<L, I, P[' out'], G>, []>
      : RunBranches<L, Next[N], I, Appended<O, P[' out']>, [...T, ...P[M]], M, G, End>
    : never
/**
 * The mismatch of a branch. An interface: TypeScript 6 goes too deep where it asks for the text of branches that depend on
 * a type parameter.
 */
interface InBranch<L extends readonly Typed[], I, O extends Mismatch<string>, G> {
  readonly mismatch: (I extends Several ? Joint<L, I, O, G> : O) extends Mismatch<infer Why> ? Why : never
}
/** The outputs of branches, or the mismatch of one, for several inputs: there may not be as many branches. */
export type Joint<L extends readonly Typed[], I extends Several, O, G> = G extends 'one'
  ? I['length'] extends L['length']
    ? O
    : Unequal<L, I>
  : O
/** The failure of a number of inputs that is not that of the branches. */
interface Unequal<L extends readonly Typed[], I> {
  readonly mismatch: `Parallel expects one input, or one for each of the ${L['length']} branches, got ${Show<I>}. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).`
}
/** The outputs so far and those of one more branch, which the compiler may not know. */
export type Appended<O extends readonly unknown[], Q> = Q extends Several
  ? [...O, ...Q]
  : [...O, unknown extends Q ? number[] : Q]

/**
 * `N` as a number of repetitions, `number` if the compiler does not count as far. During inference `N` can be `never`, which
 * no count would reach.
 */
export type Times<N extends number> = [N] extends [never] ? number : number extends Next[N] ? number : N
/** The output shape of a layer repeated `N` times, `K` of which are done. */
export type RepeatOut<B extends Typed, N extends number, K extends number, I> = number extends N
  ? Out<B, I> extends infer O
    ? O extends Mismatch<string>
      ? O
      : AnyTimes<B, O>
    : never
  : K extends N
    ? I
    : Out<B, I> extends infer O
      ? O extends Mismatch<string>
        ? O
        : RepeatOut<B, N, Next[K], O>
      : never
