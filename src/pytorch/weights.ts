import type { Piece } from './row.ts'
import { sizeOfAll } from './row.ts'
import type { PlacedTensor } from './source.ts'

// Variables in PyTorch's layout, and back.

/** For each element in another order of the axes, its place in the order that there is. */
const placesOf = (shape: readonly number[], order: readonly number[]): Uint32Array => {
  const strides = shape.map((_, axis) => sizeOfAll(shape.slice(axis + 1)))
  const sizes = order.map(axis => shape[axis] as number)
  const steps = order.map(axis => strides[axis] as number)
  const index = sizes.map(() => 0)
  const places = new Uint32Array(sizeOfAll(shape))
  let at = 0
  for (let i = 0; i < places.length; i++) {
    places[i] = at
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      at += steps[axis] as number
      index[axis] = (index[axis] as number) + 1
      if ((index[axis] as number) < (sizes[axis] as number)) break
      at -= (steps[axis] as number) * (sizes[axis] as number)
      index[axis] = 0
    }
  }
  return places
}

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
  const data = new Float32Array(sizeOfAll(shape))
  let offset = 0
  for (const piece of pieces) {
    const own = numbers(layer, piece.variable)
    const places = piece.permute && placesOf(own.shape, piece.permute)
    for (let i = 0; i < own.data.length; i++)
      data[offset + i] = signOf(piece, i) * (own.data[places?.[i] ?? i] as number)
    offset += own.data.length
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
    const own = new Float32Array(sizeOfAll(shape))
    const places = piece.permute && placesOf(shape, piece.permute)
    for (let i = 0; i < own.length; i++) own[places?.[i] ?? i] = signOf(piece, i) * (data[offset + i] as number)
    offset += own.length
    return [piece.variable, own] as const
  })
}
