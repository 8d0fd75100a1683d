import type { Scan } from './compose.ts'
import type { AnyLayer, Out } from './layer.ts'
import type { InBlock, InParallel, InSequence, InShared } from './named.ts'
import type { Next } from './next.ts'
import type { BranchInput, Mismatch, Several } from './shape.ts'

// The output shape of compositions that are nested so deep that the compiler, which follows a hundred steps into each
// other, would not come to their ground: one walk with a stack of its own. Parts that are less deep are read as usual,
// which is cheaper where they occur more than once.

/** From this depth of nesting on. */
export type Deep = 8

/**
 * The output of a sequence that is so deep. For an input that is not known, which every `join` asks about, its parts have
 * answered when they were joined: nothing is deep then.
 */
export type DeepOut<L extends readonly AnyLayer[], I> = I extends readonly [unknown, infer D, ...(readonly unknown[])]
  ? number extends D
    ? Scan<L, 0, I>
    : Run<L, 0, I, null>
  : Scan<L, 0, I>

/**
 * The shape after the layers `L` from index `N` on, and after all that `Up` holds: the rest of a sequence, [layers,
 * index, more]; the branches to come, [layers, index, input, what each gets, outputs so far, more]; a name, [name, more].
 */
type Run<L extends readonly AnyLayer[], N extends number, I, Up> =
  I extends Mismatch<infer M>
    ? Fail<M, Up>
    : N extends L['length']
      ? RunUp<I, Up>
      : Deep extends L[N]['~within']
        ? Into<L[N], L[N]['~entries'], I, readonly [L, Next[N], Up]>
        : Run<L, Next[N], Out<L[N], I>, Up>
type Into<B extends AnyLayer, E, I, Up> =
  E extends InSequence<infer L>
    ? Run<L, 0, I, Up>
    : E extends InParallel<infer L, infer Gets>
      ? Branch<L, 0, I, Gets, [], Up>
      : E extends InBlock<infer Name, infer P>
        ? Run<[P], 0, I, readonly [Name, Up]>
        : E extends InShared<string, infer P>
          ? Run<[P], 0, I, Up>
          : RunUp<Out<B, I>, Up>
type Branch<
  L extends readonly AnyLayer[],
  N extends number,
  I,
  Gets,
  R extends readonly unknown[],
  Up,
> = N extends L['length']
  ? Gets extends 'one'
    ? I extends Several
      ? I['length'] extends N
        ? RunUp<R, Up>
        : Fail<`Parallel has ${L['length']} branches, but ${I['length']} inputs come in`, Up>
      : RunUp<R, Up>
    : RunUp<R, Up>
  : Run<[L[N]], 0, Gets extends 'one' ? BranchInput<I, N> : I, readonly [L, Next[N], I, Gets, R, Up]>
type RunUp<O, Up> =
  O extends Mismatch<infer M>
    ? Fail<M, Up>
    : Up extends readonly [infer L extends readonly AnyLayer[], infer N extends number, infer More]
      ? Run<L, N, O, More>
      : Up extends readonly [
            infer L extends readonly AnyLayer[],
            infer N extends number,
            infer I,
            infer Gets,
            infer R extends readonly unknown[],
            infer More,
          ]
        ? Branch<L, N, I, Gets, O extends Several ? [...R, ...O] : [...R, O], More>
        : Up extends readonly [string, infer More]
          ? RunUp<O, More>
          : O
/** Why a part cannot work, after the names of the blocks around it. */
type Fail<M extends string, Up> = Up extends readonly [...infer Frame, infer More]
  ? Frame extends readonly [infer Name extends string]
    ? Fail<`${Name} > ${M}`, More>
    : Fail<M, More>
  : Mismatch<M>
