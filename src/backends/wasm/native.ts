import type { Native } from '../tfjs/native.ts'
import type { Module } from './module.ts'
import { prepared } from './operations.ts'
import { productsIn } from './products.ts'
import { contracted, lasting, sources } from './sources.ts'
import { writing } from './writes.ts'

/** Our kernels for programs of a backend of tfjs. */
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
        const activation = product.kind === 'fused' ? product.activation : null
        const isRelu = activation === 'relu'
        return { compute: products.prepare(product, isRelu), activation: isRelu ? null : activation }
      },
      replace: node => writing(module, node),
      dispose: products.dispose,
    }
  },
})
