import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { InvalidOption, LayerConnectionError } from '../core/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose, type Part, type Wiring } from '../core/network.ts'
import { type Flow, showAsType } from '../core/shape.ts'
import type { Problem } from './arguments.ts'

// Layers that do not fit together: which of them is to blame, and why, as the compiler says it.

/** What a composition refuses with. */
type Misfit = LayerConnectionError | InvalidOption

/** The name that is taken twice, where that is what is wrong. */
const clashing = ({ option, got }: InvalidOption): string | undefined =>
  option === 'name' ? /^'(.*)' twice$/s.exec(got)?.[1] : undefined

/** Whether an error is about layers together, rather than about the arguments of one. */
export const isMisfit = (error: unknown): error is Misfit =>
  error instanceof LayerConnectionError || (error instanceof InvalidOption && clashing(error) !== undefined)

/** Why layers do not fit, as the types of compositions say it. */
export const whyOf = (error: Misfit): string => {
  if (error instanceof InvalidOption) return `Two layers are named '${clashing(error)}': give one of them another name`
  const { kind = error.layer, expected, got, remedy } = error
  return showAsType(`${kind} expects ${expected}, got ${got}. ${remedy}`)
}

/** Why copies of a layer do not follow one another, likewise. */
const whyNotRepeated = (error: Misfit): string => {
  const name = error instanceof InvalidOption ? clashing(error) : undefined
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

// The layers come from a text, so that there is nothing for the compiler to check.
const joined = (layers: readonly AnyLayer[]): AnyLayer =>
  compose({ form: 'sequence', parts: layers as unknown as readonly Part[] }) as unknown as AnyLayer

/** What goes out of a network. */
export const outgoing = ({ nodes, outputs }: Wiring): Flow => outputs.map(i => nodes[i]?.shape ?? null)

/** A layer of a sequence that does not fit those before it: its index, what comes in, and why. */
export interface Unfit {
  readonly index: number
  readonly incoming: Flow
  readonly cause: Misfit
}
/** Layers in sequence, one being itself; or the first that does not fit. */
export const sequence = (layers: readonly AnyLayer[]): Either<Unfit, AnyLayer> => {
  const all = fitted(() => joined(layers))
  if (all._tag === 'Right') return layers.length === 1 ? right(layers[0] as AnyLayer) : all
  let incoming: Flow = [null]
  for (let index = 0; ; index++) {
    const before = fitted(() => joined(layers.slice(0, index + 1)))
    if (before._tag === 'Left') return left({ index, incoming, cause: before.left })
    incoming = outgoing(before.right as unknown as Wiring)
  }
}
