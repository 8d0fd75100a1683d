import type { Operation } from '../../../ops/operations.ts'
import type { Ops, Primitives } from '../../../ops/ops.ts'
import type { Emitter } from '../emitter.ts'
import type { Value } from '../values.ts'

/** What a lowering may emit: operators, or whole operations. */
export interface Target {
  readonly emit: Emitter
  readonly ops: Ops<Value>
}

/** An operation as operators of ONNX. */
export type Lowering<O extends Operation> = (target: Target, ...operands: Parameters<Primitives<Value>[O]>) => Value

/** The lowerings of some operations. */
export type Lowerings<O extends Operation> = { readonly [Each in O]: Lowering<Each> }
