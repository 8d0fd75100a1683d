import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { LimitedOrNull, Offered, Within } from '../base/limits.ts'
import { integer, type Options, oneOf, orNull, type ParsedOptions, parameter, positive } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { byName, mapRecord, merged } from '../base/trees.ts'
import { defineWrapper, type Leaf, type NameOption } from '../core/define.ts'
import { faultOf } from '../core/expects.ts'
import { innerRules } from '../core/inner.ts'
import type { AnyLayer, Out, Rules } from '../core/layer.ts'
import type { Argument, Limits, NameOf, OptionAs, TakesLayer } from '../core/notated.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import { heUniform } from '../initializers/index.ts'
import { innerLayer, type Part } from '../network/parts.ts'
import type { IdsWithin } from '../network-types/kinds.ts'
import type { InnerParams, InnerState } from '../network-types/named.ts'
import type { Ops } from '../ops/ops.ts'
import { type Also, namesOf, type ShapeOf, variableNames, type Wrapped, withAdded } from './around-weights.ts'

// Low-rank adaptation: frozen weights, and a trained product of two small factors added to each.

/** Which variables of a layer are frozen: all, or only the weights that get factors. */
export type Frozen = 'all' | 'weights'

/** What an `alpha` of `null` is. */
const theRank = 'the rank'
const callee = { kind: 'LowRank', example: 'LowRank(Relu(8), 4, { alpha: 8 })' } as const

/** The options of {@link LowRank}. */
export interface LowRankOptions<
  Weights extends readonly string[] | null = readonly string[] | null,
  Name extends string = string,
  F extends Frozen = Frozen,
  Alpha extends number | null = number | null,
> extends NameOption<Name> {
  /** The product is scaled by `alpha / rank`. Default: the rank, so that it is added unscaled. */
  readonly alpha?: LimitedOrNull<Alpha, 'positive', typeof callee, 'alpha', typeof theRank>
  /**
   * The names of the weights that get factors. Default: `weight`, and `queryWeight` and `valueWeight` of attention,
   * also in inner layers.
   */
  readonly weights?: Weights
  /**
   * Which variables of the layer are frozen: `'all'`, or only the weights that get factors (`'weights'`). Default:
   * `'all'`.
   */
  readonly frozen?: Offered<F, Frozen>
  /** The initial first factor. Default: `heUniform({ gain: 1 / 3 })`, as for a dense layer in PyTorch. */
  readonly initializer?: ParameterSource
}

/** The weights that get factors by default. */
type Usual = 'weight' | 'queryWeight' | 'valueWeight'
type Adapted<P> = {
  [K in keyof P & string]: K extends Usual | `${string}/${Usual}`
    ? ShapeOf<P, K> extends readonly [] | readonly [unknown]
      ? never
      : K
    : never
}[keyof P & string]
type Rows<S> = S extends readonly [...infer R extends readonly number[], number] ? R : number[]
type Last<S> = S extends readonly [...unknown[], infer D extends number] ? D : number
type Names<P, Weights> = Weights extends readonly string[] ? Weights[number] : Adapted<P>
type Trained<P, Weights, Rank extends number, F> = [P] extends [never]
  ? never
  : F extends 'all'
    ? FactorsOf<P, Names<P, Weights>, Rank>
    : FactorsOf<P, Names<P, Weights>, Rank> & { readonly [K in Exclude<keyof P, Names<P, Weights>>]: P[K] }
type Kept<P, Weights, F> = F extends 'all' ? P : { readonly [K in keyof P & Names<P, Weights>]: P[K] }
type FactorsOf<P, Weights extends string, Rank extends number> = {
  readonly [K in Weights as `${K}A`]: Tensor<[...Rows<ShapeOf<P, K>>, Rank]>
} & {
  readonly [K in Weights as `${K}B`]: Tensor<[Rank, Last<ShapeOf<P, K>>]>
}

/** The type of {@link LowRank}. */
export interface LowRank<
  L extends AnyLayer,
  Rank extends number,
  Weights extends readonly string[] | null = null,
  Name extends string = 'low-rank-{}',
  F extends Frozen = 'all',
> extends Leaf<Name>,
    ParsedOptions<LowRankOptions> {
  readonly kind: 'LowRank'
  readonly ' ids': IdsWithin<L>
  readonly layer: L
  readonly rank: Rank
  readonly ' out': Wrapped<Out<L, this[' in']>, 'LowRank'>
  readonly ' params': Trained<InnerParams<L, this[' in']>, Weights, Rank, F>
  readonly ' state': Also<InnerState<L, this[' in']>, Kept<InnerParams<L, this[' in']>, Weights, F>>
}

interface LowRankRow
  extends TakesLayer<
    readonly [AnyLayer, number],
    LowRankOptions,
    Limits<readonly [null, 'count'], { alpha: 'positive'; weights: 'names' }>
  > {
  readonly ' made': LowRank<
    Argument<this[' given'], 0, AnyLayer>,
    Argument<this[' given'], 1, number>,
    OptionAs<this[' options'], 'weights', readonly string[], null>,
    NameOf<this[' options'], 'low-rank-{}'>,
    OptionAs<this[' options'], 'frozen', Frozen, 'all'>
  >
}
/** The constructor of {@link LowRank}. */
export interface LowRankConstructor {
  readonly ' row'?: LowRankRow
  <
    const L extends AnyLayer,
    const Rank extends number,
    const Weights extends readonly string[] | null = null,
    const Name extends string = 'low-rank-{}',
    const F extends Frozen = 'all',
    const Alpha extends number | null = number | null,
  >(
    /** a layer with weights, such as dense layers, convolutions or attention */
    layer: L,
    /** the number of columns of the first factor, and of rows of the second */
    rank: Within<Rank, 'count', typeof callee, 'rank'> & Rank,
    /** the scale, which weights are adapted and which are frozen, the initial factor, and the name */
    options?: LowRankOptions<Weights, Name, F, Alpha>,
  ): LowRank<L, Rank, Weights, Name, F>
}

/** The options, parsed. */
export interface NormalLowRank extends ParsedOptions<LowRankOptions> {
  readonly layer: Part
  readonly rank: number
}

export const lowRankOptions: Options<Omit<NormalLowRank, 'layer'>> = {
  rank: { codec: integer(1) },
  alpha: { codec: orNull(positive, theRank), default: null },
  weights: { codec: orNull(variableNames, 'the usual ones'), default: null },
  frozen: { codec: oneOf(['all', 'weights']), default: 'all' },
  initializer: { codec: parameter, default: heUniform({ gain: 1 / 3 }) },
}

const usual: readonly string[] = ['weight', 'queryWeight', 'valueWeight'] satisfies readonly Usual[]

/** The variables that get factors by default, by name. */
export const adaptedByDefault = (rules: VariableRules): readonly string[] =>
  Object.keys(rules).filter(
    name => usual.includes(name.slice(name.lastIndexOf('/') + 1)) && (rules[name]?.shape.length ?? 0) >= 2,
  )

const withWeights = {
  expected: 'a layer with a variable {names} of two dimensions or more',
  remedy: 'Name the weights that get factors: { weights: [...] }.',
} as const

/** The weights that get factors, by name. */
const adapted = (rules: VariableRules, weights: readonly string[] | null): Either<Fault, readonly string[]> => {
  const names = weights ?? adaptedByDefault(rules)
  const missing = names.find(name => (rules[name]?.shape.length ?? 0) < 2)
  if (missing === undefined && names.length > 0) return right(names)
  return left(faultOf(withWeights, namesOf(rules), { names: missing ?? usual.join(' or ') }))
}

/** The factors of a weight, whose last axis is that of the second one. */
const factorRules = (name: string, { shape }: VariableRule, { rank, initializer }: NormalLowRank): VariableRules => {
  const [rows, last] = [shape.slice(0, -1), shape.at(-1) as number]
  return {
    [`${name}A`]: { shape: [...rows, rank], initial: initializer, fans: { in: sizeOf(rows), out: rank } },
    [`${name}B`]: { shape: [rank, last], initial: 0 },
  }
}

/** `weight + scale · a b` */
export const withFactors = <T>(ops: Ops<T>, weight: T, a: T, b: T, scale: number): T => {
  const shape = ops.shape(weight) as readonly number[]
  const rank = ops.shape(b)[0] as number
  const product = ops.matmul(ops.reshape(a, [sizeOf(shape.slice(0, -1)), rank]), b)
  return ops.add(weight, ops.multiply(ops.reshape(product, shape), ops.constant(scale)))
}

/** The scale of the product of the factors. */
export const scaleOf = ({ alpha, rank }: Pick<NormalLowRank, 'alpha' | 'rank'>): number => (alpha ?? rank) / rank

/** The variables of the inner layer, with factors merged into their weights. */
export const mergedWeights = <T>(
  ops: Ops<T>,
  variables: Readonly<Record<string, T>>,
  names: readonly string[],
  scale: number,
): Readonly<Record<string, T>> => {
  const used = new Map(Object.entries(variables))
  for (const name of names) {
    const [weight, a, b] = [variables[name], variables[`${name}A`], variables[`${name}B`]] as [T, T, T]
    used.set(name, withFactors(ops, weight, a, b, scale))
    used.delete(`${name}A`)
    used.delete(`${name}B`)
  }
  return byName(used)
}

const lowRankRules = (options: NormalLowRank): Rules => {
  const inner = innerRules(options.layer, 'several')
  return {
    ...inner,
    variables: inputs => {
      const own = inner.variables(inputs)
      if (isLeft(own)) return own
      const names = adapted(own.right, options.weights)
      if (isLeft(names)) return names
      const added: VariableRules = merged(
        ...names.right.map(name => factorRules(name, own.right[name] as VariableRule, options)),
      )
      const isFrozen = (name: string) => options.frozen === 'all' || names.right.includes(name)
      const kept = mapRecord(
        own.right,
        (rule, name): VariableRule => (isFrozen(name) ? { ...rule, trainable: false } : rule),
      )
      return withAdded(own.right, kept, added, 'Give each weight its factors once.')
    },
    forward: (ops, variables, inputs, mode) => {
      const names = Object.keys(variables).flatMap(name =>
        Object.hasOwn(variables, `${name}A`) && Object.hasOwn(variables, `${name}B`) ? [name] : [],
      )
      return inner.forward(ops, mergedWeights(ops, variables, names, scaleOf(options)), inputs, mode)
    },
  }
}

/**
 * A layer with frozen variables and a trained product of two small factors added to each weight: with `W` the weight
 * and `r` the rank, `W + (alpha / r) A B`. `B` starts at 0, so the layer is unchanged at first. The factors, and the
 * optimizer's state for them, are much smaller than the weight. (Hu et al. 2021.)
 *
 * A weight with more than two axes is treated as a matrix with its last axis as columns. `toLowRank` converts a trained
 * network to this form, `mergeLowRank` converts it back.
 *
 * Shape: that of the layer.
 *
 * Variables: `weightA` [..., rank] and `weightB` [rank, outputs] for each weight; state: the variables of the layer, or
 * with `frozen: 'weights'` only these weights.
 *
 * @param layer a layer with weights, such as dense layers, convolutions or attention
 * @param rank the number of columns of the first factor, and of rows of the second
 * @param options the scale, which weights are adapted and which are frozen, the initial factor, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does, or if it has no such weights
 * @category Weights
 * @see `enable_lora` in Keras; `LoraLayer` (PEFT) in PyTorch
 * @example
 * ```ts
 * const network = join(Input(64), LowRank(Relu(32), 4), Softmax(10))
 * const { params, state } = init(network, key(1))
 * params['low-rank-1'].weightA.shape // [64, 4]
 * params['low-rank-1'].weightB.shape // [4, 32]
 * state['low-rank-1'].weight.shape // [64, 32]
 * ```
 */
export const LowRank: LowRankConstructor = defineWrapper({
  ...callee,
  positional: ['layer', 'rank'],
  notation: { around: true },
  options: {
    layer: { codec: innerLayer },
    ...lowRankOptions,
  },
  rules: lowRankRules,
})
