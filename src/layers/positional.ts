import { flatMap, right } from 'fp-ts/lib/Either.js'
import { expectedNumbers, type Limited, type LimitedOrNull } from '../base/limits.ts'
import { integer, number, oneOf, orNull, type ParsedOptions, parameter } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { defineLayer, type Elsewhere, type Leaf, type NameOption } from '../core/define.ts'
import { ofRank, type Refuses, refusal } from '../core/expects.ts'
import type { Argument, Limits, NameOf, OptionOf, Takes } from '../core/notated.ts'
import type { Weight } from '../core/variables.ts'
import { normal } from '../initializers/index.ts'
import { knownDimensions } from './known.ts'
import { placesFrom } from './places.ts'

/** The form of a positional encoding. */
export type PositionalForm = 'sinusoidal' | 'learned'

/** What a length of `null` is. */
const stepsOfInput = 'the steps of the input'
const callee = { kind: 'PositionalEncoding', example: "PositionalEncoding('learned')" } as const

/** The options of {@link PositionalEncoding}. */
export interface PositionalEncodingOptions<
  Length extends number | null = number | null,
  Name extends string = string,
  Base extends number = number,
> extends NameOption<Name> {
  /** The base of the sinusoidal form: its longest wavelength is 2π times this. Default: 10000. */
  readonly base?: Limited<Base, 'above1', typeof callee, 'base'>
  /** The number of positions in the learned form. Default, or `null`: the steps of the input. */
  readonly length?: LimitedOrNull<Length, 'count', typeof callee, 'length', typeof stepsOfInput>
  /** The initial encodings of the learned form, [length, features]. Default: `normal({ std: 0.02 })`. */
  readonly weight?: ParameterSource
}

interface Normal extends ParsedOptions<PositionalEncodingOptions> {
  readonly form: PositionalForm
}
const sequence = {
  rank: 3,
  expected: 'a 3-dimensional input [batch, time, features]',
  remedy: 'Put an Embedding before it.',
} as const
const placed = {
  expected: 'at most {length} steps, the length of the encoding',
  remedy: 'Use a larger length.',
} as const
const sized = {
  expected: 'a known number of steps and features',
  remedy: 'Give the Input its steps and features, or the layer a length.',
} as const

/** The type of {@link PositionalEncoding}: [batch, time, features] → the same. */
export interface PositionalEncoding<
  Form extends PositionalForm = 'sinusoidal',
  Length = null,
  Name extends string = 'positional-encoding-{}',
> extends Leaf<Name>,
    Normal {
  readonly kind: 'PositionalEncoding'
  readonly form: Form
  readonly ' out': this[' in'] extends readonly [unknown, unknown, unknown]
    ? this[' in']
    : number[] extends this[' in']
      ? [number, number, number]
      : Refuses<'PositionalEncoding', typeof sequence, this[' in']>
  readonly ' params': Form extends 'learned' ? Weight<Encodings<this[' in'], Length>> : never
}
type Encodings<I, Length> = I extends readonly [unknown, infer T extends number, infer F extends number]
  ? [Length extends number ? Length : T, F]
  : [Length extends number ? Length : number, number]

interface PositionalEncodingRow
  extends Takes<
    readonly [PositionalForm?],
    PositionalEncodingOptions,
    Limits<null, { base: 'above1'; length: 'count' }, string>
  > {
  readonly ' made': PositionalEncoding<
    Argument<this[' given'], 0, PositionalForm, 'sinusoidal'>,
    this[' given'] extends readonly [] ? null : OptionOf<this[' options'], 'length', null>,
    NameOf<this[' options'], 'positional-encoding-{}'>
  >
}

/** The constructor of {@link PositionalEncoding}. */
export interface PositionalEncodingConstructor {
  readonly ' row'?: PositionalEncodingRow
  <
    const Name extends string = 'positional-encoding-{}',
    const Length extends number | null = null,
    const Base extends number = number,
  >(
    /** the base of the wavelengths or the number of positions, the initial vectors, and the name */
    // A text has a length as well, and is no object.
    options?: PositionalEncodingOptions<Length, Name, Base> & object,
  ): PositionalEncoding<'sinusoidal', null, Name>
  <
    const Form extends PositionalForm,
    const Length extends number | null = null,
    const Name extends string = 'positional-encoding-{}',
    const Base extends number = number,
  >(
    /** 'sinusoidal' or 'learned'. Default: 'sinusoidal'. */
    form: Form | Elsewhere<PositionalEncodingOptions<number | null, string, Base>>,
    /** the base of the wavelengths or the number of positions, the initial vectors, and the name */
    options?: PositionalEncodingOptions<Length, Name, Base>,
  ): PositionalEncoding<Form, Length, Name>
}

/** Sines and cosines alternating, with wavelengths from 2π to 2π times the base. */
const sinusoids = (time: number, features: number, base: number): Float32Array =>
  Float32Array.from({ length: time * features }, (_, offset) => {
    const [place, feature] = [Math.floor(offset / features), offset % features]
    const angle = place / base ** ((feature - (feature % 2)) / features)
    return feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })

/**
 * Adds an encoding of its position to every step, because attention alone ignores the order. In the sinusoidal form
 * (Vaswani et al. 2017), feature `2i` of position `t` is `sin(t / base^(2i / features))`, and feature `2i + 1` the
 * cosine; in the learned form each position has a vector of its own (Gehring et al. 2017).
 *
 * Shape: [batch, steps, features] → the same.
 *
 * Variables of the learned form: `weight` [length, features].
 *
 * @param form 'sinusoidal' or 'learned'. Default: 'sinusoidal'.
 * @param options the base of the wavelengths or the number of positions, the initial vectors, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 3-dimensional, or has more steps than `length`
 * @throws WeightInitializationError, from `init`, if the number of steps or features is unknown
 * @category Sequences
 * @see `SinePositionEncoding`, `PositionEmbedding` (KerasHub) in Keras
 * @example
 * ```ts
 * const network = join(Input(20), Embedding(100, 16), PositionalEncoding('learned', { length: 50 }))
 * init(network, key(1)).params['positional-encoding-1'].weight.shape // [50, 16]
 * ```
 */
export const PositionalEncoding: PositionalEncodingConstructor = defineLayer({
  ...callee,
  positional: ['form'],
  options: {
    form: { codec: oneOf(['sinusoidal', 'learned']), default: 'sinusoidal' },
    base: { codec: number(expectedNumbers.above1, base => base > 1), default: 10000 },
    length: {
      codec: orNull(integer(1), stepsOfInput),
      default: null,
    },
    weight: { codec: parameter, default: normal({ std: 0.02 }) },
  },
  shape: ({ form, length }, input) => {
    const isTooLong = form === 'learned' && length !== null && (input?.[1] ?? 0) > length
    return flatMap(ofRank(sequence, input), known => (isTooLong ? refusal(placed, input, { length }) : right(known)))
  },
  variables: {
    weight: ({ form, length, weight }, input) => {
      if (form === 'sinusoidal') return right(null)
      const [places, features] = [length ?? input?.[1] ?? null, input?.[2] ?? null]
      return places === null || features === null
        ? refusal(sized, input)
        : right({ shape: [places, features], initial: weight })
    },
  },
  decode: ({ form, base, length }, [input = null]) => {
    const most = form === 'learned' ? (length ?? input?.[1] ?? null) : null
    return right({
      ...(most !== null && { most }),
      start: () => ({}),
      step: (ops, { weight }, [given], _, { position, capacity }) => {
        type T = typeof position
        const x = given as T
        const [time = 0, features = 0] = knownDimensions('PositionalEncoding', ops.shape(x), [1, 2])
        const encodings =
          form === 'learned' ? (weight as T) : ops.constant(sinusoids(capacity, features, base), [capacity, features])
        return [ops.add(x, ops.gather(encodings, placesFrom(ops, position, time))), {}]
      },
    })
  },
  forward: ({ form, base }, ops, x, { weight }) => {
    const [time = 0, features = 0] = knownDimensions('PositionalEncoding', ops.shape(x), [1, 2])
    const encoding =
      form === 'learned'
        ? ops.slice(weight, [0, 0], [time, null])
        : ops.constant(sinusoids(time, features, base), [time, features])
    return [ops.add(x, encoding), {}]
  },
})
