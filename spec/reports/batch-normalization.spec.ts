import { expect } from 'chai'
import {
  apply,
  BatchNorm,
  compile,
  evaluate,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  mse,
  normals,
  Relu,
} from '../../src/index.ts'

const network = join(Input(4), Linear(16), BatchNorm(), Relu(), Linear(1))
const single = join(Input(2), BatchNorm())

describe('BatchNorm: the loss is small in training and thousands in inference', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
    it(`33 examples in batches of 32, whose last batch has one: both losses are about equal on ${backend}`, async () => {
      const x = { data: normals(key(5), 33 * 4), shape: [33, 4] }
      const y = { data: Float32Array.from({ length: 33 }, (_, i) => x.data[4 * i] ?? 0), shape: [33, 1] }
      const { variables, history } = await fit(
        network,
        init(network, key(1)),
        { x, y },
        { loss: mse, optimizer: gradientDescent({ step: 0.02 }), epochs: 40, batchSize: 32, key: key(2), backend },
      )
      const inTraining = history.loss.at(-1) as number
      const { loss } = await evaluate(network, variables, { x, y }, { loss: mse })
      expect(inTraining).to.be.below(0.5)
      expect(loss).to.be.closeTo(inTraining, 0.5 * inTraining + 0.05)
    })

    it(`a batch with one value a channel leaves inference as it was on ${backend}`, async () => {
      const variables = init(single, key(0))
      const model = compile(single, variables, { backend })
      const { output, state } = await model.apply([[3, 4]], { training: true })
      expect([...state['batch-norm-1'].runningVariance.dataSync()]).to.deep.equal([1, 1])
      const eager = apply(single, variables, [[3, 4]], { training: true })
      expect([...output.dataSync()]).to.deep.equal([...eager.output.dataSync()])
      expect([...apply(single, { ...variables, state }, [[3, 4]]).output.dataSync()]).to.deep.equal([
        ...output.dataSync(),
      ])
      await model.dispose()
    })

    it(`an empty batch in training is refused by the name of the layer on ${backend}`, async () => {
      const model = compile(single, init(single, key(0)), { backend })
      const refused = await model.apply({ data: new Float32Array(0), shape: [0, 2] }, { training: true }).catch(e => e)
      expect(refused).to.include({ name: 'LayerConnectionError', layer: 'batch-norm-1' })
      await model.dispose()
    })
  }
})
