import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { tfjsOps } from '../../../src/index.ts'
import { type Case, cases, rowsOf, tensorsOf } from './cases.ts'
import type { Rows, Value } from './reference.ts'

// The laws of metrics: they are what their formulas say, of any batches together what they are of all at once, of no order,
// and what has the weight 0 is not there.

const flat = (value: unknown): readonly number[] => [value].flat(2) as number[]

const near = (found: unknown, wanted: Value, what: string, tolerance = 2e-5): void => {
  const [own, other] = [flat(found), flat(wanted)]
  expect(own.length, what).to.equal(other.length)
  for (const [i, number] of other.entries())
    if (!Object.is(own[i], number) && own[i] !== number)
      expect(own[i], what).to.be.closeTo(number, tolerance * (1 + Math.abs(number)))
}

type Sums = readonly (number | Float64Array)[]
const sumsOf = (one: Case, rows: Rows): Sums =>
  tf.tidy(() => {
    const { expected, predicted, weights } = tensorsOf(one, rows)
    const [t, p, w] = [expected, predicted, weights].map(({ data, shape }) => tf.tensor(data, [...shape])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ]
    return one.metric
      .sums(tfjsOps, t, p, w)
      .map(sum => (sum.rank === 0 ? (sum.dataSync()[0] as number) : Float64Array.from(sum.dataSync()))) as never
  }) as unknown as Sums
const added = (a: Sums, b: Sums): Sums =>
  a.map((sum, i) => {
    const other = b[i]
    return typeof sum === 'number'
      ? sum + (other as number)
      : sum.map((n, k) => n + ((other as Float64Array)[k] as number))
  })
const finished = ({ metric }: Case, sums: Sums): unknown => metric.finish(sums)
const measured = (one: Case, rows: Rows): unknown => finished(one, sumsOf(one, rows))
const counts = (rows: Rows): boolean => rows.some(({ w }) => w > 0)

for (const one of cases) {
  const { metric, kind, is, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = one
  describe(`${metric} of ${kind}`, () => {
    const law = (rows: fc.Arbitrary<Rows>, test: (rows: Rows) => void) =>
      fc.assert(fc.property(rows, test), { numRuns: 60 })

    it('is what its formula says', () =>
      law(rowsOf(one).filter(counts), rows => near(measured(one, rows), is(rows), '')))

    it('is called with weights as with sums', () =>
      law(rowsOf(one), rows => {
        const { expected, predicted, weights } = tensorsOf(one, rows)
        const called = metric(expected, predicted, { weights })
        near(called, measured(one, rows) as Value, 'called', 0)
      }))

    it('of several batches is that of all', () =>
      fc.assert(
        fc.property(rowsOf(one), fc.nat(11), fc.nat(11), (rows, a, b) => {
          const cuts = [0, Math.min(a, b, rows.length), Math.min(Math.max(a, b), rows.length), rows.length]
          const parts = [0, 1, 2].map(i => rows.slice(cuts[i], cuts[i + 1])).filter(part => part.length > 0)
          const sums = parts.map(part => sumsOf(one, part)).reduce(added)
          near(finished(one, sums), measured(one, rows) as Value, '')
        }),
        { numRuns: 60 },
      ))

    it('knows no order', () =>
      law(rowsOf(one), rows => near(measured(one, [...rows].reverse()), measured(one, rows) as Value, '')))

    it('leaves out what has the weight 0, even NaN', () =>
      law(rowsOf(one).filter(counts), rows => {
        const nothing = (numbers: readonly number[]) => numbers.map(() => Number.NaN)
        const broken = rows.flatMap(({ t, p, w }) => [
          { t, p, w },
          { t, p: nothing(p), w: 0 },
          { t: nothing(t), p, w: 0 },
        ])
        near(
          measured(one, broken),
          measured(
            one,
            rows.filter(({ w }) => w > 0),
          ) as Value,
          '',
        )
      }))

    it('leaves no tensor behind, and gives the same bits again', () => {
      const [rows = []] = fc.sample(rowsOf(one).filter(counts), { numRuns: 1, seed: 3 })
      const { expected, predicted, weights } = tensorsOf(one, rows)
      const first = metric(expected, predicted, { weights })
      const { numTensors } = tf.memory()
      expect(metric(expected, predicted, { weights })).to.deep.equal(first)
      expect(tf.memory().numTensors).to.equal(numTensors)
    })

    it('lies within its range', () =>
      law(rowsOf(one), rows => {
        for (const number of flat(measured(one, rows)))
          if (!Number.isNaN(number)) expect(number).to.be.within(least - 1e-6, most + 1e-6)
      }))
  })
}
