import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { type Fault, LayerConnectionError } from '../base/errors.ts'
import { boolean, codec, integer, isFunction, number, type Options, parameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import {
  type Flow,
  type Refusal,
  type RefusedInput,
  type RefusedOne,
  type Several,
  type Shape,
  showFlow,
  showShape,
} from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { NameOption } from '../core/define.ts'
import type { VariableRule } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import type { Ops } from '../ops/ops.ts'
import { walk } from '../ops/scan.ts'
import { softsign } from './activations.ts'
import { hardSigmoid } from './dense.ts'
import { finiteWhereMasked } from './masking.ts'

// What layers that walk a sequence have in common.

/** A function of one tensor, element by element. */
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

/** The name of a gate's function, or a function of your own. */
export type Gate = GateName | GateFunction

/** How a gate's function is read. */
export const gate: t.Type<Gate, unknown, unknown> = codec<Gate>(
  `${Object.keys(gates)
    .map(name => `'${name}'`)
    .join(', ')} or a function of (ops, x)`,
  value =>
    isFunction(value) || (typeof value === 'string' && Object.hasOwn(gates, value)) ? (value as Gate) : undefined,
)

/** Puts a gate's function to use. */
export const through = <T>(ops: Ops<T>, gate: Gate, x: T): T => (typeof gate === 'string' ? gates[gate] : gate)(ops, x)

/** The options that recurrent layers share. */
export interface RecurrentOptions<
  Final extends boolean = boolean,
  Learn extends boolean = boolean,
  Name extends string = string,
  Mask extends boolean = boolean,
> extends NameOption<Name> {
  /** Whether only the last output is returned, [batch, units], instead of all, [batch, time, units]. Default: true. */
  readonly onlyReturnFinal?: Final
  /** The initial weights of the input, one block of columns for each gate. Default: `heNormal()`. */
  readonly inputWeights?: ParameterSource
  /** The initial weights of the last output, likewise. Default: `heNormal()`. */
  readonly hiddenWeights?: ParameterSource
  /** The initial biases, likewise. Default: 0. */
  readonly biases?: ParameterSource
  /** What the walk starts with instead of a last output, of shape [1, units]. Default: 0. */
  readonly hiddenInit?: ParameterSource
  /** Whether gradients train what the walk starts with. Default: false. */
  readonly learnInit?: Learn
  /** Whether the walk becomes a separate set of operations for each step instead of one `scan`. Default: false. */
  readonly unrollScan?: boolean
  /** Whether the walk goes from the last step to the first. Outputs stay in the order of the steps. Default: false. */
  readonly backwards?: boolean
  /** Gradients that reach a gate's argument are clipped to plus or minus this; 0 for as they are. Default: 0. */
  readonly gradientClipping?: number
  /**
   * Whether a mask [batch, time] comes in beside the sequence, as `Masking` gives it: where it is 0, what is carried stays
   * as it was. Default: false.
   */
  readonly mask?: Mask
}

/** These options in their normal form. */
export interface NormalRecurrent {
  readonly units: number
  readonly onlyReturnFinal: boolean
  readonly inputWeights: Parameter
  readonly hiddenWeights: Parameter
  readonly biases: Parameter
  readonly hiddenInit: Parameter
  readonly learnInit: boolean
  readonly unrollScan: boolean
  readonly backwards: boolean
  readonly gradientClipping: number
  readonly mask: boolean
}

/** How they are read. */
export const recurrentOptions: Options<NormalRecurrent> = {
  units: { codec: integer(1) },
  onlyReturnFinal: { codec: boolean, default: true },
  inputWeights: { codec: parameter, default: heNormal() },
  hiddenWeights: { codec: parameter, default: heNormal() },
  biases: { codec: parameter, default: 0 },
  hiddenInit: { codec: parameter, default: 0 },
  learnInit: { codec: boolean, default: false },
  unrollScan: { codec: boolean, default: false },
  backwards: { codec: boolean, default: false },
  gradientClipping: { codec: number('a number >= 0', limit => limit >= 0), default: 0 },
  mask: { codec: boolean, default: false },
}

/** How many inputs come in. */
export const walkedInputs = ({ mask }: NormalRecurrent): 'one' | 'several' => (mask ? 'several' : 'one')

/** The type-level shape rule: [batch, time, features] in, and with a mask [batch, time] beside it; the outputs out. */
export type Walked<I, Kind extends string, Units extends number, Final, Mask = false> = Mask extends true
  ? I extends readonly [infer S extends readonly unknown[], infer M extends readonly unknown[]]
    ? number[] extends M
      ? WalkedSteps<S, Kind, Units, Final>
      : S extends readonly [unknown, infer Steps, unknown]
        ? M extends readonly [unknown, infer T]
          ? SameSteps<Steps, T> extends true
            ? WalkedSteps<S, Kind, Units, Final>
            : WrongMask<Kind, I>
          : WrongMask<Kind, I>
        : WalkedSteps<S, Kind, Units, Final>
    : number[] extends I
      ? WalkedSteps<number[], Kind, Units, Final>
      : NoMask<Kind, I>
  : WalkedSteps<I, Kind, Units, Final>
/** The refusal of a mask that is none, or has other steps than the sequence. */
export type WrongMask<Kind extends string, I> = Refusal<
  Kind,
  'a mask [batch, time] beside the sequence',
  I,
  'Masking() makes one of a sequence.'
>
/** The refusal of anything but a sequence and its mask. */
export type NoMask<Kind extends string, I> = I extends Several
  ? Refusal<Kind, 'two inputs, a sequence and its mask', I, 'For example: parallel(Identity(), Masking()).'>
  : RefusedOne<Kind, I>
/** Whether two numbers of steps can be the same. */
export type SameSteps<A, B> = number extends A ? true : number extends B ? true : A extends B ? true : false
type WalkedSteps<I, Kind extends string, Units extends number, Final> = I extends readonly [infer B, infer T, unknown]
  ? Final extends false
    ? [B, T, Units]
    : [B, Units]
  : number[] extends I
    ? Final extends false
      ? [number, number, Units]
      : [number, Units]
    : RefusedInput<
        Kind,
        'a 3-dimensional input [batch, time, features]',
        I,
        'Give the Input two dimensions, [time, features], or put a Reshape or an Embedding before this layer.'
      >
/** The features of [batch, time, features], which a mask may stand beside. */
export type FeaturesOf<I> = I extends readonly [unknown, unknown, infer F extends number]
  ? F
  : I extends readonly [readonly [unknown, unknown, infer F extends number], unknown]
    ? F
    : number

/** The parameters of every recurrent layer: `Columns` are the units of all its gates side by side. */
export type GateWeights<Features extends number, Units extends number, Columns extends number> = {
  readonly inputWeights: Tensor<[Features, Columns]>
  readonly hiddenWeights: Tensor<[Units, Columns]>
  readonly biases: Tensor<[Columns]>
}
/** What the walk of every recurrent layer starts with. */
export type Start<Units extends number> = {
  readonly hiddenInit: Tensor<[1, Units]>
}

/** Checks the mask of a sequence, `sequence` being what it stands beside. */
export const maskFault = (sequence: Shape | null, others: Flow): Fault | undefined => {
  const got = showFlow([sequence, ...others])
  const [mask = null] = others
  if (others.length > 1)
    return {
      expected: 'two inputs, a sequence and its mask',
      got,
      remedy: 'For example: parallel(Identity(), Masking()).',
    }
  if (mask === null) return undefined
  const [steps, own] = [sequence?.[1] ?? null, mask[1] ?? null]
  return mask.length === 2 && (steps === null || own === null || steps === own)
    ? undefined
    : { expected: 'a mask [batch, time] beside the sequence', got, remedy: 'Masking() makes one of a sequence.' }
}

/** The run-time shape rule. */
export const walkedShape = (
  { units, onlyReturnFinal, mask }: Pick<NormalRecurrent, 'units' | 'onlyReturnFinal' | 'mask'>,
  input: Shape | null,
  others: Flow,
): Either<Fault, Shape> => {
  if (input !== null && input.length !== 3)
    return left({
      expected: 'a 3-dimensional input [batch, time, features]',
      got: showShape(input),
      remedy: 'Give the Input two dimensions, [time, features], or put a Reshape or an Embedding before this layer.',
    })
  const fault = mask ? maskFault(input, others) : undefined
  if (fault !== undefined) return left(fault)
  const [batch = null, time = null] = input ?? []
  return right(onlyReturnFinal ? [batch, units] : [batch, time, units])
}

const inputRule = (gates: number, { units, inputWeights }: NormalRecurrent, input: Shape | null) => {
  const features = input?.[2] ?? null
  return features === null
    ? left({
        expected: 'a known number of input features',
        got: showShape(input),
        remedy: 'Start the network with an Input whose features are given, such as Input([20, 8]).',
      })
    : right({ shape: [features, gates * units], initial: inputWeights })
}

type WeightRule = (options: NormalRecurrent, input: Shape | null) => Either<Fault, VariableRule>

/** The rules of {@link GateWeights}, for a number of gates. */
export const weightRules = (gates: number): { readonly [_ in keyof GateWeights<0, 0, 0>]: WeightRule } => ({
  inputWeights: (options, input) => inputRule(gates, options, input),
  hiddenWeights: ({ units, hiddenWeights }) => right({ shape: [units, gates * units], initial: hiddenWeights }),
  biases: ({ units, biases }) => right({ shape: [gates * units], initial: biases }),
})

/** A starting value of the walk: [1, units]. */
export const startRule = ({ units, learnInit }: NormalRecurrent, initial: Parameter): Either<Fault, VariableRule> =>
  right({ shape: [1, units], initial, trainable: learnInit })

/** The argument of gates, its gradient clipped as the options say. */
export const clipped = <T>(ops: Ops<T>, { gradientClipping }: NormalRecurrent, z: T): T =>
  gradientClipping === 0 ? z : ops.clipGradient(z, gradientClipping)

/** The block of columns of gate `index`. */
export const block = <T>(ops: Ops<T>, x: T, index: number, units: number): T =>
  ops.slice(x, [0, index * units], [null, units])

/** Starting values for every example of a batch. */
const spreadOver = <T>(ops: Ops<T>, start: T, batch: number | null): T =>
  ops.broadcast(start, [batch, ...ops.shape(start).slice(1)])

type Body<T> = (carried: readonly T[], share: T) => readonly [readonly T[], T]

/** A walk over shares [batch, time, columns] with a mask [batch, time]: where that is 0, what is carried stays. */
const masked = <T>(ops: Ops<T>, body: Body<T>, shares: T, mask: T): readonly [body: Body<T>, sequence: T] => {
  const [batch = null, time = null, columns = null] = ops.shape(shares)
  const both = ops.concatenate([shares, ops.reshape(mask, [batch, time, 1])], 2)
  const heeding: Body<T> = (carried, step) => {
    const counts = ops.slice(step, [0, columns ?? 0], [null, 1])
    const [next] = body(carried, ops.slice(step, [0, 0], [null, columns]))
    const kept = next.map((value, i) => ops.where(counts, value, carried[i] as T))
    return [kept, kept[0] as T]
  }
  return [heeding, both]
}

/**
 * Walks a sequence [batch, time, features] in the direction of the options. What the input contributes to the gates is
 * computed for all steps at once, as the steps do not depend on each other there.
 *
 * @param starts what is carried before the first step, [1, units] each; the first is the output
 * @param step from what is carried and the input's share of the gates, what is carried next
 * @param others the mask [batch, time], if there is one
 */
export const walkSequence = <T>(
  layer: string,
  ops: Ops<T>,
  x: T,
  options: NormalRecurrent,
  { inputWeights, biases }: { readonly inputWeights: T; readonly biases: T },
  starts: readonly T[],
  step: (carried: readonly T[], share: T) => readonly T[],
  [mask]: readonly T[] = [],
): T => {
  const [batch = null, time = null, features = null] = ops.shape(x)
  if (time === null)
    throw new LayerConnectionError({
      layer,
      expected: 'a known number of steps',
      got: showShape(ops.shape(x)),
      remedy: 'Give the Input its number of steps, such as Input([20, 8]).',
    })
  const known = mask === undefined ? x : finiteWhereMasked(ops, x, ops.reshape(mask, [batch, time, 1]))
  const rows = ops.reshape(known, [batch === null ? null : batch * time, features])
  const shares = ops.add(ops.matmul(rows, inputWeights), biases)
  const sequence = ops.reshape(shares, [batch, time, ops.shape(shares)[1] ?? null])
  const stepping: Body<T> = (carried, share) => {
    const next = step(carried, share)
    return [next, next[0] as T]
  }
  const [body, steps] = mask === undefined ? [stepping, sequence] : masked(ops, stepping, sequence, mask)
  const initial = starts.map(start => spreadOver(ops, start, batch))
  const ordered = options.backwards ? ops.reverse(steps, [1]) : steps
  const [last, outputs] = options.unrollScan ? walk(ops, body, initial, ordered) : ops.scan(body, initial, ordered)
  if (options.onlyReturnFinal) return last[0] as T
  return options.backwards ? ops.reverse(outputs, [1]) : outputs
}
