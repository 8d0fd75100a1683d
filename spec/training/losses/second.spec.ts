import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../../src/index.ts'
import { type LossCase, lossCases } from './cases.ts'
import { ctc, softmax } from './references.ts'

// The curvature of losses along a direction, which second-order optimizers follow, and alignments of any labels.

const direction = (i: number): number => Math.sin(1 + 2 * i)

/** `vᵀ H v` of the sum of the losses of all examples, by a tape over a tape. */
const curvatureOf = ({ loss, expected, predicted }: LossCase): number =>
  tidy(() => {
    const made = ({ data, shape }: typeof expected) => tensor([...data], [...shape], 'float32') as Tensor
    const outer = j.tape(j.tfjsOps)
    const inner = j.tape(outer.ops)
    const x = outer.variable(made(predicted))
    const at = inner.variable(x)
    const y = inner.fixed(outer.fixed(made(expected)))
    const each = loss.forward(inner.ops, y, at, { x: [] })
    const ones = outer.ops.broadcast(outer.ops.constant(1), outer.ops.shape(each.value))
    const [slope] = inner.gradients([[each, ones]], [at])
    const v = outer.ops.constant(
      Float32Array.from(predicted.data, (_, i) => direction(i)),
      predicted.shape,
    )
    const product = outer.ops.multiply(slope as typeof x, v)
    const along = outer.ops.sum(
      product,
      predicted.shape.map((_, i) => i),
    )
    const [second] = outer.gradients([[along, j.tfjsOps.constant(1)]], [x])
    return Array.from((second as Tensor).dataSync()).reduce((sum, value, i) => sum + value * direction(i), 0)
  })

describe('Losses have second derivatives', () => {
  for (const one of lossCases)
    it(one.title, () => {
      const total = (t: number) =>
        one.reference(one.predicted.data.map((x, i) => x + t * direction(i))).reduce((a, b) => a + b, 0)
      const h = 1e-4
      const wanted = (total(h) - 2 * total(0) + total(-h)) / h ** 2
      expect(curvatureOf(one)).to.be.closeTo(wanted, 2e-3 * (1 + Math.abs(wanted)))
    })
})

describe('ctc', () => {
  it('sums over all alignments of any labels', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 1000 }),
        (labels, steps, seed) => {
          const logits = Array.from({ length: steps }, (_, t) => Array.from(j.normals(j.key(seed + 1000 * t), 4)))
          const wanted = ctc(labels, logits.map(softmax))
          const [found] = j.ctc({ fromLogits: true })([labels], [logits]).dataSync()
          if (wanted === Number.POSITIVE_INFINITY) expect(found).to.equal(wanted)
          else expect(found).to.be.closeTo(wanted, 1e-4 * (1 + wanted))
        },
      ),
      { numRuns: 60 },
    ))
})
