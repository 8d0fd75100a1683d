import type { DataType, DataTypeMap, Tensor as TfTensor } from '@tensorflow/tfjs-core'
import type { Key } from './random.ts'

/** A tensor whose shape the compiler knows. It is a tensor of tfjs-core: give it to any of its functions. */
export interface Tensor<S extends readonly number[] = number[]> extends TfTensor {
  readonly shape: S & number[]
  // As of every tensor, but 32-bit floats unless told otherwise.
  dataSync<D extends DataType = 'float32'>(): DataTypeMap[D]
  data<D extends DataType = 'float32'>(): Promise<DataTypeMap[D]>
}

/** The parameters of a layer without a bias, by the shape of its weight. */
export type Weight<W extends readonly number[]> = {
  readonly weight: Tensor<W>
}

/** The parameters of a layer with a bias, by the shapes of both. */
export type WeightAndBias<W extends readonly number[], B extends readonly number[]> = {
  readonly weight: Tensor<W>
  readonly bias: Tensor<B>
}

/** How many inputs feed one output of a weight, and how many outputs one input feeds. */
export interface Fans {
  readonly in: number
  readonly out: number
}

/** A rule that draws the initial values of a variable. */
export interface Initializer {
  readonly kind: 'Initializer'
  readonly name: string
  readonly options: Readonly<Record<string, number>>
  /**
   * Values for a variable of this shape, in row-major order; a pure function of the key.
   *
   * @param fans where the shape alone would give the wrong ones
   * @throws WeightInitializationError when the rule does not apply to the shape
   */
  readonly sample: (key: Key, shape: readonly number[], fans?: Fans) => Float32Array
}

/** Values given outright: with their shape, or flat, for whatever shape holds as many. */
export interface Values {
  readonly kind: 'Values'
  readonly shape: readonly number[] | null
  readonly data: Float32Array
}

/**
 * Arrays of numbers, nested or typed. An interface without type parameters, as the compiler would go through a recursive
 * type or the types of typed arrays again at every call of a layer that takes them.
 */
export interface NestedNumbers {
  readonly length: number
  readonly [index: number]: number | NestedNumbers
  /** Not a text, which has a length and elements as well. */
  readonly charAt?: undefined
}

/** Any tensor of tfjs-core, as far as the values of one that is given matter. */
export interface GivenTensor {
  readonly shape: readonly number[]
  readonly dtype: DataType
  readonly dataSync: () => unknown
}

/** Every form in which the initial value of a variable can be given. */
export type ParameterSource = Initializer | number | NestedNumbers | GivenTensor

/** A parameter option as a layer keeps it. */
export type Parameter = Initializer | number | Values

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
