export { mergeLowRank } from './merge-low-rank.ts'
export { type Adapted, type ToLowRankOptions, toLowRank } from './to-low-rank.ts'
