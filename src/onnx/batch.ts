import { readsOf } from '../backends/onnxruntime/emitter.ts'
import { differing, formOf, sameWeights } from '../backends/onnxruntime/families.ts'
import type { Attribute, Initializer, Model, ModelNode, Port } from '../backends/onnxruntime/model.ts'

// Graphs have known shapes. So a network is lowered for three sizes of the batch, and what differs between the models is
// computed from the batch in the file: lists of integers, whose elements must grow linearly.

/** A model for one size of the batch. */
export interface Sized {
  readonly batch: number
  readonly model: Model
}
export type Three = readonly [Sized, Sized, Sized]

/** A number as `slope` times the batch plus `offset`. */
interface Linear {
  readonly slope: number
  readonly offset: number
}

const linear = (sizes: readonly number[], values: readonly number[]): Linear | undefined => {
  const [first, second] = sizes as readonly [number, number]
  const [low, high] = values as readonly [number, number]
  const slope = (high - low) / (second - first)
  const offset = low - slope * first
  const holds = Number.isInteger(slope) && values.every((value, i) => value === slope * (sizes[i] as number) + offset)
  return holds ? { slope, offset } : undefined
}

const withoutShapes = (ports: readonly Port[]): readonly Port[] =>
  ports.map(port => ({ ...port, shape: port.shape.map(() => null) }))
/** A model without the shapes of the inputs and outputs of bodies, which may differ. */
const loosened = (model: Model): Model => ({ ...model, nodes: model.nodes.map(inNode) })
const inNode = (node: ModelNode): ModelNode => ({
  ...node,
  attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, value]) => [name, inBody(value)])),
})
const inBody = (attribute: Attribute): Attribute => {
  if (!('graph' in attribute)) return attribute
  const { graph } = attribute
  return { graph: loosened({ ...graph, inputs: withoutShapes(graph.inputs), outputs: withoutShapes(graph.outputs) }) }
}

/** Ports in which the batch is named, and dimensions that differ otherwise are unknown. */
const named = (sizes: readonly number[], ports: readonly (readonly Port[])[]): readonly Port[] =>
  (ports[0] as readonly Port[]).map((port, i) => ({
    ...port,
    shape: port.shape.map((d, axis) => {
      const found = ports.map(own => own[i]?.shape[axis])
      if (found.every(each => each === d)) return d
      return found.every((each, k) => each === sizes[k]) ? 'batch' : null
    }),
  }))

/** The first node that models do not have in common, by its name; or what else they do not. */
const difference = (models: readonly Model[]): string => {
  const [first, ...rest] = models as readonly [Model, ...Model[]]
  const text = (node: ModelNode | undefined) => JSON.stringify(node)
  const node = first.nodes.find((own, i) => rest.some(({ nodes }) => text(nodes[i]) !== text(own)))
  return node === undefined ? 'a constant' : node.name.replace(/ #\d+$/, '')
}

const node = (operator: string, inputs: readonly string[], output: string, attributes = {}): ModelNode => ({
  name: `batch, ${operator} ${output}`,
  operator,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
})
const list = (name: string, values: readonly number[]): Initializer => ({
  name,
  shape: [values.length],
  values: BigInt64Array.from(values, BigInt),
})

/** The batch in the file. */
const batchName = 'batch size'
const measured = (input: string): ModelNode => node('Shape', [input], batchName, { start: { int: 0 }, end: { int: 1 } })

/** What a list that depends on the batch is in the file. */
interface Replaced {
  readonly nodes: readonly ModelNode[]
  readonly initializers: readonly Initializer[]
}

/** A list that is computed under its own name. */
const computed = (name: string, elements: readonly Linear[]): Replaced => {
  const [slopes, offsets, product] = [`${name} slopes`, `${name} offsets`, `${name} product`]
  return {
    nodes: [node('Mul', [batchName, slopes], product), node('Add', [product, offsets], name)],
    initializers: [
      list(
        slopes,
        elements.map(({ slope }) => slope),
      ),
      list(
        offsets,
        elements.map(({ offset }) => offset),
      ),
    ],
  }
}

/** The same list for reshapes: they compute one dimension themselves. */
const inferredName = (name: string): string => `${name} inferred`
const inferred = (name: string, elements: readonly Linear[]): Replaced | undefined => {
  const isOne = elements.filter(({ slope }) => slope !== 0).length === 1
  if (!isOne || elements.some(({ slope, offset }) => slope === 0 && offset <= 0)) return undefined
  const values = elements.map(({ slope, offset }) => (slope === 0 ? offset : -1))
  return { nodes: [], initializers: [list(inferredName(name), values)] }
}

/** A node in which reshapes take other lists, also in bodies. */
const reshaping = (own: ModelNode, isInferred: (name: string) => boolean): ModelNode => ({
  ...own,
  inputs: own.inputs.map((input, i) =>
    own.operator === 'Reshape' && i === 1 && isInferred(input) ? inferredName(input) : input,
  ),
  attributes: Object.fromEntries(
    Object.entries(own.attributes).map(([name, value]) => [
      name,
      'graph' in value
        ? { graph: { ...value.graph, nodes: value.graph.nodes.map(inner => reshaping(inner, isInferred)) } }
        : value,
    ]),
  ),
})

/**
 * One model for any batch.
 *
 * @returns the model, or a text that says what depends on the batch and cannot be computed from it
 */
export const forAnyBatch = (given: Three): Model | string => {
  const sizes = given.map(({ batch }) => batch)
  const models = given.map(({ model }) => loosened(model)) as [Model, Model, Model]
  const [first, second, third] = models
  const form = formOf(first)
  if (models.some(model => formOf(model) !== form)) return difference(models)
  if (!sameWeights(first, second) || !sameWeights(first, third)) return 'a constant'

  const differ = new Set([...differing(first, second), ...differing(first, third)])
  const lists = new Map<string, readonly Linear[]>()
  for (const [at, { name, values }] of first.initializers.entries()) {
    if (!differ.has(name)) continue
    const elements = Array.from({ length: values.length }, (_, i) =>
      linear(
        sizes,
        models.map(({ initializers }) => Number(initializers[at]?.values[i])),
      ),
    )
    if (elements.includes(undefined)) return 'a shape'
    lists.set(name, elements as readonly Linear[])
  }
  const short = new Map([...lists].map(([name, elements]) => [name, inferred(name, elements)]))
  const nodes = first.nodes.map(own => reshaping(own, name => short.get(name) !== undefined))
  const read = new Set(nodes.flatMap(readsOf))
  const replaced = [...lists].flatMap(([name, elements]) => [
    ...(read.has(name) ? [computed(name, elements)] : []),
    ...(read.has(inferredName(name)) ? [short.get(name) as Replaced] : []),
  ])
  const before = replaced.flatMap(own => own.nodes)
  return {
    nodes: [...(before.length > 0 ? [measured(first.inputs.at(-1)?.name as string), ...before] : []), ...nodes],
    initializers: [
      ...first.initializers.filter(({ name }) => !lists.has(name)),
      ...replaced.flatMap(own => own.initializers),
    ],
    inputs: named(
      sizes,
      models.map(({ inputs }) => inputs),
    ),
    outputs: named(
      sizes,
      models.map(({ outputs }) => outputs),
    ),
  }
}
