import type { Mismatch } from '../base/shape.ts'
import type { Out, Typed } from '../core/layer.ts'
import type { InnerParams } from './named.ts'

// Compositions that have no variables before they know the shape of their input. That is seen from parameters that have other shapes
// for an input of known sizes; others, of `Embedding` for instance, have variables without an Input.

/** Inputs of known sizes, of which a layer takes one. The size is a prime that no layer has. */
type Probes = [[number, 9973], [number, 9973, 9973], [number, 9973, 9973, 9973], [number, 9973, 9973, 9973, 9973]]
type Taken<N extends Typed, All extends readonly unknown[]> = All extends readonly [infer I, ...infer Others]
  ? Out<N, I> extends Mismatch<string>
    ? Taken<N, Others>
    : I
  : number[]

/**
 * The output of the composition `N` without an input; a mismatch if there is none, or if its parameters depend on the input.
 * Single layers do without this key, as it would be compared wherever they are.
 */
export type Begun<N extends Typed> = [InnerParams<N, number[]>] extends [InnerParams<N, Taken<N, Probes>>]
  ? Out<N, number[]>
  : Out<N, number[]> extends Mismatch<string>
    ? Out<N, number[]>
    : Mismatch<'init expects a network that starts with Input: the shapes of its variables depend on that of its input. For example: join(Input(10), Relu(8)).'>
