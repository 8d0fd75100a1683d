import { expect } from 'chai'
import { fit, Input, init, join, key, LeakyRelu, Linear, SpectralNorm } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const lengthOf = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
/** The largest singular value of a matrix, by many steps of power iteration on its square. */
const largest = (matrix: Numbers): number => {
  const [n, m] = matrix.shape as [number, number]
  let vector = Array.from({ length: m }, (_, j) => 1 + j / 10)
  let norm = 0
  for (let step = 0; step < 500; step++) {
    const image = Array.from({ length: n }, (_, i) => vector.reduce((sum, v, j) => sum + at(matrix, i, j) * v, 0))
    const back = Array.from({ length: m }, (_, j) => image.reduce((sum, u, i) => sum + at(matrix, i, j) * u, 0))
    norm = lengthOf(image) / lengthOf(vector)
    vector = back.map(value => value / lengthOf(back))
  }
  return norm
}

describe('SpectralNorm', () => {
  it('starts near the largest singular value, by which it divides the weight', () => {
    const identity = build([6, 6], ([i, j]) => (i === j ? 1 : 0))
    const { output, params } = run(SpectralNorm(Linear(4, { bias: null })), identity)
    const weight = params.weight as Numbers
    const sigma = largest(weight)
    close(
      output,
      build([6, 4], index => at(weight, ...index) / sigma),
      0.02,
    )
    expect(largest(output)).to.be.closeTo(1, 0.02)
  })

  it('keeps directions of length 1 in its state, and improves them in training only', () => {
    const x = draw(1, [3, 5])
    const layer = SpectralNorm(Linear(4))
    const { state, after } = run(layer, x)
    expect(state.weightLeft?.shape).to.deep.equal([4])
    expect(state.weightRight?.shape).to.deep.equal([5])
    for (const direction of Object.values(state)) expect(lengthOf(direction.data)).to.be.closeTo(1, 1e-5)
    expect(after).to.deep.equal(state)
    const trained = run(layer, x, { training: true })
    expect(trained.after).not.to.deep.equal(trained.state)
    for (const direction of Object.values(trained.after)) expect(lengthOf(direction.data)).to.be.closeTo(1, 1e-5)
  })

  it('comes to the largest singular value, the more iterations the sooner', () => {
    const identity = build([5, 5], ([i, j]) => (i === j ? 1 : 0))
    const { output } = run(SpectralNorm(Linear(5, { bias: null }), { iterations: 200 }), identity, { training: true })
    expect(largest(output)).to.be.closeTo(1, 1e-4)
  })

  it('trains, and goes around convolutions', async () => {
    const network = join(Input(4), SpectralNorm(LeakyRelu(8)), SpectralNorm(Linear(1)))
    const data = {
      x: draw(1, [32, 4]),
      y: { shape: [32, 1], data: draw(1, [32, 4]).data.filter((_, i) => i % 4 === 0) },
    }
    const { history, variables } = await fit(network, init(network, key(1)), data as never, {
      loss: 'mse',
      epochs: 30,
      batchSize: 8,
      key: key(2),
    })
    expect(history.loss.at(-1)).to.be.below(0.75 * (history.loss[0] as number))
    expect(lengthOf([...variables.state['spectral-norm-1'].weightLeft.dataSync()])).to.be.closeTo(1, 1e-5)
    const { state } = run(untyped.SpectralNorm(untyped.Convolution([3, 2, 4])), draw(1, [1, 5, 5, 2]))
    expect([state.weightLeft?.shape, state.weightRight?.shape]).to.deep.equal([[4], [12]])
  })

  it('reads back and prints its options', () => {
    const layer = SpectralNorm(Linear(3), { iterations: 2 })
    expect(layer).to.deep.include({ weights: ['weight'], axis: -1, iterations: 2, epsilon: 1e-12 })
    expect(String(layer)).to.equal('SpectralNorm(Linear(3), { iterations: 2 })')
  })

  refuses([
    [() => untyped.SpectralNorm(null), 'InvalidOption of SpectralNorm, layer: expected a layer, got null.'],
    [
      () => untyped.SpectralNorm(Linear(3), { iterations: 0 }),
      'InvalidOption of SpectralNorm, iterations: expected a positive integer, got 0.',
    ],
    [
      () => untyped.SpectralNorm(Linear(3), { epsilon: 0 }),
      'InvalidOption of SpectralNorm, epsilon: expected a positive number, got 0.',
    ],
    [
      () => init(untyped.join(Input([4, 2]), untyped.SpectralNorm(untyped.LSTM(3))), key(1)),
      'WeightInitializationError of spectral-norm-1: expected a layer with a variable weight of two dimensions or more',
    ],
    [
      () =>
        run(
          untyped.SpectralNorm(untyped.Embedding(4, 3)),
          build([1, 2], () => 9),
        ),
      'InvalidOption of spectral-norm-1, input: expected whole numbers from 0 to 3, got 9.',
    ],
  ])
})
