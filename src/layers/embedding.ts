import { right } from 'fp-ts/lib/Either.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { integer, parameter } from '../core/options.ts'
import type { Parameter, ParameterSource, Weight } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'

/** The options of {@link Embedding}. */
export interface EmbeddingOptions<Name extends string = string> extends NameOption<Name> {
  /** The initial vectors, of shape [inputSize, outputSize]. Default: `heNormal()`. */
  readonly weight?: ParameterSource
}

/** An embedding as a type: whole numbers of any shape in, a vector for each of them out. */
export interface Embedding<Size extends number, Units extends number, Name extends string>
  extends Leaf<Name, 'params'> {
  readonly kind: 'Embedding'
  readonly inputSize: Size
  readonly outputSize: Units
  readonly weight: Parameter
  readonly '~out': number[] extends this['~in']
    ? number[]
    : this['~in'] extends readonly unknown[]
      ? [...this['~in'], Units]
      : never
  readonly '~params': Weight<[Size, Units]>
}

/** The constructor of {@link Embedding}. */
export type EmbeddingConstructor = <
  const Size extends number,
  const Units extends number,
  const Name extends string = 'embedding-{}',
>(
  inputSize: Size,
  outputSize: Units,
  options?: EmbeddingOptions<Name>,
) => Embedding<Size, Units, Name>

/**
 * Gives each whole number from 0 to `inputSize - 1` a vector of its own: row `i` of the weight for the number `i`.
 * (Bengio et al. 2003.)
 *
 * Variables: `weight` [inputSize, outputSize].
 *
 * @param inputSize how many numbers there are
 * @param outputSize the length of the vectors
 * @throws InvalidOption when a size is no positive integer
 * @example
 * ```ts
 * const network = join(Input(40), Embedding(20, 10), GRU(20), Sigmoid(1))
 * String(network) // (?, 40) -> [... 4 layers ...] -> (?, 1)
 * ```
 */
export const Embedding: EmbeddingConstructor = defineLayer({
  kind: 'Embedding',
  example: 'Embedding(1000, 64)',
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
  forward: (_, ops, x, { weight }) => [ops.gather(weight, x), {}],
})
