import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { mixedTargets } from '../../../src/core/targets.ts'
import { apply, CutMix, Input, init, join, key, type Layer, MixUp, parallel, Relu, shared } from '../../../src/index.ts'
import { betaQuantile } from '../../../src/layers/augmentation/beta.ts'
import { wiringOf } from '../../../src/network/wiring.ts'
import { tensor } from '../../../src/state/data.ts'
import { tfjsOps } from '../../../src/tfjs/index.ts'
import { refuses } from '../../faults.ts'
import { build, type Numbers } from '../../ops/reference.ts'
import { at, close, draw, run, untyped } from '../../running.ts'
import { behaves } from './images.ts'

/** Inputs and targets that a network's layers have changed, by one key. */
const both = (network: Layer, x: unknown, y: readonly Numbers[], seed = 1) => {
  const mode = { training: true, key: key(seed) }
  const { output } = apply(network, init(network, key(0)) as never, x as never, mode)
  const expected = y.map(one => tensor(one as never) as unknown as tf.Tensor)
  const targets = mixedTargets<tf.Tensor>(tfjsOps, wiringOf(network as never), expected, mode)
  const numbers = (one: tf.Tensor): Numbers => ({ shape: one.shape, data: Array.from(one.dataSync()) })
  return { outputs: ([output].flat() as unknown as tf.Tensor[]).map(numbers), targets: targets.map(numbers) }
}

/** Rows of one 1 each: what an example is made of can be read off them. */
const oneHot = (batch: number): Numbers => build([batch, batch], ([i, j]) => (i === j ? 1 : 0))
const previous = (i: number, batch: number): number => (i + batch - 1) % batch

describe('Quantiles of the beta distribution', () => {
  it('are those of SciPy', () => {
    // scipy.stats.beta.ppf(p, a, a)
    for (const [alpha, p, quantile] of [
      [0.5, 0.25, 0.14644660940672624],
      [1, 0.3, 0.3],
      [2, 0.1, 0.1958001056590917],
      [2, 0.5, 0.5],
      [0.5, 0.9, 0.9755282581475768],
    ] as const)
      expect(betaQuantile(alpha, p)).to.be.closeTo(quantile, 1e-8)
  })

  it('are known where the distribution function is a polynomial', () => {
    for (const p of [0.01, 0.2, 0.7, 0.99]) {
      const x = betaQuantile(3, p)
      expect(x ** 3 * (10 - 15 * x + 6 * x ** 2)).to.be.closeTo(p, 1e-8)
    }
  })

  it('exist at the ends of what is allowed', () => {
    for (const alpha of [1e-300, 1e-3, 1000]) {
      const found = [0, 1e-3, 0.25, 0.5, 0.75, 1].map(p => betaQuantile(alpha, p))
      expect(found.every((q, i) => q >= (found[i - 1] ?? 0) && q <= 1)).to.equal(true)
      expect([found[0], found[3], found[5]]).to.deep.equal([0, 0.5, 1])
    }
    expect(betaQuantile(1000, 0.25)).to.be.closeTo(0.5 - 0.6745 / (2 * Math.sqrt(2001)), 1e-4)
  })
})

describe('MixUp', () => {
  it('mixes each example with the one before it, by shares of the distribution', () => {
    for (const alpha of [0.2, 1, 4]) {
      const { output } = run(untyped.MixUp({ alpha }), oneHot(500), { training: true })
      const shares = Array.from({ length: 500 }, (_, i) => {
        const share = at(output, i, i)
        expect(at(output, i, previous(i, 500))).to.be.closeTo(1 - share, 1e-6)
        return share
      })
      expect(output.data.filter(value => value !== 0).length).to.be.at.most(1000)
      const mean = shares.reduce((sum, share) => sum + share, 0) / 500
      const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 500
      expect(mean).to.be.closeTo(0.5, 0.07)
      expect(variance).to.be.closeTo(1 / (4 * (2 * alpha + 1)), 0.02)
    }
  })

  it('mixes what is expected by the same shares', () => {
    for (const alpha of [0.3, 1]) {
      const network = untyped.join(Input(6), untyped.MixUp({ alpha }))
      const { outputs, targets } = both(network, oneHot(6), [oneHot(6)])
      close(targets[0] as Numbers, outputs[0] as Numbers, 1e-6)
    }
  })

  it('mixes targets of any rank, one after the other where several layers mix', () => {
    const network = join(Input([6, 1]), MixUp(), MixUp({ alpha: 1 }))
    const x = { shape: [6, 6, 1], data: oneHot(6).data }
    const { outputs, targets } = both(network, x, [x])
    close(targets[0] as Numbers, outputs[0] as Numbers, 1e-6)
  })

  it('changes nothing outside of training, nor a single example', () => {
    const x = draw(1, [4, 3])
    close(run(MixUp(), x).output, x, 0)
    const one = draw(1, [1, 3])
    close(run(MixUp(), one, { training: true }).output, one, 1e-6)
    const y = [tensor([[1]]) as unknown as tf.Tensor]
    const wiring = wiringOf(join(Input(3), MixUp()) as never)
    expect(mixedTargets<tf.Tensor>(tfjsOps, wiring, y, { training: false, key: undefined })).to.equal(y)
    expect(mixedTargets<tf.Tensor>(tfjsOps, wiringOf(Relu(3) as never), y, { training: true, key: key(1) })).to.equal(y)
  })

  it('mixes what is expected of outputs that depend on it only', () => {
    const network = parallel(join(Input(5), MixUp()), join(Input(5)))
    const { outputs, targets } = both(network, [oneHot(5), oneHot(5)], [oneHot(5), oneHot(5)])
    close(targets[0] as Numbers, outputs[0] as Numbers, 1e-6)
    close(targets[1] as Numbers, oneHot(5), 0)
  })

  it('mixes once what depends on it twice', () => {
    const mix = shared('mix', MixUp())
    const network = untyped.join(untyped.parallel([Input(5), mix], [Input(5), mix]), untyped.Elementwise('average'))
    const { outputs, targets } = both(network, [oneHot(5), oneHot(5)], [oneHot(5)])
    close(targets[0] as Numbers, outputs[0] as Numbers, 1e-6)
  })

  it('mixes what is expected from within layers whose batch is the same', () => {
    for (const layer of [
      untyped.LowRank(untyped.join(untyped.MixUp(), untyped.Linear(6)), 1),
      untyped.WeightNorm(untyped.join(untyped.MixUp(), untyped.Linear(6)), { weights: ['linear-1/weight'] }),
    ]) {
      // With the identity as its weight, the layer gives what MixUp does.
      const network = untyped.join(Input(6), layer)
      const variables = init(network, key(0)) as unknown as Record<string, Record<string, Record<string, tf.Tensor>>>
      const [name = ''] = Object.keys(variables.params ?? {})
      const identity = tensor(oneHot(6) as never) as unknown as tf.Tensor
      const changed = {
        'linear-1/weight': identity,
        'linear-1/weightGain': tensor([1, 1, 1, 1, 1, 1]) as unknown as tf.Tensor,
      }
      const given = (own: Readonly<Record<string, tf.Tensor>> = {}) => ({
        [name]: Object.fromEntries(
          Object.entries(own).map(([variable, value]) => [variable, changed[variable as 'linear-1/weight'] ?? value]),
        ),
      })
      const mode = { training: true, key: key(1) }
      const trees = { params: given(variables.params?.[name]), state: given(variables.state?.[name]) }
      const output = apply(network, trees as never, oneHot(6) as never, mode).output as unknown as tf.Tensor
      const [target] = mixedTargets<tf.Tensor>(tfjsOps, wiringOf(network as never), [identity], mode)
      close(
        { shape: [6, 6], data: Array.from(output.dataSync()) },
        { shape: [6, 6], data: Array.from(target?.dataSync() ?? []) },
        1e-6,
      )
    }
  })

  it('reads back and prints its options', () => {
    expect([MixUp().alpha, String(MixUp()), String(MixUp({ alpha: 1 }))]).to.deep.equal([
      0.2,
      'MixUp()',
      'MixUp({ alpha: 1 })',
    ])
  })

  behaves(() => untyped.MixUp(), [5, 4])

  refuses([
    [() => untyped.MixUp({ alpha: 0 }), 'InvalidOption of MixUp, alpha: expected a number > 0 and <= 1000, got 0.'],
    [
      () => untyped.TimeDistributed(untyped.join(untyped.Relu(3), untyped.MixUp())),
      'InvalidOption of TimeDistributed, layer: expected a layer that leaves examples apart, got',
    ],
    [
      () => untyped.Bidirectional(untyped.MixUp()),
      'InvalidOption of Bidirectional, layer: expected a layer that leaves examples apart, got MixUp().',
    ],
    [() => untyped.MixUp(0.2), 'InvalidOption of MixUp, arguments: expected one options object, got 0.2.'],
  ])
})

describe('CutMix', () => {
  /** Images of one number each, from which can be told what each pixel comes from. */
  const plain = (batch: number, rows = 16, cols = 20) => build([batch, rows, cols, 1], ([i]) => i as number)

  it('pastes a rectangle of the image before', () => {
    const batch = 200
    const { output } = run(CutMix(), plain(batch), { training: true })
    const shares = Array.from({ length: batch }, (_, i) => {
      const pasted: [number, number][] = []
      for (let r = 0; r < 16; r++)
        for (let c = 0; c < 20; c++) {
          const value = at(output, i, r, c, 0)
          if (value !== i) {
            expect(value).to.equal(previous(i, batch))
            pasted.push([r, c])
          }
        }
      const extent = (of: readonly number[]) => (of.length === 0 ? 0 : Math.max(...of) - Math.min(...of) + 1)
      expect(pasted).to.have.length(extent(pasted.map(([r]) => r)) * extent(pasted.map(([, c]) => c)))
      return pasted.length / 320
    })
    // A rectangle of sides s of the image's with its middle anywhere covers (s - s²/4)² of it: over s² uniform, 0.3083.
    expect(shares.reduce((sum, share) => sum + share, 0) / batch).to.be.closeTo(0.3083, 0.06)
  })

  it('mixes what is expected by the areas', () => {
    const network = join(Input([16, 20, 1]), CutMix({ alpha: 0.7 }))
    const { outputs, targets } = both(network, plain(6), [oneHot(6)])
    for (let i = 0; i < 6; i++) {
      let own = 0
      for (let r = 0; r < 16; r++)
        for (let c = 0; c < 20; c++) own += at(outputs[0] as Numbers, i, r, c, 0) === i ? 1 : 0
      expect(at(targets[0] as Numbers, i, i)).to.be.closeTo(own / 320, 1e-6)
      expect(at(targets[0] as Numbers, i, previous(i, 6))).to.be.closeTo(1 - own / 320, 1e-6)
    }
  })

  it('changes nothing outside of training', () => {
    const x = draw(1, [3, 4, 4, 2])
    close(run(CutMix(), x).output, x, 0)
  })

  it('reads back and prints its options', () => {
    expect([CutMix().alpha, String(CutMix()), String(CutMix({ alpha: 0.5 }))]).to.deep.equal([
      1,
      'CutMix()',
      'CutMix({ alpha: 0.5 })',
    ])
  })

  behaves(() => untyped.CutMix())

  refuses([
    [() => untyped.CutMix({ alpha: -1 }), 'InvalidOption of CutMix, alpha: expected a number > 0 and <= 1000, got -1.'],
    [
      () => untyped.join(Input(4), untyped.CutMix()),
      'LayerConnectionError of cut-mix-1: expected a 4-dimensional input [batch, rows, cols, channels], got',
    ],
  ])
})
