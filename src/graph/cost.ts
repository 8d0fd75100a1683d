import { sizeOf } from '../base/shape.ts'
import type { Operation } from '../ops/operations.ts'
import { bodyOf } from './enclosed.ts'
import {
  type Application,
  encloses,
  type Fused,
  type GraphNode,
  isResult,
  type Loop,
  operands,
  type Scan,
  topological,
} from './graph.ts'
import { plan } from './plan.ts'

/** What a computation costs. */
export interface Cost {
  /** Floating-point operations; a multiplication and an addition count as two. `null` where a dimension is unknown. */
  readonly flops: number | null
  /** Bytes read and written by all operations, 4 for each element. `null` where a dimension is unknown. */
  readonly bytes: number | null
  /** The largest sum of bytes that are alive at once, inputs included. `null` where a dimension is unknown. */
  readonly peakBytes: number | null
}

/** Operations that only move or rename elements. */
const free: ReadonlySet<Operation> = new Set<Operation>([
  'reshape',
  'transpose',
  'concatenate',
  'slice',
  'reverse',
  'broadcast',
  'gather',
  'stopGradient',
  'clipGradient',
  'pad',
])
/** Operations for each element of the result, where that is not one. */
const perElement: Partial<Record<Operation, number>> = {
  sigmoid: 4,
  tanh: 4,
  elu: 3,
  softplus: 3,
  erf: 8,
  softmax: 5,
  logSoftmax: 5,
}

const times = (...factors: readonly (number | null | undefined)[]): number | null =>
  factors.reduce<number | null>((product, factor) => (product === null || factor == null ? null : product * factor), 1)

const applicationFlops = ({ operation, inputs, shape, attributes }: Application): number | null => {
  const out = sizeOf(shape)
  if (free.has(operation)) return 0
  if (operation === 'matmul') return times(2, out, inputs[0]?.shape.at(-1))
  if (operation === 'convolve') {
    const [rows, cols, channels] = inputs[1]?.shape ?? []
    return times(2, out, rows, cols, channels)
  }
  if (operation === 'maxPool' || operation === 'averagePool') {
    const [{ size }] = attributes as readonly [{ readonly size: readonly [number, number] }]
    return times(out, ...size)
  }
  if (operation === 'sum' || operation === 'mean' || operation === 'max' || operation === 'argMax')
    return sizeOf(inputs[0]?.shape ?? [])
  return times(out, perElement[operation] ?? 1)
}

/** A product, and one operation each for a bias and an activation. */
const fusedFlops = (node: Fused): number | null => {
  const { operation, attributes, inputs, activation } = node
  const product = applicationFlops({ ...node, kind: 'application', operation, attributes })
  const size = sizeOf(node.shape)
  const after = (inputs.length > 2 ? 1 : 0) + (activation === null ? 0 : (perElement[activation] ?? 1))
  return product === null || size === null ? null : product + after * size
}

/** How often a body is computed, at most for a loop: its length depends on values. */
const repetitions = (node: Scan | Loop): number | null =>
  node.kind === 'scan' ? (node.sequence.shape[1] ?? null) : node.limit

const flopsOf = (node: GraphNode): number | null => {
  if (node.kind === 'application') return applicationFlops(node)
  if (node.kind === 'fused') return fusedFlops(node)
  if (encloses(node)) return times(repetitions(node), cost(bodyOf(node).outputs).flops)
  return 0
}

const bytesMoved = (node: GraphNode): number | null => {
  if (node.kind === 'placeholder' || node.kind === 'constant' || isResult(node)) return 0
  if (node.kind === 'application' && node.operation === 'reshape') return 0
  if (encloses(node)) return times(repetitions(node), cost(bodyOf(node).outputs).bytes)
  const moved = [node, ...operands(node)].map(({ shape }) => sizeOf(shape))
  return moved.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + 4 * n), 0)
}

const total = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0)

/** What the body of a scan or loop holds comes and goes with each repetition. */
const peakOf = (outputs: readonly GraphNode[], nodes: readonly GraphNode[]): number | null => {
  if (nodes.some(node => node.shape.includes(null))) return null
  const inputs = nodes.filter(node => node.kind === 'placeholder')
  const own = plan({ kind: 'Graph', inputs, outputs }).peakBytes
  const bodies = nodes.map(node => (encloses(node) ? (cost(bodyOf(node).outputs).peakBytes ?? 0) : 0))
  return own + Math.max(0, ...bodies)
}

/** What it costs to compute some outputs, each node once; loops as often as they may repeat. */
export const cost = (outputs: readonly GraphNode[]): Cost => {
  const nodes = topological(outputs)
  return Object.freeze({
    flops: total(nodes.map(flopsOf)),
    bytes: total(nodes.map(bytesMoved)),
    peakBytes: peakOf(outputs, nodes),
  })
}
