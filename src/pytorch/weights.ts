import { sizeOf } from '../base/shape.ts'
import { transposed } from '../ops/numbers/loops.ts'
import type { Piece } from './row.ts'
import type { PlacedTensor } from './source.ts'

// Variables in PyTorch's layout, and back.

/** Elements with their axes in another order. */
const permuted = (
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[] | undefined,
): Float32Array => (order === undefined ? values : transposed({ values, shape }, order).values)

const signOf = ({ negated }: Piece, i: number): number =>
  negated !== undefined && i >= negated[0] && i < negated[1] ? -1 : 1

/** Numbers of a variable, and its shape. */
export interface Numbers {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
}

/** The elements of a tensor of PyTorch's. */
export const packed = (
  { shape, pieces, layer }: PlacedTensor,
  numbers: (layer: string, variable: string) => Numbers,
): Numbers => {
  const data = new Float32Array(sizeOf(shape))
  let offset = 0
  for (const piece of pieces) {
    const own = numbers(layer, piece.variable)
    const values = permuted(Float32Array.from(own.data), own.shape, piece.permute)
    for (const [i, value] of values.entries()) data[offset + i] = signOf(piece, i) * value
    offset += values.length
  }
  return { data, shape }
}

/** The variables that a tensor of PyTorch's holds. */
export const unpacked = (
  { pieces, layer }: PlacedTensor,
  data: ArrayLike<number>,
  shapeOf: (layer: string, variable: string) => readonly number[],
): readonly (readonly [variable: string, data: Float32Array])[] => {
  let offset = 0
  return pieces.map(piece => {
    const shape = shapeOf(layer, piece.variable)
    const { permute } = piece
    const own = Float32Array.from({ length: sizeOf(shape) }, (_, i) => signOf(piece, i) * (data[offset + i] as number))
    offset += own.length
    const order = permute?.map((_, axis) => permute.indexOf(axis))
    return [piece.variable, permuted(own, permute?.map(axis => shape[axis] as number) ?? shape, order)] as const
  })
}
