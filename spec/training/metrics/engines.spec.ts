import { expect } from 'chai'
import fc from 'fast-check'
import * as joinery from '../../../src/index.ts'
import { type Case, cases, type KindName, kinds, rowsOf, tensorsOf } from './cases.ts'

// Metrics of predictions in the program that computes them, on every engine and in batches, are what they are of the
// predictions by themselves.

const backends = ['tfjs', 'wasm', 'onnxruntime'] as const
const flat = (value: unknown): readonly number[] => [value].flat(2) as number[]
const near = (found: unknown, wanted: unknown, what: string): void => {
  const [own, other] = [flat(found), flat(wanted)]
  expect(own.length, what).to.equal(other.length)
  for (const [i, number] of other.entries())
    if (!Object.is(own[i], number) && own[i] !== number)
      expect(own[i], what).to.be.closeTo(number, 3e-5 * (1 + Math.abs(number)))
}

/** Metrics under names that tell them from each other. */
const told = (all: readonly Case[]): readonly joinery.Metric[] =>
  all.map(({ metric: { sums, finish } }, i) => joinery.defineMetric(`metric ${i}`, { sums, finish } as never))

describe('Metrics on every engine', () => {
  for (const kind of Object.keys(kinds) as readonly KindName[]) {
    const own = cases.filter(one => one.kind === kind)
    const counted = fc.sample(rowsOf({ kind }, 23), { numRuns: 20, seed: 5 }).flat().slice(0, 40)
    // What does not count may be anything.
    const rows = counted.flatMap((row, i) => (i % 3 ? [row] : [row, { ...row, p: row.p.map(() => Number.NaN), w: 0 }]))
    const { expected, predicted, weights } = tensorsOf({ kind }, rows)
    const network = joinery.join(joinery.Input(predicted.shape.slice(1) as number[]), joinery.Identity())
    const variables = joinery.init(network, joinery.key(0))
    for (const backend of [null, ...backends])
      it(`of ${kind} are those of the predictions, ${backend ?? 'eager'}`, async () => {
        const report = await joinery.evaluate(network, variables as never, { x: predicted, y: expected, weights }, {
          loss: (ops: joinery.Ops<unknown>, _: unknown, p: unknown) => ops.multiply(p, ops.constant(0)),
          metrics: told(own),
          batchSize: 17,
          ...(backend && { backend }),
        } as never)
        for (const [i, { metric }] of own.entries())
          near(
            (report as Readonly<Record<string, unknown>>)[`metric ${i}`],
            metric(expected, predicted, { weights }),
            String(metric),
          )
      })
  }

  for (const backend of backends)
    it(`know what does not vary from what rounds, ${backend}`, async () => {
      const network = joinery.join(joinery.Input(1), joinery.Identity())
      for (const value of [0.1, 1 / 3, 1234.567])
        for (const count of [50, 333]) {
          const column = (data: Float32Array) => ({ data, shape: [count, 1] })
          const y = Float32Array.from({ length: count }, () => value)
          const report = await joinery.evaluate(
            network,
            joinery.init(network, joinery.key(0)),
            {
              x: column(y.map((own, i) => own + (i % 2))),
              y: column(y),
              weights: y.map((_, i) => 0.1 + (i % 3) / 7),
            },
            { metrics: ['r2', 'pearson'], batchSize: 100, backend },
          )
          expect(report, `${count} times ${value}`).to.include({ r2: 0, pearson: 0 })
        }
    })

  const network = joinery.join(joinery.Input(4), joinery.Tanh(5), joinery.Softmax(3))
  const variables = joinery.init(network, joinery.key(1))
  const own = cases.filter(({ kind }) => kind === 'classes')
  const rows = 24
  const x = { data: joinery.normals(joinery.key(2), rows * 4), shape: [rows, 4] }
  const y = Float32Array.from({ length: rows }, (_, i) => (i * i) % 3)
  for (const backend of backends)
    it(`in a training step are those before the update, ${backend}`, async () => {
      const step = joinery.compileTraining(network, {
        loss: joinery.defineLoss('none', (ops, _, p) => ops.mean(p, [1])),
        metrics: told(own),
        backend,
      })
      const [, report] = await step(await step.init(variables, joinery.key(3)), { x, y })
      const predicted = joinery.apply(network, variables, x).output
      for (const [i, { metric }] of own.entries())
        near((report as Readonly<Record<string, unknown>>)[`metric ${i}`], metric(y, predicted), String(metric))
      await step.dispose()
    })
})
