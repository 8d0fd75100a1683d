import { foldIn, type Key, normals } from '../base/random.ts'
import { sizeOf } from '../base/shape.ts'
import { mapTree, type VariableTree } from '../base/trees.ts'

// Directions in the space of parameters, as long in each filter as the filter itself (Li et al. 2018): a step along them
// changes each filter by the same part, whatever its scale.

/** The numbers of a parameter, or of a direction. */
export interface Leaf {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** What of a tensor belongs to one output: a filter of a convolution, the weights of a neuron. They are the last axis apart. */
const normsOfFilters = ({ data, shape }: Leaf): Float64Array => {
  const filters = shape.at(-1) ?? 1
  const squares = new Float64Array(filters)
  for (const [i, value] of data.entries()) squares[i % filters] = (squares[i % filters] as number) + value ** 2
  return squares.map(Math.sqrt)
}

/** A direction whose filters have the norms of those of the parameters; those of no length stay without one. */
export const filterNormalized = (direction: Leaf, param: Leaf): Leaf => {
  const [own, wanted] = [normsOfFilters(direction), normsOfFilters(param)]
  const factors = own.map((norm, i) => (norm === 0 ? 0 : (wanted[i] as number) / norm))
  return { data: direction.data.map((value, i) => value * (factors[i % factors.length] as number)), shape: param.shape }
}

/**
 * A random direction, normalized by filters. Along parameters of one axis, such as biases and the scales of normalizations, it
 * does not move.
 */
export const randomDirection = (key: Key, params: VariableTree<Leaf>): VariableTree<Leaf> =>
  mapTree(params, (param, layer, name) => {
    const { shape } = param
    if (shape.length < 2) return { data: new Float32Array(sizeOf(shape)), shape }
    const data = normals(foldIn(foldIn(key, layer), name), sizeOf(shape))
    return filterNormalized({ data, shape }, param)
  })
