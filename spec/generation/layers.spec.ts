import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { leavesOf, own, treeOf } from '../../src/base/trees.ts'
import type { Decoded, DecodingPlace } from '../../src/core/layer.ts'
import { Input, init, join, key, type Layer, parallel, type Rules, tfjsOps, uniforms } from '../../src/index.ts'
import { asPart } from '../../src/network/parts.ts'
import { wiringOf } from '../../src/network/wiring.ts'
import { drawnWith, initial, layerOf } from '../drawn.ts'

// Every layer that says how it reads a sequence part by part reads each part as it reads the whole.

const batch = 2
type Tensors = Readonly<Record<string, tf.Tensor>>
/** A layer in its place, with its variables. */
interface Placed {
  readonly rules: Rules
  readonly decoded: Decoded
  readonly variables: Tensors
}

/** The layer, if it fits inputs of these shapes, which are sequences of as many steps, and decodes. */
const placed = (layer: Layer, shapes: readonly (readonly number[])[]): Placed | undefined => {
  const made = E.tryCatch(() => {
    const inputs = shapes.map(shape => Input(shape as number[]))
    const network = join((inputs.length === 1 ? inputs[0] : parallel(...(inputs as never[]))) as never, layer as never)
    return { network, variables: init(network as never, key(1)) as { readonly params: never; readonly state: never } }
  }, E.toError)
  if (E.isLeft(made) || shapes.some(([steps]) => steps === undefined || steps !== shapes[0]?.[0])) return undefined
  const node = wiringOf(asPart('spec', made.right.network as never)).nodes.at(-1)
  const decoded = node?.layer.rules.decode?.(
    node.inputShapes,
    shapes.map(() => true),
  )
  if (node === undefined || decoded === undefined || E.isLeft(decoded)) return undefined
  const { params, state } = made.right.variables
  const all = treeOf<tf.Tensor>([...leavesOf<tf.Tensor>(params), ...leavesOf<tf.Tensor>(state)])
  return { rules: node.layer.rules, decoded: decoded.right, variables: own(all, node.name) ?? {} }
}

/** The output of the layer for parts that end at some steps. */
const inParts = (
  { rules, decoded, variables }: Placed,
  inputs: readonly tf.Tensor[],
  ends: readonly number[],
): tf.Tensor => {
  const mode = { training: false, key: undefined }
  const capacity = inputs[0]?.shape[1] as number
  const parts = (from: number, to: number): tf.Tensor[] =>
    inputs.map(x =>
      tfjsOps.slice(
        x,
        x.shape.map((_, axis) => (axis === 1 ? from : 0)),
        x.shape.map((_, axis) => (axis === 1 ? to - from : null)),
      ),
    )
  if (decoded === 'whole') throw new RangeError('an output without steps')
  let kept: Tensors = {}
  if (decoded !== 'steps')
    kept = decoded.start(
      tfjsOps,
      variables,
      inputs.map(() => undefined),
      { batch, capacity },
    )
  let from = 0
  const outputs = ends.map(to => {
    const place: DecodingPlace<tf.Tensor> = { position: tf.scalar(from), capacity }
    const given = parts(from, to)
    from = to
    if (decoded === 'steps') return rules.forward(tfjsOps, variables, given, mode)[0]
    const [output, next] = decoded.step(tfjsOps, variables, given, kept, place)
    for (const [name, tensor] of Object.entries(next)) expect(tensor.shape).to.deep.equal(kept[name]?.shape)
    kept = next
    return output
  })
  return tf.concat(outputs, 1)
}

describe('Parts of sequences', () => {
  const decoding = new Set<string>()
  for (const [name, arbitrary] of Object.entries(drawnWith(initial)))
    it(`are read by ${name} as the whole, if it reads them`, () =>
      fc.assert(
        fc.property(arbitrary, fc.infiniteStream(fc.integer({ min: 1, max: 4 })), (drawn, sizes) => {
          const found = placed(layerOf(drawn), drawn.inputs)
          if (found === undefined) return
          decoding.add(name)
          tf.tidy(() => {
            const ids = name === 'Embedding' ? (drawn.given[0] as number) : undefined
            const inputs = drawn.inputs.map((shape, i) => {
              const numbers = uniforms(
                key(i + 3),
                shape.reduce((n, d) => n * d, batch),
                0.05,
                0.95,
              )
              return tf.tensor(ids === undefined ? numbers : numbers.map(x => Math.floor(x * ids)), [batch, ...shape])
            })
            const steps = drawn.inputs[0]?.[0] as number
            const ends: number[] = []
            while ((ends.at(-1) ?? 0) < steps)
              ends.push(Math.min(steps, (ends.at(-1) ?? 0) + (sizes.next().value as number)))
            const [whole] = found.rules.forward(tfjsOps, found.variables, inputs, { training: false, key: undefined })
            const output = inParts(found, inputs, ends)
            expect(output.shape).to.deep.equal(whole.shape)
            const expected = whole.dataSync()
            for (const [i, value] of output.dataSync().entries())
              expect(value).to.be.closeTo(expected[i] as number, 1e-4 * (1 + Math.abs(expected[i] as number)))
          })
        }),
        // Of recurrent layers few draws are read so: their last steps, backwards, or with a state that comes in, they are not.
        { numRuns: 150 },
      ))

  it('are read by the layers of language models', () => {
    for (const name of [
      'LSTM',
      'GRU',
      'SimpleRNN',
      'MultiHeadAttention',
      'PositionalEncoding',
      'Convolution1D',
      'LayerNorm',
    ])
      expect([...decoding]).to.include(name)
    for (const name of ['Bidirectional', 'Reshape', 'GlobalPooling', 'Transpose'])
      expect([...decoding]).not.to.include(name)
  })
})
