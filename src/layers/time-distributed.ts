import { bimap, type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Fault } from '../base/errors.ts'
import { boolean } from '../base/options.ts'
import { type Flow, type Mismatch, type Several, type Shape, sizeOf } from '../base/shape.ts'
import { eachStep } from '../core/decoding.ts'
import { defineWrapper, type Leaf, type NameOption } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import { innerRules } from '../core/inner.ts'
import type { AnyLayer, Out, Rules } from '../core/layer.ts'
import type { Argument, NameOf, OptionOf, TakesLayer } from '../core/notated.ts'
import { mixingWithin } from '../core/targets.ts'
import { innerLayer, type Part } from '../network/parts.ts'
import type { IdsWithin } from '../network-types/kinds.ts'
import type { InnerParams, InnerState } from '../network-types/named.ts'
import { vector } from './inputs.ts'
import { checkMask, finiteWhereMasked, type SequenceOf, steps } from './masking.ts'

/** The options of {@link TimeDistributed}. */
export interface TimeDistributedOptions<Mask extends boolean = boolean, Name extends string = string>
  extends NameOption<Name> {
  /** Whether there is a second input, a mask [batch, time]: where it is 0, the output is 0. Default: false. */
  readonly mask?: Mask
}

/** The type of {@link TimeDistributed}: [batch, time, ...features] → [batch, time, ...the layer's output], of each output. */
export interface TimeDistributed<L extends AnyLayer, Mask = false, Name extends string = 'time-distributed-{}'>
  extends Leaf<Name> {
  readonly kind: 'TimeDistributed'
  readonly ' ids': IdsWithin<L>
  readonly layer: L
  readonly mask: boolean
  readonly ' out': EveryStep<SequenceOf<'TimeDistributed', this[' in'], Mask, Sequence>, L>
  readonly ' params': InnerParams<L, StepOf<this[' in'], Mask>>
  readonly ' state': InnerState<L, StepOf<this[' in'], Mask>>
}
/** The shape of one step, with a batch axis. */
type StepOf<I, Mask> = Mask extends true
  ? I extends readonly [infer S extends readonly unknown[], unknown]
    ? Step<S>
    : number[]
  : Step<I>
type Step<S> = S extends readonly [unknown, unknown, ...infer F] ? [number, ...F] : number[]
type Sequence = readonly [unknown, unknown, unknown, ...unknown[]]
type EveryStep<S, L extends AnyLayer> = S extends readonly [infer B, infer T, unknown, ...unknown[]]
  ? Out<L, Step<S>> extends infer O
    ? O extends Mismatch<infer M>
      ? Mismatch<`TimeDistributed > ${Around<M>}`>
      : O extends Several
        ? { -readonly [K in keyof O]: AlongSteps<B, T, O[K]> }
        : AlongSteps<B, T, O>
    : never
  : number[] extends S
    ? number[]
    : S extends Mismatch<string>
      ? S
      : Refuses<'TimeDistributed', typeof steps, S>
type AlongSteps<B, T, O> = O extends readonly [unknown, ...infer F] ? [B, T, ...F] : number[]

const apart = {
  remedy:
    'Put Reshape() before that layer, within TimeDistributed, or apply TimeDistributed twice, for two axes of steps.',
} as const
/** The message of the layer within; one that expects a vector cannot advise the layer that it is in. */
type Around<M extends string> = M extends `${infer Before}${typeof vector.remedy}`
  ? `${Before}${typeof apart.remedy}`
  : M

interface TimeDistributedRow extends TakesLayer<readonly [AnyLayer], TimeDistributedOptions> {
  readonly ' made': TimeDistributed<
    Argument<this[' given'], 0, AnyLayer>,
    OptionOf<this[' options'], 'mask', false>,
    NameOf<this[' options'], 'time-distributed-{}'>
  >
}
/** The constructor of {@link TimeDistributed}. */
export interface TimeDistributedConstructor {
  readonly ' row'?: TimeDistributedRow
  <const L extends AnyLayer, const Mask extends boolean = false, const Name extends string = 'time-distributed-{}'>(
    /** the layer to apply to every step */
    layer: L,
    /** whether it takes a mask, and the name */
    options?: TimeDistributedOptions<Mask, Name>,
  ): TimeDistributed<L, Mask, Name>
}

interface Normal {
  readonly layer: Part
  readonly mask: boolean
}

/** The input of the inner layer: every step of every example as an example. */
const stepShape = (input: Shape | null): Shape | null =>
  input === null ? null : [sizeOf([input[0] ?? null, input[1] ?? null]), ...input.slice(2)]

/** An output of the inner layer for every step. */
const alongSteps = (input: Shape | null, output: Shape | null): Shape | null =>
  input === null || output === null ? null : [input[0] ?? null, input[1] ?? null, ...output.slice(1)]

const distributedShape = (rules: Rules, mask: boolean, inputs: Flow): Either<Fault, Shape | null> => {
  const [input = null] = inputs
  if (input !== null && input.length < 3) return refusal(steps, input)
  const checked = mask ? checkMask(inputs) : right(null)
  if (isLeft(checked)) return checked
  return pipe(
    rules.shape([stepShape(input)]),
    bimap(
      fault => (fault.remedy === vector.remedy ? { ...fault, ...apart } : fault),
      output => alongSteps(input, output),
    ),
  )
}

const distributed = ({ layer, mask }: Normal): Rules => {
  const inner = innerRules(layer, 'several')
  const { further } = inner
  return {
    inputs: mask ? 'several' : 'one',
    shape: inputs => distributedShape(inner, mask, inputs),
    ...(further && {
      further: ([input = null]: Flow) => further([stepShape(input)]).map(output => alongSteps(input, output)),
    }),
    variables: ([input = null]) => inner.variables([stepShape(input)]),
    ids: ([input = null]) =>
      (inner.ids?.([stepShape(input)]) ?? []).map(rows => (rows !== null && mask ? { ...rows, mask: 1 } : rows)),
    decode: eachStep,
    forward: (ops, variables, inputs, mode) => {
      type T = (typeof inputs)[number]
      const [x, counts] = inputs as readonly [T, T | undefined]
      const [batch = null, time = null] = ops.shape(x)
      const wide = (of: T): T =>
        ops.reshape(
          counts as T,
          ops.shape(of).map((d, axis) => (axis < 2 ? d : 1)),
        )
      const known = counts === undefined ? x : finiteWhereMasked(ops, x, wide(x))
      const rows = ops.reshape(known, stepShape(ops.shape(x)) as Shape)
      const [first, state, others = []] = inner.forward(ops, variables, [rows], mode)
      const each = (y: T): T => {
        const steps = ops.reshape(y, [batch, time, ...ops.shape(y).slice(1)])
        return counts === undefined ? steps : ops.where(wide(steps), steps, ops.constant(0))
      }
      return [each(first), state, others.map(each)]
    },
  }
}

/**
 * Applies a layer to every step of a sequence, with shared variables: the steps of all examples are one batch. The
 * layer may be a composition; its variables are then named `layer/variable`, as in `relu-1/weight`.
 *
 * Shape: [batch, steps, ...] → [batch, steps, ...], where the layer takes [batch, ...]; each output, if it has several.
 *
 * Variables: those of the layer, for one step.
 *
 * @param layer the layer to apply to every step
 * @param options whether it takes a mask, and the name
 * @throws InvalidOption if it is not a layer
 * @throws LayerConnectionError, from `join`, if the input has no steps with features, or a step does not fit the layer
 * @throws WeightInitializationError, from `init`, as the layer does
 * @category Sequences
 * @see `TimeDistributed` in Keras; `vmap` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([20, 8]), TimeDistributed(Relu(16)), TimeDistributed(Softmax(3)))
 * String(network) // (?, 20, 8) -> [... 3 layers ...] -> (?, 20, 3)
 * ```
 */
export const TimeDistributed: TimeDistributedConstructor = defineWrapper({
  kind: 'TimeDistributed',
  example: 'TimeDistributed(Relu(16))',
  positional: ['layer'],
  notation: { around: true },
  options: { layer: { codec: innerLayer }, mask: { codec: boolean, default: false } },
  check: ({ layer }) => mixingWithin(layer),
  rules: distributed,
})
