import { sizeOf } from '../base/shape.ts'
import type { Operation } from '../ops/operations.ts'
import { binaryElementwise, unaryElementwise } from '../ops/shapes.ts'
import { encloses, type Graph, type GraphNode, operands, topological } from './graph.ts'

/** One step of a plan: a node, and what can be freed after it. */
export interface Step {
  readonly node: GraphNode
  /** Values used here for the last time, without inputs, constants and outputs. */
  readonly last: readonly GraphNode[]
  /** The one of them whose memory the result takes, if the operation can run in-place. */
  readonly inPlace: GraphNode | null
  /** The buffer of the result. */
  readonly buffer: number
}

/** An order of computation, and the buffer of each value. */
export interface Plan {
  readonly steps: readonly Step[]
  /** The size of each buffer in bytes. Values share a buffer if their lifetimes do not overlap. */
  readonly buffers: readonly number[]
  /** The largest sum of bytes of values that are alive at once, inputs and constants included. */
  readonly peakBytes: number
}

/** Operations that can run in-place: an element depends on the same element of an operand. */
const writesInPlace: ReadonlySet<Operation> = new Set([
  ...unaryElementwise,
  ...binaryElementwise,
  ...(['where', 'reshape', 'stopGradient', 'clipGradient'] as const),
])

const memoryOf = (node: GraphNode): number => {
  if (encloses(node)) return 0
  const size = sizeOf(node.shape)
  if (size === null) throw new RangeError('a plan: expected known dimensions, bind the batch first')
  return 4 * size
}

const canTake = (node: GraphNode, last: readonly GraphNode[]): GraphNode | null => {
  if (node.kind !== 'application' || !writesInPlace.has(node.operation)) return null
  return last.find(operand => memoryOf(operand) === memoryOf(node)) ?? null
}

/** Buffers to reuse, best fit first. */
const pool = () => {
  const sizes: number[] = []
  const free = new Set<number>()
  return {
    sizes,
    take: (bytes: number): number => {
      const fitting = [...free].filter(i => (sizes[i] as number) >= bytes)
      const found = fitting.toSorted((a, b) => (sizes[a] as number) - (sizes[b] as number))[0]
      if (found === undefined) return sizes.push(bytes) - 1
      free.delete(found)
      return found
    },
    give: (buffer: number): void => {
      free.add(buffer)
    },
  }
}

/** For each node, the operands (by `of`) that no later node needs. */
export const lastUses = (
  { inputs, outputs }: Graph,
  of: typeof operands = operands,
): ReadonlyMap<GraphNode, readonly GraphNode[]> => {
  const order = topological([...inputs, ...outputs], undefined, of)
  const lasting = new Set([...inputs, ...outputs])
  const after = new Set<GraphNode>()
  const found = new Map<GraphNode, readonly GraphNode[]>()
  for (const node of order.toReversed()) {
    const own = new Set(of(node))
    found.set(
      node,
      [...own].filter(operand => !after.has(operand) && !lasting.has(operand) && operand.kind !== 'constant'),
    )
    for (const operand of own) after.add(operand)
  }
  return found
}

/**
 * Plans the computation of a graph: the order, when values can be freed, and which share memory.
 *
 * @throws RangeError if a dimension is unknown
 */
export const plan = (graph: Graph): Plan => {
  const last = lastUses(graph)
  const order = topological([...graph.inputs, ...graph.outputs])
  const { sizes, take, give } = pool()
  const buffers = new Map<GraphNode, number>()
  const held = order.filter(node => node.kind === 'placeholder' || node.kind === 'constant')
  let alive = held.reduce((sum, node) => sum + memoryOf(node), 0)
  let peakBytes = alive
  const steps = order
    .filter(node => node.kind !== 'placeholder' && node.kind !== 'constant')
    .map((node): Step => {
      const ended = last.get(node) ?? []
      const inPlace = canTake(node, ended)
      const buffer = inPlace === null ? take(memoryOf(node)) : (buffers.get(inPlace) as number)
      buffers.set(node, buffer)
      alive += inPlace === null ? memoryOf(node) : 0
      peakBytes = Math.max(peakBytes, alive)
      for (const operand of ended) {
        if (operand === inPlace) continue
        alive -= memoryOf(operand)
        give(buffers.get(operand) as number)
      }
      return Object.freeze({ node, last: ended, inPlace, buffer })
    })
  return Object.freeze({ steps: Object.freeze(steps), buffers: Object.freeze(sizes), peakBytes })
}
