import { readsOf } from '../backends/onnxruntime/emitter.ts'
import { formOf, loosened } from '../backends/onnxruntime/families.ts'
import { elementTypes, type Initializer, type Model, type ModelNode, type Port } from '../backends/onnxruntime/model.ts'
import { sameBits } from '../base/lists.ts'
import type { Flow } from '../base/shape.ts'
import type { Part } from '../network/parts.ts'
import { forAnySize } from '../state/any-batch.ts'
import {
  batchNumber,
  batchSize,
  batchSizeAlone,
  type Computed,
  computedNumbers,
  isComputed,
  type Linear,
  linear,
  nodeOf,
} from './constants.ts'
import { owner } from './names.ts'
import { narrowed } from './rows.ts'

// Graphs have known shapes. So a network is lowered for three sizes of the batch, and the constants that differ between the
// models are computed from the batch in the file.

/** A model for one size of the batch. */
interface Sized {
  readonly batch: number
  readonly model: Model
}
type Three = readonly [Sized, Sized, Sized]

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
  return node === undefined || isComputed(node) ? 'a constant' : node.name.replace(/ #\d+$/, '')
}

const list = (name: string, values: readonly number[]): Initializer => ({
  name,
  shape: [values.length],
  values: BigInt64Array.from(values, BigInt),
})

/** The batch, as the first dimension of an input. */
const measured = (input: string): readonly ModelNode[] => [
  nodeOf('Shape', [input], batchSize, { start: { int: 0 }, end: { int: 1 } }),
  nodeOf('Squeeze', [batchSize], batchSizeAlone),
  nodeOf('Cast', [batchSizeAlone], batchNumber, { to: { int: elementTypes.float } }),
]

/** A list that is computed under its own name. */
const computed = (name: string, elements: readonly Linear[]): Computed => {
  const [slopes, offsets, product] = [`${name} slopes`, `${name} offsets`, `${name} product`]
  return {
    nodes: [nodeOf('Mul', [batchSize, slopes], product), nodeOf('Add', [product, offsets], name)],
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
const inferred = (name: string, elements: readonly Linear[]): Computed | undefined => {
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
 * @param sized the model for a batch of one size
 * @param remedy what may be done where the model is another one for each size
 * @throws InvalidOption that says what depends on the batch
 */
export const modelFor = (part: Part, inputs: Flow, sized: (batch: number) => Model, remedy?: string): Model =>
  forAnySize(
    owner,
    part,
    inputs,
    // As many as there are sizes, which the compiler does not know of a map.
    sizes => forAnyBatch(sizes.map(batch => ({ batch, model: sized(batch) })) as unknown as Three),
    remedy,
  )

/**
 * The same from models for three sizes.
 *
 * @returns the model, or a text that says what depends on the batch and cannot be computed from it
 */
const forAnyBatch = (given: Three): Model | string => {
  const sizes = given.map(({ batch }) => batch)
  const models = given.map(({ batch, model }) => loosened(narrowed(batch, model))) as [Model, Model, Model]
  const [first] = models
  const form = formOf(first)
  if (models.some(model => formOf(model) !== form)) return difference(models)

  const lists = new Map<string, readonly Linear[]>()
  const numbers = new Map<string, Computed>()
  for (const [at, { name, values }] of first.initializers.entries()) {
    const given = models.map(({ initializers }) => initializers[at] as Initializer)
    if (given.every(own => sameBits(own.values, values))) continue
    if (values instanceof Float32Array) {
      const found = computedNumbers(sizes, given)
      if (found === undefined) return 'a constant'
      numbers.set(name, found)
      continue
    }
    const elements = Array.from({ length: values.length }, (_, i) =>
      linear(
        sizes,
        given.map(own => Number(own.values[i])),
      ),
    )
    if (elements.includes(undefined)) return 'a shape'
    lists.set(name, elements as readonly Linear[])
  }
  const short = new Map([...lists].map(([name, elements]) => [name, inferred(name, elements)]))
  const nodes = first.nodes.map(own => reshaping(own, name => short.get(name) !== undefined))
  const read = new Set(nodes.flatMap(readsOf))
  const replaced = [
    ...[...lists].flatMap(([name, elements]) => [
      ...(read.has(name) ? [computed(name, elements)] : []),
      ...(read.has(inferredName(name)) ? [short.get(name) as Computed] : []),
    ]),
    ...numbers.values(),
  ]
  const computing = replaced.flatMap(own => own.nodes)
  const inputs = named(
    sizes,
    models.map(({ inputs }) => inputs),
  )
  const before = measured(inputs.find(({ shape }) => shape[0] === 'batch')?.name as string)
  const isRead = new Set([...computing, ...nodes].flatMap(readsOf))
  const last = before.findLastIndex(({ outputs }) => isRead.has(outputs[0] as string))
  return {
    nodes: [...before.slice(0, last + 1), ...computing, ...nodes],
    initializers: [
      ...first.initializers.filter(({ name }) => !lists.has(name) && !numbers.has(name)),
      ...replaced.flatMap(own => own.initializers),
    ],
    inputs,
    outputs: named(
      sizes,
      models.map(({ outputs }) => outputs),
    ),
  }
}
