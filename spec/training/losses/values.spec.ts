import { tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { type Ops, tape } from '../../../src/index.ts'
import { type Computation, compiledFor, eager } from '../../conformance/engine.ts'
import { type LossCase, lossCases } from './cases.ts'

// Every loss with every option on every engine: each example's loss by its formula in 64-bit floats, and the gradient of a
// weighted sum by central differences of it.

const weightOf = (i: number): number => 1 + (i % 3) / 2

/** The losses of the examples, and the gradient of their weighted sum. */
const computation =
  ({ loss }: LossCase): Computation =>
  <T>(beneath: Ops<T>, ...inputs: readonly T[]) => {
    const [expected, predicted] = inputs as readonly [T, T]
    const { ops, variable, fixed, gradients } = tape(beneath)
    const at = variable(predicted)
    const each = loss.forward(ops, fixed(expected), at, { x: [] })
    const shape = beneath.shape(each.value) as readonly number[]
    const count = shape.reduce((n, d) => n * d, 1)
    const weights = beneath.constant(
      Float32Array.from({ length: count }, (_, i) => weightOf(i)),
      shape,
    )
    return [each.value, ...gradients([[each, weights]], [at])]
  }

/** Central differences, in the distance at which they lose least. */
const slopesOf = ({ predicted, reference }: LossCase): readonly number[] => {
  const total = (data: readonly number[]) => reference(data).reduce((sum, value, i) => sum + weightOf(i) * value, 0)
  return predicted.data.map((value, i) => {
    const moved = (by: number) => predicted.data.map((x, k) => (k === i ? x + by : x))
    const h = 1e-5 * Math.max(1, Math.abs(value))
    return (total(moved(h)) - total(moved(-h))) / (2 * h)
  })
}

const close = (what: string, found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void => {
  expect(found.length, what).to.equal(wanted.length)
  for (const [i, value] of wanted.entries())
    expect(found[i], `${what} ${i}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}

for (const engine of ['eager', 'tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Losses by their formulas (${engine})`, () => {
    for (const one of lossCases)
      it(one.title, async () => {
        const { compute } = engine === 'eager' ? eager : await compiledFor(engine)
        const inputs = [one.expected, one.predicted].map(({ data, shape }) => tensor([...data], [...shape], 'float32'))
        const [values = [], gradient = []] = await compute(computation(one), inputs)
        close('loss', values, one.reference(one.predicted.data), 1e-4)
        close('gradient', gradient, slopesOf(one), 1e-3)
      })

    it('are NaN of predictions that are', async () => {
      const { compute } = engine === 'eager' ? eager : await compiledFor(engine)
      for (const one of lossCases) {
        const { data, shape } = one.predicted
        const first = data.length / (shape[0] as number)
        const unknown = data.map((value, i) => (i < first ? Number.NaN : value))
        const inputs = [tensor([...one.expected.data], [...one.expected.shape]), tensor(unknown, [...shape])]
        const [values = []] = await compute(computation(one), inputs)
        expect(values[0], one.title).to.deep.equal(Number.NaN)
      }
    })
  })
