import type * as tf from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { codec, isFunction, ownOptions } from '../../base/options.ts'
import { matchNames, variableName } from '../../base/patterns.ts'
import { byName, isRecord, leavesOf, treeOf, type VariableTree } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { another, handOver, tfjsOps, tidily } from '../../tfjs/index.ts'
import { valued } from '../callable.ts'
import { asTensors } from '../given.ts'
import type { ParamsTree } from '../optimizer.ts'
import { meantBy, type Names, namesIn } from './roles.ts'

/**
 * A penalty added to the loss, which keeps parameters small or in another form. Called with parameters, it returns the
 * penalty.
 *
 * @typeParam P the patterns of names that it has, which name parameters of the network; `never` for none
 */
export interface Regularizer<out P extends string = string> {
  readonly ' names'?: P
  (params: ParamsTree): tf.Scalar
  readonly kind: 'Regularizer'
  readonly name: string
  /** Its options, as it prints them. */
  readonly options: Readonly<Record<string, unknown>>
  /** A scalar. */
  readonly penalty: <T>(ops: Ops<T>, params: VariableTree<T>) => T
  /**
   * Checks that its patterns name some of the parameters that there are.
   *
   * @throws InvalidOption if one of them names nothing
   */
  readonly check: (names: Names) => void
}

/** Options as a call has them, without those that are none. */
export const printed = (options: Readonly<Record<string, unknown>>): string => {
  const entries = Object.entries(options)
    .filter(([, value]) => value !== null)
    .map(([option, value]) => `${option}: ${show(value)}`)
  return entries.length === 0 ? '' : `{ ${entries.join(', ')} }`
}

const made = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  { penalty, check }: Pick<Regularizer, 'penalty' | 'check'>,
  text: string,
): Regularizer<never> => {
  const call = (params: ParamsTree): tf.Scalar => {
    const tree = asTensors(name, 'params', params)
    const given = new Set(leavesOf(tree).map(([, , tensor]) => tensor))
    const result = tidily(() => {
      const value = penalty(tfjsOps, tree)
      return given.has(value) ? another(value) : value
    })
    return handOver(result) as tf.Tensor as tf.Scalar
  }
  return valued(call, { kind: 'Regularizer', name, options, penalty, check } as const, text)
}

/**
 * Makes a regularizer from the penalty of one parameter: a scalar, or `null` for none.
 *
 * @param options as it prints them; `exclude` says by patterns of names which parameters are left out, and `null`, the
 *   default, leaves out all but weights: biases, scales, slopes and initial states
 * @throws InvalidOption if the name or the function is invalid; from a call, if the function does not return a scalar
 * @example
 * ```ts
 * const cubes = defineRegularizer('cubes', { exclude: [] }, (ops, w) =>
 *   ops.sum(ops.abs(ops.multiply(w, ops.square(w))), ops.shape(w).map((_, i) => i)),
 * )
 * cubes({ linear: { weight: tensor([1, -2]) } }).dataSync()[0] // 9
 * ```
 */
export const defineRegularizer = (
  name: string,
  options: Readonly<Record<string, unknown>> & { readonly exclude?: readonly string[] | null },
  each: <T>(ops: Ops<T>, param: T) => T | null,
): Regularizer<never> => {
  const fault = (option: string, expected: string, got: unknown) =>
    new InvalidOption({
      layer: 'defineRegularizer',
      option,
      expected,
      got: show(got),
      remedy: "For example: defineRegularizer('squares', {}, (ops, w) => ops.sum(ops.square(w), [0])).",
    })
  if (typeof name !== 'string' || name === '') throw fault('name', 'a name', name)
  if (!isFunction(each)) throw fault('each', 'a function of ops and a parameter', each)
  const own = ownOptions('defineRegularizer', "defineRegularizer('squares', {}, each)", options)
  const excluded = (own.exclude ?? null) as readonly string[] | null
  const penalty = <T>(ops: Ops<T>, params: VariableTree<T>): T => {
    const leaves = leavesOf(params)
    const isMeant = meantBy(name, excluded, namesIn(params))
    const parts = leaves.flatMap(([layer, variable, param]) => {
      if (!isMeant({ layer, name: variable })) return []
      const part = each(ops, param)
      if (part === null) return []
      if (typeof part !== 'object' || ops.shape(part)?.length !== 0)
        throw fault('each', `a scalar for ${layer}, ${variable}`, part)
      return [part]
    })
    return (
      parts.reduce<T | undefined>((sum, part) => (sum === undefined ? part : ops.add(sum, part)), undefined) ??
      ops.constant(0)
    )
  }
  const check = (names: Names): void => {
    meantBy(name, excluded, names)
  }
  return made(name, own, { penalty, check }, `${name}(${printed(own)})`)
}

/** Whether a value is a regularizer. */
export const isRegularizer = (value: unknown): value is Regularizer =>
  typeof value === 'function' && (value as Partial<Regularizer>).kind === 'Regularizer'

/** Regularizers by patterns of names: each acts on the parameters that its pattern names. */
const byPatterns = (regularizers: Readonly<Record<string, Regularizer>>): Regularizer => {
  const entries = Object.entries(regularizers)
  /** The variables that a pattern names. */
  const meant = (pattern: string, names: Names) => matchNames('regularizer', 'regularizer', pattern, names)
  const penalty = <T>(ops: Ops<T>, params: VariableTree<T>): T => {
    const leaves = leavesOf(params)
    const parts = entries.map(([pattern, own]) => {
      const names = meant(pattern, namesIn(params))
      return own.penalty(ops, treeOf(leaves.filter(([layer, variable]) => names.has(variableName(layer, variable)))))
    })
    return parts.length === 0 ? ops.constant(0) : parts.reduce((a, b) => ops.add(a, b))
  }
  const check = (names: Names): void => {
    for (const [pattern, own] of entries) {
      const found = meant(pattern, names)
      own.check(names.filter(([layer, variable]) => found.has(variableName(layer, variable))))
    }
  }
  const text = entries.map(([pattern, own]) => `${show(pattern)}: ${own}`).join(', ')
  return made('regularizer', regularizers, { penalty, check }, `{ ${text} }`)
}

/** How the option `regularizer` is read: one for all parameters, or a record of them by pattern, or `null` for none. */
export const regularizerOption: t.Type<Regularizer | null, unknown, unknown> = codec(
  "a regularizer such as l2(0.01), or a record of them by patterns of names, such as { 'conv*': l2(0.01) }",
  value => {
    if (value === null || isRegularizer(value)) return value
    if (!isRecord(value) || !Object.values(value).every(isRegularizer)) return undefined
    return byPatterns(byName(Object.entries(value) as [string, Regularizer][]))
  },
)
