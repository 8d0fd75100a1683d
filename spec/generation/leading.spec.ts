import { expect } from 'chai'
import fc from 'fast-check'
import { leading } from '../../src/generation/leading.ts'

describe('The largest of many numbers', () => {
  it('are the first of all in order, of equal ones the first', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0.25, 0.5, 1, 1e-300, 3), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (numbers, part) => {
          const count = Math.max(1, Math.round(part * part * numbers.length))
          const expected = numbers
            .map((value, i) => [value, i] as const)
            .sort(([a, i], [b, j]) => b - a || i - j)
            .slice(0, count)
          expect(leading(Float64Array.from(numbers), count)).to.deep.equal(expected.map(([, i]) => i))
        },
      ),
    ))
})
