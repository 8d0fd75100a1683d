import { BackendError } from '../../base/errors.ts'
import { importOptional, isServer } from '../../base/optional.ts'
import { backendName } from './lower.ts'

// The part of ONNX Runtime that is used: types must not depend on which of its packages is installed.

/** A tensor of ONNX Runtime. */
export interface RuntimeTensor {
  readonly data: unknown
  readonly dims: readonly number[]
}
export interface RuntimeSession {
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>
  release(): Promise<void>
}
/** ONNX Runtime, as its packages export it. */
export interface Runtime {
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): RuntimeTensor
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): RuntimeTensor
  }
  readonly InferenceSession: {
    create(model: Uint8Array, options?: object): Promise<RuntimeSession>
  }
  readonly env: { readonly versions: Readonly<Record<string, string | undefined>>; readonly wasm: object }
}

const hasDefault = (module: object): module is { readonly default: unknown } =>
  'default' in module && !('InferenceSession' in module)
const asRuntime = (module: object): Runtime => (hasDefault(module) ? module.default : module) as Runtime

/** Imports `onnxruntime-web`. */
export type LoadWeb = () => Promise<object>

/**
 * ONNX Runtime from the package for the platform.
 *
 * @throws BackendError that says how to install it
 */
export const loadRuntime = async (loadWeb: LoadWeb): Promise<Runtime> => {
  const imports = [...(isServer() ? [() => importOptional('onnxruntime-node')] : []), loadWeb]
  const reasons: unknown[] = []
  for (const load of imports)
    try {
      return asRuntime(await load())
    } catch (error) {
      reasons.push(error)
    }
  throw new BackendError({
    backend: backendName,
    expected: isServer() ? 'the package onnxruntime-node' : 'the package onnxruntime-web',
    got: `none that can be imported (${reasons.map(reason => (reason as Error).message?.split('\n')[0]).join('; ')})`,
    remedy: isServer()
      ? 'Install it with npm install onnxruntime-node --ignore-scripts, or choose another backend.'
      : "Install it, import { onnxruntime } from 'joinery/onnxruntime', and give backend: onnxruntime().",
  })
}
