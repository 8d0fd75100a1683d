export { type RegistryOption, toJson } from './json.ts'
export type { Registry } from './registry.ts'
