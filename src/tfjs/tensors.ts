// Imported here because bundlers skip modules that only re-export: what makes tensors needs a backend.
import '@tensorflow/tfjs-backend-cpu'
import {
  clone,
  type DataType,
  type DataTypeMap,
  engine,
  findBackend,
  type KernelBackend,
  type TensorInfo,
  Tensor as TfTensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { onceDropped } from '../base/dropped.ts'
import { sizeOf } from '../base/shape.ts'
import { digits, shownAs } from '../base/shown.ts'
import type { DType, Tensor } from '../base/tensor.ts'

// A tensor of tfjs lives until it is disposed. joinery returns handles that need not be disposed: numbers in JavaScript's
// memory, as on the cpu backend, are garbage-collected with their handle, and a finalizer frees those in a backend's own
// memory. Finalizers run only between turns of the event loop, so the memory that waits for them is bounded.

/** What a handle owns: bytes in JavaScript's memory, a tensor to dispose, or nothing any more. */
interface Account {
  held: number | (TensorInfo & { readonly id: number }) | null
}

/** Limits of what may wait for finalizers. */
const most = {
  /** Bytes in backends' own memory. Beyond, results are copied to JavaScript's memory. */
  bytes: 64 * 2 ** 20,
  /** Handles. Beyond, small ones get no finalizer, which takes more memory than they do. */
  handles: 4096,
  /** The largest size of a small one, in bytes. */
  small: 2 ** 14,
}

/** What waits for finalizers. `settled` is what there was when one last ran, most of which is in use. */
const waiting = { bytes: 0, handles: 0, settled: { bytes: 0, handles: 0 } }

/** The most recent handles without finalizers, which get one in the next task. Older ones are not counted. */
const recent: Handle[] = []
let next = 0

const watchRecent = (): void => {
  for (const handle of recent.splice(0)) handle.watch()
  next = 0
}

const bytesOf = ({ shape }: { readonly shape: readonly number[] }): number => 4 * sizeOf(shape)

/** Adds a tensor in JavaScript's memory to the counts of `tf.memory()`, or subtracts it. */
const account = (bytes: number, sign: 1 | -1): void => {
  const { state } = engine()
  state.numTensors += sign
  state.numDataBuffers += sign
  state.numBytes += sign * bytes
}

/** Frees what a garbage-collected handle owned. */
const settle = (own: Account): void => {
  const { held } = own
  own.held = null
  waiting.handles--
  if (typeof held === 'object' && held !== null) waiting.bytes -= bytesOf(held)
  waiting.settled = { bytes: waiting.bytes, handles: waiting.handles }
  watchRecent()
  if (typeof held === 'number') account(held, -1)
  else if (held !== null) new TfTensor(held.shape, held.dtype, held.dataId, held.id).dispose()
}

const handles = onceDropped(settle)

/** Handles whose numbers are being read. They stay alive until the asynchronous read ends. */
const beingRead = new Set<{ readonly handle: TfTensor }>()

/** The `dataId` of a handle, without the move to another backend that reading `dataId` causes. */
const stored: unique symbol = Symbol('stored')

/** The shape of a tensor, its range and its first numbers. */
const described = (tensor: TfTensor): string => {
  const shape = `Tensor [${tensor.shape.join(', ')}]`
  if (tensor.isDisposed) return `${shape}, disposed`
  const numbers = tensor.dataSync()
  let [least, largest, unknown] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const number of numbers) {
    if (number < least) least = number
    if (number > largest) largest = number
    if (Number.isNaN(number)) unknown++
  }
  const first = Array.from(numbers.subarray(0, 8), digits).join(', ')
  const rest = numbers.length > 8 ? `, … ${numbers.length - 8} more` : ''
  const range = numbers.length > 1 && least <= largest ? ` from ${digits(least)} to ${digits(largest)}` : ''
  const none = unknown > 0 && numbers.length > 1 ? `, ${unknown} NaN` : ''
  return numbers.length === 0 ? `${shape}, empty` : `${shape}${range}${none}: ${first}${rest}`
}

class Handle extends TfTensor {
  declare readonly [stored]: object
  readonly #account: Account = { held: null }
  #watch: 'watched' | 'recent' | 'unaccounted' = 'recent'
  constructor(tensor: TfTensor, id: number) {
    // With the tensor's id, so that tf.tidy and gradients take the handle for the tensor.
    super(tensor.shape, tensor.dtype as DataType, storedIn(tensor), id)
    this.kept = tensor.kept
    this.scopeId = tensor.scopeId
    const home = homeOf(this)
    if (home !== findBackend('cpu') || home.refCount(this[stored]) > 1) this.#anchor()
    else {
      const bytes = bytesOf(this)
      this.#account.held = bytes
      if (bytes <= most.small && waiting.handles - waiting.settled.handles > most.handles) this.#defer()
      else this.watch()
    }
  }
  static {
    Object.defineProperties(Handle.prototype, shownAs(described))
    // A backend that reads the `dataId` of another one's tensor moves the numbers into its own memory.
    Object.defineProperty(Handle.prototype, 'dataId', {
      get(this: Handle): object {
        if (typeof this.#account.held === 'number' && engine().backendName !== 'cpu') this.#anchor()
        return this[stored]
      },
      set(this: { [stored]: object }, dataId: object) {
        Object.defineProperty(this, stored, { value: dataId })
      },
    })
  }
  /** From now on, the tensor is disposed of when the handle is garbage-collected. */
  #anchor(): void {
    this.#account.held = { dataId: this[stored], shape: this.shape, dtype: this.dtype, id: this.id }
    waiting.bytes += bytesOf(this)
    this.watch()
  }
  watch(): void {
    if (this.#watch === 'watched' || this.isDisposed) return
    if (this.#watch === 'unaccounted') account(bytesOf(this), 1)
    this.#watch = 'watched'
    waiting.handles++
    handles.watch(this, this.#account)
  }
  #defer(): void {
    const before = recent[next]
    if (before !== undefined && before.#watch === 'recent' && !before.isDisposed) {
      before.#watch = 'unaccounted'
      account(bytesOf(before), -1)
    }
    if (recent.length === 0) setTimeout(watchRecent, 0)
    recent[next] = this
    next = (next + 1) % 1024
  }
  override dataSync<D extends DataType = 'float32'>(): DataTypeMap[D] {
    this.throwIfDisposed()
    return engine().readSync(this[stored]) as DataTypeMap[D]
  }
  override data<D extends DataType = 'float32'>(): Promise<DataTypeMap[D]> {
    this.throwIfDisposed()
    const reading = { handle: this }
    beingRead.add(reading)
    return (engine().read(this[stored]) as Promise<DataTypeMap[D]>).finally(() => beingRead.delete(reading))
  }
  override async bytes(): Promise<Uint8Array[] | Uint8Array> {
    return new Uint8Array((await this.data()).buffer)
  }
  override dispose(): void {
    if (this.isDisposed) return
    const { held } = this.#account
    this.#account.held = null
    if (typeof held === 'object' && held !== null) waiting.bytes -= bytesOf(held)
    if (this.#watch === 'unaccounted') account(bytesOf(this), 1)
    if (this.#watch === 'watched') {
      waiting.handles--
      handles.forget(this)
    }
    super.dispose()
  }
}

// Not `instanceof`: tfjs overrides it for tensors and their subclasses.
const isHandle = (tensor: TfTensor): tensor is Handle => stored in tensor
const storedIn = (tensor: TfTensor): object => (isHandle(tensor) ? tensor[stored] : tensor.dataId)
const homeOf = (tensor: TfTensor): KernelBackend | undefined => engine().state.tensorInfo.get(storedIn(tensor))?.backend

/** Whether a tensor's numbers are on a backend of tfjs. */
export const isOn = (tensor: TfTensor, backend: KernelBackend): boolean => homeOf(tensor) === backend

/** Replaces a tensor by a handle, also in its scope. */
const inPlaceOf = (tensor: TfTensor, id: number): Handle => {
  const handle = new Handle(tensor, id)
  const track = engine().state.activeScope?.track
  const at = track?.lastIndexOf(tensor) ?? -1
  if (track !== undefined && at >= 0) track[at] = handle
  return handle
}

/** Keeps the cpu backend from printing its advice to install tfjs-node. */
const quieten = (backend: KernelBackend | null): KernelBackend | undefined => {
  const advised = backend as { firstUse?: boolean } | null
  if (advised?.firstUse === true) advised.firstUse = false
  return backend ?? undefined
}

/** Moves a tensor to JavaScript's memory. */
const moved = (tensor: TfTensor): TfTensor => {
  const near = engine().makeTensor(tensor.dataSync(), tensor.shape, tensor.dtype, quieten(findBackend('cpu')))
  tensor.dispose()
  return near
}

/**
 * Makes a tensor a handle, which users need not dispose. The tensor itself must not be used afterwards.
 */
export const handOver = <S extends readonly number[], D extends DType = 'float32'>(given: TfTensor): Tensor<S, D> => {
  const isFar = homeOf(given) !== findBackend('cpu')
  const bytes = waiting.bytes - waiting.settled.bytes + bytesOf(given)
  // tfjs records gradients by tensor, so the tensor must stay the same.
  const own = isFar && bytes > most.bytes && engine().state.gradientDepth === 0 ? moved(given) : given
  return inPlaceOf(own, given.id) as unknown as Tensor<S, D>
}

/** A new tensor, in the enclosing `tf.tidy`: of the kind of numbers that the array holds. */
export const tensorOf = (values: Float32Array | Int32Array, shape: readonly number[]): TfTensor => {
  quieten(engine().backend)
  return tensor(values, [...shape])
}

/**
 * One more tensor of the same numbers. Unlike `tf.clone`, it does not move them to the backend in use.
 */
export const another = (tensor: TfTensor): TfTensor => {
  const home = homeOf(tensor)
  if (home === undefined || engine().state.gradientDepth > 0) return clone(tensor)
  const info = { dataId: storedIn(tensor), shape: tensor.shape, dtype: tensor.dtype }
  home.incRef(info.dataId)
  return engine().makeTensorFromTensorInfo(info, home)
}

/** `tf.tidy` for results of any structure: its type allows only a few, though it finds tensors in all. */
export const tidily = <R>(work: () => R): R => tidy(work as never) as R
