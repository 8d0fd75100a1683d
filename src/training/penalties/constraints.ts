import { InvalidOption, show } from '../../base/errors.ts'
import type { Beside, Called, Given, Limit, OptionsFor, OptionsOrOne } from '../../base/limited-options.ts'
import { besideOther } from '../../base/limits.ts'
import { codec, notNegative, type Option, parseOptions, positive } from '../../base/options.ts'
import { isShortList } from '../../base/trees.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import { madeBy } from '../../plain/making.ts'
import { upTo1 } from '../ranges.ts'
import { type Constraint, defineConstraint } from './constraint.ts'
import type { ExcludeOption } from './regularizers.ts'
import { exclude } from './roles.ts'

/** A constraint of the library, which is described by its options. */
const constraintOf = <O>(
  name: string,
  normal: Required<ExcludeOption>,
  each: <T>(ops: Ops<T>, param: T) => T,
): Given<O, Constraint<PatternsIn<O, 'exclude'>>> =>
  // Its patterns are those of the options.
  madeBy<Constraint>(
    { word: 'constraint', name, options: { ...normal } },
    defineConstraint(name, { ...normal }, each),
  ) as Given<O, Constraint<PatternsIn<O, 'exclude'>>>

const expectedAxes = 'an axis, a list of axes, or null for all but the last'
/** Along which axes a norm is taken. */
export interface AxisOption extends ExcludeOption {
  /**
   * The axis or axes along which elements belong together, from 0 on or from the end with -1. Default: `null`, all but the
   * last: what leads to one unit of a dense layer or to one channel of a convolution. A vector is one whole.
   */
  readonly axis?: Limit<'integer', typeof expectedAxes> | readonly number[] | null
}

const axis: Option<readonly number[] | null> = {
  codec: codec(expectedAxes, value => {
    if (value === null) return null
    const list = isShortList(value) ? value : [value]
    return list.length > 0 && list.every(Number.isSafeInteger)
      ? Object.freeze([...(list as readonly number[])])
      : undefined
  }),
  default: null,
}

/** The length of what belongs together, and how to bring it to another. */
const rescaled = <T>(
  owner: string,
  ops: Ops<T>,
  param: T,
  axes: readonly number[] | null,
  wanted: (norm: T) => T,
): T => {
  const { length } = ops.shape(param)
  if (axes?.some(own => own < -length || own >= length))
    throw new InvalidOption({
      layer: owner,
      option: 'axis',
      expected: `axes of a parameter of ${length} axes`,
      got: show(axes),
      remedy: 'Exclude parameters with fewer axes, or use axis: null.',
    })
  const all = Array.from({ length }, (_, i) => i)
  const own = axes ?? (length < 2 ? all : all.slice(0, -1))
  const norm = ops.sqrt(ops.sum(ops.square(param), own, true))
  // What has no length stays 0.
  return ops.multiply(param, ops.divide(wanted(norm), ops.add(norm, ops.constant(1e-7))))
}

/**
 * Keeps weights >= 0: negative values become 0.
 *
 * @param options `exclude`: which parameters are left out, by patterns of names; default: all but weights
 * @throws InvalidOption if an option is invalid; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * Array.from(nonNegative()({ linear: { weight: tensor([-1, 2]) } }).linear.weight.dataSync()) // [0, 2]
 * ```
 */
export const nonNegative = <const P extends string = never>(
  options: { readonly exclude?: readonly P[] | null } = {},
): Constraint<P> => {
  const normal = parseOptions<Required<ExcludeOption>>('nonNegative', 'nonNegative()', { exclude }, options)
  return constraintOf<unknown>('nonNegative', normal, (ops, param) => ops.relu(param))
}

/**
 * Weights of length 1: `w / (|w| + 1e-7)`, with the Euclidean norm of what leads to each unit.
 *
 * @throws InvalidOption if an option is invalid; from a call, if a parameter has no such axis, or a pattern matches
 *   nothing
 * @example
 * ```ts
 * const { weight } = unitNorm()({ linear: { weight: tensor([[3, 0], [4, 2]]) } }).linear
 * Array.from(weight.dataSync(), value => Math.round(value * 100) / 100) // [0.6, 0, 0.8, 1]
 * ```
 */
export const unitNorm = <const O>(
  options?: OptionsFor<AxisOption, O, Called<'unitNorm', '{ axis: 0 }'>>,
): Given<O, Constraint<PatternsIn<O, 'exclude'>>> => {
  const normal = parseOptions<{ axis: readonly number[] | null; exclude: readonly string[] | null }>(
    'unitNorm',
    'unitNorm({ axis: 0 })',
    { axis, exclude },
    options,
  )
  return constraintOf<O>('unitNorm', normal, (ops, param) =>
    rescaled('unitNorm', ops, param, normal.axis, () => ops.constant(1)),
  )
}

const rightLimits = '{ min: 0.5, max: 2 }'
/** The options of {@link limitNorm}. */
export interface LimitNormOptions extends AxisOption {
  /** The largest length, more than 0. Default: 2. */
  readonly max?: Limit<'positive'>
  /** The smallest length, from 0 to max. Default: 0. */
  readonly min?: Limit<'notNegative'> & Beside<'atMost', 'max', 2, typeof rightLimits>
  /** How much of the way to a length within the limits is gone with each update, more than 0 up to 1. Default: 1. */
  readonly rate?: Limit<'upTo1'>
}

/**
 * Weights of a length between `min` and `max`: `w · (rate · clip(|w|, min, max) + (1 - rate) · |w|) / (|w| + 1e-7)`, with
 * the Euclidean norm of what leads to each unit. (Srivastava et al. 2014, with dropout.)
 *
 * @param options the largest length alone, or `{ max, min, rate, axis, exclude }`
 * @throws InvalidOption if an option is out of range; from a call, if a parameter has no such axis, or a pattern
 *   matches nothing
 * @example
 * ```ts
 * const { weight } = limitNorm(1)({ linear: { weight: tensor([[3, 0], [4, 0.5]]) } }).linear
 * Array.from(weight.dataSync(), value => Math.round(value * 100) / 100) // [0.6, 0, 0.8, 0.5]
 * ```
 */
export const limitNorm = <const O>(
  options?: OptionsOrOne<LimitNormOptions, 'max', O, Called<'limitNorm', '{ max: 2, axis: 0 }'>>,
): Given<O, Constraint<PatternsIn<O, 'exclude'>>> => {
  const normal = parseOptions<{
    max: number
    min: number
    rate: number
    axis: readonly number[] | null
    exclude: readonly string[] | null
  }>(
    'limitNorm',
    'limitNorm({ max: 2, axis: 0 })',
    {
      max: { codec: positive, default: 2 },
      min: { codec: notNegative, default: 0 },
      rate: { codec: upTo1, default: 1 },
      axis,
      exclude,
    },
    typeof options === 'number' ? { max: options } : options,
  )
  const { max, min, rate } = normal
  if (min > max)
    throw new InvalidOption({
      layer: 'limitNorm',
      option: 'min',
      expected: `${besideOther.atMost} max, ${max}`,
      got: String(min),
      remedy: `For example: limitNorm(${rightLimits}).`,
    })
  return constraintOf<O>('limitNorm', normal, (ops, param) =>
    rescaled('limitNorm', ops, param, normal.axis, norm => {
      const within = ops.maximum(ops.minimum(norm, ops.constant(max)), ops.constant(min))
      if (rate === 1) return within
      return ops.add(ops.multiply(within, ops.constant(rate)), ops.multiply(norm, ops.constant(1 - rate)))
    }),
  )
}
