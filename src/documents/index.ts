export type { Json } from '../base/trees.ts'
export type { Registry } from '../plain/registry.ts'
export {
  type DocumentContent,
  type DocumentOptions,
  fromDocument,
  fromDocumentOrThrow,
  type NetworkDocument,
  readDocument,
  readDocumentOrThrow,
  type ToDocumentOptions,
  toDocument,
} from './document.ts'
export type { Training } from './training.ts'
