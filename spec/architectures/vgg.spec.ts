import { expect } from 'chai'
import {
  countParameters,
  Input,
  init,
  key,
  names,
  outputShape,
  predict,
  type Tensor,
  type Variables,
  vgg16,
  vgg19,
} from '../../src/index.ts'
import { faultOf } from '../faults.ts'
import { draw, untyped } from '../running.ts'

describe('vgg16 and vgg19', () => {
  it('have the layers and parameters of the paper', () => {
    expect(String(vgg16())).to.equal('(?, 224, 224, 3) -> [... 41 layers ...] -> (?, 1000)')
    expect(countParameters(vgg16())).to.deep.equal({ total: 138_357_544, trainable: 138_357_544 })
    expect(String(vgg19())).to.equal('(?, 224, 224, 3) -> [... 47 layers ...] -> (?, 1000)')
    expect(countParameters(vgg19())).to.deep.equal({ total: 143_667_240, trainable: 143_667_240 })
    expect(outputShape(vgg16())).to.deep.equal([null, 1000])
  })

  it('name the layers that have parameters', () => {
    const named = (network: never) => names(network).filter(name => /^(conv|dense)/.test(name))
    const stages = (lengths: readonly number[]) => [
      ...lengths.flatMap((length, stage) => Array.from({ length }, (_, i) => `conv${stage + 1}_${i + 1}`)),
      ...['dense_1', 'dense_2', 'dense_3'],
    ]
    expect(named(vgg16() as never)).to.deep.equal(stages([2, 2, 3, 3, 3]))
    expect(named(vgg19() as never)).to.deep.equal(stages([2, 2, 4, 4, 4]))
    expect(names(vgg16()).slice(-3)).to.deep.equal(['dropout-2', 'dense_3', 'softmax-1'])
  })

  it('run: their convolutions on a small image', async () => {
    for (const network of [vgg16(), vgg19()]) {
      const filters = untyped.end(untyped.start(network, 'conv1_1'), 'max-pooling-5')
      const features = untyped.join(Input([32, 32, 3]), filters)
      const variables = init(features, key(1)) as unknown as Variables
      const output = await predict(features, variables, draw(1, [1, 32, 32, 3]) as never, { backend: 'wasm' })
      const numbers = [...(output as unknown as Tensor).dataSync()]
      expect((output as unknown as Tensor).shape).to.deep.equal([1, 1, 1, 512])
      expect(numbers.every(Number.isFinite)).to.equal(true)
      expect(Math.max(...numbers)).to.be.greaterThan(0.01)
    }
  })

  it('put their name before what is wrong within', () => {
    expect(faultOf(() => untyped.join(untyped.Input([64, 64, 3]), vgg16()))).to.match(
      /^LayerConnectionError of vgg16 > input-2: expected \(\?, 224, 224, 3\), got \(\?, 64, 64, 3\)\. /,
    )
  })
})
