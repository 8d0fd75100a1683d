import { expect } from 'chai'
import type { Backend } from '../../src/backends/backend.ts'
import { leavesOf, type VariableTree } from '../../src/base/trees.ts'
import { interpret } from '../../src/graph.ts'
import {
  Convolution,
  compileTraining,
  Deconvolution,
  Input,
  init,
  join,
  key,
  type Layer,
  MaxPooling,
  momentum,
  Reshape,
  Softmax,
} from '../../src/index.ts'
import { type Numbers, reference } from '../ops/reference.ts'
import { draw } from '../running.ts'

/** A backend as users write one: by an interpreter of their own, which knows the operations by their definitions. */
const own: Backend<Numbers> = {
  kind: 'Backend',
  name: 'definitions',
  upload: (data, shape) => ({ data: [...data], shape }),
  download: async ({ data }) => Float32Array.from(data),
  release: () => {},
  compile: async ({ inputs, outputs }) => ({
    run: async given => interpret(reference, outputs, new Map(inputs.map((input, i) => [input, given[i] as Numbers]))),
    dispose: () => {},
  }),
}

const batch = {
  x: draw(3, [2, 9, 8, 2]),
  y: [
    [1, 0, 0],
    [0, 0, 1],
  ],
}

/** The loss of two steps, then the trained parameters. */
const trained = async (network: Layer, backend: Backend | 'tfjs'): Promise<readonly number[]> => {
  const step = compileTraining(network, { loss: 'categoricalCrossentropy', optimizer: momentum(), backend })
  const found: number[] = []
  let state = await step.init(init(network, key(1)), key(2))
  for (let i = 0; i < 2; i++) {
    const [next, { loss }] = await step(state, batch as never)
    found.push(loss as number)
    state = next
  }
  const { variables } = await step.read(state)
  await step.dispose()
  const leaves = leavesOf(variables.params as VariableTree<{ dataSync: () => Float32Array }>)
  return [...found, ...leaves.flatMap(([, , value]) => [...value.dataSync()])]
}

// The gradients of these spread elements apart, cut margins off and put elements back: all of it is made of operations.
const windows: Readonly<Record<string, readonly unknown[]>> = {
  'with strides': [Convolution([3, 3, 4], { stride: [2, 3] })],
  'with strides and dilations': [Convolution([2, 3, 4], { stride: 2, dilation: 2, padding: 'same' })],
  'with groups': [Convolution([3, 3, 4], { stride: 2, groups: 2 })],
  transposed: [Deconvolution([3, 3, 3], { stride: 2 })],
  'and pooling': [Convolution([3, 3, 4]), MaxPooling([2, 2])],
}

describe("A backend of the user's", () => {
  for (const [name, layers] of Object.entries(windows))
    it(`trains convolutions ${name} as others do`, async () => {
      const parts = [Input([9, 8, 2]), ...layers, Reshape(), Softmax(3)]
      const network = (join as (...parts: readonly unknown[]) => Layer)(...parts)
      const [found, expected] = [await trained(network, own), await trained(network, 'tfjs')]
      expect(found).to.have.length(expected.length)
      for (const [i, value] of expected.entries()) expect(found[i], `number ${i}`).to.be.closeTo(value, 1e-5)
    })
})
