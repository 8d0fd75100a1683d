export { contract, scratchBytes } from './contract'
export { clear, copyRuns } from './copy'
export { maxPoolGradient } from './pool'
export { sumRows } from './sum'
