export type { Block, Fan, Perhaps } from './blocks.ts'
export type {
  AnyNetwork,
  InputOf,
  Network,
  OutputOf,
  Parallel,
  Repeat,
  Sequence,
  Shared,
  TensorsOf,
} from './compose.ts'
export type { InnerParams, InnerState, ParamsOf, StateOf, Variables } from './named.ts'
export type { NamesOf } from './names.ts'
export type { VariablesByNetwork } from './networks.ts'
export type { Slice, SliceFrom, SliceUpTo } from './slices.ts'
