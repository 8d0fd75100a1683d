import type * as tf from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { codec, isFunction, ownOptions } from '../../base/options.ts'
import { matching, matchNames } from '../../base/patterns.ts'
import { showShape } from '../../base/shape.ts'
import { byName, isRecord, leavesOf, mapTree, type VariableTree } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { another, handOver, tfjsOps, tidily } from '../../tfjs/index.ts'
import { valued } from '../callable.ts'
import { asTensors } from '../given.ts'
import type { ParamsTree } from '../optimizer.ts'
import { printed } from './regularizer.ts'
import { isMeant, type Names, namesIn, type ParameterName } from './roles.ts'

/**
 * A constraint, applied to parameters after each update. Called with parameters, it returns the constrained ones.
 *
 * @typeParam P the patterns of names that it has, which name parameters of the network; `never` for none
 */
export interface Constraint<out P extends string = string> {
  readonly ' names'?: P
  <P extends ParamsTree>(params: P): P
  readonly kind: 'Constraint'
  readonly name: string
  /** Its options, as it prints them. */
  readonly options: Readonly<Record<string, unknown>>
  /** The parameter as it may be; itself where the constraint is not about it. */
  readonly apply: <T>(ops: Ops<T>, param: T, name: ParameterName) => T
  /**
   * Checks that its patterns name some of the parameters that there are.
   *
   * @throws InvalidOption if one of them names nothing
   */
  readonly check: (names: Names) => void
}

/**
 * All parameters as a constraint wants them.
 *
 * @throws InvalidOption if a pattern of it names nothing
 */
export const constrain = <T>(ops: Ops<T>, constraint: Constraint, params: VariableTree<T>): VariableTree<T> => {
  constraint.check(namesIn(params))
  return mapTree(params, (param, layer, name) => constraint.apply(ops, param, { layer, name }))
}

const made = (
  name: string,
  options: Readonly<Record<string, unknown>>,
  { apply, check }: Pick<Constraint, 'apply' | 'check'>,
  text: string,
): Constraint<never> => {
  const call = <P extends ParamsTree>(params: P): P => {
    const tree = asTensors(name, 'params', params)
    const results = tidily(() => {
      const changed = constrain(tfjsOps, { check, apply } as Constraint, tree)
      return leavesOf(changed).map(([layer, variable, value]) => [layer, variable, value] as const)
    })
    const taken = new Set(leavesOf(tree).map(([, , tensor]) => tensor))
    const own = new Map(
      results.map(([layer, variable, value]) => {
        const again = taken.has(value)
        taken.add(value)
        return [`${layer} ${variable}`, handOver(again ? another(value) : value) as tf.Tensor] as const
      }),
    )
    return mapTree(tree, (_, layer, variable) => own.get(`${layer} ${variable}`)) as ParamsTree as P
  }
  return valued(call, { kind: 'Constraint', name, options, apply, check } as const, text)
}

/**
 * Makes a constraint from what becomes of one parameter.
 *
 * @param options as it prints them; `exclude` says by patterns of names which parameters are left out, and `null`, the
 *   default, leaves out all but weights: biases, scales, slopes and initial states
 * @throws InvalidOption if the name or the function is invalid; from a call, if the function does not return a tensor
 *   of the parameter's shape
 * @example
 * ```ts
 * const bounded = defineConstraint('bounded', {}, (ops, w) => ops.minimum(w, ops.constant(1)))
 * Array.from(bounded({ linear: { weight: tensor([0.5, 3]) } }).linear.weight.dataSync()) // [0.5, 1]
 * ```
 */
export const defineConstraint = (
  name: string,
  options: Readonly<Record<string, unknown>> & { readonly exclude?: readonly string[] | null },
  each: <T>(ops: Ops<T>, param: T) => T,
): Constraint<never> => {
  const fault = (option: string, expected: string, got: unknown) =>
    new InvalidOption({
      layer: 'defineConstraint',
      option,
      expected,
      got: typeof got === 'string' ? got : show(got),
      remedy: "For example: defineConstraint('positive', {}, (ops, w) => ops.relu(w)).",
    })
  if (typeof name !== 'string' || name === '') throw fault('name', 'a name', name)
  if (!isFunction(each)) throw fault('each', 'a function of ops and a parameter', each)
  const own = ownOptions('defineConstraint', "defineConstraint('positive', {}, each)", options)
  const excluded = (own.exclude ?? null) as readonly string[] | null
  const apply: Constraint['apply'] = (ops, param, at) => {
    if (!isMeant(excluded, at)) return param
    const result = each(ops, param)
    const [wanted, shape] = [ops.shape(param), typeof result === 'object' ? ops.shape(result) : undefined]
    if (wanted.join() === shape?.join()) return result
    throw fault(
      'each',
      `a tensor of shape ${showShape(wanted)} for ${at.layer}, ${at.name}`,
      shape === undefined ? show(result) : showShape(shape),
    )
  }
  const check = (names: Names): void => {
    if (excluded !== null) matchNames(name, 'exclude', excluded, names)
  }
  return made(name, own, { apply, check }, `${name}(${printed(own)})`)
}

/** Whether a value is a constraint. */
export const isConstraint = (value: unknown): value is Constraint =>
  typeof value === 'function' && (value as Partial<Constraint>).kind === 'Constraint'

/** Constraints by patterns of names: each acts on the parameters that its pattern names, in order. */
const byPatterns = (constraints: Readonly<Record<string, Constraint>>): Constraint => {
  const entries = Object.entries(constraints).map(([pattern, own]) => ({ pattern, own, meant: matching(pattern) }))
  const apply: Constraint['apply'] = (ops, param, at) =>
    entries.reduce((value, { own, meant }) => (meant(at.layer, at.name) ? own.apply(ops, value, at) : value), param)
  const check = (names: Names): void => {
    for (const { pattern, own, meant } of entries) {
      matchNames('constraint', 'constraint', pattern, names)
      own.check(names.filter(([layer, variable]) => meant(layer, variable)))
    }
  }
  const text = entries.map(({ pattern, own }) => `${show(pattern)}: ${own}`).join(', ')
  return made('constraint', constraints, { apply, check }, `{ ${text} }`)
}

/** How the option `constraint` is read: one for all parameters, or a record of them by pattern, or `null` for none. */
export const constraintOption: t.Type<Constraint | null, unknown, unknown> = codec(
  "a constraint such as unitNorm(), or a record of them by patterns of names, such as { 'conv*': unitNorm() }",
  value => {
    if (value === null || isConstraint(value)) return value
    if (!isRecord(value) || !Object.values(value).every(isConstraint)) return undefined
    return byPatterns(byName(Object.entries(value) as [string, Constraint][]))
  },
)
