import { expect } from 'chai'
import { Input, RandomErasing } from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { build } from '../../ops/reference.ts'
import { close, draw, run, untyped } from '../../running.ts'
import { behaves, imageOf } from './images.ts'

/** The rows and columns that are erased from an image of ones; how many pixels of them. */
const hole = (image: readonly number[], cols: number) => {
  const at = image.flatMap((value, i) => (value === 0 ? [[Math.floor(i / cols), i % cols] as const] : []))
  const extent = (of: readonly number[]) => (of.length === 0 ? 0 : Math.max(...of) - Math.min(...of) + 1)
  return { pixels: at.length, height: extent(at.map(([r]) => r)), width: extent(at.map(([, c]) => c)) }
}

describe('RandomErasing', () => {
  const [rows, cols] = [40, 50]
  const ones = build([400, rows, cols, 1], () => 1)
  const holes = (options: object) => {
    const { output } = run(untyped.RandomErasing(options), ones, { training: true })
    return Array.from({ length: 400 }, (_, i) => hole(imageOf(output, i), cols))
  }

  it('erases a rectangle from a part of the images', () => {
    const found = holes({ probability: 0.25 })
    const erased = found.filter(({ pixels }) => pixels > 0)
    expect(erased.length / 400).to.be.closeTo(0.25, 0.07)
    for (const { pixels, height, width } of erased) expect(pixels).to.equal(height * width)
    expect(holes({ probability: 0 }).every(({ pixels }) => pixels === 0)).to.equal(true)
  })

  it('of areas and ratios between the ends', () => {
    const found = holes({ probability: 1, area: [0.1, 0.2], ratio: [0.5, 2] })
    const areas = found.map(({ pixels }) => pixels / (rows * cols))
    expect(Math.min(...areas)).to.be.within(0.09, 0.115)
    expect(Math.max(...areas)).to.be.within(0.185, 0.215)
    expect(areas.reduce((sum, area) => sum + area, 0) / 400).to.be.closeTo(0.15, 0.005)
    const ratios = found.map(({ height, width }) => Math.log2(height / width))
    expect(Math.min(...ratios)).to.be.within(-1.2, -0.8)
    expect(Math.max(...ratios)).to.be.within(0.8, 1.2)
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / 400).to.be.closeTo(0, 0.1)
  })

  it('keeps the area of what is too high or too wide', () => {
    for (const { height, width, pixels } of holes({ probability: 1, area: [0.5, 0.5], ratio: [50, 50] })) {
      expect([height, width]).to.deep.equal([rows, cols / 2])
      expect(pixels).to.equal((rows * cols) / 2)
    }
    for (const { pixels } of holes({ probability: 1, area: [1, 1] })) expect(pixels).to.equal(rows * cols)
    for (const { pixels } of holes({ probability: 1, area: [0, 0] })) expect(pixels).to.equal(0)
  })

  it('is as likely at one place as at another', () => {
    const lines = build([1500, 1, 5, 1], () => 1)
    const { output } = run(untyped.RandomErasing({ probability: 1, area: [0.2, 0.2], ratio: [1, 1] }), lines, {
      training: true,
    })
    for (let c = 0; c < 5; c++) {
      const erased = output.data.filter((value, i) => i % 5 === c && value === 0).length
      expect(erased).to.be.within(240, 360)
    }
  })

  it('puts a value or random numbers there, in all channels', () => {
    const x = build([20, 8, 8, 3], () => 1)
    const all = { probability: 1, area: [1, 1] } as const
    expect(new Set(run(RandomErasing({ ...all, value: -2 }), x, { training: true }).output.data)).to.deep.equal(
      new Set([-2]),
    )
    const { data } = run(RandomErasing({ ...all, value: 'random' }), x, { training: true }).output
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    expect(mean).to.be.closeTo(0, 0.06)
    expect(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length).to.be.closeTo(1, 0.08)
    const some = run(RandomErasing({ probability: 1 }), x, { training: true }).output.data
    for (let i = 0; i < some.length; i += 3) expect(new Set(some.slice(i, i + 3)).size).to.equal(1)
  })

  it('changes nothing outside of training', () => {
    const x = draw(1, [2, 5, 5, 3])
    close(run(RandomErasing({ probability: 1 }), x).output, x, 0)
  })

  it('reads back and prints its options', () => {
    const { probability, area, ratio, value } = RandomErasing()
    expect([probability, area, ratio, value]).to.deep.equal([0.5, [0.02, 0.33], [0.3, 3.3], 0])
    expect(String(RandomErasing({ area: [0.2, 0.1], value: 'random' }))).to.equal(
      "RandomErasing({ area: [0.1, 0.2], value: 'random' })",
    )
  })

  behaves(() => untyped.RandomErasing({ probability: 0.8, value: 'random' }))

  refuses([
    [
      () => untyped.RandomErasing({ probability: 2 }),
      'InvalidOption of RandomErasing, probability: expected a number from 0 to 1, got 2.',
    ],
    [
      () => untyped.RandomErasing({ area: 0.3 }),
      'InvalidOption of RandomErasing, area: expected two numbers from 0 to 1, parts of the area, got 0.3.',
    ],
    [
      () => untyped.RandomErasing({ ratio: [0, 1] }),
      'InvalidOption of RandomErasing, ratio: expected two positive numbers, height by width, got [0, 1].',
    ],
    [
      () => untyped.RandomErasing({ value: 'noise' }),
      "InvalidOption of RandomErasing, value: expected a number or 'random', got 'noise'.",
    ],
    [
      () => untyped.join(Input(4), untyped.RandomErasing()),
      'LayerConnectionError of random-erasing-1: expected a 4-dimensional input [batch, rows, cols, channels], got',
    ],
  ])
})
