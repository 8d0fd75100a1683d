export {
  decodeSafetensors,
  type Loaded,
  type LoadOptions,
  type LoadVariablesOptions,
  load,
  loadVariables,
} from './load.ts'
export type { LoadPlace, SavePlace } from './places.ts'
export { type SaveOptions, save } from './save.ts'
export type { Rename } from './weights.ts'
