import '@tensorflow/tfjs-backend-cpu'

export { tfjsOps } from './ops.ts'
export { handOver } from './tensors.ts'
