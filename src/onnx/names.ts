import type { Tensor } from '@tensorflow/tfjs-core'
import { withNames } from '../backends/onnxruntime/emitter.ts'
import type { Initializer, Model } from '../backends/onnxruntime/model.ts'

/** The function that errors are of. */
export const owner = 'toOnnx'

/** The names of values within a model, which others must not have. */
export const namesWithin = ({ initializers, nodes, inputs, outputs }: Model): readonly string[] => {
  const ports = new Set([...inputs, ...outputs].map(({ name }) => name))
  return [
    ...initializers.map(({ name }) => name),
    ...nodes.flatMap(({ outputs }) => outputs).filter(name => !ports.has(name)),
  ]
}

/** A model whose inputs and outputs have other names, in order. */
export const withPorts = (model: Model, inputs: readonly string[], outputs: readonly string[]): Model => {
  const names = new Map(
    [[model.inputs, inputs] as const, [model.outputs, outputs] as const].flatMap(([ports, own]) =>
      ports.map((port, i) => [port.name, own[i] as string] as const),
    ),
  )
  return {
    nodes: model.nodes.map(node => withNames(node, names)),
    initializers: model.initializers,
    inputs: model.inputs.map((port, i) => ({ ...port, name: inputs[i] as string })),
    outputs: model.outputs.map((port, i) => ({ ...port, name: outputs[i] as string })),
  }
}

/** A tensor by its name. */
export const initializer = (name: string, tensor: Tensor): Initializer => ({
  name,
  shape: tensor.shape,
  values: Float32Array.from(tensor.dataSync()),
})
