import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { leavesOf } from '../src/base/trees.ts'
import * as joinery from '../src/index.ts'
import { drawnWith, initial, layerOf } from './drawn.ts'

// Law 6, readings agree: every layer with random options computes on every backend what it computes eagerly, in training
// too, and has the same gradients.

type Tensors = tf.Tensor | readonly tf.Tensor[]
const all = (tensors: Tensors): readonly tf.Tensor[] => [tensors].flat() as tf.Tensor[]

const near = (what: string, actual: Tensors, expected: Tensors): void => {
  const [found, wanted] = [all(actual), all(expected)]
  expect(found.length, what).to.equal(wanted.length)
  for (const [i, tensor] of wanted.entries()) {
    expect(found[i]?.shape, what).to.deep.equal(tensor.shape)
    const [own, other] = [found[i]?.dataSync() ?? [], tensor.dataSync()]
    const scale = Math.max(1, ...Array.from(other, Math.abs))
    for (const [k, value] of other.entries())
      expect(own[k], `${what}, element ${k} of ${other.length}`).to.be.closeTo(value, 2e-4 * scale)
  }
}

const numbersFor = (shape: readonly number[], seed: number) => ({
  data: joinery.uniforms(
    joinery.key(seed),
    shape.reduce((n, d) => n * d, 1),
    0.05,
    0.95,
  ),
  shape,
})
const inputsOf = (shapes: readonly (readonly number[])[]): joinery.Layer => {
  const inputs = shapes.map(shape => joinery.Input(shape as number[]))
  return (inputs.length === 1 ? inputs[0] : joinery.parallel(...(inputs as never[]))) as joinery.Layer
}
/** A network of one layer, where its inputs fit it and its variables can be made. */
const networkOf = (layer: joinery.Layer, shapes: readonly (readonly number[])[]): joinery.Layer | null => {
  const made = E.tryCatch(() => {
    const network = joinery.join(inputsOf(shapes) as never, layer as never) as joinery.Layer
    joinery.init(network, joinery.key(0))
    return network
  }, E.toError)
  return E.isRight(made) ? made.right : null
}

type Engine = 'tfjs' | 'wasm' | 'onnxruntime'
/** That a network computes on a backend what it computes eagerly, with the same gradients. */
const agree = async (
  backend: Engine,
  network: joinery.Layer,
  shapes: readonly (readonly number[])[],
  { rows = 2, table }: { readonly rows?: number; readonly table?: number } = {},
): Promise<void> => {
  const variables = joinery.init(network, joinery.key(1)) as never
  const drawn = shapes.map((shape, i) => numbersFor([rows, ...shape], i + 1))
  // Where they name rows of a table.
  const x =
    table === undefined
      ? drawn
      : drawn.map(({ data, shape }) => ({ data: data.map(number => Math.floor(number * table)), shape }))
  const input = (x.length === 1 ? x[0] : x) as never
  const mode = { training: true, key: joinery.key(3) }
  const eager = joinery.apply(network, variables, input).output as unknown as Tensors
  const trained = joinery.apply(network, variables, input, mode).output as unknown as Tensors
  const seeds = all(eager).map(({ shape }, i) => numbersFor(shape, i + 7))
  const cotangent = (seeds.length === 1 ? seeds[0] : seeds) as never
  const model = joinery.compile(network, variables, { backend })
  near('output', (await model(input)) as unknown as Tensors, eager)
  near('output in training', (await model.apply(input, mode)).output as unknown as Tensors, trained)
  const slopes = joinery.gradients(network, variables, input, cotangent)
  const found = await model.gradients(input, cotangent)
  near('gradient of the input', found.input as unknown as Tensors, slopes.input as unknown as Tensors)
  const leaves = (tree: unknown) => leavesOf(tree as joinery.VariableTree<tf.Tensor>)
  for (const [i, [, variable, slope]] of leaves(slopes.params).entries())
    near(`gradient of ${variable}`, leaves(found.params)[i]?.[2] as tf.Tensor, slope)
  await model.dispose()
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Layers on ${backend}`, () => {
    for (const [name, arbitrary] of Object.entries(drawnWith(initial)))
      it(`${name} computes what it computes eagerly`, () =>
        fc.assert(
          fc.asyncProperty(arbitrary, async drawn => {
            const network = networkOf(layerOf(drawn), drawn.inputs)
            const table = name === 'Embedding' ? { table: drawn.given[0] as number } : {}
            if (network !== null) await agree(backend, network, drawn.inputs, table)
          }),
          { numRuns: 6 },
        ))

    // Variances are those of many numbers, as epsilon does not keep them from 0.
    for (const layer of [
      joinery.GroupNorm(2, { epsilon: 0 }),
      joinery.BatchNorm({ epsilon: 0 }),
      joinery.LayerNorm({ epsilon: 0 }),
    ])
      it(`${layer} computes what it computes eagerly`, () =>
        agree(backend, networkOf(layer as joinery.Layer, [[4, 5, 6]]) as joinery.Layer, [[4, 5, 6]], { rows: 4 }))
  })
