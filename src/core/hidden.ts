import type { Typed } from './layer.ts'
import type { Unknown } from './list.ts'

// What an editor shows of a network is to be its shapes; its layers, of which there may be hundreds, would fill the rest
// of the screen. Compilers print every type argument in full, but for one form: a type that they inferred backwards
// through a mapped type prints its index signature as `...`. So a network holds its layers in that form.

interface Box<L> {
  readonly box: L
}
type Boxed<T> = { readonly [K in keyof T]: Box<T[K]> }
interface Boxes<L> {
  readonly [layers: string]: Box<L>
}

/** Layers in a form that prints as `{ [x: string]: ... }`. */
export type Hide<L extends readonly Typed[]> = Boxes<L> extends Boxed<infer Hidden> ? Hidden : never
/** The layers that {@link Hide} hid; some that are not known where a declaration file has lost them. */
export type Layers<Hidden> = Hidden extends { readonly [layers: string]: infer L extends readonly Typed[] }
  ? unknown extends L
    ? readonly [Lost]
    : L
  : never
interface Lost extends Typed {
  readonly '~out': number[]
  readonly '~named': never
  readonly '~found': [Unknown]
  readonly '~all': [Unknown]
  readonly '~patterns': never
  readonly '~within': 0
}
