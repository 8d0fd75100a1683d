import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { graphOps, type Ops, placeholder, type Sliding, tfjsOps } from '../../src/index.ts'
import { perform } from '../../src/ops/operations.ts'
import { onEachOfTfjs } from '../running-backends.ts'
import { type Call, calls, meant, sliding } from './calls.ts'
import { type Apply, checkGradients, checkSecondGradients, close, gradientsOf } from './derivatives.ts'
import { type Numbers, reference } from './reference.ts'

const runs = { numRuns: 40 }

const run = <T>(ops: Ops<T>, { operation, attributes }: Call, inputs: readonly T[]): T =>
  perform(ops)(operation, inputs, attributes as never)

const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

for (const [operation, arbitrary] of Object.entries(calls)) {
  const check = (property: (call: Call) => void): void => {
    fc.assert(
      fc.property(arbitrary, call => property(meant(call))),
      runs,
    )
  }
  describe(`Operation ${operation}`, () => {
    it('computes with tfjs what its definition says', () => {
      check(call => {
        const expected = run(reference, call, call.inputs)
        tf.tidy(() => {
          const found = run(tfjsOps, call, call.inputs.map(toTensor))
          expect(found.shape).to.deep.equal(expected.shape)
          expect(found.dtype).to.equal('float32')
          close(found.dataSync(), expected.data, 2e-5)
        })
      })
    })

    it('has while it is traced the shape that comes out', () => {
      check(call => {
        const traced = call.inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
        expect(run(graphOps, call, traced).shape).to.deep.equal(run(reference, call, call.inputs).shape)
      })
    })

    it('has the gradients that finite differences show, also with tfjs', () => {
      check(call => {
        const apply: Apply = (ops, inputs) => run(ops, call, inputs)
        const { found, cotangent } = checkGradients(apply, call.differentiable, call.inputs)
        tf.tidy(() => {
          const given = call.inputs.map(toTensor)
          const eager = gradientsOf(tfjsOps, apply, call.differentiable, given, toTensor(cotangent))
          for (const [k, gradient] of eager.entries()) close(gradient.dataSync(), (found[k] as Numbers).data, 1e-4)
        })
      })
    })

    it('has gradients that can be differentiated again', () =>
      check(call => checkSecondGradients((ops, inputs) => run(ops, call, inputs), call.differentiable, call.inputs)))
  })
}

describe('a convolution that reaches no further than its padding', () => {
  it('gives zeros on every backend of tfjs', () =>
    onEachOfTfjs(() => {
      const reaching: Sliding = {
        ...sliding,
        padding: [
          [2, -2],
          [0, 0],
        ],
      }
      const ones = tf.ones([1, 1, 1, 1])
      expect(tf.tidy(() => Array.from(tfjsOps.convolve(ones, ones, reaching).dataSync()))).to.deep.equal([0])
      ones.dispose()
    }))
})
