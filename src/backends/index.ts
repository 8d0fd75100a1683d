export type { Backend, Program } from './backend.ts'
export { type BackendOption, chooseBackend, fastestBackend } from './choose.ts'
export { tfjs } from './tfjs/index.ts'
