import { type Either, isRight, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, LayerConnectionError } from '../base/errors.ts'
import type { Flow } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import type { Part, Wiring } from '../network/parts.ts'
import { firstUnfit, type Unfit } from '../network/wiring.ts'
import type { Problem } from './arguments.ts'

// Layers that do not fit together: which of them is to blame, and why, as the compiler says it.

/** What a composition refuses with. */
type Misfit = LayerConnectionError | InvalidOption

/** Whether an error is about layers together, rather than about the arguments of one. */
export const isMisfit = (error: unknown): error is Misfit =>
  error instanceof LayerConnectionError ||
  (error instanceof InvalidOption && (error.twice !== undefined || error.option === 'layers'))

/** Why layers do not fit, as the types of compositions say it. */
export const whyOf = (error: Misfit): string => {
  if (error instanceof InvalidOption && error.twice !== undefined)
    return `Two layers are named '${error.twice}': give one of them another name`
  const { expected, got, remedy } = error
  const kind = (error instanceof InvalidOption ? undefined : error.kind) ?? error.layer
  return `${kind} expects ${expected}, got ${got}. ${remedy}`
}

/** Why copies of a layer do not follow one another, likewise. */
const whyNotRepeated = (error: Misfit): string => {
  const name = error instanceof InvalidOption ? error.twice : undefined
  return name === undefined
    ? whyOf(error)
    : `Every copy would be named '${name}': write a pattern, such as '${name}-{}'`
}

/** Where a part stands, and what it belongs to; `null` for the call that is read. */
export interface Standing {
  readonly layer: number | null
  readonly from: number
  readonly to: number
}

/** A misfit as a mistake in the text. */
export const misfit = (standing: Standing, cause: Misfit, repeated = false): Problem => {
  const { expected, got, remedy } = cause
  return { ...standing, why: repeated ? whyNotRepeated(cause) : whyOf(cause), expected, got, remedy, cause }
}

/** What can be made, or the misfit that prevents it. */
export const fitted = (make: () => AnyLayer): Either<Misfit, AnyLayer> => {
  try {
    return right(make())
  } catch (error) {
    if (isMisfit(error)) return left(error)
    throw error
  }
}

/** What goes out of a network. */
export const outgoing = ({ nodes, outputs }: Wiring): Flow => outputs.map(i => nodes[i]?.shape ?? null)

/** Layers that are put together, one being itself; or the first that does not fit those before it. */
export const together = (layers: readonly AnyLayer[], form: 'sequence' | 'parallel'): Either<Unfit, AnyLayer> => {
  // The layers come from a text, so that there is nothing for the compiler to check.
  const parts = layers as unknown as readonly Part[]
  const [only] = layers
  if (only !== undefined && layers.length === 1 && 'arrangement' in only) return right(only)
  const all = fitted(
    () => compose({ form, parts }, form === 'parallel' ? 'Parallel' : 'Sequence') as unknown as AnyLayer,
  )
  if (isRight(all)) return layers.length === 1 ? right(layers[0] as AnyLayer) : all
  return left(firstUnfit(parts, form) ?? { index: layers.length - 1, incoming: [null], cause: all.left })
}
