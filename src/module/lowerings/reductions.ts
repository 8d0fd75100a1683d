import { matricesOf } from '../../backends/wasm/matrices.ts'
import { sizeOf } from '../../base/shape.ts'
import type { Attributes } from '../../ops/operations.ts'
import { type Address, type Call, call } from '../calls.ts'
import { dividing } from './elementwise.ts'
import type { Lowering } from './lowering.ts'
import { copied } from './moves.ts'

const reducing =
  (kernel: 'sumRows' | 'maxRows'): Lowering<Attributes['sum']> =>
  ({ shapes: [shape = []], from: [x], to, attributes: [axes], result, room }) => {
    const steps = matricesOf(shape, axes)
    let before = x as Address
    const calls = steps.map(({ count, rows, columns }, i): Call => {
      const [source, target] = [before, i + 1 < steps.length ? room(count * columns) : to]
      before = target
      const given = [source, count, rows, columns, target] as const
      // Many rows are summed in doubles.
      return kernel === 'maxRows' ? call(kernel, ...given) : call(kernel, ...given, room(2 * columns))
    })
    return calls.length > 0 ? calls : copied({ size: result, from: result, to: result }, before, to)
  }

export const summing: Lowering<Attributes['sum']> = reducing('sumRows')
export const maximizing: Lowering<Attributes['max']> = reducing('maxRows')

export const averaging: Lowering<Attributes['mean']> = task => {
  const [[shape = []], [axes]] = [task.shapes, task.attributes]
  return [...summing(task), ...dividing(task, sizeOf(axes.map(axis => shape[axis] as number)))]
}

/** Rows of a matrix: all but the last axis. */
const rowsOf = (shape: readonly number[]): readonly [rows: number, columns: number] => [
  sizeOf(shape.slice(0, -1)),
  shape.at(-1) ?? 1,
]

export const softmax =
  (isLog: boolean): Lowering<unknown> =>
  ({ shapes: [shape = []], from: [x], to }) => [call('softmax', Number(isLog), x as Address, to, ...rowsOf(shape))]

export const sorting: Lowering<unknown> = ({ shapes: [shape = []], from: [x], to, room }) => [
  call('argSort', x as Address, to, room(shape.at(-1) ?? 1), ...rowsOf(shape)),
]

export const choosing: Lowering<unknown> = ({ shapes: [shape = []], from: [x], to }) => [
  call('argMax', x as Address, to, ...rowsOf(shape)),
]
