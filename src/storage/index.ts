export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Storable,
  type StoredTensor,
} from './safetensors.ts'
export { flattenTensors, nestTensors } from './tensor-trees.ts'
export type { Tree as TensorTree } from './tree-names.ts'
