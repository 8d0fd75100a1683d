export { kernelsHere, tfjsOps } from './eager.ts'
export { another, handOver, isOn, tensorOf, tidily } from './tensors.ts'
