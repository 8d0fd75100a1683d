import { expect } from 'chai'
import { apply, countParameters, gpt, init, key, layerOf, names, outputShape, type Wiring } from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { untyped } from '../running.ts'
import { computed } from './comparing.ts'

const small = gpt({ vocabulary: 11, length: 6, width: 8, heads: 2, layers: 2 })
const parameters = (vocabulary: number, length: number, width: number, layers: number): number =>
  2 * vocabulary * width + length * width + layers * (12 * width * width + 13 * width) + 2 * width

describe('gpt', () => {
  it('has the layers and parameters that its options say', () => {
    expect(String(gpt())).to.equal('(?, 128) -> [... 54 layers ...] -> (?, 128, 256)')
    expect(countParameters(gpt()).total).to.equal(parameters(256, 128, 128, 4))
    expect(countParameters(small)).to.deep.equal({ total: parameters(11, 6, 8, 2), trainable: parameters(11, 6, 8, 2) })
    const wider = gpt({ vocabulary: 65, length: 32, width: 48, heads: 6, layers: 3, dropout: 0 })
    expect(countParameters(wider).total).to.equal(parameters(65, 32, 48, 3))
    expect(outputShape(wider)).to.deep.equal([null, 32, 65])
  })

  it('names its blocks, and what is in them', () => {
    const all = names(small)
    expect(all.filter(name => !name.includes('/'))).to.deep.equal([
      ...['input-1', 'tokens', 'places', 'dropout-1', 'norm', 'next'],
    ])
    expect(Object.keys(init(small, key(1)).params).filter(name => name.startsWith('block2/'))).to.deep.equal(
      ['layer-norm-1', 'multi-head-attention-1', 'layer-norm-2', 'time-distributed-1', 'time-distributed-2'].map(
        name => `block2/${name}`,
      ),
    )
  })

  it('drops as much as its option says', () => {
    const dropped = (dropout: number) =>
      (gpt({ width: 8, layers: 1, dropout }) as unknown as Wiring).nodes
        .filter(({ layer }) => layer.kind === 'Dropout')
        .map(({ layer }) => (layer as unknown as { readonly proba: number }).proba)
    expect(dropped(0.3)).to.deep.equal([0.3, 0.3, 0.3, 0.3])
    expect(dropped(0)).to.deep.equal([0, 0, 0, 0])
  })

  it('sees no later token', () => {
    const variables = init(small, key(2))
    const rows = (text: readonly number[]) => Array.from(apply(small, variables, [[...text]]).output.dataSync())
    const [one, other] = [rows([1, 2, 3, 4, 5, 6]), rows([1, 2, 3, 4, 9, 6])]
    const differs = Array.from({ length: 6 }, (_, t) =>
      one.slice(11 * t, 11 * t + 11).some((p, i) => Math.abs(p - (other[11 * t + i] as number)) > 1e-7),
    )
    expect(differs).to.deep.equal([false, false, false, false, true, true])
  })

  it('computes the same compiled as eager: probabilities for every token', async () => {
    const output = await computed(small, { shape: [2, 6], data: [0, 1, 2, 3, 4, 5, 10, 9, 8, 7, 6, 5] })
    expect(output.shape).to.deep.equal([2, 6, 11])
    expect(output.data.reduce((a, b) => a + b)).to.be.closeTo(12, 1e-4)
  })

  it('has the parts of a transformer', () => {
    expect(String(layerOf(small, 'places'))).to.match(/^PositionalEncoding\('learned'/)
    expect(String(layerOf(small, 'block1/multi-head-attention-1' as never))).to.match(/causal: true/)
    expect(String(layerOf(small, 'block1/time-distributed-1' as never))).to.match(/Gelu\(32/)
  })

  it('puts its name before what is wrong within', () => {
    expect(faultOf(() => untyped.join(untyped.Input(7), small))).to.match(/^LayerConnectionError of gpt > input-2: /)
  })

  refuses([
    [
      () => untyped.gpt({ width: 10, heads: 4 }),
      'InvalidOption of gpt, heads: expected a number that divides the width 10, got 4. ',
    ],
    [() => untyped.gpt({ vocabulary: 0 }), 'InvalidOption of gpt, vocabulary: expected a positive integer, got 0. '],
    [() => untyped.gpt({ length: 2.5 }), 'InvalidOption of gpt, length: expected a positive integer, got 2.5. '],
    [() => untyped.gpt({ layers: -1 }), 'InvalidOption of gpt, layers: expected a positive integer, got -1. '],
    [() => untyped.gpt({ dropout: 1 }), 'InvalidOption of gpt, dropout: expected a number >= 0 and < 1, got 1. '],
    [() => untyped.gpt(['text']), 'InvalidOption of gpt, options: expected an object of options ('],
  ])
})
