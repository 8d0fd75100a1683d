import type { TensorInfo } from '@tensorflow/tfjs-core'
import { BackendError } from '../base/errors.ts'
import { filled, known, sizeOf } from '../base/shape.ts'
import { type Block, placeOfLargest } from '../ops/numbers/loops.ts'
import { sorted } from '../ops/numbers/sorting.ts'
import { alike, type Operation, type Perform, perform } from '../ops/operations.ts'
import type { Ops, Primitives } from '../ops/ops.ts'
import { resultShape } from '../ops/shapes.ts'
import { aligned, repeating } from '../ops/walks.ts'
import type { Calls } from './calls.ts'
import { poolingOf } from './pooling.ts'
import { type Fuse, productsOf } from './products.ts'

/** The operations on a backend of tfjs. */
export interface Operations<H extends TensorInfo> {
  /** Performs an operation whose operands have been checked. */
  readonly perform: Perform<H>
  /** The same, always by kernels of tfjs. */
  readonly byKernel: Perform<H>
  readonly fused: Fuse<H>
  /** The same as an interpreter, without random draws, scans and loops. */
  readonly ops: Ops<H>
}

const zero: Block = { values: new Float32Array(1), shape: [] }

const refuse = (): never => {
  throw new RangeError('These operations do not draw numbers or run loops: their interpreter does.')
}

const areSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, axis) => d === b[axis])

/** The operations by kernels of tfjs, except those that `calls.own` performs. */
export const operationsOf = <H extends TensorInfo>(calls: Calls<H>): Operations<H> => {
  const { call, make, alias, own } = calls
  const run: Perform<H> = (operation, inputs, attributes) =>
    own(operation, inputs, attributes) ?? byKernel(operation, inputs, attributes)
  const ops = alike<H>(run, {
    shape: x => x.shape,
    constant: (values, shape) => {
      const own = shape ?? (typeof values === 'number' ? [] : [values.length])
      return make({ values: filled(values, own), shape: own })
    },
    uniform: refuse,
    normal: refuse,
    scan: refuse,
    loop: refuse,
  })

  const tooManyAxes = (count: number): never => {
    throw new BackendError({
      backend: calls.name,
      expected: `${calls.mostAxes} axes at most for the kernels of tfjs alone`,
      got: `${count}`,
      remedy: 'Reshape to fewer axes, or choose another backend.',
    })
  }
  const as = (x: H, shape: readonly number[]): H => (areSame(x.shape, shape) ? x : calls.as(x, shape))
  const cast = (x: H, dtype: string): H => call('Cast', { x }, { dtype })
  const unary = (kernel: string) => (x: H) => call(kernel, { x })
  const binary = (kernel: string) => (a: H, b: H) => {
    if (Math.max(a.shape.length, b.shape.length) <= calls.mostAxes) return call(kernel, { a, b })
    const wide = known(resultShape('add', [a.shape, b.shape], []))
    const walks = repeating(a.shape, b.shape, wide).toReversed()
    if (walks.length > calls.mostAxes) tooManyAxes(walks.length)
    const own = (x: H, of: 'a' | 'b'): H =>
      as(
        x,
        walks.map(walk => (walk[of] === 0 ? 1 : walk.size)),
      )
    return alias(call(kernel, { a: own(a, 'a'), b: own(b, 'b') }), wide)
  }
  const truth = (kernel: string) => (a: H, b: H) => cast(binary(kernel)(a, b), 'float32')
  const widened = (x: H, shape: readonly number[]): H => (areSame(x.shape, shape) ? x : ops.broadcast(x, shape))
  /** A matrix whose rows are the last axis, as the rank of kernels is limited. */
  const flat = (x: H): H => as(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1])
  const rows = (x: H, count: number): H => as(x, [count, sizeOf(x.shape) / count])

  const { fused, ...products } = productsOf(calls, ops)
  const kernels: Pick<Primitives<H>, Operation> = {
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
    sin: unary('Sin'),
    cos: unary('Cos'),
    atan: unary('Atan'),
    floor: unary('Floor'),
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Multiply'),
    divide: binary('RealDiv'),
    pow: binary('Pow'),
    maximum: binary('Maximum'),
    minimum: binary('Minimum'),
    greater: truth('Greater'),
    equal: truth('Equal'),
    // The kernel does not broadcast, and on some backends a fraction is not true.
    where: (condition, a, b) => {
      const wide = known(resultShape('where', [condition.shape, a.shape, b.shape], []))
      const [which, t, e] = [condition, a, b].map(x => widened(x, wide)) as [H, H, H]
      return call('Select', { condition: call('NotEqual', { a: which, b: make(zero) }), t, e })
    },
    sum: (x, axes, keepDims = false) => call('Sum', { x }, { axis: [...axes], keepDims }),
    mean: (x, axes, keepDims) => {
      const count = sizeOf(axes.map(axis => x.shape[axis] as number))
      return ops.divide(ops.sum(x, axes, keepDims), make({ values: Float32Array.of(count), shape: [] }))
    },
    max: (x, axes, keepDims = false) => call('Max', { x }, { reductionIndices: [...axes], keepDims }),
    argMax: x =>
      // Kernels disagree on NaN.
      calls.isNear
        ? make(placeOfLargest(calls.view(x)))
        : alias(cast(call('ArgMax', { x: flat(x) }, { axis: 1 }), 'float32'), x.shape.slice(0, -1)),
    argSort: x => make(sorted(calls.view(x))),
    softmax: x => alias(call('Softmax', { logits: flat(x) }, { dim: 1 }), x.shape),
    logSoftmax: x => {
      const last = [x.shape.length - 1]
      const shifted = ops.subtract(x, ops.max(x, last, true))
      return ops.subtract(shifted, ops.log(ops.sum(ops.exp(shifted), last, true)))
    },
    reshape: (x, shape) => alias(x, known(resultShape('reshape', [x.shape], [shape]))),
    transpose: (x, permutation) => call('Transpose', { x }, { perm: [...permutation] }),
    concatenate: (xs, axis) => call('Concat', xs, { axis }),
    // The kernel reads out of bounds for a scalar.
    slice: (x, begin, length) =>
      x.shape.length === 0
        ? alias(x, [])
        : call('Slice', { x }, { begin: [...begin], size: known(resultShape('slice', [x.shape], [begin, length])) }),
    reverse: (x, axes) => call('Reverse', { x }, { dims: [...axes] }),
    broadcast: (x, shape) => {
      const own = aligned(x.shape, shape.length)
      return call('Tile', { x: as(x, own) }, { reps: known(shape).map((d, axis) => (own[axis] === d ? 1 : d)) })
    },
    gather: (table, indices) => {
      const [count = 1, ...rest] = table.shape
      const at = cast(as(indices, [sizeOf(indices.shape)]), 'int32')
      const found = call('GatherV2', { x: rows(table, count), indices: at }, { axis: 0, batchDims: 0 })
      return alias(found, [...indices.shape, ...rest])
    },
    // Without a kernel for segment sums: a product with one-hot rows.
    scatter: (values, indices, count) => {
      const shape = [count, ...values.shape.slice(indices.shape.length)]
      const segmentIds = cast(as(indices, [sizeOf(indices.shape)]), 'int32')
      const given = rows(values, sizeOf(indices.shape))
      if (calls.has('UnsortedSegmentSum'))
        return alias(call('UnsortedSegmentSum', { x: given, segmentIds }, { numSegments: count }), shape)
      // The kernel of WebAssembly writes integers, whatever the `dtype`.
      const hot = { depth: count, onValue: 1, offValue: 0, dtype: 'int32' }
      const chosen = cast(call('OneHot', { indices: segmentIds }, hot), 'float32')
      return alias(ops.matmul(ops.transpose(chosen, [1, 0]), given), shape)
    },
    stopGradient: x => alias(x, x.shape),
    clipGradient: x => alias(x, x.shape),
    pad: (x, paddings) =>
      paddings.every(([before, after]) => before === 0 && after === 0)
        ? alias(x, x.shape)
        : x.shape.length > calls.mostAxes
          ? tooManyAxes(x.shape.length)
          : call('PadV2', { x }, { paddings: paddings.map(margin => [...margin]), constantValue: 0 }),
    ...products,
    ...poolingOf(calls, ops),
  }
  const byKernel = perform(kernels)
  return { perform: run, byKernel, fused, ops }
}
