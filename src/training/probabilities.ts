import { type Operation, perform } from '../core/operations.ts'
import type { Ops } from '../core/ops.ts'

// The logarithm of a probability, from the logits that it was made of where an interpreter knows them: a probability rounds
// to 0 or 1 long before its logit says nothing, and its logarithm has no gradient then.

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

const logSoftmax = <T>(ops: Ops<T>, logits: T, side: Side): T | undefined => {
  const logs = ops.logSoftmax(logits)
  if (side === 'p') return logs
  // Of two classes, one is what the other is not.
  const shape = ops.shape(logits)
  return shape.at(-1) === 2 ? ops.reverse(logs, [shape.length - 1]) : undefined
}

/** The logarithm, where the probability comes from a softmax or a sigmoid. */
const fromLogits = <T>(ops: Ops<T>, p: T, side: Side): T | undefined => {
  const origin = ops.origin?.(p)
  if (origin === undefined) return undefined
  const { operation, inputs, attributes } = origin
  const [x] = inputs as readonly [T]
  if (operation === 'softmax') return logSoftmax(ops, x, side)
  if (operation === 'sigmoid') return ops.negative(ops.softplus(side === 'p' ? ops.negative(x) : x))
  const isChoice = operation === 'where'
  if (!isChoice && !moves.has(operation)) return undefined
  const parts = isChoice ? inputs.slice(1) : inputs
  const logs = parts.map(part => fromLogits(ops, part, side))
  if (logs.every(log => log === undefined)) return undefined
  const all = logs.map((log, i) => log ?? clipped(ops, parts[i] as T, side))
  // The attributes are those that the operation was performed with.
  return perform(ops)(operation as Operation, isChoice ? [x, ...all] : all, attributes as never)
}

const logOf = <T>(ops: Ops<T>, p: T, side: Side): T => fromLogits(ops, p, side) ?? clipped(ops, p, side)

/** What was expected times the logarithm of its probability: 0 where nothing was, also of the logarithm of 0. */
const expectedLog = <T>(ops: Ops<T>, expected: T, p: T, side: Side): T => {
  const share = side === 'p' ? expected : ops.subtract(ops.constant(1), expected)
  return ops.multiply(share, ops.where(share, logOf(ops, p, side), ops.constant(0)))
}

/** `expected · log(p)` */
export const expectedLogOf = <T>(ops: Ops<T>, expected: T, p: T): T => expectedLog(ops, expected, p, 'p')

/** `expected · log(p) + (1 - expected) · log(1 - p)` */
export const expectedLogsOf = <T>(ops: Ops<T>, expected: T, p: T): T =>
  ops.add(expectedLog(ops, expected, p, 'p'), expectedLog(ops, expected, p, '1 - p'))
