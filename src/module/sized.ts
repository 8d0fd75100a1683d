import { filled, known, sizeOf } from '../base/shape.ts'
import { type Constant, type Graph, type GraphNode, topological } from '../graph/graph.ts'
import { isProduct } from '../graph/products.ts'
import type { Operation } from '../ops/operations.ts'
import { binaryElementwise, unaryElementwise } from '../ops/shapes.ts'
import { type Address, at, type Call, call, type Value } from './calls.ts'
import { isAlias, lowered, reads } from './lower.ts'
import type { Packing } from './lowerings/products.ts'

// What a graph is as calls of kernels, for one size of the batch.

/** What is in memory: the shape, and where it comes from. A constant is a weight, other numbers, or a single one. */
export interface Held {
  readonly shape: readonly number[]
  readonly form: 'input' | 'weight' | 'numbers' | 'number' | 'computed' | 'alias'
}

/** The calls that compute one value. */
export interface Step {
  readonly value: Value
  readonly layer: string | null
  readonly calls: readonly Call[]
  /** How many numbers the step has room for beside its result, until it is done. */
  readonly rooms: readonly number[]
  /** The value whose memory the result takes. */
  readonly inPlace: Value | null
  /** Values that no later step reads. */
  readonly last: readonly Value[]
}

/** A program for one size of the batch. */
export interface Program {
  /** By the number in their names. */
  readonly values: readonly Held[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly { readonly value: Value; readonly shape: readonly number[] }[]
  readonly packings: readonly Packing[]
  readonly steps: readonly Step[]
}

/** Operations whose result may take the memory of an operand: an element depends on the same one, or on its row. */
const inPlace: ReadonlySet<Operation> = new Set([...unaryElementwise, ...binaryElementwise, 'softmax'])

/** The numbers of a constant. */
export const numbersOf = ({ values, shape }: Constant): Float32Array => filled(values, known(shape))

/** The one number that all elements of a constant are. */
export const uniformOf = ({ values }: Constant): number | undefined => {
  if (typeof values === 'number') return Math.fround(values)
  const [first] = values
  return values.every(value => Object.is(value, first)) ? first : undefined
}

/** The constants that a product takes beside the values it multiplies. */
const weightsIn = (order: readonly GraphNode[]): ReadonlySet<GraphNode> =>
  new Set(order.flatMap(node => (isProduct(node) || node.kind === 'fused' ? reads(node).slice(1) : [])))

/** The nodes of a graph in the order of their values. */
export const orderOf = ({ inputs, outputs }: Graph): readonly GraphNode[] =>
  topological([...inputs, ...outputs], undefined, reads)

/**
 * The program of a graph.
 *
 * @param isVariable whether numbers are those of a variable
 */
export const programOf = (graph: Graph, isVariable: (values: unknown) => boolean): Program => {
  const order = orderOf(graph)
  const places = new Map(order.map((node, i) => [node, i]))
  const place = (node: GraphNode): number =>
    isAlias(node) ? place(reads(node)[0] as GraphNode) : (places.get(node) as number)
  const valueFor = (node: GraphNode): Value => `value ${place(node)}`
  const weights = weightsIn(order)
  const formOf = (node: GraphNode): Held['form'] => {
    if (node.kind === 'placeholder') return 'input'
    if (isAlias(node)) return 'alias'
    if (node.kind !== 'constant') return 'computed'
    if (isVariable(node.values)) return 'weight'
    if (uniformOf(node) !== undefined) return sizeOf(node.shape) === 1 ? 'number' : 'computed'
    return weights.has(node) ? 'weight' : 'numbers'
  }
  const forms = order.map(formOf)
  const formAt = (node: GraphNode): Held['form'] => forms[place(node)] as Held['form']
  const outputs = graph.outputs.map(node => ({ value: valueFor(node), shape: known(node.shape) }))
  const computed = order.filter((_, i) => forms[i] === 'computed')
  const lasts = lastReads(computed, new Set(graph.outputs.map(place)), node =>
    [...reads(node).filter(operand => ['input', 'computed'].includes(formAt(operand))), node].map(place),
  )
  const [packings, pack] = packer()
  const steps = computed.map((node): Step => {
    const size = sizeOf(known(node.shape))
    const from = reads(node)
    const last = lasts.get(node) ?? []
    const rooms: number[] = []
    const [, second] = from
    const calls =
      node.kind === 'constant'
        ? [call('fill', at(valueFor(node)), size, uniformOf(node) as number)]
        : lowered(node, {
            from: from.map(operand => at(valueFor(operand))),
            to: at(valueFor(node)),
            room: count => at(`room ${rooms.push(count) - 1}`),
            pack: second !== undefined && formAt(second) === 'weight' ? pack : null,
          })
    const takes = node.kind === 'application' && inPlace.has(node.operation)
    const taken =
      takes && last.find(value => value !== place(node) && sizeOf(known((order[value] as GraphNode).shape)) === size)
    return {
      value: valueFor(node),
      layer: ('layer' in node ? node.layer : undefined) ?? null,
      calls,
      rooms,
      inPlace: typeof taken === 'number' ? `value ${taken}` : null,
      last: last.map((value): Value => `value ${value}`),
    }
  })
  const values = order.map((node, i): Held => ({ shape: known(node.shape), form: forms[i] as Held['form'] }))
  return { values, inputs: graph.inputs.map(valueFor), outputs, packings, steps }
}

/** Packed columns, and a function that keeps more. Weights that several layers share are packed once. */
const packer = (): readonly [readonly Packing[], (packing: (to: Address) => Packing) => Address] => {
  const packings: Packing[] = []
  const packed = new Map<string, Address>()
  return [
    packings,
    make => {
      const next = at(`packed ${packings.length}`)
      const made = make(next)
      const text = JSON.stringify([made.call.given.slice(1), made.call.sizes])
      const before = packed.get(text)
      if (before !== undefined) return before
      packings.push(made)
      packed.set(text, next)
      return next
    },
  ]
}

/** For each node, the values that no later one reads: its own where none does. */
const lastReads = (
  computed: readonly GraphNode[],
  kept: ReadonlySet<number>,
  valuesAt: (node: GraphNode) => readonly number[],
): ReadonlyMap<GraphNode, readonly number[]> => {
  const later = new Set(kept)
  const found = new Map<GraphNode, readonly number[]>()
  for (const node of computed.toReversed()) {
    const own = [...new Set(valuesAt(node))]
    found.set(
      node,
      own.filter(value => !later.has(value)),
    )
    for (const value of own) later.add(value)
  }
  return found
}
