import * as tf from '@tensorflow/tfjs-core'
import type { Numbers } from '../../backends/programs.ts'
import { foldIn, type Key } from '../../base/random.ts'
import { leavesOf, mapTree, mergeTrees } from '../../base/trees.ts'
import type { Part } from '../../network/parts.ts'
import { run } from '../../network/run.ts'
import { alike, forLayers, perform } from '../../ops/operations.ts'
import type { Ops } from '../../ops/ops.ts'
import { tape } from '../../ops/tape.ts'
import { wireFor } from '../../state/check.ts'
import { tfjsOps, tidily } from '../../tfjs/index.ts'
import { mapFields, type NumberBatch } from '../batches.ts'
import type { NormalRule } from '../options.ts'
import { lossOf, outputNames, scoringOf } from '../scoring.ts'
import type { RawState } from '../traced.ts'
import { mapTaught, outcomeOf } from '../update.ts'

// Where numbers stopped being finite, found by going through the network once more, operation by operation.

/** What is not finite: the loss alone, what a layer gives, its gradient, or the examples themselves. */
export interface Culprit {
  readonly what: 'x' | 'y' | 'batch' | 'output' | 'gradient' | 'loss'
  /** Where the tensor stands in a batch that is a tree: `batch.real`. */
  readonly place?: string
  /** The rule whose loss it is, where rules have names. */
  readonly rule?: string
  /** The first layer, in the order in which they run. */
  readonly layer?: string
  /** The example of the batch, and the number in it, counted from 0. */
  readonly row?: number
  readonly column?: number
}

/** Where the first number is that is not finite; -1 for nowhere. */
export const firstIn = (numbers: Float32Array): number => numbers.findIndex(value => !Number.isFinite(value))

export const isAllFinite = (x: tf.Tensor): boolean => firstIn(x.dataSync<'float32'>()) < 0

/** The operations, with a note of each layer that gives what is not finite. */
export const noting = (layer: string | undefined, note: (layer: string) => void): Ops<tf.Tensor> => {
  const own = perform(tfjsOps)
  return alike<tf.Tensor>(
    (operation, inputs, attributes) => {
      const result = own(operation, inputs, attributes)
      if (layer !== undefined && !isAllFinite(result)) note(layer)
      return result
    },
    { ...tfjsOps, within: forLayers(name => noting(name, note)) },
  )
}

/** Where the first number of a tensor stands that is not finite; nothing where all are. */
const placeIn = ({ data, shape }: Numbers): Required<Pick<Culprit, 'row' | 'column'>> | undefined => {
  const at = firstIn(data)
  const width = data.length / (shape[0] ?? 1)
  return at < 0 ? undefined : { row: Math.floor(at / width), column: at % width }
}

/** Examples that are not finite. */
const ofExamples = (batch: NumberBatch): Culprit | undefined => {
  for (const what of ['x', 'y'] as const)
    for (const numbers of batch[what]) {
      const found = placeIn(numbers)
      if (found !== undefined) return { what, ...found }
    }
  return undefined
}

/** The tensor of a tree that is not finite. */
export const ofBatch = (tensors: readonly (readonly [place: string, numbers: Numbers])[]): Culprit | undefined => {
  for (const [place, numbers] of tensors) {
    const found = placeIn(numbers)
    if (found !== undefined) return { what: 'batch', place, ...found }
  }
  return undefined
}

/**
 * What is not finite first: an example, the output of a layer, the gradient of a layer, the loss.
 *
 * @param state from before the update, whose number it has
 */
export const culpritOf = (part: Part, rule: NormalRule, state: RawState, batch: NumberBatch, key: Key): Culprit => {
  const given = ofExamples(batch)
  if (given !== undefined) return given
  return tidily((): Culprit => {
    const examples = mapFields(batch, ({ data, shape }) => tf.tensor(data, [...shape]))
    const wiring = wireFor(
      part,
      examples.x.map(({ shape }) => shape),
    )
    const mode = { training: true, key: foldIn(key, state.optimizer.update) }
    const variables = mergeTrees(state.params, state.state)
    const found: string[] = []
    run(
      noting(undefined, layer => found.push(layer)),
      wiring,
      variables,
      examples.x,
      mode,
    )
    const [first] = found
    if (first !== undefined) return { what: 'output', layer: first }

    const { ops, variable, fixed, gradients } = tape(tfjsOps)
    const params = mapTree(state.params, variable)
    const all = mergeTrees(params, mapTree(state.state, fixed))
    const [outcome] = outcomeOf(ops, wiring, all, mapTaught(examples, fixed), mode)
    const [loss] = lossOf(ops, scoringOf(rule.owner, rule, outputNames(wiring)), outcome)
    const leaves = leavesOf(params)
    const slopes = gradients(
      [[loss, tf.scalar(1)]],
      leaves.map(([, , leaf]) => leaf),
    )
    const wrong = new Set(leaves.flatMap(([layer], i) => (isAllFinite(slopes[i] as tf.Tensor) ? [] : [layer])))
    const node = wiring.nodes.find(({ name }) => wrong.has(name))
    return node === undefined ? { what: 'loss' } : { what: 'gradient', layer: node.name }
  })
}

/** As the rest of a sentence. */
export const describeCulprit = ({ what, place, layer, row, column, rule }: Culprit): string => {
  if (what === 'x' || what === 'y' || what === 'batch')
    return `${place ?? what} is not finite: row ${row} of the batch, number ${column} of it.`
  if (layer === undefined)
    return `the loss${rule === undefined ? '' : ` of ${rule}`} is not finite, though outputs and gradients of all layers are.`
  return `the ${what} of ${layer} is the first that is not finite.`
}
