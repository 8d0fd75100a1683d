import type { Fans, Parameter } from '../base/parameters.ts'
import type { Key } from '../base/random.ts'
import type { Tensor } from '../base/tensor.ts'

/** The parameters of a layer without a bias, by the shape of its weight. */
export type Weight<W extends readonly number[]> = {
  readonly weight: Tensor<W>
}

/** The parameters of a layer with a bias, by the shapes of both. */
export type WeightAndBias<W extends readonly number[], B extends readonly number[]> = {
  readonly weight: Tensor<W>
  readonly bias: Tensor<B>
}

/** One variable of a layer. */
export interface VariableRule {
  readonly shape: readonly number[]
  readonly initial: Parameter
  /** Its initial values from those of the layer's other variables, in place of `initial`. */
  readonly derived?: (others: Readonly<Record<string, Float32Array>>, key: Key) => Float32Array
  /** Trained by gradients (the default); otherwise part of the state. */
  readonly trainable?: boolean
  readonly fans?: Fans
}

/** The variables of one layer, in the order in which they are printed. */
export type VariableRules = Readonly<Record<string, VariableRule>>
