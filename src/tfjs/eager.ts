import * as tf from '@tensorflow/tfjs-core'
import { normals, uniforms } from '../base/random.ts'
import { known, sizeOf } from '../base/shape.ts'
import { hasKernel, runKernel } from '../ops/kernels.ts'
import { alike } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { isLong, walk } from '../ops/scan.ts'
import { resultShape } from '../ops/shapes.ts'
import { byLoops } from './by-loops.ts'
import type { Calls, Own } from './calls.ts'
import { insideOf, mostAxes, storedShape } from './inside.ts'
import { operationsOf } from './operations.ts'
import { tensorOf } from './tensors.ts'

// Eager operations, on the backend of tfjs that is in use.

type Tensor = tf.Tensor

const call: Calls<Tensor>['call'] = (kernel, inputs, attributes = {}) =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap) as Tensor
const reshape = (x: Tensor, shape: readonly number[]): Tensor => call('Reshape', { x }, { shape: [...shape] })
const make: Calls<Tensor>['make'] = ({ values, shape }) => tensorOf(values, shape)
const view: Calls<Tensor>['view'] = x => ({ values: x.dataSync<'float32'>(), shape: x.shape })

const looped = byLoops({ view, make })
/** Loops replace kernels on the cpu backend, unless tfjs records kernels for its own gradients. */
const own: Own<Tensor> = (operation, inputs, attributes) =>
  tf.getBackend() === 'cpu' && tf.engine().state.gradientDepth === 0 ? looped(operation, inputs, attributes) : undefined

const { byKernel, ops } = operationsOf<Tensor>({
  ...{ call, make, alias: reshape, as: reshape, view, own },
  has: kernel => tf.getKernel(kernel, tf.getBackend()) !== undefined,
  storedShape: x => storedShape(tf.backend(), x),
  get name() {
    return tf.getBackend()
  },
  get isNear() {
    return insideOf(tf.backend()).typedArrayFromHeap !== undefined
  },
  get mostAxes() {
    return mostAxes(tf.backend())
  },
})

/** Whose kernels of users' operations run on the backend in use. */
export const kernelsHere = (): 'tfjs' | 'wasm' => (tf.getBackend() === 'wasm' ? 'wasm' : 'tfjs')

const asFloats = (x: Tensor): Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'))

/**
 * The eager interpreter: each operation is a kernel of tfjs-core, on whichever of its backends is selected (cpu unless
 * you choose another). Results belong to the enclosing `tf.tidy`.
 */
export const tfjsOps: Ops<Tensor> = alike<Tensor>(
  (operation, inputs, attributes) => {
    // Checked here because kernels have other messages, or do not check.
    resultShape(
      operation,
      inputs.map(({ shape }) => shape),
      attributes,
    )
    const floats = inputs.map(asFloats)
    return own(operation, floats, attributes) ?? tf.tidy(() => byKernel(operation, floats, attributes))
  },
  {
    ...ops,
    withKernel: (call, inputs) => {
      const backend = kernelsHere()
      if (!hasKernel(call, backend)) return undefined
      return tf.tidy(() => {
        const { data, shape } = runKernel(
          call,
          backend,
          inputs.map(asFloats).map(x => ({ data: view(x).values, shape: x.shape })),
        )
        return make({ values: data, shape })
      })
    },
    isTensor: value => value instanceof tf.Tensor,
    uniform: (key, shape) => make({ values: uniforms(key, sizeOf(known(shape))), shape: known(shape) }),
    normal: (key, shape) => make({ values: normals(key, sizeOf(known(shape))), shape: known(shape) }),
    scan: (body, initial, sequence) =>
      isLong(tfjsOps, initial, sequence) ? stepped(body, initial, sequence) : walk(tfjsOps, body, initial, sequence),
    loop: (condition, body, initial, limit) =>
      tf.tidy(() => {
        let carried = initial
        for (let i = 0; i < limit; i++) {
          const flag = tf.tidy(() => condition(carried).dataSync()[0] as number)
          if (flag === 0) break
          const next: readonly Tensor[] = tf.tidy(() => [...body(carried)])
          replaced(carried, next)
          carried = next
        }
        return [...carried]
      }),
  },
)

/** Frees what is carried no longer. Tensors of other scopes belong to the caller. */
const replaced = (carried: readonly Tensor[], next: readonly Tensor[]): void => {
  const scope = tf.engine().state.activeScope?.id
  for (const x of new Set(carried)) if (x.scopeId === scope && !next.includes(x)) x.dispose()
}

/** A long scan: what a step computes is freed with it. */
const stepped: Ops<Tensor>['scan'] = (body, initial, sequence) =>
  tf.tidy(() => {
    const [carried, outputs] = walk(tfjsOps, body, initial, sequence, (compute, before) => {
      const made = tf.tidy((): Tensor[] => [...compute()]) as [Tensor, ...Tensor[]]
      replaced(before, made.slice(1))
      return made
    })
    return [[...carried], outputs] as [Tensor[], Tensor]
  })
