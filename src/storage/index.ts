export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Storable,
  type StoredTensor,
} from './safetensors.ts'
