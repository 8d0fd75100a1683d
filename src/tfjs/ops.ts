import * as tf from '@tensorflow/tfjs-core'
import { normals, uniforms } from '../base/random.ts'
import type { Shape } from '../base/shape.ts'
import { alike, perform } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { walk } from '../ops/scan.ts'
import { resultShape } from '../ops/shapes.ts'
import { every } from '../ops/spread.ts'
import { averagePool, averagePoolGradient, convolve, maxPool, maxPoolGradient } from './convolve.ts'
import {
  binary,
  chosen,
  elu,
  gathered,
  onCpu,
  product,
  repeated,
  reversed,
  scattered,
  summed,
  transposed,
} from './cpu.ts'

type Tensor = tf.Tensor

/** Eager tensors have no unknown dimensions: `null` can only be the one that a reshape leaves. */
const known = (shape: Shape): number[] => shape.map(d => d ?? -1)
const size = (shape: Shape): number => shape.reduce<number>((n, d) => n * (d ?? 1), 1)

const kernels: Ops<Tensor> = {
  shape: x => x.shape,
  constant: (values, shape) =>
    typeof values === 'number' && shape === undefined ? tf.scalar(values) : fill(values, shape),

  negative: x => tf.neg(x),
  exp: x => tf.exp(x),
  log: x => tf.log(x),
  sqrt: x => tf.sqrt(x),
  rsqrt: x => tf.rsqrt(x),
  square: x => tf.square(x),
  abs: x => tf.abs(x),
  sigmoid: x => tf.sigmoid(x),
  tanh: x => tf.tanh(x),
  relu: x => tf.relu(x),
  elu: x => (onCpu() ? elu(x) : tf.elu(x)),
  softplus: x => tf.softplus(x),
  erf: x => tf.erf(x),

  add: binary('add', tf.add),
  subtract: binary('subtract', tf.sub),
  multiply: binary('multiply', tf.mul),
  divide: binary('divide', tf.div),
  maximum: binary('maximum', tf.maximum),
  minimum: binary('minimum', tf.minimum),
  greater: binary('greater', (a, b) => tf.cast(tf.greater(a, b), 'float32')),
  equal: binary('equal', (a, b) => tf.cast(tf.equal(a, b), 'float32')),
  where: (condition, a, b) =>
    chosen(condition, a, b, known(resultShape('where', [condition.shape, a.shape, b.shape], []))),

  sum: (x, axes, keepDimensions) => sum(x, axes, keepDimensions),
  mean: (x, axes, keepDimensions) => tf.div(sum(x, axes, keepDimensions), size(axes.map(axis => x.shape[axis] ?? 1))),
  max: (x, axes, keepDimensions) => tf.max(x, [...axes], keepDimensions),
  argMax: x => tf.cast(tf.argMax(x, -1), 'float32'),
  softmax: x => tf.softmax(x),
  logSoftmax: x => tf.logSoftmax(x),

  reshape: (x, shape) => tf.reshape(x, known(shape)),
  transpose: (x, permutation) => (onCpu() ? transposed(x, permutation) : tf.transpose(x, [...permutation])),
  concatenate: (xs, axis) => tf.concat([...xs], axis),
  // tfjs refuses to cut a scalar, or to put zeros around it.
  slice: (x, begin, size) => (x.rank === 0 ? tf.clone(x) : tf.slice(x, [...begin], known(size))),
  reverse: (x, axes) => (onCpu() ? reversed(x, axes) : tf.reverse(x, [...axes])),
  broadcast: (x, shape) => (onCpu() ? repeated(x, known(shape)) : tf.broadcastTo(x, known(shape) as [number])),
  gather: (table, indices) => (onCpu() ? gathered(table, indices) : tf.gather(table, tf.cast(indices, 'int32'))),
  scatter: (values, indices, rows) => (onCpu() ? scattered(values, indices, rows) : scatter(values, indices, rows)),
  stopGradient: x => x,
  clipGradient: x => x,
  pad: (x, margins) =>
    x.rank === 0
      ? tf.clone(x)
      : tf.pad(
          x,
          margins.map(([before, after]) => [before, after] as [number, number]),
        ),

  matmul: (a, b) => (onCpu() ? product(a, b) : tf.matMul(a, b)),
  // Kernels take a stride or a dilation, not both: with both, the filter slides by single steps, and some are taken.
  convolve: (x, filter, sliding) => {
    const { stride, dilation } = sliding
    if (onCpu() || Math.max(...stride) === 1 || Math.max(...dilation) === 1) return convolve(x, filter, sliding)
    const single = convolve(x, filter, { ...sliding, stride: [1, 1] })
    return every(tfjsOps, every(tfjsOps, single, 1, stride[0]), 2, stride[1])
  },
  maxPool,
  averagePool,
  maxPoolGradient,
  averagePoolGradient: (dy, shape, window) => averagePoolGradient(dy, known(shape), window),

  uniform: (key, shape) => tf.tensor(uniforms(key, size(shape)), known(shape)),
  normal: (key, shape) => tf.tensor(normals(key, size(shape)), known(shape)),

  scan: (body, initial, sequence) => walk(tfjsOps, body, initial, sequence),
  loop: (condition, body, initial, limit) =>
    tf.tidy(() => {
      const scope = tf.engine().state.activeScope?.id
      let carried = initial
      for (let i = 0; i < limit; i++) {
        const flag = tf.tidy(() => condition(carried).dataSync()[0] as number)
        if (flag === 0) break
        const next: readonly Tensor[] = tf.tidy(() => [...body(carried)])
        // Others belong to whoever gave them.
        for (const x of new Set(carried)) if (x.scopeId === scope && !next.includes(x)) x.dispose()
        carried = next
      }
      return [...carried]
    }),
}

const run = perform(kernels)

/**
 * The eager interpreter: each operation is a kernel of tfjs-core, on whichever of its backends is selected (cpu unless
 * you choose another). Results belong to the enclosing `tf.tidy`.
 */
export const tfjsOps: Ops<Tensor> = alike<Tensor>(
  (operation, inputs, attributes) => {
    // Kernels say in words of their own what does not fit, or nothing.
    resultShape(
      operation,
      inputs.map(({ shape }) => shape),
      attributes,
    )
    return run(operation, inputs, attributes)
  },
  { ...kernels, isTensor: value => value instanceof tf.Tensor },
)

/** Kernels move the axes that they sum over to the end first; over the leading axes a product with ones is faster. */
const sum = (x: Tensor, axes: readonly number[], keepDimensions = false): Tensor => {
  if (onCpu()) return summed(x, axes, keepDimensions)
  const isLeading = axes.length > 0 && axes.length < x.rank && axes.every((axis, i) => axis === i)
  if (!isLeading || x.size === 0) return tf.sum(x, [...axes], keepDimensions)
  const kept = x.shape.slice(axes.length)
  const rows = tf.reshape(x, [-1, size(kept)]) as tf.Tensor2D
  const sums = tf.matMul(tf.ones([1, rows.shape[0]]) as tf.Tensor2D, rows)
  return tf.reshape(sums, keepDimensions ? [...axes.map(() => 1), ...kept] : kept)
}

/** Not every backend has the kernel that sums by index; a product with one-hot rows does the same. */
const scatter = (values: Tensor, indices: Tensor, rows: number): Tensor => {
  const rest = values.shape.slice(indices.rank)
  const flat = tf.reshape(values, [indices.size, size(rest)]) as tf.Tensor2D
  const at = tf.cast(tf.reshape(indices, [indices.size]), 'int32') as tf.Tensor1D
  const hasKernel = tf.getKernel('UnsortedSegmentSum', tf.getBackend()) !== undefined
  const sums = hasKernel
    ? tf.unsortedSegmentSum(flat, at, rows)
    : tf.matMul(tf.cast(tf.oneHot(at, rows), 'float32') as tf.Tensor2D, flat, true)
  return tf.reshape(sums, [rows, ...rest])
}

const fill = (values: number | Float32Array, shape?: readonly number[]): Tensor =>
  typeof values === 'number'
    ? tf.fill([...(shape ?? [])], values)
    : tf.tensor(values, shape ? [...shape] : [values.length])
