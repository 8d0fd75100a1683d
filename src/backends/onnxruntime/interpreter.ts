import { sizeOf } from '../../base/shape.ts'
import type { Application, Fused } from '../../graph/graph.ts'
import { type Attributes, alike, type Operation } from '../../ops/operations.ts'
import type { Ops } from '../../ops/ops.ts'
import { operandsOf } from '../../ops/shapes.ts'
import type { Emitter } from './emitter.ts'
import { convolution } from './lowerings/convolution.ts'
import { elementwise } from './lowerings/elementwise.ts'
import type { Lowerings, Target } from './lowerings/lowering.ts'
import { moves } from './lowerings/moves.ts'
import { pooling } from './lowerings/pooling.ts'
import { product } from './lowerings/products.ts'
import { reductions } from './lowerings/reductions.ts'
import { asGiven, laid, reshaped, single, type Value } from './values.ts'

const lowerings: Lowerings<Operation> = {
  ...elementwise,
  ...reductions,
  ...moves,
  ...pooling,
  matmul: ({ emit }, a, b) => product(emit, a, b),
  convolve: convolution,
}

const refuse = (): never => {
  throw new RangeError('Random draws, scans and loops are not lowered as operations.')
}

/** The operations as operators of a model. */
export const onnxOps = (emit: Emitter): Ops<Value> => {
  const ops: Ops<Value> = alike<Value>(
    // The table's type relates each lowering to its operands, which is lost for an operation in general.
    (operation, inputs, attributes) =>
      (lowerings[operation] as (target: Target, ...operands: readonly unknown[]) => Value)(
        target,
        ...operandsOf(operation, inputs, attributes),
      ),
    {
      shape: x => x.shape,
      constant: (values, shape = typeof values === 'number' ? [] : [values.length]) => {
        if (typeof values === 'number') return single(emit.scalar(values), shape)
        return sizeOf(shape) === 1
          ? single(emit.scalar(values[0] as number), shape)
          : asGiven(emit.floats(values, shape), shape)
      },
      uniform: refuse,
      normal: refuse,
      scan: refuse,
      loop: refuse,
    },
  )
  const target: Target = { emit, ops }
  return ops
}

/** A product or convolution, plus the third input if there is one. */
export const biased = (
  emit: Emitter,
  ops: Ops<Value>,
  { operation, attributes }: Pick<Application | Fused, 'operation' | 'attributes'>,
  inputs: readonly Value[],
): Value => {
  const [a, b, addend] = inputs as readonly [Value, Value, Value | undefined]
  if (operation === 'convolve') {
    const [sliding] = attributes as Attributes['convolve']
    const bias = addend && laid(emit, reshaped(emit, addend, [b.shape[3] as number]))
    return convolution({ emit, ops }, a, b, sliding, bias)
  }
  if (addend === undefined) return product(emit, a, b)
  return a.shape.length === 2 ? product(emit, a, b, laid(emit, addend)) : ops.add(product(emit, a, b), addend)
}
