import { InvalidOption, show } from '../../base/errors.ts'
import { codec, isFunction, nearest, type Options, parsed, parseOptions } from '../../base/options.ts'
import { matching } from '../../base/patterns.ts'
import { isList, type VariableTree } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import type { Handle } from '../../functions/function.ts'
import type { PartsByName } from '../../network/networks.ts'
import type { ParamsOf } from '../../network-types/named.ts'
import { reading } from '../../state/given.ts'
import { isLoss, maybe, optimizerOption, patternsOption } from '../codecs.ts'
import type { Optimizer } from '../optimizer.ts'
import { adam } from '../optimizers/index.ts'
import type { ObjectiveContext } from './context.ts'

// Rules: what a step makes small, and which networks learn from it.

/** What the loss of a rule gives: a scalar, or with it further scalars by name, which reports have. */
export type RuleLoss<T = Handle> =
  | T
  | readonly [loss: T, report: Scalars<T>]
  // A pair, where the compiler has inferred an array: a function that says its parameters is read before its overload is known.
  | readonly (T | Scalars<T>)[]
type Scalars<T> = Readonly<Record<string, T>>

/**
 * The names of what a rule may train: a network, a layer `network/layer`, or a variable `network/layer.variable`. A network has its
 * name also where the compiler does not know its layers.
 */
export type TrainedNames<NS> = {
  [Name in keyof NS & string]: Name | (NS[Name] extends AnyLayer ? `${Name}/${InNetwork<ParamsOf<NS[Name]>>}` : never)
}[keyof NS & string]
type InNetwork<P> = { [Layer in keyof P & string]: Layer | `${Layer}.${keyof P[Layer] & string}` }[keyof P & string]
type Trains<NS> = TrainedNames<NS> | `${string}*${string}`

/** What a rule says beside its loss. */
export interface RuleParts<NS> {
  /** Default: `adam()`. */
  readonly optimizer?: Optimizer
  /**
   * Which networks, or layers of theirs, are trained: names, and patterns with `*`. All else stays as it is, running
   * statistics included. Default: all networks.
   */
  readonly trains?: Trains<NS> | readonly Trains<NS>[]
  /** What reports call it. Default: `rule-1`, `rule-2`, … in an array of rules; none for a rule alone. */
  readonly name?: string
}

/**
 * What a training step does: it makes a loss of networks small.
 *
 * @typeParam NS the networks by name, `B` the batch, a tree of tensors
 */
export interface ObjectiveRule<NS, B = Handle> extends RuleParts<NS> {
  /**
   * What is made small: a function of `{ ops, run, grad, valueAndGrad, key, training }` and the batch, which gives a scalar, or
   * `[scalar, report]`.
   */
  readonly loss: (context: ObjectiveContext<NS>, batch: B) => RuleLoss
}

/** One rule; or several, which run in order in each step: each sees what those before it have learnt. */
export type ObjectiveRules<NS, B = Handle> = ObjectiveRule<NS, B> | readonly ObjectiveRule<NS, B>[]

/** What a step by the rules `R` reports: each loss, and what is reported with it. */
export type RulesReport<R> = { readonly loss: number } & { readonly [Name in ReportNames<R>]: number }
type ReportNames<R> = R extends readonly unknown[]
  ? { [I in keyof R & `${number}`]: `${NameOf<R[I], I>}.${'loss' | BesideLoss<R[I]>}` }[keyof R & `${number}`]
  : R extends { readonly name: infer Name extends string }
    ? `${Name}.${'loss' | BesideLoss<R>}`
    : BesideLoss<R>
/** Counted from 1. */
type NameOf<X, I extends string> = X extends { readonly name: infer Name extends string }
  ? Name
  : `rule-${I extends keyof Following & `${number}` ? Following[I] : number}`
type Following = ['1', '2', '3', '4', '5', '6', '7', '8']
/** What the loss of a rule reports beside itself. */
type BesideLoss<X> = X extends { readonly loss: (...given: never) => infer Gives }
  ? Gives extends readonly (infer Item)[]
    ? NamesIn<Exclude<Item, Handle>>
    : never
  : never
type NamesIn<Report> = Report extends unknown ? keyof Report & string : never

/** The loss of a rule in any interpretation; what it gives is checked. */
export type AnyRuleLoss = <T>(context: ObjectiveContext<unknown, T>, batch: unknown) => unknown

/** What is said of a loss that gives anything else: at run time, and by compilers. */
export const lossGives = {
  expected: 'a scalar, or [scalar, report]',
  remedy: 'Return what ops gave, for example ops.mean(errors).',
} as const
/** A rule in its normal form. */
export interface NormalRuleOf {
  /** What was called, and the rule, for errors. */
  readonly owner: string
  /** Before its names in reports; `null` for a rule alone. */
  readonly name: string | null
  readonly loss: AnyRuleLoss
  readonly optimizer: Optimizer
  /** Patterns of the parameters that are trained; `null`: all. */
  readonly trains: readonly string[] | null
}

const lossOption = codec<AnyRuleLoss>('a function of { ops, run, grad, key, training } and a batch', value =>
  // The losses of outputs are functions too.
  isFunction(value) && !isLoss(value) ? (value as unknown as AnyRuleLoss) : undefined,
)
const trainsOption = codec<readonly string[] | null>(
  "names of networks or layers, such as 'generator' or 'generator/linear-1', in an array if there are several",
  value => {
    const read = parsed(patternsOption, value)
    return read?.length === 0 ? undefined : read
  },
)

const options: Options<Omit<NormalRuleOf, 'owner'>> = {
  loss: { codec: lossOption },
  optimizer: { codec: optimizerOption, default: adam() },
  trains: { codec: trainsOption, default: null },
  name: { codec: maybe('a name', value => typeof value === 'string' && value !== ''), default: null },
}

const example = '{ loss: ({ ops, run }, { x, y }) => ops.mean(ops.square(ops.subtract(run.network(x), y))) }'

/** The patterns of variables that a rule names. */
const patternsOf = (owner: string, parts: PartsByName, names: readonly string[]): readonly string[] =>
  names.map(name => {
    if (Object.hasOwn(parts, name)) return `${name}/*`
    if (/[/.*]/.test(name)) return name
    const known = Object.keys(parts)
    const meant = nearest(name, known)
    throw new InvalidOption({
      layer: owner,
      option: 'trains',
      expected: `one of the networks ${known.join(', ')}, or a layer, such as '${known[0]}/linear-1'`,
      got: show(name),
      remedy: meant === undefined ? 'Give names of what there is.' : `Did you mean '${meant}'?`,
    })
  })

/** @param place what messages call a rule without a name */
const readRule = (caller: string, place: string, parts: PartsByName, given: unknown): NormalRuleOf => {
  const read = parseOptions(`${caller}, ${place}`, example, options, given)
  const owner = `${caller}, ${read.name ?? place}`
  return Object.freeze({ ...read, owner, trains: read.trains && patternsOf(owner, parts, read.trains) })
}

/**
 * Reads the rules of a step.
 *
 * @throws InvalidOption if one is invalid, or two have one name
 */
export const readRules = (owner: string, parts: PartsByName, given: unknown): readonly NormalRuleOf[] => {
  const list = reading(owner, 'rules', () => (isList(given) ? [...given] : undefined))
  if (list === undefined) return [readRule(owner, 'rule', parts, given)]
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: owner, option: 'rules', expected, got, remedy })
  if (list.length === 0) throw fault('a rule, or an array of rules', 'an empty array', `For example: ${example}.`)
  const rules = list.map((one, i) => {
    const rule = readRule(owner, `rule-${i + 1}`, parts, one)
    return { ...rule, name: rule.name ?? `rule-${i + 1}` }
  })
  const names = rules.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw fault('rules of different names', `two called ${show(twice)}`, 'Give each its own name.')
  return rules
}

/** Whether a rule changes the state of a layer: that of layers that it trains, and of those without parameters that it names. */
export const movesState =
  ({ trains }: NormalRuleOf, trained: VariableTree<unknown>): ((layer: string, variable: string) => boolean) =>
  (layer, variable) =>
    trains === null || Object.hasOwn(trained, layer) || trains.some(pattern => matching(pattern)(layer, variable))
