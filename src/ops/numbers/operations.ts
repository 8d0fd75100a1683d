import { known } from '../../base/shape.ts'
import type { Operation } from '../operations.ts'
import type { Ops } from '../ops.ts'
import { resultShape } from '../shapes.ts'
import { type Combination, chosen, combined, elu, repeated, summed } from './elements.ts'
import { type Block, convolution, largest, product, reversed, toLargest, transposed } from './loops.ts'
import { gathered, scattered } from './rows.ts'

// The operations on numbers in memory: for the cpu backend, which holds tensors as typed arrays, and for constants of graphs.

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

/** An operation as a loop over numbers; `undefined` where there is none. */
export const loopOf = (
  operation: Operation,
): ((inputs: readonly Block[], attributes: readonly unknown[]) => Block) | undefined => {
  // The table pairs each loop with its own operands, which an operation of any kind cannot express.
  const loop = loops[operation] as ((...operands: readonly unknown[]) => Block) | undefined
  return loop && ((inputs, attributes) => loop(...inputs, ...attributes))
}
