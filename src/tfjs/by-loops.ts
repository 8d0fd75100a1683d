import type { TensorInfo } from '@tensorflow/tfjs-core'
import { known } from '../base/shape.ts'
import type { Operation } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { resultShape } from '../ops/shapes.ts'
import type { Calls, Own } from './calls.ts'
import { type Combination, chosen, combined, elu, repeated, summed } from './elements.ts'
import { type Block, convolution, largest, product, reversed, toLargest, transposed } from './loops.ts'
import { gathered, scattered } from './rows.ts'

const combining = (operation: Combination) => (a: Block, b: Block) => combined(operation, a, b)

/** Where the kernels of tfjs's cpu backend are slower or less precise, or have another idea of NaN. */
const loops: Partial<Pick<Ops<Block>, Operation>> = {
  // The kernel counts a tensor that nobody can give back.
  abs: ({ values, shape }) => ({ values: values.map(Math.abs), shape }),
  elu,
  add: combining('add'),
  subtract: combining('subtract'),
  multiply: combining('multiply'),
  divide: combining('divide'),
  maximum: combining('maximum'),
  minimum: combining('minimum'),
  greater: combining('greater'),
  equal: combining('equal'),
  where: (condition, a, b) =>
    chosen(condition, a, b, known(resultShape('where', [condition.shape, a.shape, b.shape], []))),
  sum: (x, axes, keepDimensions = false) => summed(x, axes, keepDimensions),
  transpose: transposed,
  reverse: reversed,
  broadcast: (x, shape) => repeated(x, known(shape)),
  gather: gathered,
  scatter: scattered,
  matmul: product,
  convolve: convolution,
  maxPool: largest,
  maxPoolGradient: toLargest,
}

/** Operations by loops over the numbers: the cpu backend holds them as typed arrays, so that they are read where they lie. */
export const byLoops =
  <H extends TensorInfo>({ view, make }: Pick<Calls<H>, 'view' | 'make'>): Own<H> =>
  (operation, inputs, attributes) => {
    const loop = loops[operation] as ((...operands: readonly unknown[]) => Block) | undefined
    return loop && make(loop(...inputs.map(view), ...attributes))
  }
