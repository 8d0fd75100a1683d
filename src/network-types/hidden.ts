import type { AnyLayer, Typed } from '../core/layer.ts'
import type { Opaque } from './list.ts'

// A hover of a network should show its shapes, not its hundred layers. Compilers print every type argument in full, with one
// exception: the index signature of a type that was inferred backwards through a mapped type is printed as `...`. So a
// network keeps its layers in that form, under a name that is not exported: editors show the name. A declaration file cannot
// use it and has the layers in full.

type Copied<T> = { readonly [K in keyof T]: T[K] }
interface Box<L> {
  readonly [layers: string]: L
}
type Held<Hidden> = { readonly layers: Hidden extends { readonly [layers: string]: infer L } ? L : never }

/**
 * Layers in a form that prints as `Held<{ [x: string]: ... }>`, as the property `hidden`: were it an alias, compilers would
 * print that instead.
 */
export interface Hiding<L extends readonly Typed[]> {
  readonly hidden: Box<L> extends Copied<infer Hidden> ? Held<Hidden> : never
}
/** The layers that {@link Hiding} hid; unknown ones for another type in their place. */
export type Layers<Hidden> = Hidden extends { readonly layers: infer L extends readonly Typed[] }
  ? unknown extends L
    ? readonly [Lost]
    : L
  : readonly [Lost]
interface Lost extends AnyLayer, Opaque {
  readonly ' out': number[]
}
