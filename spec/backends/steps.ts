import type * as tf from '@tensorflow/tfjs-core'
import type { AnyLayer } from '../../src/core/layer.ts'
import { asPart, leavesOf, mapTree, type VariableTree } from '../../src/core/network.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { graphOps, init, key, placeholder, type Variables } from '../../src/index.ts'
import { wireFor } from '../../src/state/apply.ts'
import { coefficientsOf, initialSlots, type Slots } from '../../src/training/optimizer.ts'
import { readRule } from '../../src/training/options.ts'
import type { TrainingRule } from '../../src/training/step.ts'
import { type Trained, update } from '../../src/training/update.ts'
import { type Numbers, sizeOf } from '../ops/reference.ts'

// A whole training step as a graph, traced by hand: every tensor that changes is an input and, in the same place, an output.

/** A step, with the numbers of its inputs before the first one. */
export interface TracedStep {
  /** Inputs: what changes, x, y, coefficients. Outputs: what changes, then the loss and the metrics. */
  readonly graph: Graph
  readonly changing: readonly Numbers[]
  /** The coefficients of an update, which depend on its number. */
  readonly coefficients: (update: number) => readonly Numbers[]
}

type Tree<T> = VariableTree<T>
const toNumbers = (tensor: tf.Tensor): Numbers => ({ shape: tensor.shape, data: Array.from(tensor.dataSync()) })
const flat = <T>({ params, state, slots }: Trained<T>): readonly T[] =>
  [params, state, ...Object.values(slots)].flatMap(tree => leavesOf(tree)).map(([, , value]) => value)
const mapTrained = <A, B>({ params, state, slots }: Trained<A>, f: (value: A) => B): Trained<B> => ({
  params: mapTree(params, f),
  state: mapTree(state, f),
  slots: Object.fromEntries(Object.entries(slots).map(([slot, tree]) => [slot, mapTree(tree, f)])) as Slots<B>,
})
/** In the order of another tree: what a step gives may name its layers in an order of its own. */
const inOrderOf = <T>(order: Trained<unknown>, given: Trained<T>): Trained<T> => {
  const sorted = (tree: Tree<unknown>, own: Tree<T>): Tree<T> =>
    mapTree(tree, (_, layer, variable) => own[layer]?.[variable] as T)
  return {
    params: sorted(order.params, given.params),
    state: sorted(order.state, given.state),
    slots: Object.fromEntries(
      Object.entries(order.slots).map(([slot, tree]) => [slot, sorted(tree, given.slots[slot] as Tree<T>)]),
    ),
  }
}

/** Traces a training step of a network on inputs and expected outputs of these shapes. */
export const traceStep = (
  network: AnyLayer,
  rule: TrainingRule,
  x: readonly (readonly number[])[],
  y: readonly (readonly number[])[],
  seed = 1,
): TracedStep => {
  const normal = readRule(rule)
  const { params, state } = init(network, key(seed)) as unknown as Variables & {
    readonly params: Tree<tf.Tensor>
    readonly state: Tree<tf.Tensor>
  }
  const filled = initialSlots<Numbers>(
    {
      ...({} as Parameters<typeof initialSlots<Numbers>>[0]),
      shape: ({ shape }) => shape,
      constant: (value, shape = []) => ({ shape, data: Array<number>(sizeOf(shape)).fill(value as number) }),
    },
    normal.optimizer.rule,
    mapTree(params, toNumbers),
  )
  const before: Trained<Numbers> = {
    params: mapTree(params, toNumbers),
    state: mapTree(state, toNumbers),
    slots: filled.slots,
  }
  const given = mapTrained(before, ({ shape }) => placeholder('changing', shape))
  const inputs = x.map((shape, i) => placeholder(`x${i}`, shape))
  const expected = y.map((shape, i) => placeholder(`y${i}`, shape))
  const names = Object.keys(normal.optimizer.rule.coefficients(0))
  const scalars = Object.fromEntries(names.map(name => [name, placeholder(name, [])]))
  const wiring = wireFor(asPart('spec', network), x)
  const { after, report } = update(graphOps, wiring, normal, given, inputs, expected, scalars, {
    training: true,
    key: undefined,
  })
  return {
    graph: {
      kind: 'Graph',
      inputs: [...flat(given), ...inputs, ...expected, ...Object.values(scalars)],
      outputs: [...flat(inOrderOf(given, after)), ...report],
    },
    changing: flat(before),
    coefficients: n =>
      Object.values(
        coefficientsOf<Numbers>(
          {
            ...({} as Parameters<typeof coefficientsOf<Numbers>>[0]),
            constant: value => ({ shape: [], data: [value as number] }),
          },
          normal.optimizer.rule,
          n,
        ),
      ),
  }
}
