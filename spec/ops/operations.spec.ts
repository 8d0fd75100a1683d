import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { graphOps, type Ops, placeholder, type Sliding, tfjsOps } from '../../src/index.ts'
import { perform } from '../../src/ops/operations.ts'
import { tape } from '../../src/ops/tape.ts'
import { onEachOfTfjs } from '../running-backends.ts'
import { type Call, calls, meant, sliding } from './calls.ts'
import { build, type Numbers, reference } from './reference.ts'

const runs = { numRuns: 40 }

const run = <T>(ops: Ops<T>, { operation, attributes }: Call, inputs: readonly T[]): T =>
  perform(ops)(operation, inputs, attributes as never)

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  expect(actual.length).to.equal(expected.length)
  for (const [i, value] of expected.entries())
    expect(actual[i], `element ${i} of ${expected.length}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}

/** Cotangents that no symmetry hides anything from. */
const weights = ({ shape }: { readonly shape: readonly (number | null)[] }): Numbers => {
  let i = 0
  return build(shape as readonly number[], () => {
    i += 1
    return Math.sin(7 * i) + 0.2
  })
}
const dot = (a: Numbers, b: Numbers): number => a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0)

/** The gradients of the weighted sum of a call's result, where they exist. */
const gradientsOf = <T>(ops: Ops<T>, call: Call, inputs: readonly T[], cotangent: T): readonly T[] => {
  const { ops: traced, variable, fixed, gradients } = tape(ops)
  const given = inputs.map((input, i) => (call.differentiable[i] ? variable(input) : fixed(input)))
  const result = run(traced, call, given)
  return gradients(
    [[result, cotangent]],
    given.filter((_, i) => call.differentiable[i]),
  )
}

/** The slope of a function of one input of a call, along a direction, from its values on both sides. */
const slope = (f: (x: Numbers) => number, x: Numbers, direction: Numbers): number => {
  const step = 1e-5
  const moved = (sign: number): Numbers => ({
    shape: x.shape,
    data: x.data.map((value, i) => value + sign * step * (direction.data[i] as number)),
  })
  return (f(moved(1)) - f(moved(-1))) / (2 * step)
}
const replaced = (inputs: readonly Numbers[], at: number, x: Numbers): readonly Numbers[] =>
  inputs.map((input, i) => (i === at ? x : input))

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
        const cotangent = weights(run(reference, call, call.inputs))
        const found = gradientsOf(reference, call, call.inputs, cotangent)
        const places = call.inputs.flatMap((_, i) => (call.differentiable[i] ? [i] : []))
        for (const [k, at] of places.entries()) {
          const x = call.inputs[at] as Numbers
          const direction = weights(x)
          const f = (moved: Numbers) => dot(run(reference, call, replaced(call.inputs, at, moved)), cotangent)
          const expected = slope(f, x, direction)
          expect(dot(found[k] as Numbers, direction)).to.be.closeTo(expected, 1e-5 * (1 + Math.abs(expected)))
        }
        tf.tidy(() => {
          const eager = gradientsOf(tfjsOps, call, call.inputs.map(toTensor), toTensor(cotangent))
          for (const [k, gradient] of eager.entries()) close(gradient.dataSync(), (found[k] as Numbers).data, 1e-4)
        })
      })
    })

    it('has gradients that can be differentiated again', () => {
      check(call => {
        const cotangent = weights(run(reference, call, call.inputs))
        const places = call.inputs.flatMap((_, i) => (call.differentiable[i] ? [i] : []))
        for (const [k, at] of places.entries()) {
          const x = call.inputs[at] as Numbers
          const direction = weights(x)
          // The gradient times a fixed direction, as a function of the input and on a tape of its own.
          const outer = tape(reference)
          const traced = call.inputs.map((input, i) => (i === at ? outer.variable(input) : outer.fixed(input)))
          const inner = gradientsOf(outer.ops, call, traced, outer.fixed(cotangent))[k]
          if (inner === undefined) continue
          const [found] = outer.gradients([[inner, direction]], [traced[at] as (typeof traced)[number]])
          const f = (moved: Numbers) =>
            dot(gradientsOf(reference, call, replaced(call.inputs, at, moved), cotangent)[k] as Numbers, direction)
          const expected = slope(f, x, direction)
          expect(dot(found as Numbers, direction)).to.be.closeTo(expected, 1e-4 * (1 + Math.abs(expected)))
        }
      })
    })
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
