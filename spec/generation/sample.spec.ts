import { expect } from 'chai'
import fc from 'fast-check'
import { drawToken } from '../../src/generation/sample.ts'

const all = { temperature: 1, topK: null, topP: 1 } as const
const logsOf = (probabilities: readonly number[]): Float32Array => Float32Array.from(probabilities, Math.log)

/** How often each token is drawn, of draws evenly spaced. */
const shares = (logs: Float32Array, drawing: Parameters<typeof drawToken>[1], count = 1000): number[] => {
  const found = Array.from(logs, () => 0)
  for (let i = 0; i < count; i++)
    found[drawToken(logs, drawing, i / count)] = (found[drawToken(logs, drawing, i / count)] ?? 0) + 1
  return found.map(share => share / count)
}
const near = (found: readonly number[], expected: readonly number[]): void => {
  for (const [i, share] of found.entries()) expect(share).to.be.closeTo(expected[i] as number, 2e-3)
}

describe('A drawn token', () => {
  it('is drawn by the probabilities', () => near(shares(logsOf([0.1, 0.6, 0, 0.3]), all), [0.1, 0.6, 0, 0.3]))

  it('does not depend on what is added to all logits', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: -64, max: 64 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (logits, by, draw) => {
          const drawing = { temperature: 0.5, topK: null, topP: 0.7 }
          const moved = Float32Array.from(logits, logit => logit + by)
          expect(drawToken(moved, drawing, draw)).to.equal(drawToken(Float32Array.from(logits), drawing, draw))
        },
      ),
    ))

  it('follows the temperature: powers of the probabilities', () => {
    near(shares(logsOf([0.2, 0.8]), { ...all, temperature: 0.5 }), [0.04 / 0.68, 0.64 / 0.68])
    near(shares(logsOf([0.2, 0.8]), { ...all, temperature: 2 }), [1 / 3, 2 / 3])
    near(shares(logsOf([0.2, 0.4, 0.4]), { ...all, temperature: 0 }), [0, 1, 0])
  })

  it('is one of the most probable', () => {
    near(shares(logsOf([0.1, 0.4, 0.2, 0.3]), { ...all, topK: 2 }), [0, 4 / 7, 0, 3 / 7])
    near(shares(logsOf([0.25, 0.25, 0.25, 0.25]), { ...all, topK: 3 }), [1 / 3, 1 / 3, 1 / 3, 0])
    near(shares(logsOf([0.1, 0.4, 0.2, 0.3]), { ...all, topP: 0.65 }), [0, 4 / 7, 0, 3 / 7])
    near(shares(logsOf([0.1, 0.4, 0.2, 0.3]), { ...all, topP: 0.01 }), [0, 1, 0, 0])
    // Of the three most probable ones, those with half of what they have.
    near(shares(logsOf([0.1, 0.4, 0.2, 0.3]), { ...all, topK: 3, topP: 0.5 }), [0, 4 / 7, 0, 3 / 7])
  })

  it('is one of the most probable of many, as if all were ordered', () =>
    fc.assert(
      fc.property(
        // Many are equal: of these, the first are more probable.
        fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(Number.NEGATIVE_INFINITY)), {
          minLength: 300,
          maxLength: 400,
        }),
        fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
        fc.constantFrom(0.1, 0.6, 0.95, 0.9999, 1),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (logits, topK, topP, draw) => {
          fc.pre(logits.some(Number.isFinite))
          const most = Math.max(...logits)
          const weights = logits.map((logit, i) => [Math.exp(logit - most), i] as const)
          const first = weights.toSorted(([a, i], [b, j]) => b - a || i - j).slice(0, topK ?? undefined)
          const sum = (list: typeof first): number => list.reduce((total, [weight]) => total + weight, 0)
          const share = topP * sum(first)
          const kept = first.filter((_, i) => sum(first.slice(0, i)) < share)
          const token = drawToken(Float32Array.from(logits), { temperature: 1, topK, topP }, draw)
          const at = kept.findIndex(([, i]) => i === token)
          // Sums in another order differ in their last bits, so one more or less may be kept.
          expect(at >= 0 || first[kept.length]?.[1] === token).to.equal(true)
        },
      ),
    ))

  it('is possible, whatever the draw', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(Number.NEGATIVE_INFINITY, -1e30, -3, 0, 1, 80), { minLength: 1, maxLength: 9 }),
        fc.constantFrom(0, 0.5, 1 - 2 ** -24),
        (logits, draw) => {
          fc.pre(logits.some(Number.isFinite))
          expect(logits[drawToken(Float32Array.from(logits), all, draw)]).not.to.equal(Number.NEGATIVE_INFINITY)
        },
      ),
    ))

  it('needs finite scores', () => {
    for (const logits of [[Number.NaN, 1], [1, Number.NaN], [Number.POSITIVE_INFINITY, 1], [Number.NEGATIVE_INFINITY]])
      expect(() => drawToken(Float32Array.from(logits), all, 0)).to.throw(
        'expected variables with which tokens have finite scores',
      )
  })
})
