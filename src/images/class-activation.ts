import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { InvalidOption } from '../base/errors.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import type { VariableTree } from '../base/trees.ts'
import { withSize } from '../data/readers/pixels.ts'
import type { Handle, OpsFunction } from '../functions/function.ts'
import { grad } from '../functions/grad.ts'
import { running } from '../introspection/running.ts'
import type { Node, Wiring } from '../network/parts.ts'
import { run } from '../network/run.ts'
import type { Ops } from '../ops/ops.ts'
import type { FlatData } from '../state/data.ts'
import { inference, type Opened, placeOf, taken, watched } from './watched.ts'

// Grad-CAM (Selvaraju et al. 2017). The gradient with respect to a layer's output is that with respect to zeros which are
// added to it.

const hasMaps = ({ shape, layer }: Node): boolean => shape?.length === 4 && layer.kind !== 'Input'
const maps = ['a layer whose output is [batch, rows, cols, channels]', hasMaps] as const

const placeOfMaps = (owner: string, wiring: Wiring, name: string | null): number => {
  if (name !== null) return placeOf(owner, wiring, name, maps)
  return placeOf(owner, wiring, wiring.nodes.findLast(hasMaps)?.name ?? null, maps)
}

/**
 * How much each place of an image speaks for a class, from 0 on: [batch, rows, cols, 1].
 *
 * @param weights which scores are explained
 */
export const classActivation = async (
  owner: string,
  { wiring, variables }: Opened,
  input: tf.Tensor,
  weights: FlatData,
  { layer, backend }: { readonly layer: string | null; readonly backend: BackendOption | null },
): Promise<{ readonly data: Float32Array; readonly shape: number[] }> => {
  const [batch = 0, rows = 0, cols = 0] = input.shape
  if (input.shape.length !== 4)
    throw new InvalidOption({
      layer: owner,
      option: 'x',
      expected: "images, [batch, rows, cols, channels], for the method 'grad-cam'",
      got: showShape(input.shape),
      remedy: "Give images, or method: 'gradient'.",
    })
  const at = placeOfMaps(owner, wiring, layer)
  const shape = wiring.nodes[at]?.shape as readonly number[]
  if (sizeOf(input.shape) === 0) return { data: new Float32Array(), shape: [batch, rows, cols, 1] }
  const score = <T>(ops: Ops<T>, added: T, x: T, variables: VariableTree<T>, weights: T): readonly [T, T] => {
    let seen: T | undefined
    const open = watched<T>(wiring, at, ({ ops, output }) => {
      seen = output
      return ops.add(output, added)
    })
    const [outputs] = run(ops, open, variables, [x], inference)
    return [ops.sum(ops.multiply(outputs[0] as T, weights), [0, 1]), seen as T]
  }
  const slopes = grad(score, { wrt: 0, aux: true })
  const activation: OpsFunction<Handle, [Handle, Handle, VariableTree<Handle>, Handle], Handle> = (ops, ...args) => {
    const [slope, seen] = slopes(ops, ...args)
    return ops.relu(ops.sum(ops.multiply(ops.mean(slope, [1, 2], true), seen), [3]))
  }
  const none = { data: new Float32Array(sizeOf(shape)), shape }
  const found = await running(activation, backend, run => run(none, input, variables, weights))
  const { data: small } = await taken(found as unknown as tf.Tensor)
  const [, height = 0, width = 0] = shape
  const data = new Float32Array(batch * rows * cols)
  for (let i = 0; i < batch; i++) {
    const own = small.subarray(i * height * width, (i + 1) * height * width)
    data.set(withSize({ rows: height, cols: width, channels: 1, data: own }, [rows, cols]).data, i * rows * cols)
  }
  return { data, shape: [batch, rows, cols, 1] }
}
