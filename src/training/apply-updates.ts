import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import { leafOf, mapTree } from '../base/trees.ts'
import { handOver, tfjsOps, tidily } from '../tfjs/index.ts'
import { asTensors } from './given.ts'
import type { ParamsTree } from './optimizer.ts'

/**
 * Adds updates to parameters. Parameters without an update are unchanged.
 *
 * @param updates what `optimizer.update` gave
 * @throws InvalidOption if an update has another shape than its parameter
 * @example
 * ```ts
 * const params = { linear: { weight: tensor([1, 2]) } }
 * const after = applyUpdates(params, { linear: { weight: tensor([0.5, -1]) } })
 * Array.from(after.linear.weight.dataSync()) // [1.5, 1]
 * ```
 */
export const applyUpdates = <P extends ParamsTree>(params: P, updates: ParamsTree): P => {
  const own = asTensors('applyUpdates', 'params', params)
  const changes = asTensors('applyUpdates', 'updates', updates)
  const moved = mapTree(own, (param, layer, name): tf.Tensor => {
    const change = leafOf(changes, layer, name)
    if (change === undefined) return param
    if (change.shape.join() === param.shape.join()) return handOver(tidily(() => tfjsOps.add(param, change)))
    throw new InvalidOption({
      layer: 'applyUpdates',
      option: 'updates',
      expected: `an update of ${layer}, ${name}, of shape ${showShape(param.shape)}`,
      got: showShape(change.shape),
      remedy: 'Give the updates that optimizer.update returned for these parameters.',
    })
  })
  return moved as ParamsTree as P
}
