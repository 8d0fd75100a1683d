import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Backend } from '../../../src/backends/backend.ts'
import { BackendError } from '../../../src/base/errors.ts'
import { graph } from '../../../src/graph/build.ts'
import type { GraphNode } from '../../../src/graph/graph.ts'
import { graphOps, placeholder } from '../../../src/graph.ts'
import { key, normals, tfjsOps } from '../../../src/index.ts'
import { type Held, onnxruntime } from '../../../src/onnxruntime.ts'
import { type Operation, perform } from '../../../src/ops/operations.ts'
import type { Call } from '../../ops/calls.ts'
import { type Numbers, sizeOf } from '../../ops/reference.ts'

// Running graphs on ONNX Runtime beside the eager operations.

/** The backend that the specs run. */
export const backend: Backend<Held> = onnxruntime({ threads: 2 })

export const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])
/** Normal draws. */
export const draws = (seed: number, shape: readonly number[]): Numbers => ({
  shape,
  data: Array.from(normals(key(seed), sizeOf(shape))),
})
export const upload = ({ data, shape }: Numbers): Held => backend.upload(Float32Array.from(data), shape)
export const numbersOf = async (handle: Held | undefined): Promise<number[]> =>
  Array.from(await backend.download(handle as Held))

/** Expects numbers to be equal within a tolerance, relative to those above 1. */
export const close = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5): void => {
  expect(found.length).to.equal(expected.length)
  for (const [i, value] of Array.from(expected).entries())
    if (found[i] !== value && !Object.is(found[i], value))
      expect(found[i], `element ${i} of ${expected.length}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}

/** A call whose inputs mean what the operation says they do. */
export const eagerly = ({ operation, inputs, attributes }: Call): Numbers =>
  tf.tidy(() => {
    const result = perform(tfjsOps)(operation, inputs.map(toTensor), attributes)
    return { shape: result.shape, data: Array.from(result.dataSync()) }
  })

/** What a graph of some inputs gives. */
export const compute = async (
  inputs: readonly Numbers[],
  trace: (nodes: readonly GraphNode[]) => readonly GraphNode[],
): Promise<readonly Held[]> => {
  const given = inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
  const program = await backend.compile(graph(given, trace(given)))
  const results = await program.run(inputs.map(upload))
  program.dispose()
  return results
}
const onBackend = async ({ operation, inputs, attributes }: Call): Promise<Numbers> => {
  const [result] = await compute(inputs, nodes => [perform(graphOps)(operation, nodes, attributes)])
  return { shape: result?.shape ?? [], data: await numbersOf(result) }
}
/** Expects a call to give what the eager operation does. */
export const expectSame = async (call: Call): Promise<void> => {
  const [found, expected] = [await onBackend(call), eagerly(call)]
  expect(found.shape).to.deep.equal(expected.shape)
  close(found.data, expected.data)
}
export const called = (
  operation: Operation,
  inputs: readonly Numbers[],
  attributes: readonly unknown[] = [],
): Call => ({
  operation,
  inputs,
  attributes: attributes as Call['attributes'],
  differentiable: [],
})

/** The error that some work ends with. */
export const failure = async (work: () => Promise<unknown>): Promise<BackendError> => {
  try {
    await work()
  } catch (error) {
    expect(error).to.be.instanceOf(BackendError)
    return error as BackendError
  }
  throw new Error('it did not fail')
}
