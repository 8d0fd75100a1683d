export type { Block, Fan, Perhaps } from './blocks.ts'
export type { AnyNetwork, Network, Parallel, Repeat, Sequence, Shared } from './compose.ts'
export type { InnerParams, InnerState, InputOf, OutputOf, ParamsOf, StateOf, TensorsOf, Variables } from './named.ts'
