import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { anything, oneOf, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { toTensor } from '../state/data.ts'
import { tfjsOps } from '../tfjs/index.ts'
import type { Loss, LossReduction } from './loss.ts'
import { checkPerExample, countedOf, finiteExpected, meanOfCounted, weigh } from './weighting.ts'

// Losses called with values: computed at once.

/** The expected and predicted values of a call, not empty. */
export const bothOf = (name: string, expected: unknown, predicted: unknown): readonly [tf.Tensor, tf.Tensor] => {
  const both = [toTensor(expected), toTensor(predicted)] as const
  if (both.some(({ size }) => size === 0))
    throw new InvalidOption({
      layer: name,
      option: 'y',
      expected: 'at least one number, to take the mean of',
      got: both.map(({ shape }) => showShape(shape)).join(' and '),
      remedy: 'Leave empty batches out.',
    })
  return both
}

/**
 * The loss of values: one number, or that of each example.
 *
 * @param given weights, a mask and a reduction
 * @throws InvalidOption if they are none, or do not fit
 */
export const compute = (
  loss: Pick<Loss, 'name' | 'forward' | 'root' | 'classWeights' | 'reduction' | 'counts'>,
  expected: unknown,
  predicted: unknown,
  given: unknown,
): tf.Tensor => {
  const { weights, mask, reduction } = parseOptions<{
    readonly weights: unknown
    readonly mask: unknown
    readonly reduction: LossReduction | 'none'
  }>(
    loss.name,
    `${loss.name}(expected, predicted, { weights: [1, 2] })`,
    {
      weights: { codec: anything, default: null },
      mask: { codec: anything, default: null },
      reduction: { codec: oneOf(['mean', 'weightedMean', 'sum', 'none']), default: loss.reduction },
    },
    given,
  )
  return tf.tidy(() => {
    const [given, made] = bothOf(loss.name, expected, predicted)
    const own = (value: unknown): tf.Tensor | undefined => (value === null ? undefined : toTensor(value))
    const masked = own(mask)
    const both = [finiteExpected(tfjsOps, given, masked), made] as const
    const losses: unknown = loss.forward(tfjsOps, ...both, { x: [] })
    const shape = losses instanceof tf.Tensor ? losses.shape : undefined
    checkPerExample('loss', loss.name, losses, shape, both[1].shape[0])
    const counts = loss.counts?.(tfjsOps, ...both, { x: [] })
    const weighing = { weights: own(weights), mask: masked, counts }
    const weighed = weigh(tfjsOps, loss, losses as tf.Tensor, both[0], weighing)
    if (reduction === 'none') return loss.root ? tf.sqrt(weighed.losses) : weighed.losses
    const counted = countedOf(tfjsOps, reduction, weighed, both[1].shape[0] ?? 1)
    return meanOfCounted(tfjsOps, loss, counted)
  })
}
