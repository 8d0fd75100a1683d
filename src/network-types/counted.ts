import type { Mismatch } from '../base/shape.ts'
import type { Out, Typed } from '../core/layer.ts'
import type { Chain } from './compose.ts'
import type { Opaque } from './list.ts'

// Layers whose number is not known to the compiler, such as those made by a loop. Their output shape is what holds for any
// number of them. They refuse no input, because there may be none of them.

/** What two shapes have in common; a mismatch stays one. */
export type Common<I, O> = [O] extends [Mismatch<string>]
  ? O
  : [I, O] extends [O, I]
    ? I
    : I extends number[]
      ? [O] extends [infer P extends number[]]
        ? CommonDimensions<I, P>
        : number[]
      : number[]
type CommonDimensions<I extends number[], O extends number[]> = number extends I['length'] | O['length']
  ? number[]
  : [I['length'], O['length']] extends [O['length'], I['length']]
    ? { -readonly [K in keyof I]: K extends keyof O ? ([I[K], O[K]] extends [O[K], I[K]] ? I[K] : number) : never }
    : number[]

/** The output shape of a layer repeated any number of times, including none. */
export type AnyTimes<B extends Typed, I> = Settled<B, Common<I, Out<B, I>>>
/** `I` if the layer keeps it, else an unknown shape: the next repetition could change another dimension. */
type Settled<B extends Typed, I> = [I] extends [Common<I, Out<B, I>>]
  ? [I] extends [Mismatch<string>]
    ? number[]
    : I
  : number[]

/** An unknown number of layers of one type in sequence. */
export interface Many<in out B extends Typed> extends Chain, Opaque {
  readonly ' out': AnyTimes<B, this[' in']>
}
/** An unknown number of branches. */
export interface ManyBranches extends Chain, Opaque {
  readonly ' out': number[]
}

/** The layers of a sequence, an unknown number of them being one layer. */
export type Counted<L extends readonly unknown[]> = number extends L['length'] ? Count<L, []> : L
type Count<L extends readonly unknown[], Before extends readonly unknown[]> = L extends readonly [infer H, ...infer T]
  ? Count<T, [...Before, H]>
  : L extends readonly [...infer F, infer Z]
    ? [...Count<F, Before>, Z]
    : L extends readonly (infer B extends Typed)[]
      ? [...Before, Many<B>]
      : Before
