import type { Called, Limit } from '../../base/limited-options.ts'
import { boolean, notNegative } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { knownLog, shareOf } from '../probabilities.ts'
import { checkAlike } from './alike.ts'
import { plus, times } from './arithmetic.ts'
import { meanOfFeatures } from './features.ts'
import { logInput } from './options.ts'

/** Options of {@link poisson}. */
export interface PoissonOptions {
  /** Whether the network's outputs are logarithms of rates. Default: false, rates. */
  readonly logInput?: boolean
  /** Whether Stirling's approximation of `log(expected!)` is added, for counts above 1. Default: false. */
  readonly full?: boolean
  /** Added to a rate before taking its logarithm. Default: 1e-7. */
  readonly epsilon?: Limit<'notNegative'>
}

/** `x log(x) - x + log(2 π x) / 2` of counts above 1; 0 of others. */
const logFactorial = <T>(ops: Ops<T>, counts: T): T => {
  const isLarge = ops.greater(counts, ops.constant(1))
  const x = ops.where(isLarge, counts, ops.constant(1))
  const log = ops.log(x)
  const sum = ops.add(ops.subtract(ops.multiply(x, log), x), plus(ops, times(ops, log, 0.5), Math.log(2 * Math.PI) / 2))
  return ops.multiply(isLarge, sum)
}

/**
 * `mean(predicted - expected · log(predicted))` for expected counts and predicted rates: the negative log-likelihood of
 * a Poisson distribution, without terms that do not depend on the prediction. Rates are positive, such as those of
 * `Softplus` or `Exponential`; for `Exponential`, the logarithm is its input.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ
 * @example
 * ```ts
 * poisson([[2]], [[1]]).dataSync()[0] // 0.999…
 * poisson({ logInput: true })([[2]], [[0]]).dataSync()[0] // 1
 * ```
 */
export const poisson: ConfigurableLoss<
  PoissonOptions,
  'outputs',
  Called<'poisson', '{ logInput: false }'>
> = configurableLoss(
  'poisson',
  {
    logInput,
    full: { codec: boolean, default: false },
    epsilon: { codec: notNegative, default: 1e-7 },
  },
  ({ logInput, full, epsilon }, { name }) =>
    (ops, expected, predicted) => {
      checkAlike(ops, name, expected, predicted)
      const rate = logInput ? ops.exp(predicted) : predicted
      const log = logInput ? predicted : (knownLog(ops, predicted) ?? ops.log(plus(ops, predicted, epsilon)))
      const loss = ops.subtract(rate, shareOf(ops, expected, log))
      return meanOfFeatures(ops, full ? ops.add(loss, logFactorial(ops, expected)) : loss)
    },
)
