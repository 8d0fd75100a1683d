export {
  type DocumentOptions,
  fromDocument,
  fromDocumentOrThrow,
  type NetworkDocument,
  toDocument,
} from './document.ts'
export type { Registry } from './registry.ts'
export type { Json } from './values.ts'
