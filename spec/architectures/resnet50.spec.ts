import { expect } from 'chai'
import { countParameters, init, key, type Layer, layerOf, names, outputShape, resnet50 } from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { draw, untyped } from '../running.ts'
import { computed } from './comparing.ts'

const count = (network: Layer) => countParameters(network)

describe('resnet50', () => {
  it('has the layers and parameters of the paper', () => {
    expect(String(resnet50())).to.equal('(?, 224, 224, 3) -> [... 187 layers ...] -> (?, 1000)')
    expect(count(resnet50())).to.deep.equal({ total: 25_610_152, trainable: 25_557_032 })
    const headless = resnet50({ includeGlobalPool: false })
    expect(String(headless)).to.equal('(?, 224, 224, 3) -> [... 185 layers ...] -> (?, 7, 7, 2048)')
    expect(count(headless)).to.deep.equal({
      total: 25_610_152 - 2_049_000,
      trainable: 25_557_032 - 2_049_000,
    })
  })

  it('names its blocks, and what is in them', () => {
    const all = names(resnet50())
    const blocks = [...new Set(all.filter(name => name.includes('/')).map(name => name.split('/')[0]))]
    expect(blocks).to.deep.equal(
      ['2abc', '3abcd', '4abcdef', '5abc'].flatMap(([group = '', ...letters]) => letters.map(a => `res${group}${a}`)),
    )
    expect(all.filter(name => !name.includes('/'))).to.deep.equal([
      ...['input-1', 'conv1', 'bn_conv1', 'relu-1', 'max-pooling-1', 'global-pooling-1', 'fc1000'],
    ])
    const numbered = (kind: string, n: number) => Array.from({ length: n }, (_, i) => `res3a/${kind}-${i + 1}`)
    expect(all.filter(name => name.startsWith('res3a/')).sort()).to.deep.equal(
      [
        ...numbered('convolution', 4),
        ...numbered('batch-norm', 4),
        ...numbered('relu', 3),
        ...numbered('elementwise', 1),
      ].sort(),
    )
    expect(all).to.include('res3b/identity-1').and.not.include('res3b/convolution-4')
  })

  it('steps over the image as much as inOutRatio says, and dilates its filters where it does not', () => {
    const strides = { 4: [1, 1, 1], 8: [2, 1, 1], 16: [2, 2, 1], 32: [2, 2, 2] }
    const rates = { 4: [2, 4, 8], 8: [1, 2, 4], 16: [1, 1, 2], 32: [1, 1, 1] }
    for (const inOutRatio of [4, 8, 16, 32] as const) {
      const network = resnet50({ inputShape: [64, 128, 3], includeGlobalPool: false, inOutRatio })
      expect(outputShape(network)).to.deep.equal([null, 64 / inOutRatio, 128 / inOutRatio, 2048])
      expect(count(network).total).to.equal(25_610_152 - 2_049_000)
      const option = (name: string, of: 'stride' | 'dilation' | 'padding') =>
        (layerOf(network, name as never) as unknown as Readonly<Record<string, readonly [number, number]>>)[of]
      for (const i of [0, 1, 2] as const) {
        const [stride, rate] = [strides[inOutRatio][i] as number, rates[inOutRatio][i] as number]
        for (const name of ['convolution-1', 'convolution-4'])
          expect(option(`res${i + 3}a/${name}`, 'stride')).to.deep.equal([stride, stride])
        for (const block of ['a', 'b']) {
          expect(option(`res${i + 3}${block}/convolution-2`, 'dilation')).to.deep.equal([rate, rate])
          expect(option(`res${i + 3}${block}/convolution-2`, 'padding')).to.deep.equal([rate, rate])
        }
        expect(option(`res${i + 3}b/convolution-1`, 'stride')).to.deep.equal([1, 1])
      }
    }
  })

  it('takes images of unknown size, and of other numbers of channels', () => {
    expect(outputShape(resnet50({ inputShape: [null, null, 3] }))).to.deep.equal([null, 1000])
    const grey = resnet50({ inputShape: [64, 64, 1] })
    expect(count(grey).total).to.equal(25_610_152 - 7 * 7 * 2 * 64)
  })

  it('computes the same compiled as eager', async () => {
    const output = await computed(resnet50({ inputShape: [64, 64, 3] }), draw(4, [1, 64, 64, 3]))
    expect(output.shape).to.deep.equal([1, 1000])
    expect(output.data.reduce((a, b) => a + b)).to.be.closeTo(1, 1e-4)
  }).timeout(240_000)

  it('gives the path of what is wrong within', () => {
    const network = resnet50({ inputShape: [64, 64, null] })
    expect(faultOf(() => init(network, key(1)))).to.match(/^WeightInitializationError of resnet50 > conv1: expected /)
    expect(faultOf(() => untyped.join(untyped.Input([64, 64, 3]), resnet50()))).to.match(
      /^LayerConnectionError of resnet50 > input-2: expected /,
    )
    const { nodes } = network as unknown as { readonly nodes: readonly { readonly path: string }[] }
    expect(nodes.map(({ path }) => path)).to.include('resnet50 > res3a > convolution-2')
  })

  refuses([
    [
      () => untyped.resnet50({ inputShape: [224, 224] }),
      'InvalidOption of resnet50, inputShape: expected [rows, cols, channels], each a positive integer or null, got [224, 224]. ',
    ],
    [
      () => untyped.resnet50({ inputShape: 224 }),
      'InvalidOption of resnet50, inputShape: expected [rows, cols, channels]',
    ],
    [
      () => untyped.resnet50({ inputShape: [0, 224, 3] }),
      'InvalidOption of resnet50, inputShape: expected [rows, cols, channels]',
    ],
    [
      () => untyped.resnet50({ includeGlobalPool: 1 }),
      'InvalidOption of resnet50, includeGlobalPool: expected true or false, got 1. ',
    ],
    [
      () => untyped.resnet50({ inOutRatio: 2 }),
      'InvalidOption of resnet50, inOutRatio: expected 4, 8, 16 or 32, got 2. ',
    ],
    [
      () => untyped.resnet50({ inOutRatoi: 4 }),
      "InvalidOption of resnet50, inOutRatoi: expected an option of inputShape, includeGlobalPool, inOutRatio, got 'inOutRatoi'. Did you mean inOutRatio?",
    ],
    [() => untyped.resnet50(3), 'InvalidOption of resnet50, options: expected an object of options ('],
  ])
})
