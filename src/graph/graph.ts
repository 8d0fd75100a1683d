import { InvalidOption, show } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import type { Shape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import type { KernelCall } from '../ops/kernels.ts'
import type { Attributes, Operands, Operation } from '../ops/operations.ts'

// A computation as a value: every node is an immutable record of an operation, its operands and its shape.

interface Common {
  readonly shape: Shape
}

/** A tensor given when the graph runs: an input, a parameter, or the step of a scan. */
export interface Placeholder extends Common {
  readonly kind: 'placeholder'
  readonly name: string
}
/** Numbers in the graph itself. */
export interface Constant extends Common {
  readonly kind: 'constant'
  readonly values: number | Float32Array
}
/** A random draw: a function of the key. */
export interface Draw extends Common {
  readonly kind: 'draw'
  readonly distribution: 'uniform' | 'normal'
  readonly key: Key
}
/** One operation. */
export interface Application extends Common {
  readonly kind: 'application'
  readonly operation: Operation
  readonly inputs: readonly GraphNode[]
  readonly attributes: Attributes[Operation]
  /** The layer that it comes from. */
  readonly layer?: string
}
/** A node with a body: a graph that uses outer nodes only through the operands of this node. */
interface Enclosing extends Common {
  /** The first carried values. */
  readonly initial: readonly GraphNode[]
  /** The carried values, in the body. */
  readonly carried: readonly Placeholder[]
  /** Outer nodes that the body uses. */
  readonly captured: readonly GraphNode[]
  /** The captured nodes, in the body. */
  readonly inner: readonly Placeholder[]
  /** The next carried values, in the body. */
  readonly next: readonly GraphNode[]
}
/** A scan over a sequence. */
export interface Scan extends Enclosing {
  readonly kind: 'scan'
  readonly sequence: GraphNode
  readonly step: Placeholder
  readonly output: GraphNode
}
/** A result of a scan: a carried value at the end, by index, or the sequence of outputs. */
export interface ScanResult extends Common {
  readonly kind: 'scan result'
  readonly scan: Scan
  readonly result: number | 'outputs'
}
/** A loop whose length depends on values. The condition is part of the body. */
export interface Loop extends Enclosing {
  readonly kind: 'loop'
  readonly condition: GraphNode
  /** The largest number of repetitions. */
  readonly limit: number
}
/** A result of a loop: a carried value at the end, by index. */
export interface LoopResult extends Common {
  readonly kind: 'loop result'
  readonly loop: Loop
  readonly result: number
}

/**
 * A product or convolution with a bias along the last axis (the third input, if there is one) and an activation, in one
 * pass over the result.
 */
export interface Fused extends Common {
  readonly kind: 'fused'
  readonly operation: 'matmul' | 'convolve'
  readonly inputs: readonly GraphNode[]
  readonly attributes: Attributes['matmul'] | Attributes['convolve']
  readonly activation: 'relu' | 'sigmoid' | 'tanh' | 'elu' | null
  /** The layer that it comes from. */
  readonly layer?: string
}

/** A call of a user's operation that has kernels, or a derivative of its own. */
export interface Own extends Common {
  readonly kind: 'own'
  readonly call: KernelCall
  readonly inputs: readonly GraphNode[]
  /** The layer that it comes from. */
  readonly layer?: string
}

/** A node. Its operands are reached from it, so a node is a whole computation. */
export type GraphNode =
  | Placeholder
  | Constant
  | Draw
  | Application
  | Fused
  | Own
  | Scan
  | ScanResult
  | Loop
  | LoopResult

/**
 * A computation from inputs to outputs, as a value. It is hash-consed: equal nodes are one node, so nothing is computed
 * twice.
 */
export interface Graph {
  readonly kind: 'Graph'
  readonly inputs: readonly Placeholder[]
  readonly outputs: readonly GraphNode[]
}

/** The result of one operation. */
export interface ApplicationOf<O extends Operation> extends Omit<Application, 'operation' | 'inputs' | 'attributes'> {
  readonly operation: O
  readonly inputs: Operands<O, GraphNode>
  readonly attributes: Attributes[O]
}

const kinds: ReadonlySet<unknown> = new Set<GraphNode['kind']>([
  ...(['placeholder', 'constant', 'draw', 'application', 'fused', 'own'] as const),
  ...(['scan', 'scan result', 'loop', 'loop result'] as const),
])
/** Whether a value is a node. */
export const isNode = (value: unknown): value is GraphNode => {
  try {
    return typeof value === 'object' && value !== null && kinds.has((value as Partial<GraphNode>).kind)
  } catch {
    // An object whose getters throw.
    return false
  }
}

const notNodes = (owner: string, expected: string, got: unknown): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option: 'nodes',
    expected,
    got: show(got),
    remedy: 'Nodes are what operations of graphOps give, and placeholder.',
  })

/** Whether a node is the result of an operation. */
export const isA = <O extends Operation>(node: GraphNode | undefined, operation: O): node is ApplicationOf<O> =>
  node?.kind === 'application' && node.operation === operation

/** Whether a node computes from a list of inputs. */
export const hasInputs = (node: GraphNode): node is Application | Fused | Own =>
  node.kind === 'application' || node.kind === 'fused' || node.kind === 'own'
/** Whether a node has a body. */
export const encloses = (node: GraphNode): node is Scan | Loop => node.kind === 'scan' || node.kind === 'loop'
/** Whether a node is a result of one that has a body. */
export const isResult = (node: GraphNode): node is ScanResult | LoopResult =>
  node.kind === 'scan result' || node.kind === 'loop result'
/** The scan or loop of a result. */
export const enclosingOf = (node: ScanResult | LoopResult): Scan | Loop =>
  node.kind === 'scan result' ? node.scan : node.loop

/**
 * The operands of a node.
 *
 * @throws InvalidOption if it is no node
 */
export const operands = (node: GraphNode): readonly GraphNode[] => {
  if (!isNode(node)) throw notNodes('operands', 'a node of a graph', node)
  if (hasInputs(node)) return node.inputs
  if (encloses(node)) return [...node.initial, ...(node.kind === 'scan' ? [node.sequence] : []), ...node.captured]
  return isResult(node) ? [enclosingOf(node)] : []
}

/**
 * All nodes that outputs depend on, each after its operands.
 *
 * @param given nodes whose operands are left out
 * @param of the operands of a node
 * @throws InvalidOption if the outputs are no nodes
 */
export const topological = (
  outputs: readonly GraphNode[],
  given: (node: GraphNode) => boolean = () => false,
  of: (node: GraphNode) => readonly GraphNode[] = operands,
): readonly GraphNode[] => {
  if (!isList(outputs) || !outputs.every(isNode)) throw notNodes('topological', 'an array of nodes', outputs)
  if (typeof given !== 'function' || typeof of !== 'function')
    throw notNodes('topological', 'functions of nodes beside them', [given, of])
  const order = new Set<GraphNode>()
  // A stack of our own: a long sequence of layers is deeper than the call stack.
  const pending = outputs.toReversed()
  const entered = new Set<GraphNode>()
  for (let node = pending.at(-1); node !== undefined; node = pending.at(-1)) {
    if (order.has(node) || entered.has(node) || given(node)) {
      order.add(node)
      pending.pop()
      continue
    }
    entered.add(node)
    const made = of(node)
    for (let i = made.length - 1; i >= 0; i--) pending.push(made[i] as GraphNode)
  }
  return [...order]
}

/** How often each node is used, as an operand or output. */
export const uses = (outputs: readonly GraphNode[]): ReadonlyMap<GraphNode, number> => {
  const counts = new Map<GraphNode, number>()
  const use = (node: GraphNode): void => {
    counts.set(node, (counts.get(node) ?? 0) + 1)
  }
  for (const node of topological(outputs)) operands(node).forEach(use)
  outputs.forEach(use)
  return counts
}
