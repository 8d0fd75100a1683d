import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import { noRow } from '../../ops/numbers/rows.ts'
import type { Attributes, Operation } from '../../ops/operations.ts'
import type { Margin, Window } from '../../ops/ops.ts'
import { aligned } from '../../ops/walks.ts'
import type { Compute, Task } from '../tfjs/native.ts'
import { copying, type Region } from './copying.ts'
import { changed, changes, combinations, combined } from './elementwise.ts'
import type { Module, Windows } from './module.ts'

// Operations where those of tfjs are slow or missing.

type Dimensions = readonly number[]

/** Makes an operation ready; `undefined` leaves it to tfjs. */
type Prepare<A> = (module: Module, task: Task<A>) => Compute | undefined

const changing =
  (number: number): Prepare<readonly []> =>
  (module, { result }) =>
    changed(module, number, result)
const combining =
  (number: number): Prepare<readonly []> =>
  (module, { shapes: [a, b = []], result }) =>
    combined(module, number, [a, b], result)

/** Copies a part of an operand, which is all of the result. */
const copied = (module: Module, region: Omit<Region, 'to'>, result: Dimensions): Compute => {
  const copy = copying(module, { ...region, to: result })
  return ([x]) => {
    const made = module.blank(result)
    copy(module.addressOf(made), module.addressOf(x as TensorInfo))
    return made
  }
}

/** Axes of more than one element, those that have only such of one between them together; the last ones first. */
const runsOf = (shape: Dimensions, axes: readonly number[]): readonly (readonly number[])[] => {
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
interface Matrices {
  readonly count: number
  readonly rows: number
  readonly columns: number
}

/** The same as matrices, run by run; what has been reduced has one element. */
const matricesOf = (shape: Dimensions, axes: readonly number[]): readonly Matrices[] => {
  let before = shape
  return runsOf(shape, axes).map(run => {
    const [first, last] = [Math.min(...run), Math.max(...run)]
    const count = sizeOf(before.slice(0, first))
    const matrices = { count, rows: sizeOf(before.slice(first, last + 1)), columns: sizeOf(before.slice(last + 1)) }
    before = before.map((d, axis) => (run.includes(axis) ? 1 : d))
    return matrices
  })
}

type Reduce = (module: Module, x: TensorInfo, matrices: Matrices, shape: Dimensions) => TensorInfo

const maxRows: Reduce = ({ kernels, addressOf, blank }, x, { count, rows, columns }, shape) => {
  const made = blank(shape)
  kernels.maxRows(addressOf(x), count, rows, columns, addressOf(made))
  return made
}
const sumRows: Reduce = ({ kernels, addressOf, blank, allocate, free }, x, { count, rows, columns }, shape) => {
  const scratch = rows > kernels.fewRows() ? allocate(8 * columns) : 0
  try {
    const made = blank(shape)
    kernels.sumRows(addressOf(x), count, rows, columns, addressOf(made), scratch)
    return made
  } finally {
    if (scratch !== 0) free(scratch)
  }
}

/** Axes that lie side by side are reduced at once, the last ones first. */
const reducing =
  (reduce: Reduce): Prepare<Attributes['sum']> =>
  (module, { shapes: [shape], attributes: [axes], result }) => {
    const steps = matricesOf(shape, axes)
    if (steps.length === 0) return ([x]) => module.alias(x as TensorInfo, result)
    return ([x]) =>
      steps.reduce((before, matrices, i) => {
        try {
          return reduce(module, before, matrices, i + 1 < steps.length ? [matrices.count, matrices.columns] : result)
        } finally {
          if (i > 0) module.release(before)
        }
      }, x as TensorInfo)
  }

/** What a condition chooses. Of one element, what is chosen from stays as it is; what is narrower is repeated first. */
const selecting: Prepare<readonly []> = (module, { shapes, result }) => {
  const { kernels, allocate, free, addressOf, blank } = module
  const count = sizeOf(result)
  const isOne = shapes.map((shape, i) => i > 0 && sizeOf(shape) === 1 && count > 1)
  const repeating = shapes.map((from, i) =>
    isOne[i] || sizeOf(from) === count
      ? null
      : copying(module, { size: result, from: aligned(from, result.length), to: result }),
  )
  return operands => {
    const scratch = allocate(4 * count * repeating.filter(copy => copy !== null).length)
    try {
      let next = scratch
      const [condition, a, b] = operands.map((operand, i) => {
        const [copy, from, at] = [repeating[i], addressOf(operand), next]
        if (!copy) return from
        copy(at, from)
        next += 4 * count
        return at
      }) as [number, number, number]
      const made = blank(result)
      kernels.select(condition, a, Number(isOne[1]), b, Number(isOne[2]), addressOf(made), count)
      return made
    } finally {
      free(scratch)
    }
  }
}

const padding: Prepare<Attributes['pad']> = (module, { shapes: [shape], attributes: [margins], result }) => {
  if (margins.every(([before, after]) => before === 0 && after === 0)) return undefined
  const { kernels, addressOf, blank } = module
  const copy = copying(module, { size: shape, from: shape, to: result, at: margins.map(([before]) => before) })
  return ([x]) => {
    const made = blank(result)
    kernels.clear(addressOf(made), 4 * sizeOf(result))
    copy(addressOf(made), addressOf(x as TensorInfo))
    return made
  }
}

const joining: Prepare<Attributes['concatenate']> = (module, { shapes, attributes: [axis], result }) => {
  const { addressOf, blank } = module
  let before = 0
  const copies = shapes.map(from => {
    const copy = copying(module, { size: from, from, to: result, at: result.map((_, i) => (i === axis ? before : 0)) })
    before += from[axis] as number
    return copy
  })
  return operands => {
    const made = blank(result)
    for (const [i, copy] of copies.entries()) copy(addressOf(made), addressOf(operands[i] as TensorInfo))
    return made
  }
}

const gathering: Prepare<readonly []> = (module, { shapes: [[rows = 1, ...rest], at = []], result }) => {
  const { kernels, memory, addressOf, blank, release } = module
  const [count, width] = [sizeOf(at), sizeOf(rest)]
  return ([table, indices]) => {
    const made = blank(result)
    const [from, named] = [addressOf(table as TensorInfo), addressOf(indices as TensorInfo)]
    const wrong = kernels.gatherRows(from, named, count, width, rows, addressOf(made))
    if (wrong < 0) return made
    release(made)
    throw noRow(rows, new Float32Array(memory.buffer, named, count)[wrong] as number)
  }
}

/** Where windows lie, as the kernels take it. */
const windowsOf = (x: Dimensions, y: Dimensions, { size, stride, padding }: Window): Windows => {
  const [batch, rows, cols, channels] = x as [number, number, number, number]
  const [, outRows, outCols] = y as [number, number, number]
  const [[top], [left]] = padding as readonly [Margin, Margin]
  return [batch, rows, cols, channels, outRows, outCols, ...size, ...stride, top, left]
}

const pooling =
  (averages: boolean): Prepare<Attributes['maxPool']> =>
  ({ kernels, addressOf, blank }, { shapes: [shape], attributes: [window], result }) => {
    const windows = windowsOf(shape, result, window)
    return ([x]) => {
      const made = blank(result)
      kernels.pool(Number(averages), addressOf(x as TensorInfo), addressOf(made), ...windows)
      return made
    }
  }

const table: { readonly [O in Operation]?: Prepare<Attributes[O]> } = {
  negative: changing(changes.negative),
  square: changing(changes.square),
  sqrt: changing(changes.sqrt),
  abs: changing(changes.abs),
  relu: changing(changes.relu),
  rsqrt: changing(changes.rsqrt),
  add: combining(combinations.add),
  subtract: combining(combinations.subtract),
  multiply: combining(combinations.multiply),
  divide: combining(combinations.divide),
  maximum: combining(combinations.maximum),
  minimum: combining(combinations.minimum),
  greater: combining(combinations.greater),
  equal: combining(combinations.equal),
  where: selecting,
  sum: reducing(sumRows),
  max: reducing(maxRows),
  concatenate: joining,
  slice: (module, { shapes: [from], attributes: [begin], result }) =>
    copied(module, { size: result, from, begin }, result),
  reverse: (module, { shapes: [from], attributes: [reversed], result }) =>
    copied(module, { size: result, from, reversed }, result),
  broadcast: (module, { shapes: [from], result }) =>
    copied(module, { size: result, from: aligned(from, result.length) }, result),
  pad: padding,
  gather: gathering,
  scatter: ({ kernels, addressOf, blank }, { shapes: [, at = []], result: [rows = 1, ...rest] }) => {
    const [count, width] = [sizeOf(at), sizeOf(rest)]
    return ([values, indices]) => {
      const made = blank([rows, ...rest])
      kernels.scatterRows(
        addressOf(values as TensorInfo),
        addressOf(indices as TensorInfo),
        count,
        width,
        rows,
        addressOf(made),
      )
      return made
    }
  },
  maxPool: pooling(false),
  averagePool: pooling(true),
  maxPoolGradient: ({ kernels, addressOf, blank }, { shapes: [, x = [], y = []], attributes: [window] }) => {
    const windows = windowsOf(x, y, window)
    return operands => {
      const [given, from, largest] = operands.map(addressOf) as [number, number, number]
      const made = blank(x)
      kernels.maxPoolGradient(given, from, largest, addressOf(made), ...windows)
      return made
    }
  },
}

/** Makes an operation ready; `undefined` for those that are left to the kernels of tfjs. */
export const prepared = <O extends Operation>(
  module: Module,
  operation: O,
  task: Task<Attributes[O]>,
): Compute | undefined => table[operation]?.(module, task)
