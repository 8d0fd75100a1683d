// The types of all layers under one name, for the table: those that the public face does not show as well.

export type * from '../layers/bidirectional.ts'
export type * from '../layers/convolution.ts'
export type * from '../layers/deconvolution.ts'
export type * from '../layers/depthwise.ts'
export type * from '../layers/low-rank.ts'
export type * from '../layers/margins.ts'
export type * from '../layers/pooling.ts'
export type * from '../layers/spectral-norm.ts'
export type * from '../layers/time-distributed.ts'
export type * from '../layers/upscale.ts'
export type * from '../layers/weight-norm.ts'
export type { PairOption } from '../layers/window.ts'
