export {
  type BatchOptions,
  type Dataset,
  type IterateOptions,
  isDataset,
  type PadBatchOptions,
  type WindowOptions,
} from './dataset.ts'
export { type Digits, digits, type NoisyDigits, type NoisyDigitsOptions, noisyDigits } from './digits.ts'
export { type ColumnData, dataset, type RowOf } from './from-memory.ts'
export type { Padded, PaddedWithMask } from './pad.ts'
export { type Buckets, type BucketsJson, bucketize } from './preprocessing/bucketize.ts'
export {
  type OwnPreprocessor,
  type Preprocessing,
  type Preprocessor,
  preprocessorFromJson,
} from './preprocessing/json.ts'
export { type MinMax, type MinMaxJson, type MinMaxOptions, minMax } from './preprocessing/min-max.ts'
export type { Changed } from './preprocessing/numbers.ts'
export {
  type Encoded,
  type Label,
  type OneHot,
  type OneHotJson,
  type OneHotOptions,
  oneHot,
} from './preprocessing/one-hot.ts'
export {
  type Standardization,
  type StandardizationJson,
  type StatisticsOptions,
  standardize,
} from './preprocessing/standardize.ts'
export {
  type JsonObject,
  type Tokenization,
  type TokenizationJson,
  type Tokenized,
  type TokenizeOptions,
  tokenize,
} from './preprocessing/tokenize.ts'
export type { ColumnType, Missing, MissingAs, ValueOf } from './readers/cells.ts'
export type { DataSource } from './readers/content.ts'
export { type CsvOptions, fromCsv } from './readers/csv.ts'
export { fromIdx } from './readers/idx.ts'
export { fromImages, type ImageFolder, type ImagesOptions, type LabelledImage } from './readers/images.ts'
export { fromJsonLines, type JsonLinesOptions } from './readers/json-lines.ts'
export { fromNpy, type NpyOptions } from './readers/npy.ts'
export { fromParquet, type ParquetOptions, type ParquetValue } from './readers/parquet.ts'
export type { Channels } from './readers/pixels.ts'
export {
  isReber,
  type ReberClassification,
  type ReberClassificationOptions,
  type ReberWordsOptions,
  reberClassification,
  reberWords,
} from './reber.ts'
export type { Batched, Stacked, Unbatched } from './stack.ts'
