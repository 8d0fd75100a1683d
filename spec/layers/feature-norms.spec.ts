import { expect } from 'chai'
import fc from 'fast-check'
import { Input, InstanceNorm, init, join, key, LayerNorm, outputShape, RMSNorm } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
/** The elements that share an index everywhere but along some axes. */
const along = (x: Numbers, index: readonly number[], axes: readonly number[]): readonly number[] => {
  const walk = (prefix: readonly number[]): readonly number[] => {
    const axis = prefix.length
    if (axis === x.shape.length) return [at(x, ...prefix)]
    if (!axes.includes(axis)) return walk([...prefix, index[axis] as number])
    return Array.from({ length: x.shape[axis] as number }, (_, i) => walk([...prefix, i])).flat()
  }
  return walk([])
}
/** What a variable of the shape along some axes is at an index. */
const own = (variable: Numbers, index: readonly number[], axes: readonly number[]): number =>
  at(variable, ...axes.map(axis => index[axis] as number))

const cases = fc.record({
  seed: fc.nat(1000),
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
  axes: fc.subarray([1, 2, 3], { minLength: 1 }),
  negative: fc.boolean(),
  epsilon: fc.constantFrom(0.001, 0.5),
  without: fc.subarray(['gamma', 'beta'] as const),
})

/** Draws for factor and shift, `null` for what is left out, and the options that say so. */
const drawn = (seed: number, shape: readonly number[], without: readonly string[]) => {
  const [gamma, beta] = [draw(seed + 1, shape), draw(seed + 2, shape)]
  const option = (name: string, value: Numbers) => (without.includes(name) ? null : untyped.tensor(value))
  return {
    gamma: without.includes('gamma') ? null : gamma,
    beta: without.includes('beta') ? null : beta,
    options: { gamma: option('gamma', gamma), beta: option('beta', beta) },
  }
}

describe('LayerNorm and RMSNorm', () => {
  it('normalize each example over any axes, with or without factor and shift', () => {
    fc.assert(
      fc.property(cases, ({ seed, shape, axes: some, negative, epsilon, without }) => {
        const rank = shape.length + 1
        const axes = some.filter(axis => axis < rank)
        if (axes.length === 0) return
        const x = draw(seed, [2, ...shape])
        const given = negative ? axes.map(axis => axis - rank).reverse() : axes
        const { gamma, beta, options } = drawn(
          seed,
          axes.map(axis => x.shape[axis] as number),
          without,
        )
        const scaled = (index: readonly number[], value: number): number =>
          value * (gamma ? own(gamma, index, axes) : 1)
        const layerNorm = build(x.shape, index => {
          const values = along(x, index, axes)
          const variance = mean(values.map(value => (value - mean(values)) ** 2))
          const shift = beta ? own(beta, index, axes) : 0
          return scaled(index, (at(x, ...index) - mean(values)) / Math.sqrt(variance + epsilon)) + shift
        })
        close(run(untyped.LayerNorm({ ...options, axes: given, epsilon }), x).output, layerNorm, 1e-4)
        const rmsNorm = build(x.shape, index => {
          const square = mean(along(x, index, axes).map(value => value ** 2))
          return scaled(index, at(x, ...index) / Math.sqrt(square + epsilon))
        })
        close(run(untyped.RMSNorm({ gamma: options.gamma, axes: given, epsilon }), x).output, rmsNorm, 1e-4)
      }),
      { numRuns: 60 },
    )
  })

  it('let no gradient through along the mean, and along the length', () => {
    const x = draw(5, [3, 4])
    const ones = build([3, 4], () => 1)
    const { input } = back(untyped.LayerNorm({ gamma: null, beta: null, epsilon: 0 }), x, ones)
    close(
      input,
      build([3, 4], () => 0),
      1e-5,
    )
    const scaled = back(untyped.RMSNorm({ gamma: null, epsilon: 0 }), x, draw(6, [3, 4]))
    for (let row = 0; row < 3; row++) {
      const dot = [0, 1, 2, 3].reduce((sum, i) => sum + at(x, row, i) * at(scaled.input, row, i), 0)
      expect(dot).to.be.closeTo(0, 1e-5)
    }
  })

  it('read back and print their options', () => {
    expect(LayerNorm({ axes: [1, -1], gamma: null })).to.deep.include({ axes: [1, -1], gamma: null, beta: 0 })
    expect(String(LayerNorm({ axes: [1, -1], gamma: null }))).to.equal('LayerNorm({ axes: [1, -1], gamma: null })')
    expect(String(RMSNorm({ epsilon: 0.1, axes: [-1] }))).to.equal('RMSNorm({ epsilon: 0.1 })')
    const { params } = init(join(Input([3, 4]), LayerNorm({ axes: [-1, -2] }), RMSNorm()), key(1))
    expect(params['layer-norm-1'].gamma.shape).to.deep.equal([3, 4])
    expect(params['rms-norm-1'].gamma.shape).to.deep.equal([4])
    expect(init(join(Input(3), LayerNorm({ gamma: null, beta: null })), key(1)).params).to.deep.equal({})
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  const axes = 'expected an array of different integers other than 0, the batch'
  refuses([
    [() => untyped.LayerNorm({ axes: [0] }), `InvalidOption of LayerNorm, axes: ${axes}, got [0].`],
    [() => untyped.LayerNorm({ axes: [] }), `InvalidOption of LayerNorm, axes: ${axes}, got [].`],
    [() => untyped.RMSNorm({ axes: [1, 1] }), `InvalidOption of RMSNorm, axes: ${axes}, got [1, 1].`],
    [() => untyped.RMSNorm({ beta: 1 }), 'InvalidOption of RMSNorm, beta: expected an option of axes, gamma, epsilon'],
    [
      connect(untyped.LayerNorm({ axes: [2] }), 4),
      'LayerConnectionError of layer-norm-1: expected an input with the axes 2 beside the batch, got (?, 4).',
    ],
    [
      connect(untyped.LayerNorm({ axes: [1, -1] }), 4),
      'LayerConnectionError of layer-norm-1: expected an input with the axes 1, -1 beside the batch, got (?, 4).',
    ],
    [
      connect(untyped.RMSNorm({ axes: [-2] }), 4),
      'LayerConnectionError of rms-norm-1: expected an input with the axes -2 beside the batch, got (?, 4).',
    ],
    [
      () => init(untyped.join(Input([null, 3]), untyped.LayerNorm({ axes: [1] })), key(1)),
      'WeightInitializationError of layer-norm-1: expected known dimensions along the axes of the features',
    ],
  ])
})

describe('InstanceNorm', () => {
  it('normalizes each channel of each example', () => {
    fc.assert(
      fc.property(cases, ({ seed, shape, epsilon, without }) => {
        const x = draw(seed, [2, ...shape])
        const between = shape.slice(1).map((_, i) => i + 1)
        const last = [x.shape.length - 1]
        const { gamma, beta, options } = drawn(seed, x.shape.slice(-1), without)
        const expected = build(x.shape, index => {
          const values = along(x, index, between)
          const variance = mean(values.map(value => (value - mean(values)) ** 2))
          const normalized = (at(x, ...index) - mean(values)) / Math.sqrt(variance + epsilon)
          return normalized * (gamma ? own(gamma, index, last) : 1) + (beta ? own(beta, index, last) : 0)
        })
        close(run(untyped.InstanceNorm({ ...options, epsilon }), x).output, expected, 1e-4)
      }),
      { numRuns: 40 },
    )
  })

  it('has variables for each channel, and prints its options', () => {
    const { params } = init(join(Input([5, 6, 3]), InstanceNorm(), InstanceNorm({ gamma: null })), key(1))
    expect(params['instance-norm-1'].gamma.shape).to.deep.equal([3])
    expect(Object.keys(params['instance-norm-2'])).to.deep.equal(['beta'])
    expect(String(InstanceNorm({ beta: null }))).to.equal('InstanceNorm({ beta: null })')
    expect(outputShape(InstanceNorm(), [null, 5, 3])).to.deep.equal([null, 5, 3])
  })

  refuses([
    [
      () => untyped.InstanceNorm({ epsilon: -1 }),
      'InvalidOption of InstanceNorm, epsilon: expected a number >= 0, got -1.',
    ],
    [
      () => untyped.join(Input(4), untyped.InstanceNorm()),
      'LayerConnectionError of instance-norm-1: expected an input [batch, ..., channels] with axes between them, got (?, 4).',
    ],
  ])
})
