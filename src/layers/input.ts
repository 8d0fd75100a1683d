import { right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { type Dim, isDim, shapeOfDims } from '../base/dimensions.ts'
import type { LimitedBy, RefusesDimensions } from '../base/limits.ts'
import { integer, listOf } from '../base/options.ts'
import { type Alike, type SharedShape, type Show, sharedShape, showShape } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Limits, NameOf, Row, Takes, Together, With, WrongArguments } from '../core/notated.ts'

/** A dimension of an input: `null` for an unknown one, or its name. */
export type InputDimension = number | string | null
/** The dimensions of one example, without the batch. */
export type InputShape = InputDimension | readonly InputDimension[]

type Dimension<D> = D extends number ? D : D extends string ? (string extends D ? number : Dim<D>) : number
/** The shape of an Input, batch first. */
type Given<S> = S extends readonly unknown[]
  ? number extends S['length']
    ? number[]
    : [number, ...{ -readonly [K in keyof S]: Dimension<S[K]> }]
  : [number, Dimension<S>]

const callee = { kind: 'Input', example: 'Input([28, 28, 1])' } as const
const expectedShape = 'a positive integer, null, the name of a dimension, or an array of them (without the batch)'
/** The type of {@link Input}: nothing → [batch, ...S]. */
export interface Input<S, Name extends string> extends Plain<Name, Given<S>> {
  readonly kind: 'Input'
  readonly ' ids': 'passes'
  readonly shape: readonly InputDimension[]
  readonly ' out': number[] extends this[' in'] ? Given<S> : Merged<this[' in'], Given<S>>
}
const given = { expected: '{shape}', remedy: 'Remove this Input, or change its shape.' } as const
type Merged<I, S> = [SharedShape<I, S>] extends [never]
  ? Refuses<'Input', typeof given, I, { shape: Show<S> }>
  : SharedShape<I, S>

interface InputRow extends Row {
  readonly ' limits': Limits<'dimensions', unknown, string>
  readonly ' makes': Together<this[' given']> extends infer S extends InputShape
    ? With<this[' options'], NameOption, Input<S, NameOf<this[' options'], 'input-{}'>>>
    : WrongArguments
}

/** The constructor of {@link Input}. */
export interface InputConstructor {
  readonly ' row'?: InputRow
  <
    const S extends InputDimension | InputDimension[] | readonly InputDimension[],
    const Name extends string = 'input-{}',
  >(
    /** the dimensions of one example, without the batch; `null` for an unknown one, or its name */
    shape: LimitedBy<RefusesDimensions<S>, S, typeof callee, 'shape', typeof expectedShape>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Input<S, Name>
}

const inputShape: t.Type<readonly InputDimension[], unknown, unknown> = listOf(
  expectedShape,
  d => d === null || integer(1).is(d) || isDim(d),
  { single: true },
)

/**
 * The start of a network: the shape of one example. In the middle of a network it checks its input.
 *
 * A dimension that is not known yet is `null`, or has a name: see `dim`. Dimensions of one name must have one size when
 * data comes in, those of different names do not fit together, and shapes are printed with the names.
 *
 * Shape: → [batch, ...shape].
 *
 * @param shape the dimensions of one example, without the batch; `null` for an unknown one, or its name
 * @param options the name of the layer
 * @throws InvalidOption if a dimension is not a positive integer, null or a name of letters, digits and `_`
 * @throws LayerConnectionError, from `join`, if the input has another shape
 * @category Shapes
 * @see `Input` in Keras; `Input` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 28, 1]))) // (?, 28, 28, 1) -> [... 1 layers ...] -> (?, 28, 28, 1)
 * String(join(Input(['time', 32]), GRU(8, { onlyReturnFinal: false }))) // (?, time, 32) -> [... 2 layers ...] -> (?, time, 8)
 * ```
 */
export const Input: InputConstructor = defineLayer({
  ...callee,
  positional: ['shape'],
  notation: { together: true },
  options: { shape: { codec: inputShape } },
  shape: ({ shape }, input) => {
    const own = shapeOfDims([null, ...shape])
    const merged = sharedShape(input, own)
    return merged === undefined ? refusal(given, input, { shape: showShape(own) }) : right(merged)
  },
  passes: true,
  decode: 'steps',
  forward: (_, __, x) => [x, {}],
})

/** The type of {@link Identity}. */
export interface Identity<Name extends string = 'identity-{}'> extends Plain<Name> {
  readonly kind: 'Identity'
  readonly ' ids': 'passes'
  readonly ' out': Alike<'Identity', this[' in']>
}

interface IdentityRow extends Takes<readonly [], NameOption> {
  readonly ' made': Identity<NameOf<this[' options'], 'identity-{}'>>
}

/** The constructor of {@link Identity}. */
export interface IdentityConstructor {
  readonly ' row'?: IdentityRow
  <const Name extends string = 'identity-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Identity<Name>
}

/**
 * Returns its input: the unit of `join`, and the shortcut of a residual block.
 *
 * Shape: any shape → the same.
 *
 * @param options the name of the layer
 * @category Shapes
 * @see `Identity` in Keras; `Identity` in PyTorch; `Identity` in NeuPy
 * @example
 * ```ts
 * const block = join(parallel(Identity(), Tanh(4)), Elementwise('add'))
 * ```
 */
export const Identity: IdentityConstructor = defineLayer({
  kind: 'Identity',
  example: 'Identity()',
  options: {},
  shape: (_, input) => right(input),
  passes: true,
  decode: 'steps',
  forward: (_, __, x) => [x, {}],
})
