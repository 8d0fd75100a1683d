import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { LimitedBy, RefusesNumber } from '../base/limits.ts'
import { codec, integer, parsed } from '../base/options.ts'
import type { Shape } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Limits, NameOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { Margin } from '../ops/ops.ts'
import type { Add, Subtract } from '../type-arithmetic/digits.ts'
import { knownDimensions } from './known.ts'
import { numbers } from './window.ts'

// What is put around the axes between batch and channels, or cut from them.

/** For one axis: as many before it as after it, or [before, after]. */
export type MarginOption = number | readonly [before: number, after: number]
/** For every axis between batch and channels alike, or a margin for each: one, two or three of them. */
export type MarginsOption = number | readonly MarginOption[]

type SumOf<M> = M extends readonly [infer A extends number, infer B extends number]
  ? Add<A, B>
  : M extends number
    ? Add<M, M>
    : number

/** Every axis of `S`, from index `N` of the margins on, made larger or smaller. */
type Changed<
  S extends readonly unknown[],
  M,
  Cut extends boolean,
  R extends readonly unknown[] = [],
> = S extends readonly [infer D extends number, ...infer Rest]
  ? (M extends readonly unknown[] ? M[R['length']] : M) extends infer Own
    ? (Cut extends true ? Subtract<D, SumOf<Own>> : Add<D, SumOf<Own>>) extends infer New
      ? New extends '-' | 0
        ? 'empty'
        : Changed<Rest, M, Cut, [...R, New]>
      : never
    : never
  : R

const someAxes = {
  expected: 'an input [batch, ..., channels] with axes between them',
  remedy: 'Give the Input two dimensions at least.',
} as const
const sameAxes = {
  expected: 'an input with {axes} axes between batch and channels',
  remedy: 'Give a margin for each of them, or one number for all.',
} as const
const larger = { expected: 'an input larger than what is cut off', remedy: 'Cut off less.' } as const

type WithMargins<I, Kind extends string, M, Cut extends boolean> = I extends readonly [infer B, ...infer S, infer C]
  ? S extends readonly []
    ? NoMargins<I, Kind, M>
    : M extends readonly unknown[]
      ? number extends M['length']
        ? number[]
        : S['length'] extends M['length']
          ? Assemble<I, Kind, B, Changed<S, M, Cut>, C>
          : NoMargins<I, Kind, M>
      : Assemble<I, Kind, B, Changed<S, M, Cut>, C>
  : number[] extends I
    ? number[]
    : NoMargins<I, Kind, M>
/** The refusal of an input without the axes of some margins. */
type NoMargins<I, Kind extends string, M> = M extends readonly unknown[]
  ? Refuses<Kind, typeof sameAxes, I, { axes: M['length'] }>
  : Refuses<Kind, typeof someAxes, I>
type Assemble<I, Kind extends string, B, S, C> = S extends readonly unknown[]
  ? [B, ...S, C]
  : Refuses<Kind, typeof larger, I>

/** A layer of margins as a type: [batch, ..., channels] in and out, with more or less between them. */
export interface Margined<Kind extends string, M, Cut extends boolean, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly margins: number | readonly Margin[]
  readonly ' out': WithMargins<this[' in'], Kind, M, Cut>
}

interface MarginRow<Kind extends string, Base extends string, Cut extends boolean> extends Row {
  readonly ' limits': Limits<'whole'>
  readonly ' makes': Together<this[' given']> extends infer M extends MarginsOption & UpToThree
    ? With<this[' options'], NameOption, Margined<Kind, M, Cut, NameOf<this[' options'], `${Base}-{}`>>>
    : WrongArguments
}
type UpToThree = number | readonly [unknown] | readonly [unknown, unknown] | readonly [unknown, unknown, unknown]

const expectedMargins =
  'an integer >= 0 for every axis, or an array of one, two or three integers or pairs [before, after]'
const exampleMargins = '[1, [0, 1]]'
interface MarginCallee<Kind extends string> {
  readonly kind: Kind
  readonly example: `${Kind}(${typeof exampleMargins})`
}
/** The constructor of a layer of margins. */
export interface MarginConstructor<Kind extends string, Base extends string, Cut extends boolean> {
  readonly ' row'?: MarginRow<Kind, Base, Cut>
  <const M extends MarginsOption, const Name extends string = `${Base}-{}`>(
    /** one number for all axes and sides, or an array with a number or [before, after] for each axis */
    margins: LimitedBy<RefusesNumber<M, 'whole'>, M, MarginCallee<Kind>, 'margins', typeof expectedMargins>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Margined<Kind, M, Cut, Name>
}

type Margins = number | readonly Margin[]
const one = integer(0)
const both = numbers<Margin>(2, 0)
const marginsOption: t.Type<Margins, unknown, unknown> = codec<Margins>(
  expectedMargins,
  value => {
    if (!Array.isArray(value)) return parsed(one, value)
    if (value.length < 1 || value.length > 3) return undefined
    // Not by its own map, which leaves holes out.
    const all = Array.from(value, margin => parsed(both, margin))
    return all.every(margin => margin !== undefined) ? Object.freeze(all) : undefined
  },
  value => (typeof value === 'number' ? value : value.map(both.encode)),
)

/** A margin for each axis of an input, none for batch and channels. */
const everyAxis = (margins: Margins, rank: number): readonly Margin[] => {
  const none: Margin = [0, 0]
  const inner = typeof margins === 'number' ? Array<Margin>(rank - 2).fill([margins, margins]) : margins
  return [none, ...inner, none]
}

const marginedShape = (margins: Margins, input: Shape | null, sign: 1 | -1): Either<Fault, Shape | null> => {
  if (input === null) return right(null)
  const axes = typeof margins === 'number' ? input.length - 2 : margins.length
  if (axes < 1 || input.length !== axes + 2)
    return typeof margins === 'number' ? refusal(someAxes, input) : refusal(sameAxes, input, { axes })
  const out = everyAxis(margins, input.length).map(([before, after], axis) => {
    const d = input[axis] ?? null
    return d === null ? null : d + sign * (before + after)
  })
  return out.slice(1, -1).some(d => d !== null && d <= 0) ? refusal(larger, input) : right(out)
}

/**
 * Pads all axes between batch and channels with zeros.
 *
 * Shape: [batch, ..., channels] → every axis between is longer by its margins.
 *
 * @param margins the number of zeros: one number for all axes and sides, or an array with a number or [before, after]
 *   for each axis: `[1]` for sequences, `[1, 2]` for images, `[1, 2, [0, 3]]` for volumes
 * @param options the name of the layer
 * @throws InvalidOption if the margins are none of these
 * @throws LayerConnectionError, from `join`, if the input has another number of axes
 * @category Shapes
 * @see `ZeroPadding1D`, `2D`, `3D` in Keras; `ZeroPad2d`, `pad` in PyTorch
 * @example
 * ```ts
 * String(join(Input([28, 28, 1]), ZeroPadding([2, [0, 1]]))) // (?, 28, 28, 1) -> [... 2 layers ...] -> (?, 32, 29, 1)
 * ```
 */
export const ZeroPadding: MarginConstructor<'ZeroPadding', 'zero-padding', false> = defineLayer({
  kind: 'ZeroPadding',
  example: `ZeroPadding(${exampleMargins})`,
  positional: ['margins'],
  notation: { together: true },
  options: { margins: { codec: marginsOption } },
  shape: ({ margins }, input) => marginedShape(margins, input, 1),
  forward: ({ margins }, ops, x) => [ops.pad(x, everyAxis(margins, ops.shape(x).length)), {}],
})

/**
 * Crops all axes between batch and channels at both ends.
 *
 * Shape: [batch, ..., channels] → every axis between is shorter by its margins.
 *
 * @param margins how much to crop, in the form that {@link ZeroPadding} takes
 * @param options the name of the layer
 * @throws InvalidOption if the margins are none of these
 * @throws LayerConnectionError, from `join`, if the input has another number of axes, or nothing would remain
 * @category Shapes
 * @see `Cropping1D`, `2D`, `3D` in Keras; `pad` with negative margins in PyTorch
 * @example
 * ```ts
 * String(join(Input([28, 28, 1]), Cropping(2))) // (?, 28, 28, 1) -> [... 2 layers ...] -> (?, 24, 24, 1)
 * ```
 */
export const Cropping: MarginConstructor<'Cropping', 'cropping', true> = defineLayer({
  kind: 'Cropping',
  example: `Cropping(${exampleMargins})`,
  positional: ['margins'],
  notation: { together: true },
  options: { margins: { codec: marginsOption } },
  shape: ({ margins }, input) => marginedShape(margins, input, -1),
  forward: ({ margins }, ops, x) => {
    const shape = ops.shape(x)
    const all = everyAxis(margins, shape.length)
    const between = shape.map((_, axis) => axis).slice(1, -1)
    const kept = knownDimensions('Cropping', shape, between).map((d, i) => {
      const [before, after] = all[i + 1] as Margin
      return d - before - after
    })
    const begin = all.map(([before]) => before)
    return [ops.slice(x, begin, [null, ...kept, null]), {}]
  },
})
