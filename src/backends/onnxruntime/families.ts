import { hashOf } from '../../base/hash.ts'
import { sameBits } from '../../base/lists.ts'
import type { Attribute, Initializer, Model, ModelNode, Port } from './model.ts'

// Models of one network for inputs of several shapes differ only in the shapes of inputs and outputs and in few numbers: lists of
// integers with shapes, and scalars such as one over the batch. One session runs them all if it gets these numbers as inputs, so
// weights, plans and the runtime's own memory are there once.

/** The most numbers of a constant that may be given with each run, which no pass of the runtime can compute with in advance. */
const few = 256

/** Whether a constant may depend on shapes; others are weights. */
const isSetting = ({ values }: Initializer): boolean => values instanceof BigInt64Array || values.length <= few

const withoutShapes = (ports: readonly Port[]): readonly Port[] =>
  ports.map(port => ({ ...port, shape: port.shape.map(() => null) }))
/** A model without the shapes of the inputs and outputs of bodies, which may differ. */
export const loosened = (model: Model): Model => ({ ...model, nodes: model.nodes.map(inNode) })
const inNode = (node: ModelNode): ModelNode => ({
  ...node,
  attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, value]) => [name, inBody(value)])),
})
const inBody = (attribute: Attribute): Attribute => {
  if (!('graph' in attribute)) return attribute
  const { graph } = attribute
  return { graph: loosened({ ...graph, inputs: withoutShapes(graph.inputs), outputs: withoutShapes(graph.outputs) }) }
}

/** What models must have in common for one session to run them, except the numbers of their constants. */
export const formOf = ({ nodes, initializers, inputs, outputs }: Model): string =>
  JSON.stringify([
    nodes,
    initializers.map(each => [each.name, each.values instanceof BigInt64Array ? each.shape.length : each.shape]),
    [inputs, outputs].map(ports => ports.map(({ name, shape }) => [name, shape.length])),
  ])

/** What the weights of models of the same form are compared by. */
export const weightsOf = ({ initializers }: Model): string =>
  initializers.flatMap(each => (isSetting(each) ? [] : [hashOf(each.values)])).join()
export const settingsOf = ({ initializers }: Model): readonly Initializer[] => initializers.filter(isSetting)

/** The names of settings of a model that are others in a second one of the same form. */
const differing = ({ initializers }: Model, other: Model): ReadonlySet<string> => {
  const others = new Map(other.initializers.map(({ name, values }) => [name, values]))
  const differ = initializers.filter(
    each => isSetting(each) && !sameBits(each.values, others.get(each.name) as Initializer['values']),
  )
  return new Set(differ.map(({ name }) => name))
}

/** Ports in which dimensions that differ have names: equal ones where they are equal in both models. */
const named = (ports: readonly Port[], others: readonly Port[]): readonly Port[] =>
  ports.map((port, i) => ({
    ...port,
    shape: port.shape.map((d, axis) => {
      const other = others[i]?.shape[axis]
      return typeof d !== 'number' || d === other ? d : `${d} or ${other}`
    }),
  }))

/** A model that runs two models of the same form and weights: settings that differ become inputs, after the others. */
export const common = (model: Model, other: Model): Model => {
  const taken = differing(model, other)
  const isKept = new Set(model.inputs.map(({ name }) => name))
  const isTaken = (name: string): boolean => taken.has(name) || isKept.has(name)
  const added = other.initializers.filter(({ name }) => taken.has(name))
  return {
    ...loosened(other),
    initializers: other.initializers.filter(({ name }) => !isTaken(name)),
    inputs: [
      ...named(model.inputs, other.inputs),
      ...added.map(
        ({ name, shape, values }): Port => ({
          name,
          shape: values instanceof BigInt64Array ? shape.map(() => null) : shape,
          type: values instanceof BigInt64Array ? 'int64' : 'float',
        }),
      ),
    ],
    outputs: named(model.outputs, other.outputs),
  }
}

/** Whether a model runs another one of the same form and weights: a dimension with a name has any size, but one only. */
export const covers = (model: Model, other: Model): boolean => {
  const sizes = new Map<string, unknown>()
  const isOf = (ports: readonly Port[], others: readonly Port[]): boolean =>
    others.every(({ shape }, i) =>
      shape.every((size, axis) => {
        const d = ports[i]?.shape[axis]
        if (typeof d !== 'string') return d === size
        if (!sizes.has(d)) sizes.set(d, size)
        return sizes.get(d) === size
      }),
    )
  return isOf(model.inputs, other.inputs) && isOf(model.outputs, other.outputs) && differing(model, other).size === 0
}

/** Those settings that the model of a session takes as inputs. */
export const settingsFor = (settings: readonly Initializer[], { inputs }: Model): readonly Initializer[] => {
  const names = new Set(inputs.map(({ name }) => name))
  return settings.filter(({ name }) => names.has(name))
}
