import type * as t from 'io-ts/lib/index.js'
import { LayerConnectionError } from '../../base/errors.ts'
import { type Callee, expectedNumbers, type LimitedBy, type RefusesUpTo1000 } from '../../base/limits.ts'
import { number } from '../../base/options.ts'
import { showShape } from '../../base/shape.ts'
import type { Limits } from '../../core/notated.ts'
import { sliceAlong } from '../../ops/axes.ts'
import type { Ops } from '../../ops/ops.ts'
import { asWholes } from './images.ts'

// Mixes each example of a batch with another one.

export type MixingLimits = Limits<null, { alpha: 'upTo1000' }>
/** The option `alpha`: the number, or the sentence of the error at run time if it is refused. */
export type AlphaWithin<Alpha extends number, C extends Callee> = LimitedBy<
  RefusesUpTo1000<Alpha>,
  Alpha,
  C,
  'alpha',
  (typeof expectedNumbers)['upTo1000']
>

export const mixingAlpha: t.Type<number, unknown, unknown> = number(
  expectedNumbers.upTo1000,
  alpha => alpha > 0 && alpha <= 1000,
)

/** The partner of each example: the previous one of the batch; for the first, the last. */
export const partners = <T>(ops: Ops<T>, layer: string, x: T): T => {
  const [batch = null] = ops.shape(x)
  if (batch === null)
    throw new LayerConnectionError({
      layer,
      expected: 'a known batch, whose examples are mixed with each other',
      got: showShape(ops.shape(x)),
      remedy: 'Give inputs of a known batch.',
    })
  if (batch < 2) return x
  return ops.concatenate([sliceAlong(ops, x, 0, batch - 1, 1), sliceAlong(ops, x, 0, 0, batch - 1)], 0)
}

/** `share x + (1 - share) partner`, with one share for each example. */
export const mixed = <T>(ops: Ops<T>, layer: string, x: T, share: T): T => {
  const [batch = null] = ops.shape(x)
  const own = ops.reshape(share, [batch, 1, 1])
  const rest = ops.subtract(ops.constant(1), own)
  return asWholes(ops, x, whole =>
    ops.add(ops.multiply(whole(x), own), ops.multiply(whole(partners(ops, layer, x)), rest)),
  )
}
