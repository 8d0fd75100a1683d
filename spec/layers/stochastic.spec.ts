import { expect } from 'chai'
import { apply, Dropout, GaussianNoise, Input, init, join, key, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { back, close, draw, run, untyped } from '../running.ts'

// DropBlock and GaussianNoise have specs of their own beside this one.

const ones = { shape: [50, 400], data: new Array<number>(20_000).fill(1) }

describe('Dropout', () => {
  it('drops its part in training, and scales the rest so that the mean stays', () => {
    for (const proba of [0.1, 0.5, 0.9]) {
      const { data } = run(Dropout(proba), ones, { training: true }).output
      const dropped = data.filter(value => value === 0).length / data.length
      // Five standard deviations of the binomial distribution.
      expect(dropped).to.be.closeTo(proba, 5 * Math.sqrt((proba * (1 - proba)) / data.length))
      for (const value of data) if (value !== 0) expect(value).to.be.closeTo(1 / (1 - proba), 1e-5)
    }
  })

  it('drops elements independently of their neighbours', () => {
    const { data } = run(Dropout(0.5), ones, { training: true }).output
    let both = 0
    for (let i = 0; i + 1 < data.length; i++) if (data[i] === 0 && data[i + 1] === 0) both++
    expect(both / data.length).to.be.closeTo(0.25, 0.02)
  })

  it('changes nothing outside of training, nor with a part of 0', () => {
    const x = draw(1, [4, 5])
    close(run(Dropout(0.5), x).output, x, 0)
    close(run(Dropout(0), x, { training: true }).output, x, 0)
  })

  it('is a function of its key, and draws differently in each place of a network', () => {
    const dropped = (seed: number) => run(Dropout(0.5), ones, { training: true, seed }).output.data
    expect(dropped(1)).to.deep.equal(dropped(1))
    expect(dropped(1)).not.to.deep.equal(dropped(2))
    const twice = join(Input(400), Dropout(0.5), Dropout(0.5))
    const { output } = apply(twice, init(twice, key(0)), ones, { training: true, key: key(1) })
    const left = [...output.dataSync()].filter(value => value !== 0).length / ones.data.length
    expect(left).to.be.closeTo(0.25, 0.02)
  })

  it('lets gradients through where it lets values through', () => {
    const x = draw(1, [4, 5])
    close(back(Dropout(0.5), x, x).input, x, 0)
  })

  it('reads its part back and prints it', () => {
    expect(Dropout(0.25)).to.include({ kind: 'Dropout', proba: 0.25, name: 'dropout-{}' })
    expect(String(Dropout(0.25, { name: 'd' }))).to.equal("Dropout(0.25, { name: 'd' })")
  })

  it('takes any shape', () => {
    expect(outputShape(Dropout(0.5), [null, 3, null])).to.deep.equal([null, 3, null])
    expect(outputShape(GaussianNoise(), null)).to.equal(null)
  })

  const part = 'InvalidOption of Dropout, proba: expected a number >= 0 and < 1, got'
  refuses([
    [() => untyped.Dropout(), `${part} undefined. For example: Dropout(0.5).`],
    [() => untyped.Dropout(1), `${part} 1.`],
    [() => untyped.Dropout(-0.1), `${part} -0.1.`],
    [() => untyped.Dropout(Number.NaN), `${part} NaN.`],
    [() => untyped.Dropout('half'), `${part} 'half'.`],
    [
      () => untyped.GaussianNoise({ mean: Number.NaN }),
      'InvalidOption of GaussianNoise, mean: expected a finite number, got NaN.',
    ],
    [
      () => untyped.GaussianNoise({ sdt: 1 }),
      "InvalidOption of GaussianNoise, sdt: expected an option of mean, std, got 'sdt'. Did you mean std?",
    ],
    [
      () => apply(Dropout(0.5), { params: {}, state: {} }, [[1]], { training: true }),
      'InvalidOption of Dropout, key: expected a key, as this layer draws random numbers in training, got none. Give one: apply(network, variables, input, { training: true, key: key(1) }).',
    ],
  ])
})
