import { countUp } from '../ops/counting.ts'
import { type Operation, perform } from '../ops/operations.ts'
import { leastFloat, type Ops, type Origin } from '../ops/ops.ts'

// The logarithm of a probability, from the logits that it was made of where an interpreter knows them: a probability rounds
// to 0 or 1 long before its logit says nothing, and its logarithm has no gradient then.

/** What predictions are: probabilities, the logits that softmax or sigmoid make them of, or their logarithms. */
export type Scale = 'probabilities' | 'logits' | 'logarithms'

/** Whose logarithm is asked for: that of `p` or of `1 - p`. */
type Side = 'p' | '1 - p'

/** Keeps the logarithm of a probability of unknown origin finite. */
const margin = 1e-7
const clipped = <T>(ops: Ops<T>, p: T, side: Side): T => {
  const inside = ops.minimum(ops.maximum(p, ops.constant(margin)), ops.constant(1 - margin))
  return ops.log(side === 'p' ? inside : ops.subtract(ops.constant(1), inside))
}

/** Operations that put elements elsewhere, or choose among them, as they are. */
const moves: ReadonlySet<string> = new Set<Operation>([
  'reshape',
  'transpose',
  'concatenate',
  'slice',
  'reverse',
  'broadcast',
  'stopGradient',
  'clipGradient',
])

/** Which inputs of an operation have the probabilities that its result is made of; `undefined` for one that makes others. */
const probabilitiesOf = (
  operation: string,
  inputs: number,
  side: Side,
): readonly [from: number, to: number] | undefined => {
  if (moves.has(operation)) return [0, inputs]
  if (operation === 'where') return [1, inputs]
  if (operation === 'gather') return [0, 1]
  // The logarithm grows with the probability; the logarithm of its complement falls.
  return operation === 'max' && side === 'p' ? [0, 1] : undefined
}

/**
 * `log(1 - softmax(x))` of more than two classes. For the likeliest class, whose complement rounds to 0, it is the
 * logarithm of the sum of the others.
 */
const logComplements = <T>(ops: Ops<T>, logs: T, classes: number): T => {
  const shape = ops.shape(logs)
  const last = [shape.length - 1]
  const first = ops.reshape(ops.argMax(logs), [...shape.slice(0, -1), 1])
  const isLikeliest = ops.equal(first, countUp(ops, classes))
  const others = ops.where(isLikeliest, ops.constant(leastFloat), logs)
  const largest = ops.stopGradient(ops.max(others, last, true))
  const rest = ops.add(ops.log(ops.sum(ops.exp(ops.subtract(others, largest)), last, true)), largest)
  const p = ops.where(isLikeliest, ops.constant(0.5), ops.exp(logs))
  return ops.where(isLikeliest, rest, ops.log(ops.subtract(ops.constant(1), p)))
}

const logSoftmax = <T>(ops: Ops<T>, logits: T, side: Side): T | undefined => {
  const logs = ops.logSoftmax(logits)
  if (side === 'p') return logs
  const shape = ops.shape(logits)
  const classes = shape.at(-1) ?? null
  // Of two classes, one is what the other is not.
  if (classes === 2) return ops.reverse(logs, [shape.length - 1])
  return classes === null || classes === 1 ? undefined : logComplements(ops, logs, classes)
}

const logSigmoid = <T>(ops: Ops<T>, logits: T, side: Side): T =>
  ops.negative(ops.softplus(side === 'p' ? ops.negative(logits) : logits))

/** What is known on the way to the logits. */
interface Found<T> {
  /** Logarithms, `undefined` where there are none: what is shared is walked through once. */
  readonly logs: Map<T, T | undefined>
  /** Whether the logarithm is that of a probability, which is not above 0. */
  readonly isBounded: boolean
}

/** The logarithm of a product with one known factor, such as that of probabilities and a mask. */
const ofProduct = <T>(ops: Ops<T>, product: T, known: T, factor: T, side: Side, { isBounded }: Found<T>): T => {
  if (side === '1 - p') return ops.where(ops.equal(factor, ops.constant(1)), known, clipped(ops, product, side))
  const isPositive = ops.greater(factor, ops.constant(0))
  const log = ops.log(ops.where(isPositive, factor, ops.constant(1)))
  const sum = ops.add(known, log)
  const whole = isBounded ? ops.minimum(sum, ops.constant(0)) : sum
  return ops.where(isPositive, whole, ops.constant(Math.log(margin)))
}

const logOfProduct = <T>(
  ops: Ops<T>,
  product: T,
  factors: readonly T[],
  side: Side,
  found: Found<T>,
): T | undefined => {
  const [a, b] = factors as readonly [T, T]
  const [first, second] = [fromLogits(ops, a, side, found), fromLogits(ops, b, side, found)]
  if (first !== undefined && second !== undefined) return side === 'p' ? ops.add(first, second) : undefined
  if (first !== undefined) return ofProduct(ops, product, first, b, side, found)
  return second === undefined ? undefined : ofProduct(ops, product, second, a, side, found)
}

/** The same of an operation that moves probabilities, or chooses among them. */
const logOfMoved = <T>(ops: Ops<T>, { operation, inputs, attributes }: Origin<T>, side: Side, found: Found<T>) => {
  const range = probabilitiesOf(operation, inputs.length, side)
  if (range === undefined) return undefined
  const parts = inputs.slice(...range)
  const logs = parts.map(part => fromLogits(ops, part, side, found))
  if (logs.every(log => log === undefined)) return undefined
  const other = (part: T): T =>
    found.isBounded ? clipped(ops, part, side) : ops.log(ops.maximum(part, ops.constant(margin)))
  const all = logs.map((log, i) => log ?? other(parts[i] as T))
  // The attributes are those that the operation was performed with.
  const given = [...inputs.slice(0, range[0]), ...all, ...inputs.slice(range[1])]
  return perform(ops)(operation as Operation, given, attributes as never)
}

const logOfMade = <T>(ops: Ops<T>, p: T, origin: Origin<T>, side: Side, found: Found<T>): T | undefined => {
  const { operation, inputs } = origin
  const [x] = inputs as readonly [T]
  if (operation === 'softmax') return logSoftmax(ops, x, side)
  if (operation === 'sigmoid') return logSigmoid(ops, x, side)
  if (operation === 'exp' && side === 'p') return found.isBounded ? ops.minimum(x, ops.constant(0)) : x
  return operation === 'multiply' ? logOfProduct(ops, p, inputs, side, found) : logOfMoved(ops, origin, side, found)
}

/** The logarithm, where the probability comes from a softmax or a sigmoid, or is the exponential of a logarithm. */
const fromLogits = <T>(ops: Ops<T>, p: T, side: Side, found: Found<T>): T | undefined => {
  if (found.logs.has(p)) return found.logs.get(p)
  const origin = ops.origin?.(p)
  const log = origin && logOfMade(ops, p, origin, side, found)
  found.logs.set(p, log)
  return log
}

const logOf = <T>(ops: Ops<T>, p: T, side: Side): T =>
  fromLogits(ops, p, side, { logs: new Map(), isBounded: true }) ?? clipped(ops, p, side)

/** The logarithm of what an exponential made, or softmax or sigmoid; `undefined` where that is not known. */
export const knownLog = <T>(ops: Ops<T>, x: T): T | undefined =>
  fromLogits(ops, x, 'p', { logs: new Map(), isBounded: false })

/** The logarithms of the probabilities of classes, which are the last axis. */
export const logsOfClasses = <T>(ops: Ops<T>, predicted: T, scale: Scale): T => {
  if (scale === 'logarithms') return predicted
  return scale === 'logits' ? ops.logSoftmax(predicted) : logOf(ops, predicted, 'p')
}

/** The logarithms of the probability of yes and of that of no, element by element. */
export const logsOfYesAndNo = <T>(
  ops: Ops<T>,
  predicted: T,
  scale: Exclude<Scale, 'logarithms'>,
): readonly [yes: T, no: T] => {
  const log = scale === 'logits' ? logSigmoid : logOf
  return [log(ops, predicted, 'p'), log(ops, predicted, '1 - p')]
}

/** A share times a logarithm: 0 where the share is 0, also of the logarithm of 0. */
export const shareOf = <T>(ops: Ops<T>, share: T, log: T): T =>
  ops.multiply(share, ops.where(share, log, ops.constant(0)))
