import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, showShape } from '../base/shape.ts'
import { alike, forLayers, type Operation, perform } from './operations.ts'
import type { Ops } from './ops.ts'
import { isLong, walk } from './scan.ts'
import { resultShape } from './shapes.ts'

// Tensors without elements: empty batches, sequences of no steps. Kernels disagree on them or fail, so none is called.

/** Operations whose result is a sum over nothing if an operand is empty. */
const zeros: ReadonlySet<Operation> = new Set<Operation>([
  'sum',
  'scatter',
  'pad',
  'matmul',
  'convolve',
  'maxPoolGradient',
  'averagePoolGradient',
])

const refuse = (operation: Operation, shape: Shape, layer: string | undefined): never => {
  throw new LayerConnectionError({
    layer: layer ?? operation,
    expected: `at least one element for ${operation}`,
    got: showShape(shape),
    remedy: 'Leave out empty batches and sequences of no steps here.',
  })
}

const isEmpty = (shape: Shape): boolean => shape.includes(0)

/**
 * An interpreter whose operations take tensors without elements: empty results are made without a kernel, sums over
 * nothing are zeros.
 *
 * @param layer for errors
 * @returns operations that throw LayerConnectionError for a mean or maximum of nothing
 */
export const emptying = <T>(beneath: Ops<T>, layer?: string): Ops<T> => {
  const run = perform(beneath)
  const { shape: shapeOf } = beneath
  const nothing = (shape: Shape): T => beneath.constant(new Float32Array(0), shape as readonly number[])
  return alike<T>((operation, inputs, attributes) => {
    const shapes = inputs.map(shapeOf)
    const shape = resultShape(operation, shapes, attributes)
    const isKnown = !shape.includes(null)
    if (isKnown && isEmpty(shape)) return nothing(shape)
    if (!isKnown || !shapes.some(isEmpty)) return run(operation, inputs, attributes)
    if (zeros.has(operation)) return beneath.constant(0, shape as readonly number[])
    if (operation !== 'concatenate') return refuse(operation, shapes.find(isEmpty) ?? [], layer)
    return run(
      operation,
      inputs.filter((_, i) => !isEmpty(shapes[i] as Shape)),
      attributes,
    )
  }, beneath)
}

/** The same for an eager interpreter; errors name the layer. */
export const emptyingAtOnce = <T>(beneath: Ops<T>, layer?: string): Ops<T> => {
  const ops: Ops<T> = {
    ...emptying(beneath, layer),
    scan: (body, initial, sequence) =>
      isLong(ops, initial, sequence) && !isEmpty(ops.shape(sequence))
        ? beneath.scan(body, initial, sequence)
        : walk(ops, body, initial, sequence),
    within: forLayers(name => emptyingAtOnce(beneath, name)),
  }
  return ops
}
