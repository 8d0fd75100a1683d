import type { DataType, DataTypeMap, Tensor as TfTensor } from '@tensorflow/tfjs-core'

/** The kinds of numbers that tensors hold: 32-bit floats, or 32-bit integers such as ids. */
export type DType = 'float32' | 'int32'

/**
 * A tensor of tfjs-core whose shape the compiler knows, and the kind of its numbers: give it to any of its functions.
 *
 * @example
 * ```ts
 * const picture: Tensor<[1, 2]> = tensor([[0.5, 1]], [1, 2])
 * const ids: Tensor<[1, 2], 'int32'> = tensor([[3, 7]], { shape: [1, 2], dtype: 'int32' })
 * Array.from(ids.dataSync()) // [3, 7]
 * ```
 */
export interface Tensor<out S extends readonly number[] = number[], out D extends DType = 'float32'> extends TfTensor {
  readonly shape: S & number[]
  readonly dtype: D
  // Properties, not methods: compilers compare each method with all signatures of tfjs's.
  readonly dataSync: <T extends DataType = D>() => DataTypeMap[T]
  readonly data: <T extends DataType = D>() => Promise<DataTypeMap[T]>
}
