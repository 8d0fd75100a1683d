import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { InvalidOption } from '../base/errors.ts'
import { showFlow, showShape } from '../base/shape.ts'
import { cut, listed, shownAs } from '../base/shown.ts'
import { grow, type Unfit } from './grow.ts'
import { type Arrangement, asPart, brand, type CompositionValue, type LayerValue, type Part } from './parts.ts'
import { firstSequence, outgoing } from './wiring.ts'

/** Freezes a value and all values within, but for those that are frozen and typed arrays, which cannot be. */
const freezeDeeply = <V>(value: V): V => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freezeDeeply(part)
  return value
}

/** The methods of layers and compositions. */
export const chain: object = Object.freeze(
  Object.defineProperties(
    {
      [brand]: true,
      to(this: Part, next: unknown): CompositionValue {
        return compose({ form: 'sequence', parts: [this, asPart('to', next)] })
      },
      '>>'(this: Part, next: unknown): CompositionValue {
        return compose({ form: 'sequence', parts: [this, asPart('>>', next)] })
      },
    },
    shownAs((layer: LayerValue) => cut(String(layer), 400)),
  ),
)

/** A list of the layers of a composition that fits a screen. */
const withLayers = (composition: CompositionValue): string =>
  listed(
    String(composition),
    composition.nodes.map(({ name, layer, shape }) => [
      cut(name, 28),
      cut(String(layer), 44),
      cut(showShape(shape), 22),
    ]),
  )

const methods: object = Object.freeze(
  Object.assign(Object.create(chain, shownAs(withLayers)), {
    toString(this: CompositionValue): string {
      return `${showFlow(this.inputs)} -> [... ${this.nodes.length} layers ...] -> ${showFlow(outgoing(this))}`
    },
  }),
)

/** `Parallel` for a composition of the form 'parallel'. */
const kindOf = ({ form }: Arrangement): string => `${form.charAt(0).toUpperCase()}${form.slice(1)}`

/**
 * Makes a composition. `C` is its type for the compiler, which the combinator declares.
 *
 * @throws LayerConnectionError if shapes do not fit
 * @throws InvalidOption if two layers have the same name
 */
export const compose = <C = CompositionValue>(arrangement: Arrangement): C => {
  const composed = tryCompose<C>(arrangement)
  if (E.isLeft(composed)) throw composed.left.cause
  return composed.right
}

/** The same as {@link compose}, or the part that does not fit and why. */
export const tryCompose = <C = CompositionValue>(arrangement: Arrangement): E.Either<Unfit, C> => {
  const kind = kindOf(arrangement)
  const value = Object.create(methods, { arrangement: { value: freezeDeeply(arrangement), enumerable: true } })
  const deep = tooDeep(value, kind)
  if (deep !== undefined) return E.left({ at: [], cause: deep })
  return pipe(
    grow(value),
    E.map(({ nodes, inputs, outputs, ports, startsWithInputs }) =>
      Object.freeze(
        Object.defineProperties(value, {
          kind: { value: startsWithInputs ? 'Network' : kind, enumerable: true },
          nodes: { get: nodes, enumerable: true },
          inputs: { value: inputs, enumerable: true },
          outputs: { value: outputs, enumerable: true },
          ...(ports && { ports: { value: ports, enumerable: true } }),
        }),
      ),
    ),
  )
}

/** The most levels of compositions: functions that walk them are recursive. */
const deepest = 500
const depths = new WeakMap<object, number>()
const depthOf = (part: Part): number => depths.get(part) ?? 0

const tooDeep = (value: CompositionValue, kind: string): InvalidOption | undefined => {
  const { arrangement } = value
  const parts =
    'parts' in arrangement ? arrangement.parts : [arrangement.form === 'slice' ? arrangement.of : arrangement.part]
  // A sequence is as deep as the sequence that it begins with: chains are made one by one.
  const inner = parts.map((part, i) => depthOf(part) + (i === 0 && firstSequence(arrangement) !== undefined ? 0 : 1))
  const depth = inner.reduce((a, b) => Math.max(a, b), 0)
  depths.set(value, depth)
  if (depth <= deepest) return undefined
  return new InvalidOption({
    layer: kind,
    option: 'layers',
    expected: `at most ${deepest} compositions within one another`,
    got: 'more',
    remedy: 'Join all layers at once: join(...layers).',
  })
}
