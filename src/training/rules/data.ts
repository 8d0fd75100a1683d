import type { Tensor } from '@tensorflow/tfjs-core'
import type { NestedNumbers } from '../../base/parameters.ts'
import type { Handle } from '../../functions/function.ts'
import type { FlatData, TypedNumbers } from '../../state/data.ts'

// Data of `fit`, as the losses of rules see a batch of them.

/** What is one tensor. Of numbers in an item of a dataset, batches make tensors. */
type One = Tensor | NestedNumbers | TypedNumbers | FlatData | number | boolean

/** A dataset of items. */
interface Items<E> extends AsyncIterable<E> {
  readonly kind: 'Dataset'
}

/** A batch of the data `D`: a tree of the same form, with the tensors of the operations. Of datasets, that of an item. */
export type BatchOf<D> = D extends Items<infer E> ? TreeOf<E> : TreeOf<D>
/** What is not known may be anything that a loss asks for. */
type TreeOf<D> = unknown extends D
  ? never
  : D extends One
    ? Handle
    : D extends object
      ? { readonly [K in keyof D]: TreeOf<D[K]> }
      : never
