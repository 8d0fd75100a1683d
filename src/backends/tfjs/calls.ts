import type { Shape } from '../../core/shape.ts'
import * as loops from '../../ops/tfjs/loops.ts'
import { type Operations, operationsIn } from '../wasm/operations.ts'
import { aligned } from '../wasm/walks.ts'
import type { Device, Info } from './device.ts'

// Calls of kernels, and what moves numbers about, which all operations are made of.

/** Whatever these make is noted; `as` makes nothing. */
export interface Calls {
  readonly keep: (info: Info) => Info
  readonly call: (kernel: string, inputs: Readonly<Record<string, Info>> | readonly Info[], attrs?: object) => Info
  readonly make: (block: loops.Block) => Info
  /** The same numbers in another shape. */
  readonly alias: (x: Info, shape: readonly number[]) => Info
  /** For an argument only: another view of the same numbers that nobody has to give back. */
  readonly as: (x: Info, shape: readonly number[]) => Info
  readonly cast: (x: Info, dtype: string) => Info
  readonly broadcast: (x: Info, shape: Shape) => Info
  /** The tensor itself, where there is nothing to pad. */
  readonly padded: (x: Info, paddings: readonly (readonly number[])[]) => Info
  readonly sum: (x: Info, axes: readonly number[], keepDims?: boolean) => Info
  readonly slice: (x: Info, begin: readonly number[], length: readonly number[]) => Info
  readonly concatenate: (xs: readonly Info[], axis: number) => Info
  readonly reverse: (x: Info, axes: readonly number[]) => Info
  /** Operations of our own beside the kernels. */
  readonly native: Operations | undefined
  /** The cpu backend alone is slower than loops over its numbers. */
  readonly isCpu: boolean
}

const known = (shape: Shape): number[] => shape as number[]

/** @param made gets every tensor that is made */
export const callsOf = (device: Device, made: Info[]): Calls => {
  const { backend, view } = device
  const native = device.module && operationsIn(device.module)
  const isCpu = device.name === 'cpu'
  const keep = (info: Info): Info => {
    made.push(info)
    return info
  }
  const call = (kernel: string, inputs: Readonly<Record<string, Info>> | readonly Info[], attrs?: object): Info =>
    keep(device.call(kernel, inputs, attrs))
  const make = ({ values, shape }: loops.Block): Info => keep(device.make(values, shape))

  const alias = (x: Info, shape: readonly number[]): Info => {
    backend.incRef(x.dataId)
    return keep({ dataId: x.dataId, shape: [...shape], dtype: x.dtype })
  }
  const as = (x: Info, shape: readonly number[]): Info => ({ dataId: x.dataId, shape: [...shape], dtype: x.dtype })
  const cast = (x: Info, dtype: string): Info => call('Cast', { x }, { dtype })
  const broadcast = (x: Info, shape: Shape): Info => {
    const wide = known(shape)
    if (native) return keep(native.broadcast(x, wide))
    const own = aligned(x.shape, wide.length)
    return call('Tile', { x: as(x, own) }, { reps: wide.map((d, i) => (own[i] === d ? 1 : d)) })
  }
  const padded = (x: Info, paddings: readonly (readonly number[])[]): Info =>
    paddings.every(([before, after]) => before === 0 && after === 0)
      ? x
      : native
        ? keep(native.pad(x, paddings))
        : call('PadV2', { x }, { paddings, constantValue: 0 })
  const sum = (x: Info, axes: readonly number[], keepDims = false): Info => {
    const summed = native?.sum(x, axes, keepDims)
    return summed ? keep(summed) : call('Sum', { x }, { axis: [...axes], keepDims })
  }
  const slice = (x: Info, begin: readonly number[], length: readonly number[]): Info =>
    native ? keep(native.slice(x, begin, length)) : call('Slice', { x }, { begin: [...begin], size: [...length] })
  const concatenate = (xs: readonly Info[], axis: number): Info =>
    native ? keep(native.concatenate(xs, axis)) : call('Concat', xs, { axis })

  const reverse = (x: Info, axes: readonly number[]): Info => {
    if (isCpu) return make(loops.reversed(view(x), axes))
    return native ? keep(native.reverse(x, axes)) : call('Reverse', { x }, { dims: [...axes] })
  }

  return Object.freeze<Calls>({
    ...{ keep, call, make, alias, as, cast, broadcast, padded, sum, slice, concatenate, reverse },
    ...{ native, isCpu },
  })
}
