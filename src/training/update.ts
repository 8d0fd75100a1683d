import type { Mode } from '../core/layer.ts'
import { run, type Wiring } from '../core/network.ts'
import type { Ops } from '../core/ops.ts'
import { leafOf, mapTree, mergeTrees, type VariableTree } from '../core/trees.ts'
import { tape } from '../ops/tape.ts'
import type { Comparison, Metric } from './loss.ts'
import { changesOf, type Slots } from './optimizer.ts'
import type { NormalRule } from './options.ts'

// One update of a network's variables, in any interpretation of the operations: eager, it is computed; traced, it is the
// graph that backends compile.

/** What an update changes. */
export interface Trained<T> {
  readonly params: VariableTree<T>
  readonly state: VariableTree<T>
  /** What the optimizer remembers. */
  readonly slots: Slots<T>
}

/** The sum of a loss over all outputs. */
export const totalOf = <T>(ops: Ops<T>, compare: Comparison, expected: readonly T[], predicted: readonly T[]): T =>
  predicted.map((output, i) => compare(ops, expected[i] as T, output)).reduce((a, b) => ops.add(a, b))

/** The mean of a metric over all outputs. */
export const meanOf = <T>(ops: Ops<T>, { forward }: Metric, expected: readonly T[], predicted: readonly T[]): T =>
  ops.divide(totalOf(ops, forward, expected, predicted), ops.constant(predicted.length))

/** The loss of a batch, then each metric. */
export const reportOf = <T>(
  ops: Ops<T>,
  { loss, metrics }: Pick<NormalRule, 'loss' | 'metrics'>,
  expected: readonly T[],
  predicted: readonly T[],
): readonly T[] => [
  totalOf(ops, loss.forward, expected, predicted),
  ...metrics.map(metric => meanOf(ops, metric, expected, predicted)),
]

/**
 * One update.
 *
 * @param coefficients what the optimizer takes from the number of the update, by name
 * @returns what comes after, and the loss and metrics of the batch from before
 */
export const update = <T>(
  beneath: Ops<T>,
  wiring: Wiring,
  { loss, optimizer, metrics }: NormalRule,
  before: Trained<T>,
  x: readonly T[],
  y: readonly T[],
  coefficients: Readonly<Record<string, T>>,
  mode: Mode,
): { readonly after: Trained<T>; readonly report: readonly T[] } => {
  const { ops, variable, fixed, gradients } = tape(beneath)
  const params = mapTree(before.params, variable)
  const given = mergeTrees(params, mapTree(before.state, fixed))
  const [outputs, state] = run(ops, wiring, given, x.map(fixed), mode)
  const objective = totalOf(ops, loss.forward, y.map(fixed), outputs)

  const leaves = Object.values(params).flatMap(own => Object.values(own))
  const found = gradients([[objective, beneath.constant(1)]], leaves)
  const byLeaf = new Map(leaves.map((leaf, i) => [leaf, found[i] as T]))
  const grads = mapTree(params, leaf => byLeaf.get(leaf) as T)
  const [changes, slots] = changesOf(beneath, optimizer, grads, before.slots, coefficients)

  const predicted = outputs.map(output => output.value)
  return {
    after: {
      params: mapTree(before.params, (param, layer, name) => beneath.add(param, leafOf(changes, layer, name) as T)),
      state: mergeTrees(
        before.state,
        mapTree(state, value => value.value),
      ),
      slots,
    },
    report: [objective.value, ...metrics.map(metric => meanOf(beneath, metric, y, predicted))],
  }
}
