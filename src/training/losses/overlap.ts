import type { Called, Limit } from '../../base/limited-options.ts'
import { codec, notNegative } from '../../base/options.ts'
import { isShortList } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { complement, plus, times } from './arithmetic.ts'
import { axisOf } from './features.ts'

const expectedAxes = "'example', an axis, a list of axes, or null for all"
/** Options of {@link dice}. */
export interface DiceOptions {
  /**
   * The axes to sum over: those of an example (`'example'`, all but the first), of the whole batch (`null`), or a list.
   * The remaining axes are the loss's shape. Default: `'example'`.
   */
  readonly axis?: 'example' | Limit<'integer', typeof expectedAxes> | readonly number[] | null
  /** Added to numerator and denominator, so that two empty masks overlap completely. Default: 1e-7. */
  readonly smooth?: Limit<'notNegative'>
}

/** Options of {@link tversky}. */
export interface TverskyOptions extends DiceOptions {
  /** The weight of false positives. Default: 0.5. */
  readonly alpha?: Limit<'notNegative'>
  /** The weight of false negatives. Default: 0.5. */
  readonly beta?: Limit<'notNegative'>
}

type Axes = 'example' | readonly number[] | null

const axes = codec<Axes>(
  expectedAxes,
  value => {
    if (value === null || value === 'example') return value
    const list = isShortList(value) ? [...value] : [value]
    return list.length > 0 && list.every(Number.isSafeInteger) ? Object.freeze(list as readonly number[]) : undefined
  },
  value => (value !== null && value !== 'example' && value.length === 1 ? value[0] : value),
)

const axesOf = <T>(ops: Ops<T>, loss: string, x: T, axis: Axes): readonly number[] => {
  if (axis !== null && axis !== 'example') return [...new Set(axis.map(at => axisOf(ops, loss, x, at)))]
  const all = ops.shape(x).map((_, i) => i)
  return axis === null ? all : all.slice(1)
}

/** `1 - (both + smooth) / (both + alpha in vain + beta missed + smooth)` */
const overlap =
  (loss: string, { axis, smooth, alpha, beta }: Required<TverskyOptions> & { readonly axis: Axes }): LossForward =>
  (ops, expected, predicted) => {
    checkAlike(ops, loss, expected, predicted, { wants: 'a mask or probabilities' })
    const over = axesOf(ops, loss, predicted, axis)
    const total = (a: typeof expected, b: typeof expected) => ops.sum(ops.multiply(a, b), over)
    const both = total(expected, predicted)
    const inVain = times(ops, total(complement(ops, expected), predicted), alpha)
    const missed = times(ops, total(expected, complement(ops, predicted)), beta)
    const shared = plus(ops, both, smooth)
    return complement(ops, ops.divide(shared, ops.add(shared, ops.add(inVain, missed))))
  }

/**
 * 1 less the Dice coefficient of two masks,
 * `1 - (2 sum(expected predicted) + smooth) / (sum(expected) + sum(predicted) + smooth)`: independent of their size
 * (Milletari et al. 2016). `predicted` are probabilities, such as those of `Sigmoid`, or of `Softmax` with one-hot
 * masks.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ or there is no such axis
 * @example
 * ```ts
 * dice([[1, 1, 0, 0]], [[1, 0, 1, 0]]).dataSync()[0] // 0.5
 * ```
 */
export const dice: ConfigurableLoss<DiceOptions, 'outputs', Called<'dice', "{ axis: 'example' }">> = configurableLoss(
  'dice',
  { axis: { codec: axes, default: 'example' }, smooth: { codec: notNegative, default: 1e-7 } },
  // Halved, so that the ratio is that of 2 sum(expected predicted).
  ({ axis, smooth }, { name }) => overlap(name, { axis, smooth: smooth / 2, alpha: 0.5, beta: 0.5 }),
)

/**
 * 1 less the Tversky index of two masks, `1 - (both + smooth) / (both + alpha inVain + beta missed + smooth)`, with
 * `both = sum(expected predicted)`, `inVain = sum((1 - expected) predicted)` and `missed = sum(expected (1 - predicted))`:
 * as {@link dice}, with a weight for either kind of mistake (Salehi et al. 2017).
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ or there is no such axis
 * @example
 * ```ts
 * tversky({ alpha: 0.3, beta: 0.7 })([[1, 1, 0, 0]], [[1, 0, 0, 0]]).dataSync()[0] // 0.411…
 * ```
 */
export const tversky: ConfigurableLoss<
  TverskyOptions,
  'outputs',
  Called<'tversky', '{ alpha: 0.5 }'>
> = configurableLoss(
  'tversky',
  {
    alpha: { codec: notNegative, default: 0.5 },
    beta: { codec: notNegative, default: 0.5 },
    axis: { codec: axes, default: 'example' },
    smooth: { codec: notNegative, default: 1e-7 },
  },
  (normal, { name }) => overlap(name, normal),
)
