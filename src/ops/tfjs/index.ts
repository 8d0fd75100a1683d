import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'

// The first time that a cpu backend holds a tensor in Node, it prints advice to install another library. joinery has its
// own advice; every backend of this kind now finds that it has been used before.
Object.defineProperty(MathBackendCPU.prototype, 'firstUse', { configurable: true, get: () => false, set: () => {} })

export { tfjsOps } from './ops.ts'
export { handOver, tidily } from './tensors.ts'
