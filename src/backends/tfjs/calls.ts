import { BackendError } from '../../base/errors.ts'
import { type Shape, sizeOf } from '../../base/shape.ts'
import { aligned } from '../../ops/walks.ts'
import * as elements from '../../tfjs/elements.ts'
import * as loops from '../../tfjs/loops.ts'
import { type Matrices, type Operations, operationsIn, type Reduction } from '../wasm/operations.ts'
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
  readonly max: (x: Info, axes: readonly number[], keepDims?: boolean) => Info
  readonly slice: (x: Info, begin: readonly number[], length: readonly number[]) => Info
  readonly concatenate: (xs: readonly Info[], axis: number) => Info
  readonly reverse: (x: Info, axes: readonly number[]) => Info
  /** Operations of our own beside the kernels. */
  readonly native: Operations | undefined
  /** The cpu backend alone is slower than loops over its numbers. */
  readonly isCpu: boolean
}

const known = (shape: Shape): number[] => shape as number[]

/** How many axes the kernels of tfjs for WebAssembly take where these have to be told apart; they do not say so. */
export const mostAxes = 6

export const tooManyAxes = (count: number): BackendError =>
  new BackendError({
    backend: 'wasm',
    expected: `${mostAxes} axes at most for the kernels of tfjs alone`,
    got: `${count}`,
    remedy: 'Reshape to fewer axes, or choose another backend.',
  })

const refuse = (count: number): never => {
  throw tooManyAxes(count)
}

const reducedShape = (shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] =>
  shape.flatMap((d, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [d]))

/** Axes of more than one element, those that have only such of one between them together; the last ones first. */
const runsOf = (shape: readonly number[], axes: readonly number[]): readonly (readonly number[])[] => {
  const runs: number[][] = []
  let isOpen = false
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue
    if (!axes.includes(axis)) isOpen = false
    else if (isOpen) runs.at(-1)?.push(axis)
    else {
      runs.push([axis])
      isOpen = true
    }
  }
  return runs
}

/** A tensor as matrices whose rows are the axes of a run. */
const matricesOf = (shape: readonly number[], run: readonly number[]): Matrices => {
  const [first, last] = [Math.min(...run), Math.max(...run)]
  return {
    count: sizeOf(shape.slice(0, first)),
    rows: sizeOf(shape.slice(first, last + 1)),
    columns: sizeOf(shape.slice(last + 1)),
  }
}

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
    if (isCpu) return make(elements.repeated(view(x), wide))
    const own = aligned(x.shape, wide.length)
    return call('Tile', { x: as(x, own) }, { reps: wide.map((d, i) => (own[i] === d ? 1 : d)) })
  }
  const padded = (x: Info, paddings: readonly (readonly number[])[]): Info =>
    paddings.every(([before, after]) => before === 0 && after === 0)
      ? x
      : native
        ? keep(native.pad(x, paddings))
        : device.name === 'wasm' && x.shape.length > mostAxes
          ? refuse(x.shape.length)
          : call('PadV2', { x }, { paddings, constantValue: 0 })
  /** Axes that lie side by side are reduced at once, the last ones first. */
  const reduced = (reduction: Reduction, x: Info, axes: readonly number[], keepDims: boolean): Info | undefined => {
    if (native === undefined) return undefined
    const { reduce } = native
    const shape = reducedShape(x.shape, axes, keepDims)
    const runs = runsOf(x.shape, axes)
    if (runs.length === 0) return alias(x, shape)
    return runs.reduce((before, run, i) => {
      const after = i === runs.length - 1 ? shape : reducedShape(before.shape, run, true)
      return keep(reduce(reduction, before, matricesOf(before.shape, run), after))
    }, x)
  }
  const sum = (x: Info, axes: readonly number[], keepDims = false): Info =>
    isCpu
      ? make(elements.summed(view(x), axes, keepDims))
      : (reduced('sum', x, axes, keepDims) ?? call('Sum', { x }, { axis: [...axes], keepDims }))
  const max = (x: Info, axes: readonly number[], keepDims = false): Info =>
    reduced('max', x, axes, keepDims) ?? call('Max', { x }, { reductionIndices: [...axes], keepDims })
  const slice = (x: Info, begin: readonly number[], length: readonly number[]): Info =>
    native ? keep(native.slice(x, begin, length)) : call('Slice', { x }, { begin: [...begin], size: [...length] })
  const concatenate = (xs: readonly Info[], axis: number): Info =>
    native ? keep(native.concatenate(xs, axis)) : call('Concat', xs, { axis })

  const reverse = (x: Info, axes: readonly number[]): Info => {
    if (isCpu) return make(loops.reversed(view(x), axes))
    return native ? keep(native.reverse(x, axes)) : call('Reverse', { x }, { dims: [...axes] })
  }

  return Object.freeze<Calls>({
    ...{ keep, call, make, alias, as, cast, broadcast, padded, sum, max, slice, concatenate, reverse },
    ...{ native, isCpu },
  })
}
