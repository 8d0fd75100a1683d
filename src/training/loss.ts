import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import type { Given, Numbers, OptionsFor } from '../base/limited-options.ts'
import type { Callee } from '../base/limits.ts'
import {
  boolean,
  codec,
  isFunction,
  type Options,
  oneOf,
  ownOptions,
  parseOptions,
  toldOptions,
} from '../base/options.ts'
import type { Tensor } from '../base/tensor.ts'
import { byName, isList, isRecord, merged } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { madeBy } from '../plain/making.ts'
import type { TensorInput } from '../state/data.ts'
import { handOver } from '../tfjs/index.ts'
import { callable, valued } from './callable.ts'
import { compute } from './compute.ts'

/** The context of a loss, beside targets and predictions. */
export interface LossContext<T> {
  /** The inputs of the network; none if the loss is called directly. */
  readonly x: readonly T[]
}

/**
 * The loss of each example, `[batch, ...]`, in any interpretation of the operations. A scalar counts as the mean over
 * the batch, which cannot be weighted.
 */
export type LossForward = <T>(ops: Ops<T>, expected: T, predicted: T, context: LossContext<T>) => T

/**
 * How the losses of examples become one number: `mean` is `sum(w · l) / n`, n the number of losses that no mask leaves
 * out; `weightedMean` is `sum(w · l) / sum(w)`; `sum` is `sum(w · l)`.
 */
export type LossReduction = 'mean' | 'weightedMean' | 'sum'

/** How much examples count, in a call with values. */
export interface Weighting {
  /** The weight of each example, `[batch]`, or of each of its losses, `[batch, ...]`. */
  readonly weights?: TensorInput
  /** 1 for values that count and 0 for others, of the shape of `weights`: masked values may be anything, even NaN. */
  readonly mask?: TensorInput
  /** Default: that of the loss. `none` gives the loss of each example, weighted. */
  readonly reduction?: LossReduction | 'none'
}

/** Weights of classes: of each in an array, or of some by their numbers. */
export type ClassWeights = readonly number[] | Readonly<Record<number, number>>

/**
 * A loss, which training minimizes.
 *
 * @typeParam T which targets it takes, for the compiler; `unknown` for one that it does not check
 */
export interface Loss<T = unknown> extends LossParts<T> {
  /** The loss of each example. */
  (expected: TensorInput, predicted: TensorInput, weighting: Weighting & { readonly reduction: 'none' }): Tensor
  /** The loss of all examples. */
  (expected: TensorInput, predicted: TensorInput, weighting?: Weighting): Tensor<[]>
}
/** What a loss has beside its calls. */
export interface LossParts<T> {
  readonly ' targets'?: T
  readonly kind: 'Loss'
  readonly name: string
  /** The mathematics: the loss of each example. */
  readonly forward: LossForward
  readonly reduction: LossReduction
  /** Whether it compares with expected outputs: one that does not may be trained without any. */
  readonly expects: boolean
  /** Whether to take the square root of the reduced loss, as for the root mean squared error. */
  readonly root: boolean
  /** The weight of each class, which multiplies that of an example. */
  readonly classWeights: ClassWeights | null
  /** What its mean square is the loss of, element by element; for losses that are such a mean. */
  readonly residuals: LossForward | null
  /** Which losses count, 1 or 0, as a mask of its own says; `null`: all do. */
  readonly counts: LossForward | null
}

/** What a loss says beside its mathematics. */
export interface LossRule {
  readonly forward: LossForward
  /** Default: `mean`. */
  readonly reduction?: LossReduction
  /** Default: true. */
  readonly expects?: boolean
  /** Default: false. */
  readonly root?: boolean
  /** What its mean square is the loss of, element by element. Default: none. */
  readonly residuals?: LossForward | null
  /** Which losses count, 1 or 0, as a mask of its own says. Default: all do. */
  readonly counts?: LossForward | null
  /** The weight of each class in an array, or of some in a record by class number. Default: 1 for each. */
  readonly classWeights?: ClassWeights | null
}

const expectedWeights = 'a number >= 0 for each class, an array or a record by class number'
/** The options that every loss takes. */
export interface LossOptions {
  /** Its name in errors. Default: that of the loss. */
  readonly name?: string
  /** Default: `mean`. */
  readonly reduction?: LossReduction
  /** The weight of each class in an array, or of some in a record by class number. Default: 1 for each. */
  readonly classWeights?:
    | Numbers<'notNegative', typeof expectedWeights>
    | Exclude<ClassWeights, readonly number[]>
    | null
}

/** What a loss gives with the options `G`. */
type LossBy<G> = G extends { readonly reduction: 'none' } ? Tensor : Tensor<[]>
/** A loss, and a function of its options. */
export interface ConfigurableLoss<O extends object = object, T = unknown, C extends Callee = Callee, Configured = T>
  extends LossParts<T> {
  /** The loss of all examples, or of each with `reduction: 'none'`; its options may stand beside the weights. */
  <const G>(expected: TensorInput, predicted: TensorInput, options?: OptionsFor<O & Weighting, G, C>): LossBy<G>
  // The last, as the compiler tries all before it for each signature of a loss.
  /** The same loss with other options. */
  <const G>(options?: OptionsFor<O & LossOptions, G, C>): Given<G, Loss<Configured>>
}

/**
 * Checks what a loss or metric is made of, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption if the name is not a string, or the mathematics is not a function
 */
export const checkMade = (owner: string, name: unknown, option: string, forward: unknown, example: string): void => {
  const fault = (option: string, expected: string, got: unknown) =>
    new InvalidOption({ layer: owner, option, expected, got: show(got), remedy: `For example: ${example}.` })
  if (typeof name !== 'string' || name === '') throw fault('name', 'a name', name)
  if (!isFunction(forward)) throw fault(option, 'a function of ops, expected and predicted', forward)
}

const weightsOfClasses: t.Type<ClassWeights | null, unknown, unknown> = codec<ClassWeights | null>(
  expectedWeights,
  value => {
    if (value === null) return null
    const isWeight = (weight: unknown) => typeof weight === 'number' && Number.isFinite(weight) && weight >= 0
    if (isList(value)) {
      // Spread, so that holes are seen.
      const list = [...value]
      return list.length > 0 && list.every(isWeight) ? Object.freeze(list as number[]) : undefined
    }
    if (!isRecord(value)) return undefined
    const entries = Object.entries(value).map(([name, weight]) => [Number(name), weight] as const)
    if (
      entries.length === 0 ||
      !entries.every(([at, weight]) => Number.isSafeInteger(at) && at >= 0 && isWeight(weight))
    )
      return undefined
    return byName(entries.map(([at, weight]) => [String(at), weight as number] as const))
  },
)

const text: t.Type<string, unknown, unknown> = codec('a name', value =>
  typeof value === 'string' && value !== '' ? value : undefined,
)

interface Common {
  readonly name: string
  readonly reduction: LossReduction
  readonly classWeights: ClassWeights | null
}
const common = (name: string, reduction: LossReduction): Options<Common> => ({
  name: { codec: text, default: name },
  reduction: { codec: oneOf(['mean', 'weightedMean', 'sum']), default: reduction },
  classWeights: { codec: weightsOfClasses, default: null },
})

const lossOf = (
  { name, reduction, classWeights }: Common,
  { forward, expects = true, root = false, residuals, counts }: LossRule,
  configure: ((options: object) => Loss) | undefined,
  shown: string,
  options: readonly string[] = [],
): Loss => {
  const own = { residuals: residuals ?? null, counts: counts ?? null }
  const parts = { forward, reduction, expects, root, classWeights, ...own }
  const call = callable(name, configure, (expected, predicted, given) => {
    const all = ownOptions(name, `${name}(expected, predicted, { weights: [1, 2] })`, given)
    const part = (isOwn: boolean) =>
      Object.fromEntries(Object.entries(all).filter(([option]) => options.includes(option) === isOwn))
    const configured = Object.keys(all).some(option => options.includes(option)) ? configure?.(part(true)) : undefined
    return handOver(compute(configured ?? { name, ...parts }, expected, predicted, part(false)))
  })
  return valued(call, { kind: 'Loss', name, ...parts }, shown) as unknown as Loss
}

/**
 * Makes a loss of your own.
 *
 * @param rule the loss of each example, `[batch, ...]`, as a function of ops, expected and predicted values and
 *   `{ x }`; or that as `forward`, with `reduction` (`'mean'`), `expects` (true), `root` (false), `residuals`, `counts`,
 *   `classWeights`
 * @throws InvalidOption if the name is not a string, `forward` is not a function, or another part of the rule is
 *   invalid; when called, if it does not return a value for each example
 * @example
 * ```ts
 * const distance = defineLoss('distance', (ops, expected, predicted) =>
 *   ops.mean(ops.abs(ops.subtract(predicted, expected)), [1]))
 * distance([[1, 2], [0, 0]], [[1, 4], [0, 0]]).dataSync()[0] // 0.5
 * distance([[1, 2], [0, 0]], [[1, 4], [0, 0]], { weights: [3, 1] }).dataSync()[0] // 1.5
 * ```
 */
export const defineLoss = (name: string, rule: LossForward | LossRule): Loss => {
  const example =
    "defineLoss('distance', (ops, expected, predicted) => ops.mean(ops.abs(ops.subtract(expected, predicted)), [1]))"
  const given: unknown = rule
  const own = isRecord(given) ? ownOptions('defineLoss', example, given) : { forward: given }
  checkMade('defineLoss', name, 'forward', own.forward, example)
  const { reduction, classWeights, ...parts } = parseOptions<NormalRule>('defineLoss', example, ruleOptions, own)
  return lossOf({ name, reduction, classWeights }, parts, undefined, name)
}

type NormalRule = Required<LossRule> & Omit<Common, 'name'>
/** Functions of a rule; those that it may lack are `undefined`. */
const anyFunction = codec<LossForward>('a function of ops, expected and predicted', value =>
  isFunction(value) ? (value as unknown as LossForward) : undefined,
)
const functionOrNone = codec<LossForward | null>(anyFunction.name, value =>
  value === null || isFunction(value) ? (value as LossForward | null) : undefined,
)
const ruleOptions: Options<NormalRule> = {
  forward: { codec: anyFunction },
  expects: { codec: boolean, default: true },
  root: { codec: boolean, default: false },
  residuals: { codec: functionOrNone, default: null },
  counts: { codec: functionOrNone, default: null },
  reduction: { codec: oneOf(['mean', 'weightedMean', 'sum']), default: 'mean' },
  classWeights: { codec: weightsOfClasses, default: null },
}

/**
 * Makes a loss that has options, and is a value with their defaults.
 *
 * @param options how its own options are read
 * @param make the mathematics for options in their normal form, and the name that errors have
 */
export const configurableLoss = <O extends object, Normal extends object>(
  name: string,
  options: Options<Normal>,
  make: (normal: Normal, common: { readonly name: string }) => LossForward | LossRule,
): ConfigurableLoss<O, never> => {
  const [first] = Object.entries<{ readonly default?: unknown }>(options)
  const example = `${name}({ ${first?.[0] ?? 'reduction'}: ${show(first?.[1].default ?? 'sum')} })`
  const all = { ...common(name, reductionOf(make, options, name)), ...options } as Options<Normal & Common>
  const configured = (given: object): Loss => {
    const read = parseOptions<Normal & Common>(name, example, all, given)
    const rule = make(read, { name: read.name })
    const told = toldOptions(all, read)
    const more = (further: object): Loss => configured(merged({ ...given }, ownOptions(name, example, further)))
    const own = typeof rule === 'function' ? { forward: rule } : rule
    const loss = lossOf(read, own, more, told === '' ? name : `${name}(${told})`, Object.keys(options))
    return madeBy({ word: 'loss', name, options: read as Readonly<Record<string, unknown>> }, loss)
  }
  return configured({}) as ConfigurableLoss<O, never>
}

/** The reduction that a loss has unless it is given another one. */
const reductionOf = <Normal extends object>(
  make: (normal: Normal, common: { readonly name: string }) => LossForward | LossRule,
  options: Options<Normal>,
  name: string,
): LossReduction => {
  const rule = make(parseOptions<Normal>(name, name, options, {}), { name })
  return typeof rule === 'function' ? 'mean' : (rule.reduction ?? 'mean')
}
