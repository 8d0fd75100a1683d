import { InvalidOption, show } from '../../base/errors.ts'
import type { Called, Limit } from '../../base/limited-options.ts'
import { boolean, codec, index, isFunction } from '../../base/options.ts'
import { fromStart, sharedShape, showShape } from '../../base/shape.ts'
import { isList } from '../../base/trees.ts'
import { finiteWhereMasked } from '../../layers/masking.ts'
import { countUp } from '../../ops/counting.ts'
import type { Ops } from '../../ops/ops.ts'
import { scanLayer } from '../../ops/scan.ts'
import { described } from '../../state/given.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { isTensorOf } from '../metric.ts'
import { logsOfClasses, type Scale } from '../probabilities.ts'
import { complement, plus, times } from './arithmetic.ts'
import { classesOf, knownOnly, oneHotOf } from './classes.ts'
import { fromLogits, type LogarithmsOption, logInput, scaleOf } from './options.ts'

/** Finds how many steps of each example count, [batch], or which do, [batch, time], from the inputs of the network. */
export type StepsThatCount = <T>(ops: Ops<T>, x: readonly [T, ...T[]]) => T

/** Options of {@link ctc}. */
export interface CtcOptions extends LogarithmsOption {
  /** The index of the blank class, from 0 on or from the end. Default: 0. */
  readonly blank?: Limit<'integer'>
  /**
   * The number of steps of each example: a list, or a function of the operations and the network's inputs that returns
   * lengths [batch] or a mask [batch, time]. Default: null, all.
   */
  readonly inputLengths?: readonly number[] | StepsThatCount | null
  /** Whether examples with too few steps for their labels have the loss 0 instead of Infinity. Default: false. */
  readonly zeroInfinity?: boolean
}

interface Normal {
  readonly name: string
  readonly blank: number
  readonly inputLengths: readonly number[] | StepsThatCount | null
  readonly zeroInfinity: boolean
}

const lengths = codec<readonly number[] | StepsThatCount | null>(
  'a list of integers >= 0, a function of ops and x, or null for all steps',
  value => {
    if (value === null) return value
    if (isFunction(value)) return value as StepsThatCount
    return isList(value) && [...value].every(length => Number.isSafeInteger(length) && (length as number) >= 0)
      ? Object.freeze([...(value as readonly number[])])
      : undefined
  },
)

/** The logarithm of what is impossible: finite, because the difference of two infinities is none. */
const never = -1e30

const fault = (layer: string, option: string, expected: string, got: string, remedy: string): InvalidOption =>
  new InvalidOption({ layer, option, expected, got, remedy })

/** Which steps of [batch, time] count, 1 or 0. */
const stepsOf = <T>(ops: Ops<T>, { name, inputLengths }: Normal, predicted: T, x: readonly T[]): T | undefined => {
  if (inputLengths === null) return undefined
  const [batch = null, time = null] = ops.shape(predicted)
  if (x.length === 0 && !isList(inputLengths))
    throw fault(
      name,
      'inputLengths',
      'a list of lengths in a call with values, which has no inputs of a network',
      'a function',
      'For example: ctc({ inputLengths: [20, 16] })(expected, predicted).',
    )
  const given: unknown = isList(inputLengths)
    ? ops.constant(Float32Array.from(inputLengths), [inputLengths.length])
    : (inputLengths as StepsThatCount)(ops, x as readonly [T, ...T[]])
  if (!isTensorOf(ops, given))
    throw fault(
      name,
      'inputLengths',
      'a tensor of the operations that the function is given',
      described(given),
      'For example: inputLengths: (ops, [x]) => ops.max(ops.abs(x), [2]).',
    )
  return countsOf(ops, name, given as T, batch, time)
}

/** Lengths, or a mask, as a mask. */
const countsOf = <T>(ops: Ops<T>, name: string, given: T, batch: number | null, time: number | null): T => {
  const shape = ops.shape(given)
  if (sharedShape(shape, [batch, time]) !== undefined) return given
  if (sharedShape(shape, [batch]) === undefined && sharedShape(shape, [batch, 1]) === undefined)
    throw fault(
      name,
      'inputLengths',
      `a number for each example, ${showShape([batch])}, or a mask ${showShape([batch, time])}`,
      showShape(shape),
      'Give the number of steps of each example.',
    )
  return ops.greater(ops.reshape(given, [batch, 1]), countUp(ops, time as number))
}

/** What the sums over alignments are made of. */
interface Lattice<T> {
  /** Logarithms of the probabilities of the states, [batch, time, states]: labels with a blank around each. */
  readonly logs: T
  /** 0 where a state follows from the one before the one before it, {@link never} elsewhere. */
  readonly leaps: T
  /** 1 at the two states in which an alignment may end. */
  readonly ends: T
  /** 1 for examples whose labels are all numbers of classes. */
  readonly isKnown: T
}

/** Labels [batch, labels] between blanks, [batch, 2 labels + 1]; `between` in the place of blanks. */
const interleaved = <T>(ops: Ops<T>, labels: T, between: number): T => {
  const [batch = null, count = 0] = ops.shape(labels)
  const pairs = ops.pad(ops.reshape(plus(ops, labels, -between), [batch, count, 1]), [
    [0, 0],
    [0, 0],
    [1, 0],
  ])
  const row = ops.reshape(pairs, [batch, 2 * (count as number)])
  return plus(
    ops,
    ops.pad(row, [
      [0, 0],
      [0, 1],
    ]),
    between,
  )
}

/** States [batch, states] moved towards the end, with a value in the place of those that have none before. */
const moved = <T>(ops: Ops<T>, x: T, by: number, before: number): T => {
  const [, states] = ops.shape(x) as readonly (number | null)[]
  const width = states as number
  const kept = ops.pad(ops.slice(x, [0, 0], [null, width - by]), [
    [0, 0],
    [by, 0],
  ])
  // Added to zeros: a value far from those of x would round them away.
  const filled = Float32Array.from({ length: width }, (_, i) => (i < by ? before : 0))
  return ops.add(kept, ops.constant(filled, [1, width]))
}

const latticeOf = <T>(ops: Ops<T>, labels: T, logs: T, classes: number, blank: number): Lattice<T> => {
  const [batch = null, count] = ops.shape(labels)
  const states = 2 * (count as number) + 1
  const isLabel = ops.multiply(
    complement(ops, ops.equal(labels, ops.constant(blank))),
    ops.greater(labels, ops.constant(-0.5)),
  )
  const length = ops.sum(isLabel, [1], true)
  const own = interleaved(ops, labels, blank)
  const isClass = oneHotOf(ops, own, classes)
  const numbers = countUp(ops, states)
  const last = times(ops, length, 2)
  const isWithin = complement(ops, ops.greater(numbers, last))
  const isUnknown = ops.multiply(isWithin, complement(ops, ops.max(isClass, [2])))
  // Blanks are the even states; a label follows from the label before, unless it is the same.
  const isOdd = ops.constant(
    Float32Array.from({ length: states }, (_, i) => i % 2),
    [1, states],
  )
  const mayLeap = ops.multiply(isOdd, complement(ops, ops.equal(own, moved(ops, own, 2, -1))))
  return {
    logs: ops.matmul(logs, ops.transpose(isClass, [0, 2, 1])),
    leaps: times(ops, complement(ops, mayLeap), never),
    ends: ops.add(ops.equal(numbers, last), ops.equal(numbers, plus(ops, last, -1))),
    isKnown: ops.reshape(complement(ops, ops.max(isUnknown, [1])), [batch]),
  }
}

/** `log(exp(a) + exp(b) + …)`, element by element. */
const logOfSum = <T>(ops: Ops<T>, terms: readonly T[]): T => {
  const largest = ops.stopGradient(terms.reduce((a, b) => ops.maximum(a, b)))
  const sum = terms.map(term => ops.exp(ops.subtract(term, largest))).reduce((a, b) => ops.add(a, b))
  return ops.add(ops.log(sum), largest)
}

/** The logarithm of the probability of all alignments, [batch], by the forward algorithm. */
const logLikelihood = <T>(ops: Ops<T>, { logs, leaps, ends }: Lattice<T>, counts: T | undefined): T => {
  const [batch = null, time = null, states] = ops.shape(logs) as readonly (number | null)[]
  const width = states as number
  // Before the first step, all is in the first blank.
  const start = ops.constant(
    Float32Array.from({ length: width }, (_, i) => (i === 0 ? 0 : never)),
    [1, width],
  )
  const first = ops.add(times(ops, leaps, 0), start)
  const step = (before: T, log: T): T =>
    ops.add(logOfSum(ops, [before, moved(ops, before, 1, never), ops.add(moved(ops, before, 2, never), leaps)]), log)
  const sequence = counts === undefined ? logs : ops.concatenate([logs, ops.reshape(counts, [batch, time, 1])], 2)
  const [[after]] = scanLayer(
    ops,
    ([before], now) => {
      const next = step(before as T, ops.slice(now, [0, 0], [null, width]))
      const carried = counts === undefined ? next : ops.where(ops.slice(now, [0, width], [null, 1]), next, before as T)
      return [[carried], ops.slice(carried, [0, 0], [null, 1])]
    },
    [first],
    sequence,
  )
  const ended = ops.where(ends, after as T, ops.constant(never))
  const largest = ops.stopGradient(ops.max(ended, [1], true))
  const total = ops.log(ops.sum(ops.exp(ops.subtract(ended, largest)), [1]))
  return ops.add(total, ops.reshape(largest, [batch]))
}

const checkCtc = <T>(ops: Ops<T>, name: string, expected: T, predicted: T): void => {
  const [labels, shape] = [ops.shape(expected), ops.shape(predicted)]
  if (shape.length !== 3)
    throw fault(
      name,
      'predicted',
      'outputs [batch, time, classes]',
      showShape(shape),
      'Put TimeDistributed(Softmax(…)) last.',
    )
  if (labels.length === 2 && labels[1] !== 0 && sharedShape(labels.slice(0, 1), shape.slice(0, 1)) !== undefined) return
  throw fault(
    name,
    'y',
    `the labels of each example, ${showShape([shape[0] ?? null, null])}, filled up with blanks or -1`,
    showShape(labels),
    'Give the numbers of the classes in their order, without blanks between them.',
  )
}

const alignments =
  (normal: Normal, scale: Scale): LossForward =>
  (ops, expected, predicted, { x }) => {
    const { name } = normal
    checkCtc(ops, name, expected, predicted)
    const counts = stepsOf(ops, normal, predicted, x)
    const [batch = null, time = null] = ops.shape(predicted)
    const steps =
      counts === undefined ? predicted : finiteWhereMasked(ops, predicted, ops.reshape(counts, [batch, time, 1]))
    const classes = classesOf(ops, name, predicted)
    const blank = fromStart(normal.blank, classes)
    if (blank < 0 || blank >= classes)
      throw fault(
        name,
        'blank',
        `the number of one of ${classes} classes`,
        show(normal.blank),
        'The first is 0, the last -1.',
      )
    const lattice = latticeOf(ops, expected, logsOfClasses(ops, steps, scale), classes, blank)
    const likelihood = logLikelihood(ops, lattice, counts)
    const isImpossible = ops.greater(ops.constant(never / 2), likelihood)
    const otherwise = ops.constant(normal.zeroInfinity ? 0 : Number.POSITIVE_INFINITY)
    return knownOnly(ops, lattice.isKnown, ops.where(isImpossible, otherwise, ops.negative(likelihood)))
  }

/**
 * Connectionist temporal classification: `-log` of the probability that the outputs of the steps, without repetitions
 * and then without blanks, read as the labels (Graves et al. 2006). For sequences whose labels are ordered but not
 * aligned with steps, such as in speech.
 *
 * `predicted` are probabilities [batch, time, classes], one class being the blank; `expected` are class indices [batch,
 * labels], padded with the blank or with -1. The sum over alignments is computed in logarithms, from logits if they are
 * known, as in {@link categoricalCrossentropy}.
 *
 * An example that has too few steps for its labels has the loss Infinity and no gradient; one with a label that no class has,
 * NaN.
 *
 * @throws InvalidOption if an option is invalid; when called, if outputs or labels have another form
 * @example
 * ```ts
 * const outputs = [[[0.5, 0.5], [0.5, 0.5]]]
 * ctc([[1]], outputs).dataSync()[0] // 0.287…
 * ctc({ inputLengths: [1] })([[1]], outputs).dataSync()[0] // 0.693…
 * ```
 */
export const ctc: ConfigurableLoss<CtcOptions, unknown, Called<'ctc', '{ fromLogits: false }'>> = configurableLoss(
  'ctc',
  {
    fromLogits,
    logInput,
    blank: { codec: index, default: 0 },
    inputLengths: { codec: lengths, default: null },
    zeroInfinity: { codec: boolean, default: false },
  },
  ({ blank, inputLengths, zeroInfinity, ...given }, { name }) =>
    alignments({ name, blank, inputLengths, zeroInfinity }, scaleOf(name, given)),
)
