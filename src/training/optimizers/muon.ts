import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { boolean, codec, integer, type Option, oneOf, positive } from '../../base/options.ts'
import type { Tree } from '../../base/tree.ts'
import { isShortList, leafOf, leavesOf, mapTree, treeOf, type VariableTree } from '../../base/trees.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import { normOf } from '../finite.ts'
import type { Optimizer, OptimizerRule, UpdateContext } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import { adamw } from './adam.ts'
import { type DecayOptions, decay, type Mask, maskOf, option, read, stepOf } from './options.ts'
import { blend, optimizerOf, zerosOf } from './rule.ts'
import { optimizerOption, within } from './transforms/transform.ts'

/** The options of {@link muon}. */
export interface MuonOptions extends DecayOptions {
  /** The learning rate of matrices, a number or a function of the number of the update. Default: 0.02. */
  readonly step?: LearningRate
  /** How much of the mean of gradients stays. Default: 0.95. */
  readonly momentum?: Limit<'partBelow1'>
  /** Whether to look ahead, as Nesterov (1983) does. Default: true. */
  readonly nesterov?: boolean
  /** How often the Newton-Schulz iteration is done. Default: 5. */
  readonly iterations?: Limit<'count'>
  /** The coefficients of its polynomial `a x + b x³ + c x⁵`. Default: `[3.4445, -4.775, 2.0315]`. */
  readonly coefficients?: readonly [number, number, number]
  /** Added to the norm by which a matrix is divided first. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /**
   * The factor of a matrix's step: `'columns'`, `sqrt(max(1, columns / rows))`, so that all units change by the same
   * amount, as in the paper and optax; `'rows'`, `sqrt(max(1, rows / columns))`, as in Keras; `'adam'`,
   * `0.2 · sqrt(max(rows, columns))`, the size of Adam's updates, so that its learning rates fit; or `'none'`. Default:
   * `'columns'`.
   */
  readonly adjust?: 'columns' | 'rows' | 'adam' | 'none'
  /** Which parameters of two or more axes are made orthogonal: `'weights'` by role, or patterns of names. Default: `'weights'`. */
  readonly matrices?: Mask
  /** The optimizer of all others. Default: `adamw()`. */
  readonly others?: Optimizer
}

type Coefficients = readonly [number, number, number]

const coefficients: Option<Coefficients> = {
  codec: codec<Coefficients>('three finite numbers', value =>
    isShortList(value) && value.length === 3 && value.every(Number.isFinite)
      ? (Object.freeze([...value]) as unknown as Coefficients)
      : undefined,
  ),
  default: [3.4445, -4.775, 2.0315],
}

const factors: Readonly<Record<Required<MuonOptions>['adjust'], (rows: number, columns: number) => number>> = {
  columns: (rows, columns) => Math.sqrt(Math.max(1, columns / rows)),
  rows: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
  adam: (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
  none: () => 1,
}

/** A matrix with the singular vectors of another and singular values near 1: a few steps of Newton and Schulz. */
const orthogonalized = <T>(ops: Ops<T>, matrix: T, [a, b, c]: Coefficients, iterations: number, epsilon: number): T => {
  const [rows = 0, columns = 0] = ops.shape(matrix) as readonly number[]
  const turned = (x: T): T => ops.transpose(x, [1, 0])
  // The products are those of the shorter side.
  const isTall = rows > columns
  let x = ops.divide(matrix, ops.add(normOf(ops, [matrix]), ops.constant(epsilon)))
  if (isTall) x = turned(x)
  for (let i = 0; i < iterations; i++) {
    const square = ops.matmul(x, turned(x))
    const polynomial = ops.add(
      ops.multiply(square, ops.constant(b)),
      ops.multiply(ops.matmul(square, square), ops.constant(c)),
    )
    x = ops.add(ops.multiply(x, ops.constant(a)), ops.matmul(polynomial, x))
  }
  return isTall ? turned(x) : x
}

/**
 * Muon (Jordan et al. 2024): weights of two axes move along the orthogonal matrix next to the mean of their gradients,
 * `m = momentum · m + (1 - momentum) · g`, found by a few iterations of Newton and Schulz; filters of convolutions are taken as
 * matrices `[rows · columns · inputs, outputs]`. All else (biases, scales, and what `matrices` leaves out, as one does with
 * embeddings and the last layer) is left to `others`.
 *
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern matches nothing
 * @example
 * ```ts
 * const optimizer = muon({ others: gradientDescent({ step: 1 }) })
 * const params = { linear: { weight: tensor([[0, 0], [0, 0]]), bias: tensor([0, 0]) } }
 * const grads = { linear: { weight: tensor([[3, 0], [0, 0.1]]), bias: tensor([1, 2]) } }
 * const [updates] = optimizer.update(grads, optimizer.init(params), params)
 * Array.from(updates.linear.bias.dataSync()) // [-1, -2]
 * ```
 */
export const muon = <const O>(
  options?: OptionsFor<MuonOptions, O, Called<'muon', '{ step: 0.02 }'>>,
): Optimizer<PatternsIn<O, 'mask' | 'matrices'>> => {
  const normal = read<Required<MuonOptions>>(
    'muon',
    {
      step: stepOf(0.02),
      momentum: option(partBelow1, 0.95),
      nesterov: option(boolean, true),
      iterations: option(integer(1), 5),
      coefficients,
      epsilon: option(positive, 1e-7),
      adjust: option(oneOf(['columns', 'rows', 'adam', 'none']), 'columns'),
      matrices: { codec: decay.mask.codec, default: 'weights' },
      others: { codec: optimizerOption, default: adamw() },
      ...decay,
    },
    options,
  )
  const { momentum, nesterov, iterations, epsilon, adjust, others, weightDecay } = normal

  const parted = <T>(ops: Ops<T>, params: VariableTree<T>) => {
    const isMeant = maskOf('muon', 'matrices', normal.matrices, params)
    const isMatrix = (layer: string, name: string, param: T) => isMeant(layer, name) && ops.shape(param).length >= 2
    const [own, rest] = [true, false].map(wanted =>
      treeOf(leavesOf(params).filter(([layer, name, param]) => isMatrix(layer, name, param) === wanted)),
    ) as [VariableTree<T>, VariableTree<T>]
    return { own, rest, decays: maskOf('muon', 'mask', normal.mask, params) }
  }

  const rule: OptimizerRule = {
    init: <T>(ops: Ops<T>, params: VariableTree<T>) => {
      const { own, rest } = parted(ops, params)
      return {
        mean: mapTree(own, param => zerosOf(ops, ops.shape(param))),
        others: others.rule.init(ops, rest),
      } as Tree<T>
    },
    update: <T>(
      ops: Ops<T>,
      grads: VariableTree<T>,
      state: Tree<T>,
      params: VariableTree<T>,
      context: UpdateContext<T>,
    ) => {
      const { own, rest, decays } = parted(ops, params)
      const before = state as { readonly mean: VariableTree<T>; readonly others: Tree<T> }
      const mean = mapTree(own, (_, layer, name) =>
        blend(ops, leafOf(before.mean, layer, name) as T, leafOf(grads, layer, name) as T, momentum),
      )
      const step = context.at(update => -stepAt('muon', normal.step, update))
      const moved = mapTree(own, (param, layer, name) => {
        const average = leafOf(mean, layer, name) as T
        const direction = nesterov ? blend(ops, average, leafOf(grads, layer, name) as T, momentum) : average
        const shape = ops.shape(param)
        const matrix = shape.length === 2 ? direction : ops.reshape(direction, [null, shape.at(-1) as number])
        const [rows = 1, columns = 1] = ops.shape(matrix) as readonly number[]
        const factor = factors[adjust](rows, columns)
        const turned = orthogonalized(ops, matrix, normal.coefficients, iterations, epsilon)
        const change = ops.multiply(shape.length === 2 ? turned : ops.reshape(turned, shape), ops.constant(factor))
        const decayed =
          weightDecay > 0 && decays(layer, name)
            ? ops.add(change, ops.multiply(param, ops.constant(weightDecay)))
            : change
        return ops.multiply(decayed, step)
      })
      const restGrads = mapTree(rest, (_, layer, name) => leafOf(grads, layer, name) as T)
      const [changes, next] = others.rule.update(ops, restGrads, before.others, rest, within(context, params))
      return [
        mapTree(params, (_, layer, name) => (leafOf(moved, layer, name) ?? leafOf(changes, layer, name)) as T),
        { mean, others: next } as Tree<T>,
      ] as const
    },
  }
  return optimizerOf('muon', normal, rule)
}
