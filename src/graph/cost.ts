import { sizeOf } from '../base/shape.ts'
import type { Operation } from '../ops/operations.ts'
import { bodyOf } from './enclosed.ts'
import {
  type Application,
  type ApplicationOf,
  encloses,
  type Fused,
  type GraphNode,
  isA,
  isResult,
  type Loop,
  type Own,
  operands,
  type Scan,
  topological,
} from './graph.ts'
import { placeholder, plainOps } from './ops.ts'
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

const times = (...factors: readonly (number | null | undefined)[]): number | null =>
  factors.reduce<number | null>((product, factor) => (product === null || factor == null ? null : product * factor), 1)
const total = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0)

type Flops<O extends Operation> = (node: Pick<ApplicationOf<O>, 'shape' | 'inputs' | 'attributes'>) => number | null

/** Moves or renames elements. */
const free = () => 0
const each =
  (flops: number): Flops<Operation> =>
  ({ shape }) =>
    times(flops, sizeOf(shape))
const reduction = ({ inputs: [x] }: { readonly inputs: readonly [GraphNode] }) => sizeOf(x.shape)
const pooling = ({ shape, attributes: [{ size }] }: Pick<ApplicationOf<'maxPool'>, 'shape' | 'attributes'>) =>
  times(sizeOf(shape), ...size)

/** Floating-point operations, if not one per element of the result. */
const flopsOf: { readonly [O in Operation]?: Flops<O> } = {
  reshape: free,
  transpose: free,
  concatenate: free,
  slice: free,
  reverse: free,
  broadcast: free,
  gather: free,
  stopGradient: free,
  clipGradient: free,
  pad: free,
  sigmoid: each(4),
  tanh: each(4),
  elu: each(3),
  softplus: each(3),
  erf: each(8),
  softmax: each(5),
  logSoftmax: each(5),
  sum: reduction,
  mean: reduction,
  max: reduction,
  argMax: reduction,
  matmul: ({ shape, inputs: [a] }) => times(2, sizeOf(shape), a.shape.at(-1)),
  convolve: ({ shape, inputs: [, filter] }) => times(2, sizeOf(shape), ...filter.shape.slice(0, 3)),
  maxPool: pooling,
  averagePool: pooling,
}
const flopsOfOne = (operation: Operation, node: Application | Fused): number | null =>
  // The table pairs each operation with its own operands, which a node of any kind cannot express.
  ((flopsOf[operation] ?? each(1)) as Flops<Operation>)(node as Application)

/** How often a body runs; for a loop, at most. */
const repetitions = (node: Scan | Loop): number | null =>
  node.kind === 'scan' ? (node.sequence.shape[1] ?? null) : node.limit

/** The cost of a user's operation without kernels: that of what it computes. Of what a kernel does, nothing is known. */
const costOfOwn = (node: Own): Pick<Cost, 'flops' | 'bytes'> | undefined => {
  const { call, inputs } = node
  if (Object.keys(call.kernels).length > 0) return undefined
  const before = costsOfOwn.get(node)
  if (before !== undefined) return before
  const { withKernel: _, within: __, ...plain } = plainOps
  const found = cost([
    call.run(
      plain,
      inputs.map(({ shape }, i) => placeholder(`x${i}`, shape)),
    ),
  ])
  costsOfOwn.set(node, found)
  return found
}
/** Both of its numbers come of one run of the operation. */
const costsOfOwn = new WeakMap<Own, Cost>()

/** The floating-point operations of a node; `null` where a dimension or what a kernel does is unknown. */
export const flops = (node: GraphNode): number | null => {
  if (node.kind === 'application') return flopsOfOne(node.operation, node)
  if (encloses(node)) return times(repetitions(node), cost(bodyOf(node).outputs).flops)
  if (node.kind === 'own') return costOfOwn(node)?.flops ?? null
  if (node.kind !== 'fused') return 0
  // A product, and one operation each for a bias and an activation.
  const bias = node.inputs.length > 2 ? sizeOf(node.shape) : 0
  const activation = node.activation === null ? 0 : flopsOfOne(node.activation, node)
  return total([flopsOfOne(node.operation, node), bias, activation])
}

const bytesMoved = (node: GraphNode): number | null => {
  if (node.kind === 'placeholder' || node.kind === 'constant' || isResult(node)) return 0
  if (isA(node, 'reshape')) return 0
  if (encloses(node)) return times(repetitions(node), cost(bodyOf(node).outputs).bytes)
  const inlined = node.kind === 'own' && costOfOwn(node)
  if (inlined) return inlined.bytes
  return times(4, total([node, ...operands(node)].map(({ shape }) => sizeOf(shape))))
}

/** The memory of a body is free again after each repetition. */
const peakOf = (outputs: readonly GraphNode[], nodes: readonly GraphNode[]): number | null => {
  if (nodes.some(node => node.shape.includes(null))) return null
  const inputs = nodes.filter(node => node.kind === 'placeholder')
  const own = plan({ kind: 'Graph', inputs, outputs }).peakBytes
  const bodies = nodes.map(node => (encloses(node) ? (cost(bodyOf(node).outputs).peakBytes ?? 0) : 0))
  return own + Math.max(0, ...bodies)
}

/** The cost of computing outputs: each node once, loops for their largest number of repetitions. */
export const cost = (outputs: readonly GraphNode[]): Cost => {
  const nodes = topological(outputs)
  return Object.freeze({
    flops: total(nodes.map(flops)),
    bytes: total(nodes.map(bytesMoved)),
    peakBytes: peakOf(outputs, nodes),
  })
}
