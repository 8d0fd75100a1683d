import { right } from 'fp-ts/lib/Either.js'
import type { Within } from '../base/limits.ts'
import { integer, parameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import type { RefusedMany } from '../base/shape.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { Weight } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import { countUp } from '../ops/counting.ts'
import type { Ops } from '../ops/ops.ts'

const callee = { kind: 'Embedding', example: 'Embedding(1000, 64)' } as const

/** The options of {@link Embedding}. */
export interface EmbeddingOptions<Name extends string = string> extends NameOption<Name> {
  /** The initial vectors, of shape [inputSize, outputSize]. Default: `heNormal()`. */
  readonly weight?: ParameterSource
}

/** The type of {@link Embedding}: ids of any shape → a vector for each. */
export interface Embedding<Size extends number, Units extends number, Name extends string>
  extends Leaf<Name, 'params'> {
  readonly kind: 'Embedding'
  readonly ' ids': 'takes'
  readonly inputSize: Size
  readonly outputSize: Units
  readonly weight: Parameter
  readonly ' out': number[] extends this[' in']
    ? number[]
    : this[' in'] extends readonly number[]
      ? [...this[' in'], Units]
      : RefusedMany<'Embedding', this[' in']>
  readonly ' params': Weight<[Size, Units]>
}

interface EmbeddingRow extends Takes<readonly [number, number], EmbeddingOptions, Limits<'count'>> {
  readonly ' made': Embedding<
    Argument<this[' given'], 0, number>,
    Argument<this[' given'], 1, number>,
    NameOf<this[' options'], 'embedding-{}'>
  >
}

/** The constructor of {@link Embedding}. */
export interface EmbeddingConstructor {
  readonly ' row'?: EmbeddingRow
  <const Size extends number, const Units extends number, const Name extends string = 'embedding-{}'>(
    /** the number of ids */
    inputSize: Within<Size, 'count', typeof callee, 'inputSize'> & Size,
    /** the length of the vectors */
    outputSize: Within<Units, 'count', typeof callee, 'outputSize'> & Units,
    /** the initial vectors, and the name */
    options?: EmbeddingOptions<Name>,
  ): Embedding<Size, Units, Name>
}

/** The rows at the ids; NaN for ids out of range. */
const rowsOf = <T>(ops: Ops<T>, table: T, ids: T, count: number): T => {
  const inRange = ops.multiply(ops.greater(ids, ops.constant(-1)), ops.greater(ops.constant(count), ids))
  const safe = ops.where(inRange, ids, ops.constant(0))
  // The id of the gathered row: gather truncates fractions.
  const names = ops.gather(countUp(ops, count), safe)
  const isName = ops.reshape(ops.equal(names, ids), [...ops.shape(ids), 1])
  return ops.where(isName, ops.gather(table, safe), ops.constant(Number.NaN))
}

/**
 * Maps each id from 0 to `inputSize - 1` to a vector: id `i` to row `i` of the weight. (Bengio et al. 2003.)
 *
 * Ids that the network computes and that have no row give NaN.
 *
 * Shape: [...] → [..., outputSize].
 *
 * Variables: `weight` [inputSize, outputSize].
 *
 * @param inputSize the number of ids
 * @param outputSize the length of the vectors
 * @param options the initial vectors, and the name
 * @throws InvalidOption if a size is not a positive integer; at run time, if a number that is given to the network is
 *   not whole or has no row, or is in a tensor of floats: make that with `tensor(ids, { dtype: 'int32' })`
 * @category Sequences
 * @see `Embedding` in Keras; `Embedding` in PyTorch; `Embedding` in NeuPy
 * @example
 * ```ts
 * const network = join(Input(40), Embedding(20, 10), GRU(20), Sigmoid(1))
 * String(network) // (?, 40) -> [... 4 layers ...] -> (?, 1)
 * ```
 */
export const Embedding: EmbeddingConstructor = defineLayer({
  ...callee,
  positional: ['inputSize', 'outputSize'],
  options: {
    inputSize: { codec: integer(1) },
    outputSize: { codec: integer(1) },
    weight: { codec: parameter, default: heNormal() },
  },
  shape: ({ outputSize }, input) => right(input === null ? null : [...input, outputSize]),
  variables: {
    weight: ({ inputSize, outputSize, weight }) => right({ shape: [inputSize, outputSize], initial: weight }),
  },
  ids: ({ inputSize }) => inputSize,
  decode: 'steps',
  // Ids given to the network have been checked; computed ones may be out of range.
  forward: ({ inputSize }, ops, x, { weight }, { isGiven }) => [
    isGiven === true ? ops.gather(weight, x) : rowsOf(ops, weight, x, inputSize),
    {},
  ],
})
