import { known, type Shape, sizeOf } from '../base/shape.ts'
import type { Ops } from './ops.ts'

// Kernels of users: an operation of theirs on one backend, in place of the operations that it is made of.

/** A tensor's numbers, in row-major order, with its shape. */
export interface KernelTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/**
 * A kernel in JavaScript: it reads the tensors and writes the numbers of the result. It must not write to the tensors, and must
 * not use any of the arrays after it has returned.
 */
export type NumbersKernel<Given extends readonly unknown[]> = (
  inputs: readonly KernelTensor[],
  result: KernelTensor,
  ...given: Given
) => void

/** An attribute of an operator of ONNX, by its kind. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }

/** What an operation is written in for ONNX Runtime: operators of ONNX (opset 21), applied to values by their names. */
export interface OnnxOperators {
  /** Applies an operator and returns the name of its first result. */
  readonly node: (
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ) => string
  /** A constant tensor of floats. */
  readonly floats: (values: Float32Array, shape: readonly number[]) => string
  /** A constant list of 64-bit integers: operators take shapes, axes and indices as such. */
  readonly integers: (values: readonly number[]) => string
}

/** A kernel for ONNX Runtime: from the names of the tensors, and their shapes, to the name of the result. */
export type OnnxKernel<Given extends readonly unknown[]> = (
  operators: OnnxOperators,
  inputs: readonly string[],
  shapes: readonly (readonly number[])[],
  ...given: Given
) => string

/** The kernels of an operation by backend. */
export interface Kernels<Given extends readonly unknown[] = readonly unknown[]> {
  /** For backends of tfjs but WebAssembly, and for operations that run at once. */
  readonly tfjs?: NumbersKernel<Given>
  /** For WebAssembly: the tensors lie in its memory. */
  readonly wasm?: NumbersKernel<Given>
  readonly onnxruntime?: OnnxKernel<Given>
}

/** A call of an operation that has kernels, or of what has a gradient of its own. */
export interface KernelCall {
  readonly name: string
  /** None for an operation that has a derivative alone. */
  readonly kernels: Kernels
  /** What it takes beside tensors. */
  readonly given: readonly unknown[]
  /** The shape of the result. */
  readonly shape: Shape
  /** The operation in any interpretation: by a kernel where there is one, with its derivative where that is asked for. */
  readonly run: <T>(ops: Ops<T>, inputs: readonly T[]) => T
  /** All results of a function, one of which is that of the call. Its calls have the same `kernels`, and run together. */
  readonly results?: <T>(ops: Ops<T>, inputs: readonly T[]) => readonly T[]
  /** Which of them. */
  readonly at?: number
}

/** Whether a backend has a kernel for a call. */
export const hasKernel = ({ kernels }: KernelCall, backend: string): boolean =>
  typeof (kernels as Readonly<Record<string, unknown>>)[backend] === 'function'

/** Runs a kernel in JavaScript. */
export const runKernel = (
  { kernels, given, shape }: KernelCall,
  backend: 'tfjs' | 'wasm',
  inputs: readonly KernelTensor[],
): KernelTensor => {
  const own = known(shape)
  const result = { data: new Float32Array(sizeOf(own)), shape: own }
  kernels[backend]?.(inputs, result, ...given)
  return result
}
