import type { Ops } from '../../core/ops.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import { spread } from '../../core/spread.ts'
import { walk } from '../../core/walk.ts'
import { resultShape } from '../../ops/shapes.ts'
import * as loops from '../../ops/tfjs/loops.ts'
import { callsOf } from './calls.ts'
import type { Device, Info } from './device.ts'
import { type Multiplying, multiplyingOf } from './multiplying.ts'
import { poolingOf } from './pooling.ts'

// The operations as kernels of a tfjs backend, called directly.

/** The operations, and the fused ones. */
export interface Kernels extends Ops<Info>, Pick<Multiplying, 'fused'> {
  /** 1 where x is positive, 0 elsewhere: a comparison with 0 without the detour by booleans. */
  readonly positive: (x: Info) => Info
}

const zero: loops.Block = { values: new Float32Array(1), shape: [] }

/**
 * The operations on a device.
 *
 * @param made gets every tensor that an operation makes, its result last: what is not the result is left over
 */
export const kernelsOf = (device: Device, made: Info[]): Kernels => {
  const calls = callsOf(device, made)
  const { keep, call, make, alias, as, cast, broadcast, padded, sum, slice, concatenate, reverse, native, isCpu } =
    calls
  const { matmul, convolve, fused } = multiplyingOf(device, calls, (x, axis, gap) => spread(ops, x, axis, gap))

  const unary = (kernel: string) => (x: Info) => call(kernel, { x })
  const binary = (kernel: string) => (a: Info, b: Info) => call(kernel, { a, b })
  const truth = (kernel: string) => (a: Info, b: Info) => cast(call(kernel, { a, b }), 'float32')
  /** The same, where there is anything to repeat. */
  const spreadOver = (x: Info, shape: Shape): Info =>
    x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i]) ? x : broadcast(x, shape)
  const logSoftmax = (x: Info): Info => {
    const last = [x.shape.length - 1]
    const shifted = call('Sub', { a: x, b: call('Max', { x }, { reductionIndices: last, keepDims: true }) })
    return call('Sub', { a: shifted, b: call('Log', { x: sum(call('Exp', { x: shifted }), last, true) }) })
  }
  /** Not every backend sums by index; a product with one-hot rows does the same. */
  const scatter = (values: Info, indices: Info, rows: number): Info => {
    const count = sizeOf(indices.shape)
    const rest = values.shape.slice(indices.shape.length)
    const at = cast(as(indices, [count]), 'int32')
    const flat = as(values, [count, sizeOf(rest)])
    if (device.has('UnsortedSegmentSum'))
      return alias(call('UnsortedSegmentSum', { x: flat, segmentIds: at }, { numSegments: rows }), [rows, ...rest])
    // The kernel of WebAssembly writes whole numbers, whatever type it is asked for.
    const hot = call('OneHot', { indices: at }, { depth: rows, onValue: 1, offValue: 0, dtype: 'int32' })
    const columns = call('Transpose', { x: cast(hot, 'float32') }, { perm: [1, 0] })
    return alias(matmul(columns, flat), [rows, ...rest])
  }

  const ops: Kernels = Object.freeze<Kernels>({
    shape: x => x.shape,
    constant: (values, shape) => {
      const own = shape ?? (typeof values === 'number' ? [] : [values.length])
      return make({
        values: typeof values === 'number' ? new Float32Array(sizeOf(own)).fill(values) : values,
        shape: own,
      })
    },
    negative: unary('Neg'),
    exp: unary('Exp'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    rsqrt: unary('Rsqrt'),
    square: unary('Square'),
    abs: unary('Abs'),
    sigmoid: unary('Sigmoid'),
    tanh: unary('Tanh'),
    relu: unary('Relu'),
    elu: unary('Elu'),
    softplus: unary('Softplus'),
    erf: unary('Erf'),
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Multiply'),
    divide: binary('RealDiv'),
    maximum: binary('Maximum'),
    minimum: binary('Minimum'),
    greater: truth('Greater'),
    equal: truth('Equal'),
    // The kernel does not broadcast.
    where: (condition, a, b) => {
      const wide = resultShape('where', [condition.shape, a.shape, b.shape], [])
      if (native) {
        const [x, y] = [a, b].map(z => (sizeOf(z.shape) === 1 ? z : spreadOver(z, wide))) as [Info, Info]
        return keep(native.select(spreadOver(condition, wide), x, y))
      }
      const [which, t, e] = [condition, a, b].map(x => spreadOver(x, wide)) as [Info, Info, Info]
      // Not every backend takes a fraction for true.
      return call('Select', { condition: call('NotEqual', { a: which, b: make(zero) }), t, e })
    },
    sum,
    mean: (x, axes, keepDims) => {
      const count = device.make(Float32Array.of(sizeOf(axes.map(axis => x.shape[axis] as number))), [])
      return call('RealDiv', { a: sum(x, axes, keepDims), b: keep(count) })
    },
    max: (x, axes, keepDims = false) => call('Max', { x }, { reductionIndices: [...axes], keepDims }),
    argMax: x => cast(call('ArgMax', { x }, { axis: x.shape.length - 1 }), 'float32'),
    softmax: x => call('Softmax', { logits: x }, { dim: x.shape.length - 1 }),
    logSoftmax,
    reshape: (x, shape) => {
      const rest = sizeOf(shape.map(d => d ?? 1))
      return alias(
        x,
        shape.map(d => d ?? sizeOf(x.shape) / rest),
      )
    },
    transpose: (x, permutation) =>
      isCpu
        ? make(loops.transposed(device.view(x), permutation))
        : call('Transpose', { x }, { perm: [...permutation] }),
    concatenate,
    slice: (x, begin, length) =>
      slice(
        x,
        begin,
        x.shape.map((d, i) => length[i] ?? d - (begin[i] as number)),
      ),
    reverse,
    broadcast,
    gather: (table, indices) => {
      const flat = cast(as(indices, [sizeOf(indices.shape)]), 'int32')
      const rows = call('GatherV2', { x: table, indices: flat }, { axis: 0, batchDims: 0 })
      return alias(rows, [...indices.shape, ...table.shape.slice(1)])
    },
    scatter,
    stopGradient: x => alias(x, x.shape),
    clipGradient: x => alias(x, x.shape),
    pad: (x, margins) =>
      margins.every(([before, after]) => before === 0 && after === 0) ? alias(x, x.shape) : padded(x, margins),
    matmul,
    convolve,
    ...poolingOf(device, calls),
    uniform: () => refuse('uniform'),
    normal: () => refuse('normal'),
    scan: (body, initial, sequence) => walk(ops, body, initial, sequence),
    fused,
    positive: x => call('Step', { x }, { alpha: 0 }),
  })
  return ops
}

/** Draws are fed: see `prepare`. */
const refuse = (draw: string): never => {
  throw new RangeError(`${draw}: a compiled graph gets its draws as inputs.`)
}
