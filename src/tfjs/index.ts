export { tfjsOps } from './ops.ts'
export { another, handOver, isOn, tensorOf, tidily } from './tensors.ts'
