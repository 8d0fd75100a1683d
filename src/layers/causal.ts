import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Flow } from '../base/shape.ts'
import { eachStep, undecodable } from '../core/decoding.ts'
import type { Decoded } from '../core/layer.ts'
import { convolve } from './sliding.ts'
import { type AxisWindow, extent } from './window.ts'

// A causal convolution of a sequence that is read part by part: the steps that its window looks back at are kept.

export const backwards = {
  expected: 'a convolution over earlier steps only, one for each step',
  remedy: "Use Convolution1D with padding: 'causal' and no stride.",
} as const

/** How a convolution along the steps decodes. */
export const decodeWindow = (
  window: AxisWindow,
  { groups, bias: own }: { readonly groups: number; readonly bias: unknown },
  inputs: Flow,
  steps: readonly boolean[],
): Either<Fault, Decoded> => {
  const back = extent(window) - 1
  const isPadded = typeof window.padding === 'number' && window.padding > 0
  if (window.stride > 1 || isPadded || (back > 0 && window.padding !== 'causal')) return undecodable(inputs, backwards)
  const fits = eachStep(inputs, steps)
  if (isLeft(fits) || back === 0) return fits
  return right({
    start: (ops, { weight }, _, { batch }) => {
      type T = NonNullable<typeof weight>
      const channels = (ops.shape(weight as T)[1] as number) * groups
      return { before: ops.constant(0, [batch, back, channels]) }
    },
    step: (ops, { weight, bias }, [x], { before }) => {
      type T = NonNullable<typeof before>
      const all = ops.concatenate([before as T, x as T], 1)
      const y = convolve('Convolution1D', ops, all, weight as T, [{ ...window, padding: 'valid' }], groups)
      const count = ops.shape(x as T)[1] as number
      const last = ops.slice(all, [0, count, 0], [null, back, null])
      return [own === null ? y : ops.add(y, bias as T), { before: last }]
    },
  })
}
