import { type DataType, type DataTypeMap, Tensor as TfTensor, tidy } from '@tensorflow/tfjs-core'
import type { Tensor } from '../../core/variables.ts'

// A tensor of tfjs lives until it is disposed. What joinery returns is a handle that disposes its tensor when nobody
// holds the handle any more, so that users need not.

/** Handles whose numbers are being read, which takes time on graphics cards: they are held until then. */
const beingRead = new Set<{ readonly handle: TfTensor }>()

const unheld = new FinalizationRegistry<TfTensor>(tensor => tensor.dispose())

class Handle extends TfTensor {
  readonly #held: TfTensor
  constructor(held: TfTensor) {
    // With the same id: inside tf.tidy, returning the handle keeps the tensor, and gradients know it.
    super(held.shape, held.dtype as DataType, held.dataId, held.id)
    this.#held = held
    unheld.register(this, held, this)
  }
  override data<D extends DataType = 'float32'>(): Promise<DataTypeMap[D]> {
    return this.#reading(super.data<D>())
  }
  override bytes(): Promise<Uint8Array[] | Uint8Array> {
    return this.#reading(super.bytes())
  }
  #reading<R>(numbers: Promise<R>): Promise<R> {
    const reading = { handle: this }
    beingRead.add(reading)
    return numbers.finally(() => beingRead.delete(reading))
  }
  override dispose(): void {
    unheld.unregister(this)
    this.#held.dispose()
    this.isDisposedInternal = true
  }
}

/** Hands a tensor over to the user: it is disposed when they drop it, or call `dispose`. */
export const handOver = <S extends readonly number[]>(tensor: TfTensor): Tensor<S> =>
  new Handle(tensor) as unknown as Tensor<S>

/** `tf.tidy` for work that gives tensors in any structure: it finds the tensors within, but its type names few. */
export const tidily = <R>(work: () => R): R => tidy(work as never) as R
