import type { Mismatch } from '../base/shape.ts'
import type { Out, Typed } from '../core/layer.ts'
import type { Chain } from './compose.ts'
import type { Opaque } from './list.ts'

// Layers whose number only the run time knows, as a loop makes them. Their output is what holds for any number of layers.
// They refuse nothing, as there may be none.

/** What a shape and another have in common; a mismatch stays one. */
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

/** What comes out of a layer any number of times, none included. */
export type AnyTimes<B extends Typed, I> = Settled<B, Common<I, Out<B, I>>>
/** `I` where it stays so in a layer, and an unknown shape where it does not: once more, and a dimension may be another. */
type Settled<B extends Typed, I> = [I] extends [Common<I, Out<B, I>>]
  ? [I] extends [Mismatch<string>]
    ? number[]
    : I
  : number[]

/** Layers of one type in sequence, as many as there are. */
export interface Many<in out B extends Typed> extends Chain, Opaque {
  readonly '~out': AnyTimes<B, this['~in']>
}
/** Branches of one type side by side, as many as there are. */
export interface ManyBranches extends Chain, Opaque {
  readonly '~out': number[]
}

/** Layers in sequence, those of unknown number as one. */
export type Counted<L extends readonly unknown[]> = number extends L['length'] ? Count<L, []> : L
type Count<L extends readonly unknown[], Before extends readonly unknown[]> = L extends readonly [infer H, ...infer T]
  ? Count<T, [...Before, H]>
  : L extends readonly [...infer F, infer Z]
    ? [...Count<F, Before>, Z]
    : L extends readonly (infer B extends Typed)[]
      ? [...Before, Many<B>]
      : Before
