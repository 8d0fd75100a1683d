import type { AnyLayer, Out, Typed } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, type CompositionValue } from '../network/parts.ts'
import type { CheckJoin, Join } from '../network-types/compose.ts'

/**
 * `join` for a whole architecture: errors in it begin with its title, as in `resnet50 > res3a > convolution-2`, while the
 * names of its layers do not.
 */
export const model = <const L extends readonly AnyLayer[]>(title: string, ...layers: CheckJoin<L>): Join<L> => {
  const parts = layers.map(layer => asPart(title, layer))
  // Join<L> is what the same composition is at the type level, where titles play no part.
  return compose({ form: 'sequence', parts, title }) as unknown as Join<L>
}

/**
 * The output shape of an architecture `N`, one of whose options is `S`. A condition on `S`, as the compiler would otherwise go
 * through the whole network before it knows the options of a call, and once more, from what it has left open, afterwards.
 */
export type OutputFor<S, N extends Typed> = S extends unknown ? Out<N, number[]> : never

/**
 * A list of layers as it is. A tuple that a type alias is the name of is put off by the compiler, and made anew wherever
 * it is used: four times as dear as one that is an argument.
 */
export type Listed<L extends readonly AnyLayer[]> = L

// An architecture with options has a type of its own, which says what they do; while it is built, its parts are layers of
// which the compiler knows no more.

const untyped = (composition: CompositionValue): AnyLayer => composition as unknown as AnyLayer

/** Layers in sequence. */
export const sequence = (...layers: readonly AnyLayer[]): AnyLayer =>
  untyped(compose({ form: 'sequence', parts: layers.map(layer => asPart('join', layer)) }))

/** Layers side by side. */
export const sideBySide = (...layers: readonly AnyLayer[]): AnyLayer =>
  untyped(compose({ form: 'parallel', parts: layers.map(layer => asPart('parallel', layer)) }, 'Parallel'))
