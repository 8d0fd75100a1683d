import { expect } from 'chai'
import { AlphaDropout, apply, Input, init, join, key, SpatialDropout } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

describe('SpatialDropout', () => {
  it('drops whole channels of each example in training, and scales the others', () => {
    for (const shape of [
      [40, 5, 30],
      [40, 2, 3, 30],
      [40, 2, 1, 2, 30],
    ]) {
      const ones = build(shape, () => 1)
      const { output } = run(SpatialDropout(0.25), ones, { training: true })
      const between = shape.slice(1, -1).map(() => 0)
      let dropped = 0
      for (let b = 0; b < 40; b++)
        for (let k = 0; k < 30; k++) {
          const first = at(output, b, ...between, k)
          if (first === 0) dropped++
          else expect(first).to.be.closeTo(1 / 0.75, 1e-6)
        }
      expect(dropped / 1200).to.be.closeTo(0.25, 5 * Math.sqrt((0.25 * 0.75) / 1200))
      const alike = build(shape, index => at(output, index[0] as number, ...between, index.at(-1) as number))
      close(output, alike, 0)
    }
  })

  it('changes nothing outside of training, nor with a part of 0', () => {
    const x = draw(1, [2, 3, 4])
    close(run(SpatialDropout(0.5), x).output, x, 0)
    close(run(SpatialDropout(0), x, { training: true }).output, x, 0)
    close(back(SpatialDropout(0.5), x, x).input, x, 0)
    expect(String(SpatialDropout(0.5))).to.equal('SpatialDropout(0.5)')
  })

  refuses([
    [() => untyped.SpatialDropout(1), 'InvalidOption of SpatialDropout, proba: expected a number >= 0 and < 1, got 1.'],
    [
      () => untyped.join(Input(4), untyped.SpatialDropout(0.5)),
      'LayerConnectionError of spatial-dropout-1: expected an input [batch, ..., channels] with axes between them, got',
    ],
  ])
})

describe('AlphaDropout', () => {
  const normal = draw(1, [200, 500])
  const moments = (data: readonly number[]): readonly [mean: number, variance: number] => {
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    return [mean, data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length]
  }

  it('keeps mean 0 and variance 1 in training', () => {
    for (const proba of [0.1, 0.5]) {
      const [mean, variance] = moments(run(AlphaDropout(proba), normal, { training: true }).output.data)
      expect(mean).to.be.closeTo(0, 0.02)
      expect(variance).to.be.closeTo(1, 0.03)
    }
  })

  it('sets its part to one value, and maps the others by one line', () => {
    const proba = 0.2
    const saturation = -1.0507009873554805 * 1.6732632423543772
    const a = 1 / Math.sqrt(1 - proba + saturation ** 2 * proba * (1 - proba))
    const b = -a * proba * saturation
    const { data } = run(AlphaDropout(proba), normal, { training: true }).output
    let dropped = 0
    for (const [i, value] of data.entries())
      if (Math.abs(value - (a * saturation + b)) < 1e-5) dropped++
      else expect(value).to.be.closeTo(a * (normal.data[i] as number) + b, 1e-5)
    expect(dropped / data.length).to.be.closeTo(proba, 0.01)
  })

  it('changes nothing outside of training, nor with a part of 0', () => {
    const x = draw(1, [2, 3])
    close(run(AlphaDropout(0.5), x).output, x, 0)
    close(run(AlphaDropout(0), x, { training: true }).output, x, 0)
    expect(String(AlphaDropout(0.5, { name: 'a' }))).to.equal("AlphaDropout(0.5, { name: 'a' })")
  })

  refuses([
    [
      () => untyped.AlphaDropout(-0.1),
      'InvalidOption of AlphaDropout, proba: expected a number >= 0 and < 1, got -0.1.',
    ],
    [
      () =>
        apply(join(Input(3), AlphaDropout(0.5)), init(join(Input(3), AlphaDropout(0.5)), key(1)), [[1, 2, 3]], {
          training: true,
        }),
      'InvalidOption of AlphaDropout, key: expected a key, as this layer draws random numbers in training, got none.',
    ],
  ])
})
