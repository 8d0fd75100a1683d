import { InvalidOption } from '../base/errors.ts'
import { boolean, type Options, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { byName, leavesOf } from '../base/trees.ts'
import { asTensors } from '../training/given.ts'

/** The options of {@link gradientNorms}. */
export interface GradientNormsOptions<P extends boolean = boolean> {
  /** Whether the first axis of every gradient counts examples, each of which has norms of its own. Default: false. */
  readonly perExample?: P
}

/** The norm of all gradients together, and those of each layer. */
export interface GradientNorms<Gradients, Norm = number> {
  readonly total: Norm
  readonly layers: { readonly [Layer in keyof Gradients]: Norm }
}
/** A norm, or one for each example. */
export type NormsOfExamples<P extends boolean> = P extends true ? Float64Array : number

const options: Options<Required<GradientNormsOptions>> = { perExample: { codec: boolean, default: false } }

interface Shaped {
  readonly shape: readonly number[]
}
/** A gradient that has been read. */
interface Numbers {
  readonly layer: string
  readonly data: Float32Array
}

/**
 * How many examples gradients have.
 *
 * @throws InvalidOption if some have others
 */
const examplesIn = (
  owner: string,
  leaves: readonly (readonly [layer: string, name: string, tensor: Shaped])[],
): number => {
  const [count] = leaves[0]?.[2].shape ?? [0]
  for (const [layer, name, { shape }] of leaves)
    if (count === undefined || shape[0] !== count)
      throw new InvalidOption({
        layer: owner,
        option: 'gradients',
        expected: 'gradients of as many examples each along the first axis',
        got: `${name} of ${layer}, ${showShape(shape)}`,
        remedy: 'Give what lossGradients(…, { perExample: true }) gives, or leave perExample out.',
      })
  return count ?? 0
}

/** The norms of each example over some gradients, added in 64-bit floats. */
const normsOf = (gradients: readonly Numbers[], count: number): Float64Array => {
  const squares = new Float64Array(count)
  for (const { data } of gradients) {
    const size = data.length / count
    for (let i = 0; i < count; i++) {
      let sum = 0
      for (let j = i * size; j < (i + 1) * size; j++) sum += (data[j] as number) ** 2
      squares[i] = (squares[i] as number) + sum
    }
  }
  return squares.map(Math.sqrt)
}

/**
 * The Euclidean norms of gradients: of each layer, and of all together. They are computed in 64-bit floats, so squares of large
 * gradients do not overflow.
 *
 * @param gradients by layer and name, as `lossGradients` gives them, `gradients` as `params`, or `grad` for `params`
 * @param options `perExample`: gradients that have examples along the first axis have a norm for each, in a `Float64Array`
 * @throws InvalidOption if it gets anything else, or with `perExample` gradients of different numbers of examples
 * @example
 * ```ts
 * const network = join(Input(1), Linear(1, { weight: [[1]], name: 'a' }), Linear(1, { weight: [[2]], name: 'b' }))
 * const slopes = await lossGradients(network, init(network, key(0)), { x: [[1]], y: [[0]] })
 * const { total, layers } = await gradientNorms(slopes)
 * layers // { a: 11.313708498984761, b: 5.656854249492381 }
 * total // 12.649110640673518
 * ```
 */
export const gradientNorms = async <G extends object, const P extends boolean = false>(
  gradients: G,
  given: GradientNormsOptions<P> = {},
): Promise<GradientNorms<G, NormsOfExamples<P>>> => {
  const owner = 'gradientNorms'
  const { perExample } = parseOptions(owner, 'gradientNorms(slopes, { perExample: true })', options, given)
  const tree = asTensors(owner, 'gradients', gradients)
  const leaves = leavesOf(tree)
  const count = perExample ? examplesIn(owner, leaves) : 1
  const read = await Promise.all(
    leaves.map(async ([layer, , tensor]): Promise<Numbers> => ({ layer, data: await tensor.data<'float32'>() })),
  )
  const norm = (own: readonly Numbers[]): number | Float64Array => {
    const norms = normsOf(own, count)
    return perExample ? norms : (norms[0] as number)
  }
  const layers = Object.keys(tree).map(layer => [layer, norm(read.filter(one => one.layer === layer))] as const)
  // It has the layers of the gradients.
  return Object.freeze({ total: norm(read), layers: byName(layers) }) as GradientNorms<G, NormsOfExamples<P>>
}
