import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { right } from 'fp-ts/lib/Either.js'
import { parameter } from '../../../src/base/options.ts'
import { leavesOf, mapTree } from '../../../src/base/trees.ts'
import {
  applyUpdates,
  Convolution,
  defineLayer,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type Objective,
  type Optimizer,
  type OptimizerState,
  Reshape,
  Tanh,
  uniforms,
  type Variables,
  type VariableTree,
} from '../../../src/index.ts'
import { asPart } from '../../../src/network/parts.ts'
import { run } from '../../../src/network/run.ts'
import { wiringOf } from '../../../src/network/wiring.ts'
import { tape } from '../../../src/ops/tape.ts'
import { tfjsOps } from '../../../src/tfjs/index.ts'

// A small network with parameters of 0, 1, 2 and 4 axes, and its training by hand.

const Scale = defineLayer({
  kind: 'Scale',
  example: 'Scale({ factor: 0.8 })',
  options: { factor: { codec: parameter, default: 0.8 } },
  shape: (_, input) => right(input),
  variables: { factor: ({ factor }) => right({ shape: [], initial: factor }) },
  forward: (_, ops, x, { factor }) => [ops.multiply(x, factor), {}],
}) as () => Layer

export const network: Layer = join(
  Input([4, 4, 2]),
  Convolution([2, 2, 3]),
  Scale() as never,
  Tanh(),
  Reshape(),
  Linear(2),
) as unknown as Layer
/** Its variables before training. */
export const start: Variables<Layer> = init(network, key(1)) as never
export const examples: Readonly<Record<'x' | 'y', { readonly data: Float32Array; readonly shape: number[] }>> = {
  x: { data: uniforms(key(2), 3 * 32, -1, 1), shape: [3, 4, 4, 2] },
  y: { data: uniforms(key(3), 6, -1, 1), shape: [3, 2] },
}

/** The mean square of the network's errors. */
export const loss: Objective = (ops, params) => {
  const { x, y } = examples
  const [[output]] = run(ops, wiringOf(asPart('loss', network)), params, [ops.constant(x.data, x.shape)], {
    training: true,
    key: undefined,
  })
  return ops.mean(ops.square(ops.subtract(output as NonNullable<typeof output>, ops.constant(y.data, y.shape))), [0, 1])
}

/** Its gradient at some parameters. */
export const gradientOf = (objective: Objective, params: VariableTree<TfTensor>): VariableTree<TfTensor> => {
  const { ops, variable, gradients } = tape(tfjsOps)
  const point = mapTree(params, variable)
  const leaves = leavesOf(point).map(([, , leaf]) => leaf)
  const found = gradients([[objective(ops, point), tfjsOps.constant(1)]], leaves)
  const byLeaf = new Map(leaves.map((leaf, i) => [leaf, found[i]]))
  return mapTree(point, leaf => byLeaf.get(leaf) as TfTensor)
}

/** A state of training by hand. */
export interface Descent {
  readonly params: VariableTree<TfTensor>
  readonly state: OptimizerState
}

/** What some updates make of parameters. */
export const descend = (
  optimizer: Optimizer,
  objective: Objective,
  params: VariableTree<TfTensor>,
  updates: number,
): readonly Descent[] => {
  const found: Descent[] = [{ params, state: optimizer.init(params) }]
  for (let i = 0; i < updates; i++) {
    const { params: now, state } = found.at(-1) as Descent
    const [changes, next] = optimizer.update(gradientOf(objective, now), state, now, { loss: objective })
    found.push({ params: applyUpdates(now, changes), state: next })
  }
  return found
}
