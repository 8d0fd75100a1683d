import type { DataType, DataTypeMap, Tensor as TfTensor } from '@tensorflow/tfjs-core'

/** A tensor whose shape the compiler knows. It is a tensor of tfjs-core: give it to any of its functions. */
export interface Tensor<S extends readonly number[] = number[]> extends TfTensor {
  readonly shape: S & number[]
  // As of every tensor, but 32-bit floats unless told otherwise.
  dataSync<D extends DataType = 'float32'>(): DataTypeMap[D]
  data<D extends DataType = 'float32'>(): Promise<DataTypeMap[D]>
}
