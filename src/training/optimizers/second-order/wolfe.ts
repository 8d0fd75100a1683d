import { InvalidOption } from '../../../base/errors.ts'
import type { Beside, Limit } from '../../../base/limited-options.ts'
import { besideOther } from '../../../base/limits.ts'
import { boolean, integer, type Options } from '../../../base/options.ts'
import { leafOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import type { Ops } from '../../../ops/ops.ts'
import { tape } from '../../../ops/tape.ts'
import type { UpdateContext } from '../../optimizer.ts'
import { inside } from '../../ranges.ts'
import { option } from '../options.ts'
import { interpolated } from './interpolate.ts'
import { atMost, dot, not, unvectorOf } from './vector.ts'

// A line search for the strong Wolfe conditions: Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 3.5
// (bracketing, by doubling) and 3.6 (zoom). Both are one loop over trials, so that the loss is written once.

const rightConstants = '{ wolfeC1: 1e-4, wolfeC2: 0.9 }'
/** The options of optimizers that search along a line. */
export interface LineSearchOptions {
  /** How often the first step, 1, is doubled at most. Default: 20. */
  readonly wolfeMaxiter?: Limit<'count'>
  /** The sufficient decrease constant, > 0 and < 1. Default: 1e-4. */
  readonly wolfeC1?: Limit<'inside'>
  /** The curvature constant, > `wolfeC1` and < 1. Default: 0.9. */
  readonly wolfeC2?: Limit<'inside'> & Beside<'above', 'wolfeC1', 0.0001, typeof rightConstants>
  /**
   * Whether to use steepest descent if the loss grows along the chosen direction, to skip updates of the state that
   * would lead to such a direction, and to interpolate in reversed intervals, which are bisected otherwise. Safer for
   * networks; the literature's trajectories are those without it. Default: false.
   */
  readonly descent?: boolean
}

/** The same in their normal form. */
export type LineSearch = Required<LineSearchOptions>

export const lineSearchOptions: Options<LineSearch> = {
  wolfeMaxiter: option(integer(1), 20),
  wolfeC1: option(inside, 1e-4),
  wolfeC2: option(inside, 0.9),
  descent: option(boolean, false),
}

/**
 * Checks what the options of a search are to each other.
 *
 * @throws InvalidOption if `wolfeC2` is not more than `wolfeC1`
 */
export const checkedSearch = <N extends LineSearch>(owner: string, normal: N): N => {
  if (normal.wolfeC1 < normal.wolfeC2) return normal
  throw new InvalidOption({
    layer: owner,
    option: 'wolfeC2',
    expected: `${besideOther.above} wolfeC1, ${normal.wolfeC1}`,
    got: String(normal.wolfeC2),
    remedy: `For example: ${owner}(${rightConstants}).`,
  })
}

/** A place on the line: how far, and the loss there. */
export interface Point<T> {
  readonly x: T
  readonly y: T
}
/** The same with the slope of the loss. */
export interface Place<T> extends Point<T> {
  readonly slope: T
}

/** How many trials a zoom has, and how many more while every trial was worse than the start. */
const zoomTrials = 10
const moreTrials = 20

/** Where a search stands: scalars. */
interface Stage<T> {
  readonly isDone: T
  /** Whether an interval was found that holds a fitting step. */
  readonly zooms: T
  /** How many more trials the stage has. */
  readonly left: T
  /** The next trial, or the last one when the search is done. */
  readonly x: T
  /** The loss at the last trial. */
  readonly y: T
  /** The best end of the interval; the last trial, before there is one. */
  readonly low: Place<T>
  readonly high: Point<T>
  /** The end that was given up last. */
  readonly recent: Point<T>
  /** The least loss so far. */
  readonly best: Point<T>
}

const packed = <T>({ isDone, zooms, left, x, y, low, high, recent, best }: Stage<T>): readonly T[] => [
  ...[isDone, zooms, left, x, y, low.x, low.y, low.slope],
  ...[high.x, high.y, recent.x, recent.y, best.x, best.y],
]

const unpacked = <T>(carried: readonly T[]): Stage<T> => {
  const [isDone, zooms, left, x, y, lowX, lowY, slope, highX, highY, recentX, recentY, bestX, bestY] =
    carried as readonly [T, T, T, T, T, T, T, T, T, T, T, T, T, T]
  return {
    ...{ isDone, zooms, left, x, y },
    low: { x: lowX, y: lowY, slope },
    high: { x: highX, y: highY },
    recent: { x: recentX, y: recentY },
    best: { x: bestX, y: bestY },
  }
}

const either = <T>(ops: Ops<T>, flag: T, a: Point<T>, b: Point<T>): Point<T> => ({
  x: ops.where(flag, a.x, b.x),
  y: ops.where(flag, a.y, b.y),
})

/** What comes after a trial, of which the loss and the slope are known. */
const judged = <T>(ops: Ops<T>, normal: LineSearch, start: Place<T>, before: Stage<T>, trial: Place<T>): Stage<T> => {
  const { zooms, left, low, high } = before
  const { wolfeC1, wolfeC2, descent } = normal
  const [zero, one] = [ops.constant(0), ops.constant(1)]
  const bound = ops.add(start.y, ops.multiply(ops.multiply(trial.x, start.slope), ops.constant(wolfeC1)))
  // Whether the last trial, or the best end, is one to compare with: the start is none.
  const compares = ops.maximum(zooms, ops.greater(low.x, zero))
  // What is not a number is too high as well.
  const isHigh = ops.maximum(
    not(ops, atMost(ops, trial.y, bound)),
    ops.multiply(compares, not(ops, ops.greater(low.y, trial.y))),
  )
  const isFlat = atMost(ops, ops.abs(trial.slope), ops.multiply(start.slope, ops.constant(-wolfeC2)))
  const best = either(ops, ops.greater(before.best.y, trial.y), trial, before.best)
  // A direction that descends leads to what is better, if only near enough; one that ascends need not.
  const isFound = ops.maximum(ops.greater(start.y, best.y), not(ops, ops.greater(zero, start.slope)))
  const isLast = ops.multiply(
    atMost(ops, left, zero),
    ops.maximum(isFound, atMost(ops, left, ops.constant(-moreTrials))),
  )
  const fits = ops.multiply(not(ops, isHigh), isFlat)
  const isDone = ops.maximum(fits, isLast)
  // Before an interval is found, the line goes on to the right.
  const ahead = ops.where(zooms, ops.subtract(high.x, low.x), one)
  const turns = atMost(ops, zero, ops.multiply(trial.slope, ahead))
  const within = ops.maximum(ops.maximum(isHigh, turns), zooms)

  const nextLow: Place<T> = {
    ...either(ops, isHigh, low, trial),
    slope: ops.where(isHigh, low.slope, trial.slope),
  }
  const nextHigh = either(ops, isHigh, trial, either(ops, turns, low, high))
  const recent = either(ops, ops.multiply(zooms, ops.maximum(isHigh, turns)), high, low)
  const narrowed = interpolated(ops, nextLow, nextHigh, recent, descent)
  const next = ops.where(within, narrowed, ops.multiply(trial.x, ops.constant(2)))
  return {
    isDone,
    zooms: within,
    left: ops.where(ops.greater(within, zooms), ops.constant(zoomTrials - 1), ops.subtract(left, one)),
    x: ops.where(isDone, trial.x, next),
    y: trial.y,
    low: nextLow,
    high: nextHigh,
    recent,
    best,
  }
}

/**
 * How far to go along a direction, so that the loss is less, and its slope is flatter, by the strong Wolfe conditions. A
 * search that ends without such a step gives its last trial, unless the loss has grown there though the direction descends,
 * or is not finite: then the best of all trials, the start included. Along a direction that descends, a zoom goes on for
 * twenty more trials while none was better than the start: that of steep losses lies near.
 *
 * @param gradient of the loss at the parameters: [n]
 * @param direction [n]
 * @returns a scalar
 */
export const lineSearch = <T>(
  ops: Ops<T>,
  normal: LineSearch,
  context: UpdateContext<T>,
  params: VariableTree<T>,
  gradient: T,
  direction: T,
): T => {
  const { loss, value } = context
  const zero = ops.constant(0)
  const start: Place<T> = { x: zero, y: value, slope: dot(ops, gradient, direction) }
  const along = unvectorOf(ops, direction, params)
  const measured = (x: T): Place<T> => {
    const { ops: own, variable, gradients } = tape(ops)
    const far = variable(x)
    const point = mapTree(params, (param, layer, name) => {
      const [from, way] = [param, leafOf(along, layer, name)] as unknown as [typeof far, typeof far]
      return own.add(from, own.multiply(way, far))
    })
    const y = loss(own, point)
    const [slope] = gradients([[y, ops.constant(1)]], [far]) as readonly [T]
    return { x, y: y.value, slope }
  }
  const none = { x: zero, y: value }
  const first: Stage<T> = {
    isDone: zero,
    zooms: zero,
    left: ops.constant(normal.wolfeMaxiter),
    x: ops.constant(1),
    y: value,
    low: start,
    ...{ high: none, recent: none, best: none },
  }
  const carried = ops.loop(
    stage => not(ops, unpacked(stage).isDone),
    stage => {
      const before = unpacked(stage)
      return packed(judged(ops, normal, start, before, measured(before.x)))
    },
    packed(first),
    normal.wolfeMaxiter + zoomTrials + moreTrials,
  )
  const { x, y, best } = unpacked(carried)
  const isNumber = ops.equal(ops.subtract(y, y), zero)
  const ascends = ops.multiply(not(ops, ops.greater(zero, start.slope)), isNumber)
  const isTaken = normal.descent ? atMost(ops, y, value) : ops.maximum(atMost(ops, y, value), ascends)
  return ops.where(isTaken, x, best.x)
}
