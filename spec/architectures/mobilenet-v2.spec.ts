import { expect } from 'chai'
import { countParameters, init, key, layerOf, mobilenetV2, names, outputShape, type Wiring } from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { draw, untyped } from '../running.ts'
import { computed } from './comparing.ts'

const channelsOf = (network: unknown): readonly (number | null | undefined)[] =>
  (network as Wiring).nodes.filter(({ name }) => /^Conv1$|project$|^Conv_1$/.test(name)).map(({ shape }) => shape?.[3])

describe('mobilenetV2', () => {
  it('has the layers and parameters of the published network', () => {
    const network = mobilenetV2()
    expect(String(network)).to.equal('(?, 224, 224, 3) -> [... 162 layers ...] -> (?, 1000)')
    expect(countParameters(network)).to.deep.equal({ total: 3_538_984, trainable: 3_504_872 })
    const all = names(network)
    expect([...new Set(all.filter(name => name.includes('/')).map(name => name.split('/')[0]))]).to.deep.equal([
      'expanded_conv',
      ...Array.from({ length: 16 }, (_, i) => `block_${i + 1}`),
    ])
    const inBlock = (block: string) => all.filter(name => name.startsWith(`${block}/`)).map(name => name.split('/')[1])
    const filters = ['depthwise', 'depthwise_BN', 'relu6-2', 'project', 'project_BN']
    expect(inBlock('block_1')).to.deep.equal(['expand', 'expand_BN', 'relu6-1', ...filters])
    expect(inBlock('block_2')).to.deep.equal([
      ...['identity-1', 'expand', 'expand_BN', 'relu6-1', ...filters, 'elementwise-1'],
    ])
    expect(inBlock('expanded_conv')).to.deep.equal(['depthwise', 'depthwise_BN', 'relu6-1', 'project', 'project_BN'])
    expect(all.filter(name => !name.includes('/'))).to.deep.equal([
      ...['input-1', 'Conv1', 'bn_Conv1', 'relu6-1', 'Conv_1', 'Conv_1_bn', 'relu6-2'],
      ...['global-pooling-1', 'predictions'],
    ])
  })

  it('adds blocks to their input where neither size nor channels change', () => {
    const added = names(mobilenetV2()).filter(name => name.endsWith('elementwise-1'))
    expect(added.map(name => name.split('/')[0])).to.deep.equal(
      [2, 4, 5, 7, 8, 9, 11, 12, 14, 15].map(i => `block_${i}`),
    )
  })

  it('has norms that move slowly', () => {
    const { alpha, epsilon } = layerOf(mobilenetV2(), 'bn_Conv1') as unknown as Readonly<Record<string, number>>
    expect([alpha, epsilon]).to.deep.equal([0.001, 0.001])
  })

  it('is as wide as its width says, in multiples of 8', () => {
    const widths = new Map([
      [0.35, [16, 8, 8, 8, 16, 16, 16, 24, 24, 24, 24, 32, 32, 32, 56, 56, 56, 112, 1280]],
      [0.5, [16, 8, 16, 16, 16, 16, 16, 32, 32, 32, 32, 48, 48, 48, 80, 80, 80, 160, 1280]],
      [1, [32, 16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320, 1280]],
      [1.4, [48, 24, 32, 32, 48, 48, 48, 88, 88, 88, 88, 136, 136, 136, 224, 224, 224, 448, 1792]],
    ])
    for (const [width, channels] of widths) expect(channelsOf(mobilenetV2({ width }))).to.deep.equal(channels)
    expect(countParameters(mobilenetV2({ width: 1.4 })).trainable).to.equal(6_108_776)
  })

  it('takes other images and classes', () => {
    expect(outputShape(mobilenetV2({ inputShape: [96, 64, 1], classes: 7 }))).to.deep.equal([null, 7])
    expect(outputShape(mobilenetV2({ inputShape: [null, null, 3] }))).to.deep.equal([null, 1000])
    expect(countParameters(mobilenetV2({ classes: 10 })).total).to.equal(3_538_984 - 990 * 1281)
  })

  it('computes the same compiled as eager', async () => {
    const network = mobilenetV2({ inputShape: [32, 32, 3], width: 0.35, classes: 5 })
    const output = await computed(network, draw(1, [2, 32, 32, 3]))
    expect(output.shape).to.deep.equal([2, 5])
    expect(output.data.reduce((a, b) => a + b)).to.be.closeTo(2, 1e-4)
  })

  it('gives the path of what is wrong within', () => {
    expect(faultOf(() => init(mobilenetV2({ inputShape: [32, 32, null] }), key(1)))).to.match(
      /^WeightInitializationError of mobilenetV2 > Conv1: expected /,
    )
  })

  refuses([
    [() => untyped.mobilenetV2({ width: 0 }), 'InvalidOption of mobilenetV2, width: expected a number > 0, got 0. '],
    [
      () => untyped.mobilenetV2({ classes: 1.5 }),
      'InvalidOption of mobilenetV2, classes: expected a positive integer, got 1.5. ',
    ],
    [
      () => untyped.mobilenetV2({ inputShape: 'large' }),
      "InvalidOption of mobilenetV2, inputShape: expected [rows, cols, channels], each a positive integer or null, got 'large'. ",
    ],
    [
      () => untyped.mobilenetV2({ alpha: 1 }),
      'InvalidOption of mobilenetV2, alpha: expected an option of inputShape, width, classes, got ',
    ],
  ])
})
