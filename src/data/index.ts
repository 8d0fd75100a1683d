export {
  type BatchOptions,
  type ColumnData,
  type Dataset,
  dataset,
  type IterateOptions,
  isDataset,
  type PadBatchOptions,
  type RowOf,
  type WindowOptions,
} from './dataset.ts'
export type { Padded } from './pad.ts'
export type { Batched, Stacked, Unbatched } from './stack.ts'
