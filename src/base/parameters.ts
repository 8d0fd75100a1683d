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
   * @param fans if the shape alone would give others
   * @throws WeightInitializationError if the rule does not apply to the shape
   */
  readonly sample: (key: Key, shape: readonly number[], fans?: Fans) => Float32Array
}

/** Given values: with their shape, or flat, for any shape of as many elements. */
export interface Values {
  readonly kind: 'Values'
  readonly shape: readonly number[] | null
  readonly data: Float32Array
}

/**
 * Arrays of numbers, nested or typed. An interface without type parameters: the compiler would check a recursive alias or a
 * union of typed arrays again at every call of a layer.
 */
export interface NestedNumbers {
  readonly length: number
  readonly [index: number]: number | NestedNumbers
  /** Excludes strings, which have a length and elements as well. */
  readonly charAt?: undefined
}

/** A tensor of tfjs-core, as far as its values are read. */
export interface GivenTensor {
  readonly shape: readonly number[]
  readonly dtype: DataType
  readonly dataSync: () => unknown
}

/** The forms in which the initial value of a variable can be given. */
export type ParameterSource = Initializer | number | NestedNumbers | GivenTensor

/** The initial value of a variable, as a layer keeps it. */
export type Parameter = Initializer | number | Values
