import type { Called, Limit, OptionsOrOne } from '../../../base/limited-options.ts'
import { boolean, parseOptions, positive } from '../../../base/options.ts'
import { leafOf, leavesOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import type { PatternsIn } from '../../../network-types/patterns.ts'
import type { Ops } from '../../../ops/ops.ts'
import { normOf } from '../../finite.ts'
import type { Optimizer } from '../../optimizer.ts'
import { axesOf } from '../../total.ts'
import { type Mask, mask, maskOf, option } from '../options.ts'
import { forgetful, transform } from './transform.ts'

/** The options of {@link clipByNorm}. */
export interface ClipByNormOptions {
  /** The largest norm. Default: 1. */
  readonly max?: Limit<'positive'>
  /** Whether to clip each parameter's gradient by its own norm instead of the global norm. Default: false. */
  readonly each?: boolean
}

/**
 * Gradients of a norm of at most `max`: all together are multiplied by `max / |g|` where their Euclidean norm exceeds it, so
 * that their direction stays. (Pascanu et al. 2013.)
 *
 * @param options the largest norm alone, or `{ max, each }`
 * @throws InvalidOption if the norm is not positive
 * @example
 * ```ts
 * const clip = clipByNorm(1)
 * const grads = { linear: { weight: tensor([3]), bias: tensor([4]) } }
 * const [clipped] = clip.update(grads, clip.init(grads), grads)
 * Math.round((clipped.linear.weight.dataSync()[0] ?? 0) * 10) / 10 // 0.6
 * ```
 */
export const clipByNorm = <const O>(
  options?: OptionsOrOne<ClipByNormOptions, 'max', O, Called<'clipByNorm', '1'>>,
): Optimizer<never> => {
  const { max, each } = parseOptions<Required<ClipByNormOptions>>(
    'clipByNorm',
    'clipByNorm(1)',
    { max: option(positive, 1), each: option(boolean, false) },
    typeof options === 'number' ? { max: options } : options,
  )
  const scaleOf = <T>(ops: Ops<T>, tensors: readonly T[]): T =>
    ops.divide(ops.constant(max), ops.maximum(normOf(ops, tensors), ops.constant(max)))
  const rule = forgetful((ops, grads) => {
    if (each) return mapTree(grads, gradient => ops.multiply(gradient, scaleOf(ops, [gradient])))
    const scale = scaleOf(
      ops,
      leavesOf(grads).map(([, , gradient]) => gradient),
    )
    return mapTree(grads, gradient => ops.multiply(gradient, scale))
  })
  return transform('clipByNorm', [each ? { max, each } : max], { max, each }, rule)
}

/** The options of {@link clipByValue}. */
export interface ClipByValueOptions {
  /** The largest size of an element. Default: 1. */
  readonly max?: Limit<'positive'>
}

/**
 * Gradients whose elements are clipped to plus or minus `max`, each by itself.
 *
 * @throws InvalidOption if it is not positive
 * @example
 * ```ts
 * const clip = clipByValue(1)
 * const grads = { linear: { weight: tensor([3, -0.5, -4]) } }
 * const [clipped] = clip.update(grads, clip.init(grads), grads)
 * Array.from(clipped.linear.weight.dataSync()) // [1, -0.5, -1]
 * ```
 */
export const clipByValue = <const O>(
  options?: OptionsOrOne<ClipByValueOptions, 'max', O, Called<'clipByValue', '1'>>,
): Optimizer<never> => {
  const { max } = parseOptions<Required<ClipByValueOptions>>(
    'clipByValue',
    'clipByValue(1)',
    { max: option(positive, 1) },
    typeof options === 'number' ? { max: options } : options,
  )
  const rule = forgetful((ops, grads) =>
    mapTree(grads, gradient => ops.maximum(ops.minimum(gradient, ops.constant(max)), ops.constant(-max))),
  )
  return transform('clipByValue', [max], { max }, rule)
}

/** The options of {@link adaptiveClip}. */
export interface AdaptiveClipOptions {
  /** The largest norm of a gradient, relative to that of its parameter. Default: 0.01. */
  readonly max?: Limit<'positive'>
  /** The least norm that a parameter counts with. Default: 0.001. */
  readonly epsilon?: Limit<'positive'>
  /** The gradients to clip: `'weights'` by role, or patterns of names. Default: `'*'`, all. */
  readonly mask?: Mask
}

/** The norm of what leads to each unit: over all axes but the last; of a vector, of all of it. */
const unitNorms = <T>(ops: Ops<T>, x: T): T => {
  const axes = axesOf(ops, x)
  return ops.sqrt(ops.sum(ops.square(x), axes.length < 2 ? axes : axes.slice(0, -1), true))
}

/**
 * Adaptive gradient clipping (Brock et al. 2021): clips the gradient of each unit's weights to a norm of at most `max`
 * times that of the weights, or times `epsilon` if that is larger.
 *
 * @param options the largest ratio, or `{ max, epsilon, mask }`
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern matches nothing
 */
export const adaptiveClip = <const O>(
  options?: OptionsOrOne<AdaptiveClipOptions, 'max', O, Called<'adaptiveClip', '0.01'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = parseOptions<Required<AdaptiveClipOptions>>(
    'adaptiveClip',
    'adaptiveClip(0.01)',
    { max: option(positive, 0.01), epsilon: option(positive, 0.001), mask },
    typeof options === 'number' ? { max: options } : options,
  )
  const { max, epsilon } = normal
  const isMeant = (params: VariableTree<unknown>) => maskOf('adaptiveClip', 'mask', normal.mask, params)
  const rule = forgetful((ops, grads, params) => {
    const clips = isMeant(params)
    return mapTree(grads, (gradient, layer, name) => {
      if (!clips(layer, name)) return gradient
      const size = ops.maximum(unitNorms(ops, leafOf(params, layer, name) as typeof gradient), ops.constant(epsilon))
      const most = ops.multiply(size, ops.constant(max))
      return ops.multiply(gradient, ops.divide(most, ops.maximum(unitNorms(ops, gradient), most)))
    })
  }, isMeant)
  return transform('adaptiveClip', [{ ...normal }], { ...normal }, rule)
}
