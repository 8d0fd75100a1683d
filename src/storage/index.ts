export type { WrittenType } from './element-types.ts'
export {
  encodeSafetensors,
  type Safetensors,
  type SafetensorsOptions,
  type Storable,
  type StoredTensor,
} from './safetensors.ts'
export type { FileSource } from './slices.ts'
export { flattenTensors, nestTensors } from './tensor-trees.ts'
export type { Tree as TensorTree } from './tree-names.ts'
