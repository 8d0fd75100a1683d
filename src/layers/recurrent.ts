import { type Either, flatMap, isLeft, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { Callee, Limited, Within } from '../base/limits.ts'
import {
  boolean,
  functionOf,
  integer,
  notNegative,
  type Options,
  type ParsedOptions,
  parameter,
} from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { type Flow, type Mismatch, type RefusedOne, type SameSize, type Shape, sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { byName } from '../base/trees.ts'
import { eachStep, undecodable } from '../core/decoding.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { knownSize, ofRank, type Refuses, type RefusesAll, refusalOfAll } from '../core/expects.ts'
import type { Limits } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import type { Ops } from '../ops/ops.ts'
import { scanLayer, walk } from '../ops/scan.ts'
import { softsign } from './activations.ts'
import { hardSigmoid } from './dense.ts'
import { knownDimensions } from './known.ts'
import { checkMask, finiteWhereMasked, type SequenceOf } from './masking.ts'

// Shared by recurrent layers.

/** An elementwise function of one tensor. */
export type GateFunction = <T>(ops: Ops<T>, x: T) => T

type GateName = 'sigmoid' | 'hardSigmoid' | 'tanh' | 'softsign' | 'relu' | 'linear'
const gates: Readonly<Record<GateName, GateFunction>> = {
  sigmoid: (ops, x) => ops.sigmoid(x),
  hardSigmoid,
  tanh: (ops, x) => ops.tanh(x),
  softsign,
  relu: (ops, x) => ops.relu(x),
  linear: (_, x) => x,
}

/** The name of an activation of a gate, or a function of your own. */
export type Gate = GateName | GateFunction

export const gate: t.Type<Gate, unknown, unknown> = functionOf(gates, 'a function of (ops, x)')

/** Applies the activation of a gate. */
export const through = <T>(ops: Ops<T>, gate: Gate, x: T): T => (typeof gate === 'string' ? gates[gate] : gate)(ops, x)

const exampleArguments = '64, { onlyReturnFinal: false }'
/** A recurrent layer, in messages. */
export interface RecurrentCallee<Kind extends string> {
  readonly kind: Kind
  readonly example: `${Kind}(${typeof exampleArguments})`
}

/** The options that recurrent layers share. */
export interface RecurrentOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
  Clipping extends number = number,
  C extends Callee = Callee,
  Initial extends boolean = boolean,
  Return extends boolean = boolean,
> extends NameOption<Name> {
  /** Whether to return only the last output, [batch, units], instead of all, [batch, time, units]. Default: true. */
  readonly onlyReturnFinal?: Final
  /** The initial weights of the input, one block of columns for each gate. Default: `heNormal()`. */
  readonly inputWeights?: ParameterSource
  /** The initial weights of the hidden state, likewise. Default: `heNormal()`. */
  readonly hiddenWeights?: ParameterSource
  /** The initial biases, likewise. Default: 0. */
  readonly biases?: ParameterSource
  /**
   * Whether the initial state comes in, after the sequence and its mask: inputs [batch, units], the hidden state and, for an
   * LSTM, the cell. Then there are no variables of it. Default: false.
   */
  readonly initial?: Initial
  /**
   * Whether the last state comes out: after the output the hidden state and, for an LSTM, the cell, [batch, units] each.
   * Default: false.
   */
  readonly returnState?: Return
  /** The initial hidden state, of shape [1, units]. Default: 0. */
  readonly hiddenInit?: ParameterSource
  /** Whether the initial state is trained. Default: false. */
  readonly learnInit?: Learn
  /** Whether to unroll the steps into separate operations, however many. Up to 1,000 are unrolled anyway. Default: false. */
  readonly unrollScan?: boolean
  /** Whether to run from the last step to the first. Outputs keep the order of the steps. Default: false. */
  readonly backwards?: boolean
  /** Clips gradients with respect to the gates' arguments to ± this value; 0 for no clipping. Default: 0. */
  readonly gradientClipping?: Limited<Clipping, 'notNegative', C, 'gradientClipping'>
  /**
   * Whether there is a second input, a mask [batch, time] such as that of `Masking`: where it is 0, the state is
   * carried over unchanged. Default: false.
   */
  readonly mask?: Mask
}

/** These options, parsed. */
export interface NormalRecurrent extends ParsedOptions<RecurrentOptions> {
  readonly units: number
}

/** What a parameter for the units of a recurrent layer is intersected with. */
export type RecurrentUnits<Units extends number, Kind extends string> = Within<
  Units,
  'count',
  RecurrentCallee<Kind>,
  'units'
>

export type RecurrentLimits = Limits<'count', { gradientClipping: 'notNegative' }>

const weight = { codec: parameter, default: heNormal() }

/** The options before and after those of one recurrent layer. */
const first = {
  units: { codec: integer(1) },
  onlyReturnFinal: { codec: boolean, default: true },
  inputWeights: weight,
  hiddenWeights: weight,
  biases: { codec: parameter, default: 0 },
}
/** The options of the initial state. */
export const startOptions: Options<Pick<NormalRecurrent, 'hiddenInit' | 'learnInit'>> = {
  hiddenInit: { codec: parameter, default: 0 },
  learnInit: { codec: boolean, default: false },
}
const last = {
  ...startOptions,
  unrollScan: { codec: boolean, default: false },
  backwards: { codec: boolean, default: false },
  gradientClipping: { codec: notNegative, default: 0 },
  mask: { codec: boolean, default: false },
  initial: { codec: boolean, default: false, later: true },
  returnState: { codec: boolean, default: false, later: true },
}

const sequence = {
  rank: 3,
  expected: 'a 3-dimensional input [batch, time, features]',
  remedy: 'Give the Input two dimensions, [time, features], or put a Reshape or an Embedding before this layer.',
} as const
const timeRemedy = 'Give the Input its number of steps, such as Input([20, 8]).'

const started = {
  expected: 'a sequence{mask} and {states} [batch, {units}]',
  remedy: 'Give the initial state as further inputs, such as those of another layer with returnState.',
} as const
/** The states that come in, as messages name them, by their number. */
const namesOfStates = { 1: 'a hidden state', 2: 'a hidden state and a cell, each' } as const
/** The number of tensors in the state of a recurrent layer. */
export type StateCount = keyof typeof namesOfStates

/** The inputs without the initial state, or the mismatch of all. */
type WithoutState<Kind extends string, I, Mask, Units extends number, Count extends StateCount> = number[] extends I
  ? I
  : I extends readonly [infer S extends readonly unknown[], ...infer Rest]
    ? Mask extends true
      ? Rest extends readonly [infer M, ...infer H]
        ? HasStates<H, Units, Count> extends true
          ? [S, M]
          : RefusesStart<Kind, S, I, Mask, Units, Count>
        : RefusesStart<Kind, S, I, Mask, Units, Count>
      : HasStates<Rest, Units, Count> extends true
        ? S
        : RefusesStart<Kind, S, I, Mask, Units, Count>
    : RefusedOne<Kind, I>
/** What is said of the inputs; a sequence `S` that is none stays, to be refused before its states. */
type RefusesStart<Kind extends string, S, I, Mask, Units extends number, Count extends StateCount> = S extends
  | readonly [unknown, unknown, unknown]
  | UnknownRank<S>
  ? RefusesAll<
      Kind,
      typeof started,
      I,
      { mask: Mask extends true ? ', its mask' : ''; states: (typeof namesOfStates)[Count]; units: Units }
    >
  : Mask extends true
    ? [S, number[]]
    : S
type UnknownRank<S> = number[] extends S ? S : never
type HasStates<H, Units extends number, Count extends StateCount> = H extends readonly [infer A, ...infer Rest]
  ? IsState<A, Units> extends true
    ? Count extends 2
      ? HasStates<Rest, Units, 1>
      : Rest extends readonly []
        ? true
        : false
    : false
  : false
type IsState<H, Units extends number> = number[] extends H
  ? true
  : H extends readonly [unknown, infer U]
    ? SameSize<U, Units>
    : false
/** The output, and the state if it comes out. */
type WithState<W, Return, Units extends number, Count extends StateCount> = Return extends true
  ? W extends readonly [infer B, ...unknown[]]
    ? Count extends 2
      ? [W, [B, Units], [B, Units]]
      : [W, [B, Units]]
    : W
  : W

/** The output shape for a sequence `S`, which may be a mismatch. */
type Walked<S, Kind extends string, Units extends number, Final> = S extends readonly [infer B, infer T, unknown]
  ? Final extends false
    ? [B, T, Units]
    : [B, Units]
  : number[] extends S
    ? Final extends false
      ? [number, number, Units]
      : [number, Units]
    : S extends Mismatch<string>
      ? S
      : Refuses<Kind, typeof sequence, S>
/** The features of [batch, time, features], with or without a mask. */
export type FeaturesOf<I> = I extends readonly [unknown, unknown, infer F extends number]
  ? F
  : I extends readonly [readonly [unknown, unknown, infer F extends number], ...unknown[]]
    ? F
    : number

/**
 * The type of a recurrent layer: [batch, time, features], with or without a mask [batch, time], → [batch, units] or
 * [batch, time, units]. `Columns` are the units of all gates; `Params` and `Starts` are its variables beside those of
 * every recurrent layer.
 */
export interface Recurrent<
  Kind extends string,
  Columns extends number,
  Units extends number,
  Final,
  Learn,
  Name extends string,
  Mask,
  Params = unknown,
  Starts = unknown,
  Count extends StateCount = 1,
  Initial = false,
  Return = false,
> extends Leaf<Name, Initial extends true ? 'params' : Learn extends true ? 'params' : 'both'>,
    NormalRecurrent {
  readonly kind: Kind
  readonly units: Units
  readonly ' ids': 'computes'
  readonly ' starts': Initial extends true ? Count : 0
  readonly ' out': WithState<
    Walked<
      SequenceOf<
        Kind,
        Initial extends true ? WithoutState<Kind, this[' in'], Mask, Units, Count> : this[' in'],
        Mask,
        readonly [unknown, unknown, unknown]
      >,
      Kind,
      Units,
      Final
    >,
    Return,
    Units,
    Count
  >
  readonly ' params': GateWeights<FeaturesOf<this[' in']>, Units, Columns> &
    Params &
    (Initial extends true ? unknown : Learn extends true ? Start<Units> & Starts : unknown)
  readonly ' state': Initial extends true ? never : Learn extends true ? never : Start<Units> & Starts
}
type GateWeights<Features extends number, Units extends number, Columns extends number> = {
  readonly inputWeights: Tensor<[Features, Columns]>
  readonly hiddenWeights: Tensor<[Units, Columns]>
  readonly biases: Tensor<[Columns]>
}
type Start<Units extends number> = {
  readonly hiddenInit: Tensor<[1, Units]>
}

/** The argument of a gate, with its gradient clipped. */
export const clipped = <T>(ops: Ops<T>, { gradientClipping }: NormalRecurrent, z: T): T =>
  gradientClipping === 0 ? z : ops.clipGradient(z, gradientClipping)

/** The block of columns of gate `index`. */
export const columnsOf = <T>(ops: Ops<T>, x: T, index: number, units: number): T =>
  ops.slice(x, [0, index * units], [null, units])

type Step<T> = (carried: readonly T[], share: T) => readonly T[]

/**
 * The contribution of the input [batch, time, features] to the gates, of all steps at once: it does not depend on the
 * state.
 *
 * @param mask [batch, time], if there is one
 */
const sharesOf = <T>(layer: string, ops: Ops<T>, x: T, weights: T, biases: T, mask: T | undefined): T => {
  const [batch = null, , features = null] = ops.shape(x)
  const [time = 0] = knownDimensions(layer, ops.shape(x), [1], 'a known number of steps', timeRemedy)
  const finite = mask === undefined ? x : finiteWhereMasked(ops, x, ops.reshape(mask, [batch, time, 1]))
  const rows = ops.reshape(finite, [sizeOf([batch, time]), features])
  const shares = ops.add(ops.matmul(rows, weights), biases)
  return ops.reshape(shares, [batch, time, ops.shape(shares)[1] ?? null])
}

/** Steps over shares [batch, time, columns] that keep the state where a mask [batch, time] is 0. */
const masked = <T>(ops: Ops<T>, step: Step<T>, shares: T, mask: T): readonly [step: Step<T>, shares: T] => {
  const [batch = null, time = null, columns = null] = ops.shape(shares)
  const kept: Step<T> = (carried, both) => {
    const counts = ops.slice(both, [0, columns ?? 0], [null, 1])
    const next = step(carried, ops.slice(both, [0, 0], [null, columns]))
    return next.map((value, i) => ops.where(counts, value, carried[i] as T))
  }
  return [kept, ops.concatenate([shares, ops.reshape(mask, [batch, time, 1])], 2)]
}

/**
 * Scans shares [batch, time, columns] in the direction of the options.
 *
 * @param initial the initial state, [batch, units] each; the first is the output
 * @returns the last state, and the outputs of all steps in order
 */
const walked = <T>(
  ops: Ops<T>,
  options: NormalRecurrent,
  step: Step<T>,
  shares: T,
  initial: readonly T[],
): readonly [last: readonly T[], outputs: T] => {
  const body = (carried: readonly T[], share: T): readonly [readonly T[], T] => {
    const next = step(carried, share)
    return [next, next[0] as T]
  }
  const ordered = options.backwards ? ops.reverse(shares, [1]) : shares
  const [last, outputs] = (options.unrollScan ? walk : scanLayer)(ops, body, initial, ordered)
  return [last, options.backwards ? ops.reverse(outputs, [1]) : outputs]
}

const readable = {
  expected: 'a recurrent layer that gives the output of every step alone, from the first to the last',
  remedy: 'Use onlyReturnFinal: false, and leave backwards and returnState out.',
} as const

/** The rule of an initial state, [1, units], unless it comes in. */
export const startRule = (
  { units, learnInit, initial: comesIn }: NormalRecurrent,
  initial: Parameter,
): Either<Fault, VariableRule | null> => right(comesIn ? null : { shape: [1, units], initial, trainable: learnInit })

const startsTwice = {
  expected: 'an initial state that comes in, or one that the layer has',
  got: 'both',
  remedy: 'Leave this option, or initial, out.',
} as const

/** Whether a shape may be that of a state. */
const isState = (shape: Shape | null, units: number): boolean =>
  shape === null || (shape.length === 2 && (shape[1] ?? units) === units)

/** Checks the inputs beside a sequence: its mask, and the initial state of `count` tensors. */
const checkOthers = (
  { mask, initial, units }: NormalRecurrent,
  inputs: Flow,
  count: StateCount,
): Either<Fault, unknown> => {
  if (!initial) return mask ? checkMask(inputs) : right(null)
  const before = mask ? 2 : 1
  // A single input of unknown rank may still be several inputs.
  if (inputs.length === 1 && inputs[0] === null) return right(null)
  const states = inputs.slice(before)
  if (states.length !== count || !states.every(shape => isState(shape, units)))
    return refusalOfAll(started, inputs, { mask: mask ? ', its mask' : '', states: namesOfStates[count], units })
  return mask ? checkMask(inputs.slice(0, before)) : right(null)
}

type RulesOf<Normal, V extends string> = {
  readonly [_ in V]: (options: Normal, input: Shape | null) => Either<Fault, VariableRule | null>
}
type Common = 'inputWeights' | 'hiddenWeights' | 'biases' | 'hiddenInit'

/** The definition of a recurrent layer; `V` are its variables beside those of every recurrent layer. */
interface Cell<Normal, V extends string> {
  readonly kind: string
  readonly gates: number
  readonly options: Options<Omit<Normal, keyof NormalRecurrent>>
  readonly variables?: RulesOf<Normal, V>
  /** Which of them are initial states, beside that of the output. */
  readonly starts?: readonly NoInfer<V>[]
  /** The next state, from the state and the input's share of the gates; its first tensor is the output. */
  readonly step: <T>(
    options: Normal,
    ops: Ops<T>,
    variables: { readonly [_ in V | Common]: T },
    carried: readonly T[],
    share: T,
  ) => readonly T[]
}

export const recurrent = <Normal extends NormalRecurrent, Constructor, V extends string = never>({
  kind,
  gates,
  options,
  variables,
  starts = [],
  step,
}: Cell<Normal, V>): Constructor => {
  type Variables<T> = { readonly [_ in V | Common]: T }
  const states: readonly (V | Common)[] = ['hiddenInit', ...starts]
  const count: StateCount = states.length === 1 ? 1 : 2
  /** The initial state of every example, [batch, units] each. */
  const initialOf = <T>(
    { units, initial }: Normal,
    ops: Ops<T>,
    variables: Variables<T>,
    inputs: readonly (T | undefined)[],
    batch: number | null,
  ): readonly T[] =>
    initial
      ? (inputs.slice(-states.length) as readonly T[])
      : states.map(name => ops.broadcast(variables[name], [batch, units]))
  const read = <T>(
    options: Normal,
    ops: Ops<T>,
    variables: Variables<T>,
    inputs: readonly T[],
    initial: readonly T[],
  ) => {
    const [x, second] = inputs as readonly [T, T?]
    const mask = options.mask ? second : undefined
    const shares = sharesOf(kind, ops, x, variables.inputWeights, variables.biases, mask)
    const bare: Step<T> = (carried, share) => step(options, ops, variables, carried, share)
    const [body, sequence] = mask === undefined ? [bare, shares] : masked(ops, bare, shares, mask)
    return walked(ops, options, body, sequence, initial)
  }
  return defineLayer<Normal, Constructor, V | Common>({
    kind,
    example: `${kind}(${exampleArguments})`,
    positional: ['units'],
    // The compiler does not see that spread records have the keys of `Normal`.
    options: { ...first, ...options, ...last } as Options<Normal>,
    check: ({ initial, learnInit, ...options }) => {
      if (!initial) return undefined
      const option = learnInit ? 'learnInit' : states.find(name => (options as Record<string, unknown>)[name] !== 0)
      return option === undefined ? undefined : { option, ...startsTwice }
    },
    inputs: ({ mask, initial }) => (mask || initial ? 'several' : 'one'),
    starts: ({ initial }) => (initial ? count : 0),
    shape: (options, input, others) =>
      flatMap(ofRank(sequence, input), ([batch = null, time = null]) =>
        flatMap(checkOthers(options, [input, ...others], count), () =>
          right(options.onlyReturnFinal ? [batch, options.units] : [batch, time, options.units]),
        ),
      ),
    further: ({ units, returnState }, input) => (returnState ? states.map(() => [input?.[0] ?? null, units]) : null),
    variables: {
      inputWeights: ({ units, inputWeights }, input) =>
        flatMap(knownSize(input, 2, 'features', 'Input([20, 8])'), features =>
          right({ shape: [features, gates * units], initial: inputWeights }),
        ),
      hiddenWeights: ({ units, hiddenWeights }) => right({ shape: [units, gates * units], initial: hiddenWeights }),
      biases: ({ units, biases }) => right({ shape: [gates * units], initial: biases }),
      ...variables,
      hiddenInit: options => startRule(options, options.hiddenInit),
      // Nor those of `V`.
    } as RulesOf<Normal, V | Common>,
    decode: (options, inputs, steps) => {
      if (options.onlyReturnFinal || options.backwards || options.returnState) return undecodable(inputs, readable)
      const own = options.initial ? -count : undefined
      // The initial state is the same for all steps.
      if (options.initial && steps.slice(own).includes(true)) return undecodable(inputs, readable)
      const fits = eachStep(inputs, steps.slice(0, own))
      if (isLeft(fits)) return fits
      const keptOf = <T>(state: readonly T[]) => byName(states.map((name, i) => [name, state[i] as T] as const))
      return right({
        start: (ops, variables, given, { batch }) => {
          type T = (typeof variables)[string]
          return keptOf(initialOf(options, ops, variables as Variables<T>, given, batch))
        },
        step: (ops, variables, given, kept) => {
          type T = (typeof variables)[string]
          const before = states.map(name => kept[name] as T)
          const [last, outputs] = read(options, ops, variables as Variables<T>, given, before)
          return [outputs, keptOf(last)]
        },
      })
    },
    forward: (options, ops, x, variables, _, others) => {
      const initial = initialOf(options, ops, variables, others, ops.shape(x)[0] ?? null)
      const [last, outputs] = read(options, ops, variables, [x, ...others], initial)
      return [options.onlyReturnFinal ? (last[0] as typeof x) : outputs, {}, options.returnState ? last : []]
    },
  })
}
