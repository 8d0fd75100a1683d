import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { perform } from '../../src/core/operations.ts'
import { graphOps, placeholder, tfjsOps } from '../../src/index.ts'
import { onnxruntime } from '../../src/onnxruntime.ts'
import { type Call, calls } from '../ops/calls.ts'
import { type Numbers, reference } from '../ops/reference.ts'

const backend = onnxruntime({ threads: 2 })

/** A call whose inputs mean what the operation says they do. */
const meant = (call: Call): Call => {
  if (call.operation !== 'maxPoolGradient') return call
  const [dy, x] = call.inputs as [Numbers, Numbers]
  const [window] = call.attributes as never as [Parameters<typeof reference.maxPool>[1]]
  return { ...call, inputs: [dy, x, reference.maxPool(x, window)] }
}

const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

const eagerly = ({ operation, inputs, attributes }: Call): Numbers =>
  tf.tidy(() => {
    const result = perform(tfjsOps)(operation, inputs.map(toTensor), attributes)
    return { shape: result.shape, data: Array.from(result.dataSync()) }
  })

const onBackend = async ({ operation, inputs, attributes }: Call): Promise<Numbers> => {
  const given = inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
  const output = perform(graphOps)(operation, given, attributes)
  const program = await backend.compile({ kind: 'Graph', inputs: given, outputs: [output] })
  const handles = inputs.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
  const [result] = await program.run(handles)
  if (result === undefined) throw new Error('no output')
  const data = Array.from(await backend.download(result))
  program.dispose()
  return { shape: output.shape as readonly number[], data }
}

const expectSame = (found: Numbers, expected: Numbers): void => {
  expect(found.shape).to.deep.equal(expected.shape)
  expect(found.data).to.have.length(expected.data.length)
  for (const [i, value] of expected.data.entries())
    expect(found.data[i], `element ${i}`).to.be.closeTo(value, 2e-5 * (1 + Math.abs(value)))
}

describe('onnxruntime', () => {
  describe('computes what the eager operations do', () => {
    for (const [operation, arbitrary] of Object.entries(calls))
      it(operation, () =>
        fc.assert(
          fc.asyncProperty(arbitrary.map(meant), async call => {
            expectSame(await onBackend(call), eagerly(call))
          }),
          { numRuns: 25 },
        ),
      )
  })
})
