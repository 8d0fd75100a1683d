import type { GraphNode } from '../graph/graph.ts'
import { placeholder, plainOps } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import { outgoing } from '../network/wiring.ts'
import type { Ops } from '../ops/ops.ts'
import { wireFor } from '../state/check.ts'
import type { Judgement } from '../state/traced.ts'
import { type Fields, mapFields } from './batches.ts'
import { asVector, type Layout, layoutOf } from './report.ts'
import type { Outcome, Scoring } from './scoring.ts'
import { type Measured, score } from './update.ts'

// What `evaluate` measures of a network's outputs, in the program that computes them.

/** What training has of a score, but for penalties: nothing regularizes here. */
const measuredOf = <T>(ops: Ops<T>, scoring: Scoring, outcome: Outcome<T>): Measured<T> =>
  score(ops, scoring, { regularizer: null }, {}, outcome)

/** What is computed is told apart by losses and metrics, which are compared as values, and by a text of all else. */
interface Known {
  readonly next: WeakMap<object, Known>
  readonly judgements: Map<string, Judgement>
}
const known = (): Known => ({ next: new WeakMap(), judgements: new Map() })
const root = known()

/** The sums as one vector, one and the same judgement for the same losses and metrics, as programs are kept for it. */
export const judgementOf = (scoring: Scoring, { y, weights }: Fields<unknown>): Judgement => {
  const { losses, metrics } = scoring
  const values: readonly object[] = [...losses.map(({ loss }) => loss), ...metrics.map(({ metric }) => metric)]
  const at = values.reduce<Known>((all, value) => {
    const next = all.next.get(value) ?? known()
    all.next.set(value, next)
    return next
  }, root)
  const rest = [losses.map(({ weight, output }) => [weight, output]), metrics.map(({ outputs }) => outputs)]
  const text = JSON.stringify([rest, y.length, weights.length])
  const judgement: Judgement =
    at.judgements.get(text) ??
    ((ops, x, beside, predicted) => {
      const expected = beside.slice(0, y.length)
      const [weighing, mask] = [
        beside.slice(y.length, y.length + weights.length),
        beside.slice(y.length + weights.length),
      ]
      const { groups } = measuredOf(ops, scoring, { x, expected, predicted, weights: weighing, mask })
      return [asVector(ops, layoutOf(groups, ops.shape)[1])]
    })
  at.judgements.set(text, judgement)
  return judgement
}

interface Shaped {
  readonly shape: readonly number[]
}

/** How the vector of some rows is read; nothing is computed. */
export const layoutFor = (
  part: Part,
  scoring: Scoring,
  batch: Fields<Shaped>,
  count: number,
): { readonly layout: Layout; readonly extras: readonly string[] } => {
  const { x, y, weights, mask } = mapFields(batch, ({ shape }, field) => placeholder(field, [count, ...shape.slice(1)]))
  const wiring = wireFor(
    part,
    x.map(({ shape }) => shape),
  )
  const predicted = outgoing(wiring).map(shape => placeholder('predicted', shape ?? []))
  const { groups, extras } = measuredOf<GraphNode>(plainOps, scoring, { x, expected: y, predicted, weights, mask })
  return { layout: layoutOf(groups, node => node.shape)[0], extras }
}
