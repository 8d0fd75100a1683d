import { known } from '../../base/shape.ts'
import { mapRecord } from '../../base/trees.ts'
import type { Operation } from '../operations.ts'
import type { Primitives } from '../ops.ts'
import { resultShape } from '../shapes.ts'
import { type Combination, chosen, combined, repeated, summed } from './elements.ts'
import { functions } from './functions.ts'
import { type Block, convolution, largest, placeOfLargest, product, reversed, toLargest, transposed } from './loops.ts'
import { gathered, scattered } from './rows.ts'
import { sorted } from './sorting.ts'

// The operations on typed arrays, for tfjs's cpu backend and for constant folding.

const changing =
  (f: (x: number) => number) =>
  ({ values, shape }: Block): Block => {
    const results = new Float32Array(values.length)
    for (let i = 0; i < values.length; i++) results[i] = f(values[i] as number)
    return { values: results, shape }
  }
const combining = (operation: Combination) => (a: Block, b: Block) => combined(operation, a, b)

/** Operations where the kernels of tfjs's cpu backend are slower, less precise, or treat NaN differently. */
const loops: Partial<Pick<Primitives<Block>, Operation>> = {
  ...mapRecord(functions, changing),
  add: combining('add'),
  subtract: combining('subtract'),
  multiply: combining('multiply'),
  divide: combining('divide'),
  pow: combining('pow'),
  maximum: combining('maximum'),
  minimum: combining('minimum'),
  greater: combining('greater'),
  equal: combining('equal'),
  where: (condition, a, b) =>
    chosen(condition, a, b, known(resultShape('where', [condition.shape, a.shape, b.shape], []))),
  sum: (x, axes, keepDimensions = false) => summed(x, axes, keepDimensions),
  argMax: placeOfLargest,
  argSort: sorted,
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

/** An operation as a loop over numbers; `undefined` if there is none. */
export const loopOf = (
  operation: Operation,
): ((inputs: readonly Block[], attributes: readonly unknown[]) => Block) | undefined => {
  // The table pairs each loop with its own operands, which an operation of any kind cannot express.
  const loop = loops[operation] as ((...operands: readonly unknown[]) => Block) | undefined
  return loop && ((inputs, attributes) => loop(...inputs, ...attributes))
}
