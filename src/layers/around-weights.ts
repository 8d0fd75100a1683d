import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { Callee, Limited } from '../base/limits.ts'
import { areDistinct, index, listOf, type Option } from '../base/options.ts'
import { type Flow, fromStart, type Mismatch } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { byName, merged } from '../base/trees.ts'
import type { NameOption } from '../core/define.ts'
import { faultOf } from '../core/expects.ts'
import { innerRules } from '../core/inner.ts'
import type { Rules } from '../core/layer.ts'
import type { Limits } from '../core/notated.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import { innerLayer, type Part } from '../network/parts.ts'
import type { Ops } from '../ops/ops.ts'
import type { Product } from '../type-arithmetic/digits.ts'

// Layers that compute the weights of an inner layer before each use.

/** The options of `WeightNorm` and `SpectralNorm`. */
export interface WeightOptions<
  Weights extends readonly string[],
  Name extends string,
  Axis extends number,
  C extends Callee,
> extends NameOption<Name> {
  /** The names of the variables to normalize. Default: ['weight']. */
  readonly weights?: Weights
  /** The output axis of these variables; for `Deconvolution` it is 2. Negative ones count from the end. Default: -1. */
  readonly axis?: Limited<Axis, 'integer', C, 'axis'>
}

export type WeightsLimits<More = unknown> = Limits<null, More & { axis: 'integer'; weights: 'names' }>

/** The same, parsed. */
export interface NormalWeights {
  readonly layer: Part
  readonly weights: readonly string[]
  readonly axis: number
}

export const variableNames: t.Type<readonly string[], unknown, unknown> = listOf(
  'an array of different names of variables',
  name => typeof name === 'string' && name !== '',
  { least: 1, check: areDistinct },
)
export const weightsOptions: { readonly [K in keyof NormalWeights]: Option<NormalWeights[K]> } = {
  layer: { codec: innerLayer },
  weights: { codec: variableNames, default: ['weight'] },
  axis: { codec: index, default: -1 },
}

const withVariable = {
  expected: 'a layer with a variable {name} of two dimensions or more, with an axis {axis}',
  remedy: 'Name the variables to normalize: { weights: [...] }.',
} as const

/** The names of a layer's variables, for a message. */
export const namesOf = (variables: VariableRules): string =>
  Object.keys(variables).join(', ') || 'a layer without variables'

/** The changed variables of a layer and those added, whose names must be new. */
export const withAdded = (
  own: VariableRules,
  changed: VariableRules,
  added: VariableRules,
  remedy: string,
): Either<Fault, VariableRules> => {
  const twice = Object.keys(added).find(name => Object.hasOwn(own, name))
  return twice === undefined
    ? right(merged(changed, added))
    : left({ expected: `a layer without a variable ${twice}`, got: namesOf(own), remedy })
}

/** The inner layer's variables, if those to be normalized exist and have the axis. */
const checkedRules = (rules: Rules, { weights, axis }: NormalWeights, inputs: Flow): Either<Fault, VariableRules> => {
  const own = rules.variables(inputs)
  if (isLeft(own)) return own
  for (const name of weights) {
    const shape = own.right[name]?.shape
    const at = fromStart(axis, shape?.length ?? 0)
    if (shape === undefined || shape.length < 2 || at < 0 || at >= shape.length)
      return left(faultOf(withVariable, namesOf(own.right), { name, axis }))
  }
  return own
}

/** The rules of a wrapper that changes some weights of its inner layer before each use. */
export const aroundWeights = (
  options: NormalWeights,
  extra: (name: string, rule: VariableRule, axis: number) => VariableRules,
  use: <T>(
    ops: Ops<T>,
    name: string,
    variables: Readonly<Record<string, T>>,
    axis: number,
    training: boolean,
  ) => readonly [weight: T, state: Readonly<Record<string, T>>],
): Rules => {
  const inner = innerRules(options.layer, 'several')
  return {
    ...inner,
    variables: inputs => {
      const own = checkedRules(inner, options, inputs)
      if (isLeft(own)) return own
      const added = options.weights.map(name => {
        const rule = own.right[name] as VariableRule
        return extra(name, rule, fromStart(options.axis, rule.shape.length))
      })
      return withAdded(own.right, own.right, merged(...added), 'Normalize each weight once.')
    },
    forward: <T>(
      ops: Ops<T>,
      variables: Readonly<Record<string, T>>,
      inputs: readonly T[],
      mode: Parameters<Rules['forward']>[3],
    ) => {
      const used = new Map(Object.entries(variables))
      const after: Readonly<Record<string, T>>[] = []
      for (const name of options.weights) {
        const axis = fromStart(options.axis, ops.shape(variables[name] as T).length)
        const [weight, state] = use(ops, name, variables, axis, mode.training)
        used.set(name, weight)
        after.push(state)
      }
      const [y, state, further = []] = inner.forward(ops, byName(used), inputs, mode)
      return [y, merged(state, ...after), further]
    },
  }
}

export type ShapeOf<P, K> = K extends keyof P ? (P[K] extends Tensor<infer S> ? S : number[]) : number[]
type Along<S, Axis extends number> = Axis extends -1
  ? S extends readonly [...unknown[], infer D extends number]
    ? D
    : number
  : `${Axis}` extends keyof S
    ? S[`${Axis}`]
    : number
/** For each weight, a vector with one element per output, named by a suffix. */
export type Vectors<P, Names extends string, Axis extends number, Suffix extends string> = {
  readonly [K in Names as `${K}${Suffix}`]: Tensor<[Along<ShapeOf<P, K>, Axis> & number]>
}
type Beside<S, Axis extends number> = number[] extends S
  ? number
  : Axis extends -1
    ? S extends readonly [...infer Rest, unknown]
      ? Product<Rest>
      : number
    : `${Axis}` extends keyof S
      ? { [K in keyof S]: K extends `${Axis}` ? 1 : S[K] } extends infer Rest extends readonly unknown[]
        ? Product<Rest>
        : number
      : number
/** For each weight, a vector with one element per weight of an output, likewise. */
export type OtherVectors<P, Names extends string, Axis extends number, Suffix extends string> = {
  readonly [K in Names as `${K}${Suffix}`]: Tensor<[Beside<ShapeOf<P, K>, Axis>]>
}

/** The state of a wrapper: its own, and the inner layer's, if any. */
export type Also<S, More> = [S] extends [never] ? More : S & More

/** The output of a wrapper: the inner layer's, or its mismatch. */
export type Wrapped<O, Kind extends string> = O extends Mismatch<infer M> ? Mismatch<`${Kind} > ${M}`> : O
