import type { OnnxAttribute } from '../../ops/kernels.ts'

// The part of ONNX models that is used here: operators on tensors of known shapes.

/** ONNX's numbers of element types. */
export const elementTypes = { float: 1, int64: 7, bool: 9, double: 11 } as const

/** An attribute of an operator: what users may give, or a body. */
export type Attribute = OnnxAttribute | { readonly graph: Model }
export type Attributes = Readonly<Record<string, Attribute>>

/** One operator, applied to values by name. */
export interface ModelNode {
  readonly name: string
  readonly operator: string
  /** The operator set; '' is ONNX's own. */
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/** A constant in the model. */
export interface Initializer {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | BigInt64Array
}

/** An input or output. */
export interface Port {
  readonly name: string
  /** `null` for a dimension that differs from run to run, or its name. */
  readonly shape: readonly (number | string | null)[]
  /** The element type. Default: 32-bit floats. */
  readonly type?: 'float' | 'int64' | 'bool'
}

export interface Model {
  /** In an order in which they can run. */
  readonly nodes: readonly ModelNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** What a model is made for. */
export interface Aim {
  /** The version of ONNX's operator set. */
  readonly opset: number
  /**
   * Whether the model is made for any runtime and any batch: of ONNX's own operators only, which do not depend on sizes, and
   * without what only ONNX Runtime needs.
   */
  readonly isPortable: boolean
}
/** For the backend: ONNX Runtime, and known shapes. */
export const ownAim: Aim = { opset: 21, isPortable: false }

/** The domain of ONNX Runtime's own operators. */
export const microsoft = 'com.microsoft'
