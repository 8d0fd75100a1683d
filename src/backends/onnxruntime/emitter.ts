import { textOfNumbers } from '../../graph/intern.ts'
import {
  type Aim,
  type Attribute,
  type Attributes,
  type Initializer,
  type Model,
  type ModelNode,
  ownAim,
  type Port,
} from './model.ts'

// Builds a model. The same operator on the same values is emitted once.

/** The domain of an operator, and how many results it has. */
export interface Application {
  readonly domain?: string
  readonly outputs?: number
}

export interface Emitter {
  readonly aim: Aim
  /** Applies an operator and returns the name of its first result. */
  readonly node: (operator: string, inputs: readonly string[], attributes?: Attributes, more?: Application) => string
  /** The same for operators with several results. */
  readonly nodes: (
    operator: string,
    inputs: readonly string[],
    attributes: Attributes,
    more: Application,
  ) => readonly string[]
  readonly floats: (values: Float32Array, shape: readonly number[]) => string
  /** A list of integers: operators take shapes, axes and indices as such. */
  readonly integers: (values: readonly number[]) => string
  readonly scalar: (value: number) => string
  /** Whether a value is an initializer of the model. */
  readonly isConstant: (name: string) => boolean
  /** The operator whose result a value is. */
  readonly source: (name: string) => ModelNode | undefined
  /**
   * An emitter for the body of an operator. What does not change from one repetition to the next is emitted outside, before
   * the operator; the body refers to it by name.
   */
  readonly nested: () => Emitter
  /** A name that is unique to this graph. */
  readonly scoped: (name: string) => string
  /** Sets the prefix for the names of the operators that follow. */
  readonly label: (text: string) => void
  /** The model with these values as its outputs. */
  readonly finish: (inputs: readonly Port[], outputs: readonly Result[]) => Model
}

const keyOf = (operator: string, inputs: readonly string[], attributes: Attributes, domain: string): string =>
  `${domain}.${operator}(${inputs.join()})${JSON.stringify(attributes)}`

/** The values that an operator and its bodies read. */
export const readsOf = ({ inputs, attributes }: ModelNode): readonly string[] => [
  ...inputs,
  ...Object.values(attributes).flatMap(attribute =>
    'graph' in attribute ? attribute.graph.nodes.flatMap(readsOf) : [],
  ),
]
const hasBody = ({ attributes }: ModelNode): boolean => Object.values(attributes).some(value => 'graph' in value)

/** The nodes that results depend on, without trailing outputs that nothing reads. */
const needed = (nodes: readonly ModelNode[], results: readonly string[]): readonly ModelNode[] => {
  const wanted = new Set(results)
  const kept: ModelNode[] = []
  for (const node of nodes.toReversed()) {
    const last = node.outputs.findLastIndex(output => wanted.has(output))
    if (last < 0) continue
    for (const input of readsOf(node)) wanted.add(input)
    // A body has as many results as its operator.
    kept.push(
      last === node.outputs.length - 1 || hasBody(node) ? node : { ...node, outputs: node.outputs.slice(0, last + 1) },
    )
  }
  return kept.reverse()
}

/**
 * Nodes sorted by depth. Each pass of ONNX Runtime sorts the graph again, with a list of all nodes that are ready to run,
 * which stays short for this order. It does not change the order in which nodes run.
 */
const early = (nodes: readonly ModelNode[]): readonly ModelNode[] => {
  const depths = new Map<string, number>()
  const levels: ModelNode[][] = []
  for (const node of nodes) {
    const depth = readsOf(node).reduce((most, input) => Math.max(most, depths.get(input) ?? 0), 0)
    for (const output of node.outputs) depths.set(output, depth + 1)
    levels[depth] ??= []
    levels[depth].push(node)
  }
  return levels.flat()
}

type Result = Port & { readonly value: string }

/** New names of values that are results. A value that is several results gets the name of the first. */
const namesOf = (outputs: readonly Result[], isMade: (name: string) => boolean): ReadonlyMap<string, string> =>
  new Map(
    outputs
      .filter(({ value }) => isMade(value))
      .map(({ name, value }) => [value, name] as const)
      .reverse(),
  )
/** A node in which values have other names. */
export const withNames = (node: ModelNode, names: ReadonlyMap<string, string>): ModelNode => ({
  ...node,
  inputs: node.inputs.map(name => names.get(name) ?? name),
  outputs: node.outputs.map(name => names.get(name) ?? name),
  attributes: hasBody(node)
    ? Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, withNamesIn(value, names)]))
    : node.attributes,
})
const withNamesIn = (attribute: Attribute, names: ReadonlyMap<string, string>): Attribute =>
  'graph' in attribute
    ? { graph: { ...attribute.graph, nodes: attribute.graph.nodes.map(node => withNames(node, names)) } }
    : attribute
const copyOf = (value: string, name: string): ModelNode => ({
  name,
  operator: 'Identity',
  domain: '',
  inputs: [value],
  outputs: [name],
  attributes: {},
})

/**
 * @param aim what the model is made for
 * @param outer the emitter of the enclosing graph, and the prefix for names of values
 */
export const emitter = (aim: Aim = ownAim, outer?: { readonly emit: Emitter; readonly scope: string }): Emitter => {
  const scope = outer?.scope ?? ''
  let bodies = 0
  const nodes: ModelNode[] = []
  const initializers: Initializer[] = []
  const constants = new Set<string>()
  const known = new Map<string, readonly string[]>()
  const sources = new Map<string, ModelNode>()
  let owner = ''

  const emit: Emitter['nodes'] = (operator, inputs, attributes, { domain = '', outputs = 1 }) => {
    if (outer && !inputs.some(input => input.startsWith(scope)))
      return outer.emit.nodes(operator, inputs, attributes, { domain, outputs })
    const key = keyOf(operator, inputs, attributes, domain)
    const before = known.get(key)
    if (before !== undefined && before.length >= outputs) return before
    const names = Array.from({ length: outputs }, (_, i) => `${scope}v${nodes.length}${i === 0 ? '' : `_${i}`}`)
    const name = `${owner} #${nodes.length}`
    const node = { name, operator, domain, inputs, outputs: names, attributes }
    nodes.push(node)
    known.set(key, names)
    for (const output of names) sources.set(output, node)
    return names
  }
  const initializer = (key: string, values: Initializer['values'], shape: readonly number[]): string => {
    const before = known.get(key)?.[0]
    if (before !== undefined) return before
    const name = `c${initializers.length}`
    initializers.push({ name, shape, values })
    constants.add(name)
    known.set(key, [name])
    return name
  }

  const own: Emitter = Object.freeze<Emitter>({
    aim,
    node: (operator, inputs, attributes = {}, more = {}) => emit(operator, inputs, attributes, more)[0] as string,
    nodes: emit,
    // Long constants are not compared, which would take long.
    floats: (values, shape) =>
      initializer(
        values.length > 16 ? `float ${initializers.length}` : `float ${textOfNumbers(values)} ${shape.join()}`,
        values,
        shape,
      ),
    integers: values => initializer(`int ${values.join()}`, BigInt64Array.from(values, BigInt), [values.length]),
    scalar: value => initializer(`float ${textOfNumbers([value])} `, Float32Array.of(value), []),
    isConstant: name => constants.has(name),
    source: name => sources.get(name),
    // Initializers belong to the outermost graph.
    ...(outer && {
      floats: outer.emit.floats,
      integers: outer.emit.integers,
      scalar: outer.emit.scalar,
      isConstant: outer.emit.isConstant,
      source: name => sources.get(name) ?? outer.emit.source(name),
    }),
    nested: () => emitter(aim, { emit: own, scope: `${scope}body ${bodies++}, ` }),
    scoped: name => `${scope}${name}`,
    label: text => {
      owner = text
    },
    finish: (inputs, outputs) => {
      const renamed = namesOf(outputs, name => sources.has(name))
      const named = outputs
        .filter(({ name, value }) => renamed.get(value) !== name)
        .map(({ name, value }) => copyOf(renamed.get(value) ?? value, name))
      const kept = needed(
        [...nodes.map(node => withNames(node, renamed)), ...named],
        outputs.map(({ name }) => name),
      )
      const used = new Set(kept.flatMap(readsOf))
      return {
        nodes: early(kept),
        initializers: initializers.filter(({ name }) => used.has(name)),
        inputs,
        outputs: outputs.map(({ value, ...port }) => port),
      }
    },
  })
  return own
}
