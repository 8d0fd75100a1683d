export { type Differentiated, defineOperation, type OperationRules } from './definition.ts'
export type { Kernels, KernelTensor, NumbersKernel, OnnxAttribute, OnnxKernel, OnnxOperators } from './kernels.ts'
export type { Margin, Ops, Pair, Sliding, Window } from './ops.ts'
export { type Tape, type Traced, tape } from './tape.ts'
