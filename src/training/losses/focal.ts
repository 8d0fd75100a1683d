import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit, Numbers } from '../../base/limited-options.ts'
import { codec, notNegative, oneOf } from '../../base/options.ts'
import { showShape } from '../../base/shape.ts'
import { isList } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { logsOfClasses, logsOfYesAndNo, type Scale, shareOf } from '../probabilities.ts'
import { checkAlike } from './alike.ts'
import { complement, times } from './arithmetic.ts'
import { asVectors, classesOf, smoothed } from './classes.ts'
import { axisOf, meanOfFeatures, withLast } from './features.ts'
import { axis, fromLogits, type LogitsOption, labelSmoothing, type SmoothingOption } from './options.ts'

const expectedWeights = 'a number >= 0, a list of them, or null for none'
/** Options of {@link focal}. */
export interface FocalOptions extends LogitsOption, SmoothingOption {
  /**
   * Whether elements are independent probabilities (`'binary'`), or vectors are the probabilities of exclusive classes
   * (`'categorical'`). Default: `'binary'`.
   */
  readonly form?: 'binary' | 'categorical'
  /** The exponent of `1 - p`: the larger, the less well-classified examples count. Default: 2. */
  readonly gamma?: Limit<'notNegative'>
  /**
   * The weight of the positive class, between 0 and 1; that of the negative class is `1 - alpha`. For several classes,
   * one weight or a list. Default: null, 1 for each.
   */
  readonly alpha?: Limit<'notNegative', typeof expectedWeights> | Numbers<'notNegative', typeof expectedWeights> | null
  /** The axis of the classes, or of the features of which the mean is taken. Default: -1. */
  readonly axis?: Limit<'integer'>
}

interface Normal {
  readonly name: string
  readonly form: 'binary' | 'categorical'
  readonly gamma: number
  readonly alpha: number | readonly number[] | null
  readonly axis: number
  readonly labelSmoothing: number
}

const isWeight = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const weights = codec<number | readonly number[] | null>(expectedWeights, value => {
  if (value === null || isWeight(value)) return value
  return isList(value) && value.length > 0 && [...value].every(isWeight)
    ? Object.freeze([...(value as readonly number[])])
    : undefined
})

/** What a power of a number that may be 0 is taken of, so that its derivative is finite. */
const least = 1e-7

/** `base^exponent` of a base from 0 to 1, whose gradient is finite at 0. */
const powerOf = <T>(ops: Ops<T>, base: T, exponent: number): T => {
  if (exponent === 1) return base
  if (exponent === 2) return ops.square(base)
  return ops.exp(times(ops, ops.log(ops.maximum(ops.constant(least), base)), exponent))
}

/** Losses times the power of how far from sure the prediction was. */
const focused = <T>(ops: Ops<T>, surprise: T, doubt: T, gamma: number): T =>
  gamma === 0 ? surprise : ops.multiply(powerOf(ops, doubt, gamma), surprise)

/** `yes a + no b` of the shares of yes and no. */
const mixed = <T>(ops: Ops<T>, share: T, yes: T, no: T): T =>
  ops.add(ops.multiply(share, yes), ops.multiply(complement(ops, share), no))

const binary =
  ({ name, gamma, alpha, axis, labelSmoothing }: Normal, scale: Exclude<Scale, 'logarithms'>): LossForward =>
  (ops, given, predicted) => {
    checkAlike(ops, name, given, predicted)
    const expected = smoothed(ops, given, labelSmoothing, 2)
    const [yes, no] = logsOfYesAndNo(ops, predicted, scale)
    const surprise = ops.negative(ops.add(shareOf(ops, expected, yes), shareOf(ops, complement(ops, expected), no)))
    // 1 - p of what was expected, of which neither part rounds to 0.
    const loss = focused(ops, surprise, mixed(ops, expected, ops.exp(no), ops.exp(yes)), gamma)
    const weighted =
      alpha === null
        ? loss
        : ops.multiply(mixed(ops, expected, ops.constant(alpha as number), ops.constant(1 - (alpha as number))), loss)
    const isScalar = ops.shape(weighted).length === 0
    return meanOfFeatures(ops, isScalar ? weighted : withLast(ops, weighted, axisOf(ops, name, weighted, axis)))
  }

/** The weights of classes as a tensor that broadcasts over them. */
const classWeights = <T>(ops: Ops<T>, name: string, alpha: number | readonly number[], predicted: T): T => {
  if (typeof alpha === 'number') return ops.constant(alpha)
  const classes = classesOf(ops, name, predicted)
  if (classes === alpha.length) return ops.constant(Float32Array.from(alpha), [classes])
  throw new InvalidOption({
    layer: name,
    option: 'alpha',
    expected: `a weight for each of ${classes} classes`,
    got: `${alpha.length} weights`,
    remedy: 'Give one number for all classes, or a list with one for each.',
  })
}

const categorical =
  ({ name, gamma, alpha, axis, labelSmoothing }: Normal, scale: Scale): LossForward =>
  (ops, given, made) => {
    const [shares, predicted] = asVectors(ops, name, given, made, axis)
    const classes = classesOf(ops, name, predicted)
    if (classes === 1)
      throw new InvalidOption({
        layer: name,
        option: 'form',
        expected: "'binary' for a single probability",
        got: `'categorical' for outputs ${showShape(ops.shape(made))}`,
        remedy: "Say focal({ form: 'binary' }).",
      })
    const logs = logsOfClasses(ops, predicted, scale)
    const surprise = ops.negative(shareOf(ops, smoothed(ops, shares, labelSmoothing, classes), logs))
    const loss = focused(ops, surprise, complement(ops, ops.exp(logs)), gamma)
    const weighted = alpha === null ? loss : ops.multiply(classWeights(ops, name, alpha, predicted), loss)
    return ops.sum(weighted, [ops.shape(weighted).length - 1])
  }

const checkAlpha = ({ name, form, alpha }: Normal): void => {
  if (form === 'categorical' || alpha === null || (typeof alpha === 'number' && alpha <= 1)) return
  throw new InvalidOption({
    layer: name,
    option: 'alpha',
    expected: "a number from 0 to 1 if the form is 'binary'",
    got: String(alpha),
    remedy: "A list of weights, one for each class, is for focal({ form: 'categorical' }).",
  })
}

/**
 * Cross-entropy that down-weights well-classified examples, for imbalanced classes: `-(1 - p)^gamma log(p)` of the
 * probability `p` of the target (Lin et al. 2017).
 *
 * Binary, it is the mean of the yes-or-no of each element, as {@link binaryCrossentropy}; categorical, it is the sum over
 * classes, as {@link categoricalCrossentropy}. From logits, or clipped, as these.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ
 * @example
 * ```ts
 * focal([[1]], [[0.5]]).dataSync()[0] // 0.173…
 * focal({ form: 'categorical', gamma: 1, alpha: [1, 2] })([[0, 1]], [[0.5, 0.5]]).dataSync()[0] // 0.693…
 * ```
 */
export const focal: ConfigurableLoss<FocalOptions, 'outputs', Called<'focal', "{ form: 'binary' }">> = configurableLoss(
  'focal',
  {
    form: { codec: oneOf(['binary', 'categorical']), default: 'binary' },
    gamma: { codec: notNegative, default: 2 },
    alpha: { codec: weights, default: null },
    fromLogits,
    labelSmoothing,
    axis: { codec: axis, default: -1 },
  },
  ({ fromLogits, ...options }, { name }) => {
    const normal = { ...options, name }
    checkAlpha(normal)
    return (normal.form === 'binary' ? binary : categorical)(normal, fromLogits ? 'logits' : 'probabilities')
  },
)
