import { type Shape, sizeOf } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { walk } from '../../ops/scan.ts'
import { resultShape } from '../../ops/shapes.ts'
import { every } from '../../ops/spread.ts'
import { aligned, merged, stepsOf } from '../../ops/walks.ts'
import * as elements from '../../tfjs/elements.ts'
import * as loops from '../../tfjs/loops.ts'
import { gathered, noRow, scattered } from '../../tfjs/rows.ts'
import { type combinations, elementwise } from '../wasm/elementwise.ts'
import { callsOf, mostAxes, tooManyAxes } from './calls.ts'
import type { Device, Info } from './device.ts'
import { type Multiplying, multiplyingOf } from './multiplying.ts'
import { poolingOf } from './pooling.ts'

// The operations as kernels of a tfjs backend, called directly.

/** The operations, and the fused ones. */
export interface Kernels extends Ops<Info>, Pick<Multiplying, 'fused'> {
  /** 1 where x is positive, 0 elsewhere: a comparison with 0 without the detour by booleans. */
  readonly positive: (x: Info) => Info
}

type Combination = keyof typeof combinations

/** Two shapes of as few axes as their broadcasting takes. */
const together = (
  a: readonly number[],
  b: readonly number[],
  wide: readonly number[],
): readonly [readonly number[], readonly number[]] => {
  const [ofA, ofB] = [a, b].map(shape => stepsOf(aligned(shape, wide.length))) as [readonly number[], readonly number[]]
  const walks = merged(wide.map((size, axis) => ({ size, a: ofA[axis] as number, b: ofB[axis] as number })))
  const axes = walks.toReversed()
  return [axes.map(walk => (walk.a === 0 ? 1 : walk.size)), axes.map(walk => (walk.b === 0 ? 1 : walk.size))]
}

const zero: loops.Block = { values: new Float32Array(1), shape: [] }

/**
 * The operations on a device.
 *
 * @param made gets every tensor that an operation makes, its result last: what is not the result is left over
 */
export const kernelsOf = (device: Device, made: Info[]): Kernels => {
  const calls = callsOf(device, made)
  const { keep, call, make, alias, as, cast, broadcast, padded, sum, max, slice, concatenate, reverse, native, isCpu } =
    calls
  const { matmul, convolve, fused } = multiplyingOf(device, calls, (x, axis, step) => every(ops, x, axis, step))

  const unary = (kernel: string) => (x: Info) => call(kernel, { x })
  /** By loops or kernels of our own where there are some: those of WebAssembly take six axes at most, and do not say so. */
  const own = (operation: Combination, a: Info, b: Info): Info | undefined => {
    if (isCpu) return make(elements.combined(operation, device.view(a), device.view(b)))
    if (device.module === undefined) return undefined
    const shapes = [a.shape, b.shape]
    const result = resultShape(operation, shapes, []) as readonly number[]
    const compute = elementwise(device.module, operation, shapes, result)
    return compute && keep(compute([a, b], [false, false]))
  }
  const foreign = (kernel: string, a: Info, b: Info): Info => {
    if (device.name !== 'wasm' || Math.max(a.shape.length, b.shape.length) <= mostAxes) return call(kernel, { a, b })
    const wide = resultShape('add', [a.shape, b.shape], []) as readonly number[]
    const [one, other] = together(a.shape, b.shape, wide)
    if (one.length > mostAxes) throw tooManyAxes(one.length)
    return alias(call(kernel, { a: as(a, one), b: as(b, other) }), wide)
  }
  const binary = (kernel: string, operation: Combination) => (a: Info, b: Info) =>
    own(operation, a, b) ?? foreign(kernel, a, b)
  const truth = (kernel: string, operation: Combination) => (a: Info, b: Info) =>
    own(operation, a, b) ?? cast(foreign(kernel, a, b), 'float32')
  /** The same, where there is anything to repeat. */
  const spreadOver = (x: Info, shape: Shape): Info =>
    x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i]) ? x : broadcast(x, shape)
  /** Rows of the last axis: kernels take some number of axes at most. */
  const flat = (x: Info): Info => {
    const columns = x.shape.at(-1) ?? 1
    return as(x, [sizeOf(x.shape) / columns, columns])
  }
  const logSoftmax = (x: Info): Info => {
    const last = [x.shape.length - 1]
    const { subtract } = ops
    const shifted = subtract(x, max(x, last, true))
    return subtract(shifted, call('Log', { x: sum(call('Exp', { x: shifted }), last, true) }))
  }
  const gather = (table: Info, indices: Info): Info => {
    if (isCpu) return make(gathered(device.view(table), device.view(indices)))
    if (native) {
      const made = keep(native.blank([...indices.shape, ...table.shape.slice(1)]))
      const wrong = native.gather(table, indices, made)
      if (wrong >= 0) throw noRow(table.shape[0] as number, device.view(indices).values[wrong] as number)
      return made
    }
    const at = cast(as(indices, [sizeOf(indices.shape)]), 'int32')
    const [count = 1, ...rest] = table.shape
    const rows = call('GatherV2', { x: as(table, [count, sizeOf(rest)]), indices: at }, { axis: 0, batchDims: 0 })
    return alias(rows, [...indices.shape, ...rest])
  }
  /** Not every backend sums by index; a product with one-hot rows does the same. */
  const scatter = (values: Info, indices: Info, rows: number): Info => {
    const count = sizeOf(indices.shape)
    const rest = values.shape.slice(indices.shape.length)
    if (native) return keep(native.scatter(values, indices, [rows, ...rest]))
    if (isCpu) return make(scattered(device.view(values), device.view(indices), rows))
    const at = cast(as(indices, [count]), 'int32')
    const parts = as(values, [count, sizeOf(rest)])
    if (device.has('UnsortedSegmentSum'))
      return alias(call('UnsortedSegmentSum', { x: parts, segmentIds: at }, { numSegments: rows }), [rows, ...rest])
    // The kernel of WebAssembly writes whole numbers, whatever type it is asked for.
    const hot = call('OneHot', { indices: at }, { depth: rows, onValue: 1, offValue: 0, dtype: 'int32' })
    const columns = call('Transpose', { x: cast(hot, 'float32') }, { perm: [1, 0] })
    return alias(matmul(columns, parts), [rows, ...rest])
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
    // The kernel of the cpu backend counts a tensor that nobody can give back.
    abs: x => (isCpu ? make({ ...device.view(x), values: device.view(x).values.map(Math.abs) }) : call('Abs', { x })),
    sigmoid: unary('Sigmoid'),
    tanh: unary('Tanh'),
    relu: unary('Relu'),
    elu: x => (isCpu ? make(elements.elu(device.view(x))) : call('Elu', { x })),
    softplus: unary('Softplus'),
    erf: unary('Erf'),
    add: binary('Add', 'add'),
    subtract: binary('Sub', 'subtract'),
    multiply: binary('Multiply', 'multiply'),
    divide: binary('RealDiv', 'divide'),
    maximum: binary('Maximum', 'maximum'),
    minimum: binary('Minimum', 'minimum'),
    greater: truth('Greater', 'greater'),
    equal: truth('Equal', 'equal'),
    // The kernel does not broadcast.
    where: (condition, a, b) => {
      const wide = resultShape('where', [condition.shape, a.shape, b.shape], [])
      if (native) {
        const [x, y] = [a, b].map(z => (sizeOf(z.shape) === 1 ? z : spreadOver(z, wide))) as [Info, Info]
        return keep(native.select(spreadOver(condition, wide), x, y))
      }
      if (isCpu)
        return make(elements.chosen(device.view(condition), device.view(a), device.view(b), wide as readonly number[]))
      const [which, t, e] = [condition, a, b].map(x => spreadOver(x, wide)) as [Info, Info, Info]
      // Not every backend takes a fraction for true.
      return call('Select', { condition: call('NotEqual', { a: which, b: make(zero) }), t, e })
    },
    sum,
    mean: (x, axes, keepDims) => {
      const count = device.make(Float32Array.of(sizeOf(axes.map(axis => x.shape[axis] as number))), [])
      return ops.divide(sum(x, axes, keepDims), keep(count))
    },
    max,
    argMax: x => alias(cast(call('ArgMax', { x: flat(x) }, { axis: 1 }), 'float32'), x.shape.slice(0, -1)),
    softmax: x => alias(call('Softmax', { logits: flat(x) }, { dim: 1 }), x.shape),
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
    // A kernel reads beyond a scalar.
    slice: (x, begin, length) =>
      x.shape.length === 0
        ? alias(x, x.shape)
        : slice(
            x,
            begin,
            x.shape.map((d, i) => length[i] ?? d - (begin[i] as number)),
          ),
    reverse,
    broadcast,
    gather,
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
    loop: () => {
      throw new RangeError('loop: a compiled graph runs the instructions of a loop.')
    },
    fused,
    positive: x => (isCpu ? make(loops.positive(device.view(x))) : ops.greater(x, make(zero))),
  })
  return ops
}

/** Draws are fed: see `prepare`. */
const refuse = (draw: string): never => {
  throw new RangeError(`${draw}: a compiled graph gets its draws as inputs.`)
}
