import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import { compile, gradients, Input, init, join, key, type Layer } from '../../src/index.ts'

// Derivatives where there is none, as `ops/adjoints.ts` states them, and at infinity.

type Case = readonly [layer: Layer, at: number, slope: number]
const cases = [
  [joinery.Relu(), 0, 0],
  [joinery.Relu(), Infinity, 1],
  [joinery.LeakyRelu(), 0, 0.01],
  [joinery.LeakyRelu(), Infinity, 1],
  [joinery.LeakyRelu(), -Infinity, 0.01],
  [joinery.Relu({ alpha: 2 }), 0, 2],
  [joinery.Relu({ alpha: 2 }), 1, 1],
  [joinery.Relu({ alpha: 2 }), -1, 2],
  [joinery.PRelu({ alpha: -0.5 }), 0, -0.5],
  [joinery.PRelu({ alpha: 0.25 }), Infinity, 1],
  [joinery.Elu(), 0, 1],
  [joinery.Elu(), Infinity, 1],
  [joinery.Elu(), -Infinity, 0],
  [joinery.Selu(), 0, 1.0507009873554805 * 1.6732632423543772],
  [joinery.Selu(), Infinity, 1.0507009873554805],
  [joinery.Relu6(), 0, 0],
  [joinery.Relu6(), 6, 1],
  [joinery.HardSigmoid(), 3, 0],
  [joinery.Softsign(), 0, 1],
  [joinery.Softplus(), 1e30, 1],
  [joinery.Softplus(), -1e30, 0],
] as unknown as readonly Case[]

const slopeOf = ({ input }: joinery.Gradients<Layer>): number => (input as unknown as tf.Tensor).dataSync()[0] as number
const isNear = (slope: number, wanted: number) => expect(slope).to.be.closeTo(wanted, 1e-5 * (1 + Math.abs(wanted)))

describe('The slope at a kink differs from engine to engine, or is that of no side', () => {
  for (const [layer, at, slope] of cases) {
    const network = join(Input(1), layer as never) as Layer
    const variables = init(network, key(0)) as never
    it(`${layer} at ${at}: ${slope}`, () => isNear(slopeOf(gradients(network, variables, [[at]], [[1]])), slope))
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
      it(`${layer} at ${at} on ${backend}: ${slope}`, async () => {
        const model = compile(network, variables, { backend })
        isNear(slopeOf(await model.gradients([[at]], [[1]])), slope)
        await model.dispose()
      })
  }

  it('Selu of Infinity is Infinity', () => {
    const network = join(Input(1), joinery.Selu())
    const { output } = joinery.apply(network, init(network, key(0)), [[Infinity]])
    expect(output.dataSync()[0]).to.equal(Infinity)
  })

  it('an input of NaN that no output depends on has the gradient 0', () => {
    const network = join(joinery.parallel(Input(1), Input(1)), joinery.Select(1))
    const { input } = gradients(network, init(network, key(0)), [[[NaN]], [[2]]] as never, [[1]])
    expect((input as unknown as readonly tf.Tensor[]).map(tensor => tensor.dataSync()[0])).to.deep.equal([0, 1])
  })
})
