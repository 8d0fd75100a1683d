import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Backend } from '../../../src/backends/backend.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { trace } from '../../../src/graph.ts'
import { graphOps, placeholder, tfjsOps } from '../../../src/index.ts'
import { backends } from '../../running-backends.ts'
import { checkGradients, checkSecondGradients, close } from '../derivatives.ts'
import { type Numbers, reference } from '../reference.ts'
import type { Case } from './case.ts'
import { cases } from './cases.ts'

// Composed operations beside their definitions: eagerly, traced, compiled by every backend, and differentiated twice.

const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

const computed = async (backend: Backend, { apply, inputs }: Case): Promise<readonly Float32Array[]> => {
  const traced = trace(
    (ops, ...given) => apply(ops, given),
    inputs.map(({ shape }) => shape),
  )
  const program = await backend.compile(prepare(traced).graph)
  const given = inputs.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
  const results = await program.run(given)
  const numbers: Float32Array[] = []
  for (const result of results) numbers.push(await backend.download(result))
  for (const handle of [...given, ...results]) backend.release(handle)
  program.dispose()
  return numbers
}

for (const [name, arbitrary] of Object.entries(cases)) {
  const check = (property: (own: Case) => void, numRuns = 30): void =>
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<Case>, own => property(own)),
      { numRuns },
    )
  describe(`Composed operation ${name}`, () => {
    // Tables, such as those of Fourier transforms, are floats.
    it('computes what its definition says', () =>
      check(({ apply, inputs, expected }) => {
        const found = apply(reference, inputs)
        expect(found.map(({ shape }) => shape)).to.deep.equal(expected.map(({ shape }) => shape))
        for (const [i, { data }] of found.entries()) close(data, (expected[i] as Numbers).data, 1e-6)
      }))

    it('computes it at once, and has the same shape while it is traced', () =>
      check(({ apply, inputs, expected }) => {
        const traced = inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
        expect(apply(graphOps, traced).map(({ shape }) => shape)).to.deep.equal(expected.map(({ shape }) => shape))
        tf.tidy(() => {
          for (const [i, tensor] of apply(tfjsOps, inputs.map(toTensor)).entries())
            close(tensor.dataSync(), (expected[i] as Numbers).data, 2e-5)
        })
      }))

    it('has the gradients that finite differences show, and theirs', () =>
      check(({ apply, inputs, expected, differentiable }) => {
        for (const i of expected.keys()) {
          const one: Parameters<typeof checkGradients>[0] = (ops, given) => apply(ops, given)[i] as never
          checkGradients(one, differentiable, inputs)
          checkSecondGradients(one, differentiable, inputs)
        }
      }))

    for (const [engine, choose] of Object.entries(backends))
      it(`is the same with ${engine}`, async () => {
        const backend = await choose()
        await fc.assert(
          fc.asyncProperty(arbitrary as fc.Arbitrary<Case>, async own => {
            for (const [i, numbers] of (await computed(backend, own)).entries())
              close(numbers, (own.expected[i] as Numbers).data, 2e-5)
          }),
          { numRuns: 6 },
        )
      })
  })
}
