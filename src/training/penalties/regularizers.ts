import type { Called, Given, Limit, OptionsFor, OptionsOrOne } from '../../base/limited-options.ts'
import { notNegative, type Option, oneOf, parseOptions } from '../../base/options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import { madeBy } from '../../plain/making.ts'
import { axesOf, totalOf } from '../total.ts'
import { defineRegularizer, type Regularizer } from './regularizer.ts'
import { exclude } from './roles.ts'

const rate: Option<number> = { codec: notNegative, default: 0.01 }

/** What all regularizers take. */
export interface ExcludeOption {
  /**
   * The parameters that are left out, by patterns of their names: `['*.bias', 'head*']`; `[]` for none. Default: `null`, all
   * but weights: biases, gamma and beta of normalizations, slopes of activations, initial states.
   */
  readonly exclude?: readonly string[] | null
}

/** The options of {@link l1}, {@link l2} and {@link maxNorm}. */
export interface PenaltyOptions extends ExcludeOption {
  /** The factor of the penalty, >= 0. Default: 0.01. */
  readonly rate?: Limit<'notNegative'>
}

type Normal<Options> = Required<Options>

/** A regularizer of the library, which is described by its options. */
const regularizerOf = <O>(
  name: string,
  normal: Normal<ExcludeOption>,
  each: <T>(ops: Ops<T>, param: T) => T | null,
): Given<O, Regularizer<PatternsIn<O, 'exclude'>>> =>
  // Its patterns are those of the options.
  madeBy<Regularizer>(
    { word: 'regularizer', name, options: { ...normal } },
    defineRegularizer(name, { ...normal }, each),
  ) as Given<O, Regularizer<PatternsIn<O, 'exclude'>>>

type Rated<Name extends string> = <const O>(
  options?: OptionsOrOne<PenaltyOptions, 'rate', O, Called<Name, '0.01'>>,
) => Given<O, Regularizer<PatternsIn<O, 'exclude'>>>
/** A regularizer with one rate, which may be given alone. */
const rated =
  <const Name extends string>(name: Name, each: <T>(ops: Ops<T>, param: T) => T): Rated<Name> =>
  options => {
    const given = typeof options === 'number' ? { rate: options } : options
    const normal = parseOptions<Normal<PenaltyOptions>>(name, `${name}(0.01)`, { rate, exclude }, given)
    return regularizerOf(name, normal, (ops, param) => ops.multiply(each(ops, param), ops.constant(normal.rate)))
  }

/**
 * `rate · sum(|w|)` over all weights: makes most of them 0.
 *
 * @param options the rate alone, or `{ rate, exclude }`
 * @throws InvalidOption if the rate is negative; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * l1(0.5)({ linear: { weight: tensor([[1, -3]]), bias: tensor([7]) } }).dataSync()[0] // 2
 * String(l1(0.5)) // l1({ rate: 0.5 })
 * ```
 */
export const l1: Rated<'l1'> = rated('l1', (ops, param) => totalOf(ops, ops.abs(param)))

/**
 * `rate · sum(w²)` over all weights, without the factor ½ that some put before it.
 *
 * @param options the rate alone, or `{ rate, exclude }`
 * @throws InvalidOption if the rate is negative; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * l2(0.5)({ linear: { weight: tensor([[1, -3]]), bias: tensor([7]) } }).dataSync()[0] // 5
 * ```
 */
export const l2: Rated<'l2'> = rated('l2', (ops, param) => totalOf(ops, ops.square(param)))

/**
 * `rate · max(|w|)`, summed over the weights of all layers: only the largest of each feels it.
 *
 * @param options the rate alone, or `{ rate, exclude }`
 * @throws InvalidOption if the rate is negative; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * maxNorm(0.5)({ a: { weight: tensor([[1, -3]]) }, b: { weight: tensor([5]) } }).dataSync()[0] // 4
 * ```
 */
export const maxNorm: Rated<'maxNorm'> = rated('maxNorm', (ops, param) => ops.max(ops.abs(param), axesOf(ops, param)))

/** The options of {@link elastic}. */
export interface ElasticOptions extends ExcludeOption {
  /** The rate of absolute values, 0 or more. Default: 0.01. */
  readonly l1?: Limit<'notNegative'>
  /** The rate of squares, 0 or more. Default: 0.01. */
  readonly l2?: Limit<'notNegative'>
}

/**
 * `l1 · sum(|w|) + l2 · sum(w²)` over all weights. (Zou and Hastie 2005, the elastic net.)
 *
 * @throws InvalidOption if a rate is negative; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * elastic({ l1: 1, l2: 0.5 })({ linear: { weight: tensor([[1, -3]]) } }).dataSync()[0] // 9
 * ```
 */
export const elastic = <const O>(
  options?: OptionsFor<ElasticOptions, O, Called<'elastic', '{ l1: 0.01, l2: 0.01 }'>>,
): Given<O, Regularizer<PatternsIn<O, 'exclude'>>> => {
  const normal = parseOptions<Normal<ElasticOptions>>(
    'elastic',
    'elastic({ l1: 0.01, l2: 0.01 })',
    { l1: rate, l2: rate, exclude },
    options,
  )
  return regularizerOf<O>('elastic', normal, (ops, param) =>
    ops.add(
      ops.multiply(totalOf(ops, ops.abs(param)), ops.constant(normal.l1)),
      ops.multiply(totalOf(ops, ops.square(param)), ops.constant(normal.l2)),
    ),
  )
}

/** The options of {@link orthogonalPenalty}. */
export interface OrthogonalPenaltyOptions extends PenaltyOptions {
  /** Whether the rows of a weight should be orthogonal (the default), or its columns. */
  readonly mode?: 'rows' | 'columns'
}

/** Rows of length 1; what is shorter than 1e-6 is divided by that. */
const unitRows = <T>(ops: Ops<T>, rows: T): T => {
  const squares = ops.sum(ops.square(rows), [1], true)
  return ops.multiply(rows, ops.rsqrt(ops.maximum(squares, ops.constant(1e-12))))
}

/**
 * The mean of `|cos|` of the angles between every two rows of a weight, or columns, times the rate, summed over all
 * weights of two and more axes; those with more than two axes are treated as `[all but the last, last]`. The formula is
 * that of Keras' `OrthogonalRegularizer`.
 *
 * @param options the rate alone, or `{ rate, mode, exclude }`
 * @throws InvalidOption if an option is out of range; from a call, if a pattern matches nothing
 * @example
 * ```ts
 * const weight = tensor([[1, 0], [0, 2]])
 * orthogonalPenalty(1)({ linear: { weight } }).dataSync()[0] // 0
 * ```
 */
export const orthogonalPenalty = <const O>(
  options?: OptionsOrOne<OrthogonalPenaltyOptions, 'rate', O, Called<'orthogonalPenalty', '0.01'>>,
): Given<O, Regularizer<PatternsIn<O, 'exclude'>>> => {
  const normal = parseOptions<Normal<OrthogonalPenaltyOptions>>(
    'orthogonalPenalty',
    'orthogonalPenalty(0.01)',
    { rate, mode: { codec: oneOf(['rows', 'columns']), default: 'rows' }, exclude },
    typeof options === 'number' ? { rate: options } : options,
  )
  return regularizerOf<O>('orthogonalPenalty', normal, (ops, param) => {
    const shape = ops.shape(param)
    if (shape.length < 2) return null
    const table = shape.length === 2 ? param : ops.reshape(param, [null, shape.at(-1) as number])
    const rows = unitRows(ops, normal.mode === 'rows' ? table : ops.transpose(table, [1, 0]))
    const count = ops.shape(rows)[0] ?? 0
    if (count < 2) return null
    const cosines = ops.matmul(rows, ops.transpose(rows, [1, 0]))
    const between = Float32Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 0 : 1))
    const sum = totalOf(ops, ops.multiply(ops.abs(cosines), ops.constant(between, [count, count])))
    // Every pair stands there twice.
    return ops.multiply(sum, ops.constant(normal.rate / (count * (count - 1))))
  })
}
