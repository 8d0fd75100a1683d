import type { DataType } from '@tensorflow/tfjs-core'
import type { Key } from './random.ts'

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
