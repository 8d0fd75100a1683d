import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../../../base/errors.ts'
import {
  isList,
  isRecord,
  leafOf,
  mapRecord,
  mapTree,
  mergeTrees,
  own,
  type VariableTree,
} from '../../../base/trees.ts'
import type { AnyLayer } from '../../../core/layer.ts'
import type { Variables } from '../../../network-types/named.ts'
import type { VariablesByNetwork } from '../../../network-types/networks.ts'
import { reading } from '../../../state/given.ts'
import { isOfOne, type Trees } from '../../../state/variables.ts'
import { another, handOver } from '../../../tfjs/index.ts'
import type { OptimizerState } from '../../optimizer.ts'
import type { RulesState, TrainState } from '../../step.ts'

/** Under which name optimizers remember an average of the parameters. */
export const averageName = 'averageOfParameters'

/** All averages within what an optimizer remembers; of several optimizers each has its own parameters. */
const averagesIn = (slots: unknown): VariableTree<tf.Tensor> => {
  if (isList(slots)) return slots.map(averagesIn).reduce((a, b) => mergeTrees(a, b), {})
  // A tensor has no averages within.
  if (!isRecord(slots) || typeof slots.dataSync === 'function') return {}
  const found = own(slots, averageName)
  if (isRecord(found)) return found as VariableTree<tf.Tensor>
  return Object.values(slots)
    .map(averagesIn)
    .reduce<VariableTree<tf.Tensor>>((a, b) => mergeTrees(a, b), {})
}

/** The averaged weights of a state of training, with the layers' own state; or those of an optimizer's. */
interface Averaged {
  <N extends AnyLayer>(trainState: TrainState<N>): Variables<N>
  <NS>(trainState: RulesState<NS>): VariablesByNetwork<NS>
  (state: OptimizerState): Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>
}

/**
 * The averages of parameters that `average` or `scheduleFree` keep, to predict with. For a `trainState` it returns
 * variables, of several networks by name, where those without an average are unchanged; for an optimizer's state only the
 * averages. The caller owns the tensors.
 *
 * @throws InvalidOption if it has no averages
 * @example
 * ```ts
 * const optimizer = average(gradientDescent({ step: 1 }), { decay: 0.5 })
 * const params = { linear: { weight: tensor([4]) } }
 * const [, first] = optimizer.update({ linear: { weight: tensor([2]) } }, optimizer.init(params), params)
 * const [, second] = optimizer.update({ linear: { weight: tensor([4]) } }, first, { linear: { weight: tensor([2]) } })
 * averaged(second).linear?.weight?.dataSync()[0] // 0
 * ```
 */
export const averaged = ((state: unknown) =>
  reading('averaged', 'state', () => {
    const fault = (expected: string, got: string) =>
      new InvalidOption({
        layer: 'averaged',
        option: 'state',
        expected,
        got,
        remedy: 'Give the trainState of fit, or the state of an optimizer: average(adam()), or scheduleFree().',
      })
    if (!isRecord(state)) throw fault('a trainState, or the state of an optimizer', show(state))
    const isWhole = Object.hasOwn(state, 'variables')
    const memory = isWhole ? state.optimizer : state
    const found = averagesIn(isRecord(memory) ? memory.slots : undefined)
    if (Object.keys(found).length === 0) throw fault('the state of an optimizer that averages', show(memory))
    const copied = (tree: VariableTree<tf.Tensor>) => mapTree(tree, tensor => handOver(another(tensor)))
    if (!isWhole) return copied(found)
    const averagedBy = (averages: VariableTree<tf.Tensor>, { params, state: kept }: Trees) =>
      Object.freeze({
        params: copied(mapTree(params, (tensor, layer, name) => leafOf(averages, layer, name) ?? tensor)),
        state: copied(kept),
      })
    const variables = state.variables as Trees | Readonly<Record<string, Trees>>
    if (isOfOne(variables)) return averagedBy(found, variables)
    const slots = (memory as OptimizerState).slots as readonly Readonly<Record<string, unknown>>[]
    return mapRecord(variables, (one, network) => averagedBy(averagesIn(slots.map(rule => own(rule, network))), one))
  })) as Averaged
