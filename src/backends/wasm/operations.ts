import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import { noRow } from '../../ops/numbers/rows.ts'
import type { Attributes, Operation } from '../../ops/operations.ts'
import { aligned } from '../../ops/walks.ts'
import type { Compute, Task } from '../tfjs/native.ts'
import { copying, type Region } from './copying.ts'
import { changing, combining, turning } from './elementwise.ts'
import { filling, type Prepare } from './filling.ts'
import { type Matrices, matricesOf } from './matrices.ts'
import type { Module } from './module.ts'
import { windowsOf } from './windows.ts'

// Operations that tfjs lacks or does slowly.

/** A result that is a part of the operand. */
const copied = (module: Module, region: Region): Compute => {
  const copy = copying(module, region)
  return filling(module, region.to, (to, from) => copy(to, from))
}

type Reduce = (module: Module, matrices: Matrices, to: number, from: number) => void

const maxRows: Reduce = ({ kernels }, { count, rows, columns }, to, from) =>
  kernels.maxRows(from, count, rows, columns, to)
const sumRows: Reduce = ({ kernels, allocate, free }, { count, rows, columns }, to, from) => {
  const scratch = rows > kernels.fewRows() ? allocate(8 * columns) : 0
  try {
    kernels.sumRows(from, count, rows, columns, to, scratch)
  } finally {
    if (scratch !== 0) free(scratch)
  }
}

/** Reduces runs of neighbouring axes one after the other, the last one first. */
const reducing =
  (reduce: Reduce): Prepare<Attributes['sum']> =>
  (module, { shapes: [shape], attributes: [axes], result }) => {
    const steps = matricesOf(shape, axes).map((matrices, i, { length }) =>
      filling(module, i + 1 < length ? [matrices.count, matrices.columns] : result, (to, from) =>
        reduce(module, matrices, to, from),
      ),
    )
    if (steps.length === 0) return ([x]) => module.alias(x as TensorInfo, result)
    return ([x]) =>
      steps.reduce((before, step, i) => {
        try {
          return step([before], [])
        } finally {
          if (i > 0) module.release(before)
        }
      }, x as TensorInfo)
  }

/** Sums divided by how many numbers each is of. */
const averaging: Prepare<Attributes['mean']> = (module, { shapes: [shape], attributes, result }) => {
  const sum = reducing(sumRows)(module, { shapes: [shape], attributes, result }) as Compute
  const [axes] = attributes
  const count = sizeOf(axes.map(axis => shape[axis] as number))
  const divide = filling(module, result, (to, sums) => module.kernels.share(sums, count, to, sizeOf(result)))
  return (operands, spent) => {
    const sums = sum(operands, spent)
    try {
      return divide([sums], [])
    } finally {
      module.release(sums)
    }
  }
}

/** Selects by a condition. The kernel broadcasts single elements; other operands are broadcast first. */
const selecting: Prepare<readonly []> = (module, { shapes, result }) => {
  const { kernels, allocate, free } = module
  const count = sizeOf(result)
  const isOne = shapes.map((shape, i) => i > 0 && sizeOf(shape) === 1 && count > 1)
  const repeating = shapes.map((from, i) =>
    isOne[i] || sizeOf(from) === count
      ? null
      : copying(module, { size: result, from: aligned(from, result.length), to: result }),
  )
  return filling(module, result, (to, ...operands) => {
    const scratch = allocate(4 * count * repeating.filter(copy => copy !== null).length)
    try {
      let next = scratch
      const [condition, a, b] = operands.map((from, i) => {
        const [copy, at] = [repeating[i], next]
        if (!copy) return from
        copy(at, from)
        next += 4 * count
        return at
      }) as [number, number, number]
      kernels.select(condition, a, Number(isOne[1]), b, Number(isOne[2]), to, count)
    } finally {
      free(scratch)
    }
  })
}

const padding: Prepare<Attributes['pad']> = (module, { shapes: [shape], attributes: [margins], result }) => {
  if (margins.every(([before, after]) => before === 0 && after === 0)) return undefined
  const copy = copying(module, { size: shape, from: shape, to: result, at: margins.map(([before]) => before) })
  return filling(module, result, (to, from) => {
    module.kernels.clear(to, 4 * sizeOf(result))
    copy(to, from)
  })
}

const joining: Prepare<Attributes['concatenate']> = (module, { shapes, attributes: [axis], result }) => {
  let before = 0
  const copies = shapes.map(from => {
    const copy = copying(module, { size: from, from, to: result, at: result.map((_, i) => (i === axis ? before : 0)) })
    before += from[axis] as number
    return copy
  })
  return filling(module, result, (to, ...operands) => {
    for (const [i, copy] of copies.entries()) copy(to, operands[i] as number)
  })
}

const gathering: Prepare<readonly []> = (module, { shapes: [[rows = 1, ...rest], at = []], result }) => {
  const { kernels, memory } = module
  const [count, width] = [sizeOf(at), sizeOf(rest)]
  return filling(module, result, (to, table, indices) => {
    const wrong = kernels.gatherRows(table, indices, count, width, rows, to)
    if (wrong >= 0) throw noRow(rows, new Float32Array(memory.buffer, indices, count)[wrong] as number)
  })
}

const pooling =
  (averages: boolean): Prepare<Attributes['maxPool']> =>
  (module, { shapes: [shape], attributes: [window], result }) => {
    const windows = windowsOf(shape, result, window)
    return filling(module, result, (to, x) => module.kernels.pool(Number(averages), x, to, ...windows))
  }

const table: { readonly [O in Operation]?: Prepare<Attributes[O]> } = {
  negative: changing('negative'),
  square: changing('square'),
  sqrt: changing('sqrt'),
  abs: changing('abs'),
  relu: changing('relu'),
  rsqrt: changing('rsqrt'),
  floor: changing('floor'),
  sin: turning('sin'),
  cos: turning('cos'),
  atan: turning('atan'),
  add: combining('add'),
  subtract: combining('subtract'),
  multiply: combining('multiply'),
  divide: combining('divide'),
  maximum: combining('maximum'),
  minimum: combining('minimum'),
  greater: combining('greater'),
  equal: combining('equal'),
  where: selecting,
  sum: reducing(sumRows),
  mean: averaging,
  max: reducing(maxRows),
  reshape:
    (module, { result }) =>
    ([x]) =>
      module.alias(x as TensorInfo, result),
  concatenate: joining,
  slice: (module, { shapes: [from], attributes: [begin], result }) =>
    copied(module, { size: result, from, begin, to: result }),
  reverse: (module, { shapes: [from], attributes: [reversed], result }) =>
    copied(module, { size: result, from, reversed, to: result }),
  broadcast: (module, { shapes: [from], result }) =>
    copied(module, { size: result, from: aligned(from, result.length), to: result }),
  pad: padding,
  gather: gathering,
  scatter: (module, { shapes: [, at = []], result: [rows = 1, ...rest] }) => {
    const [count, width] = [sizeOf(at), sizeOf(rest)]
    return filling(module, [rows, ...rest], (to, values, indices) =>
      module.kernels.scatterRows(values, indices, count, width, rows, to),
    )
  },
  maxPool: pooling(false),
  averagePool: pooling(true),
  maxPoolGradient: (module, { shapes: [, x = [], y = []], attributes: [window] }) => {
    const windows = windowsOf(x, y, window)
    return filling(module, x, (to, given, from, largest) =>
      module.kernels.maxPoolGradient(given, from, largest, to, ...windows),
    )
  },
}

/** Prepares an operation; `undefined` if the kernels of tfjs do it. */
export const prepared = <O extends Operation>(
  module: Module,
  operation: O,
  task: Task<Attributes[O]>,
): Compute | undefined => table[operation]?.(module, task)
