import { known } from '../../base/shape.ts'
import type { Sliding } from '../../ops/ops.ts'
import type { Native } from '../tfjs/native.ts'
import type { Module } from './module.ts'
import { prepared } from './operations.ts'
import { type Operand, productsIn } from './products.ts'
import { contracted, lasting, operandOf, sources } from './sources.ts'

/** Our kernels, in the memory of a backend of tfjs. */
export const nativeIn = (module: Module): Native => ({
  prepare: (operation, task) => prepared(module, operation, task),
  program: () => {
    const products = productsIn(module)
    return {
      reads: sources,
      lasting,
      multiply: node => {
        const product = contracted(node)
        if (product === undefined) return undefined
        const { operation, attributes, inputs, shape } = product
        const activation = product.kind === 'fused' ? product.activation : null
        const isRelu = activation === 'relu'
        const [a, b] = inputs.map(operandOf) as [Operand, Operand]
        const multiply = products.prepare({
          ...{ a, b, result: known(shape), positive: isRelu },
          sliding: operation === 'convolve' ? (attributes[0] as Sliding) : null,
        })
        return { compute: multiply, activation: isRelu ? null : activation }
      },
      dispose: products.dispose,
    }
  },
})
