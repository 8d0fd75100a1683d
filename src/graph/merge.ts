import type { Operation } from '../ops/operations.ts'
import type { Margin, Ops } from '../ops/ops.ts'
import { type Application, type ApplicationOf, type Graph, type GraphNode, isA, topological, uses } from './graph.ts'
import { rewritten, throughLoops } from './rewrite.ts'

// The gradient of a scan adds a product, a sum and a padded slice for every step, each as large as the whole. Merged,
// they are one product, one sum and one concatenation.

type Nodes = readonly GraphNode[]
type Sum = ApplicationOf<'add'>

/** A sum without broadcasting, which would change the other terms. */
const isSum = (node: GraphNode): node is Sum =>
  isA(node, 'add') && node.inputs.every(input => input.shape.join() === node.shape.join())

/** Sums used only as a term of another sum. */
const innerSums = (outputs: Nodes): ReadonlySet<GraphNode> => {
  const counts = uses(outputs)
  const sums = topological(outputs).filter(isSum)
  return new Set(sums.flatMap(({ inputs }) => inputs.filter(input => isSum(input) && counts.get(input) === 1)))
}

const termsOf = (sum: Sum, inner: ReadonlySet<GraphNode>): Nodes => {
  const terms: GraphNode[] = []
  const pending: GraphNode[] = [...sum.inputs]
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (inner.has(next) && isSum(next)) pending.unshift(...next.inputs)
    else terms.push(next)
  }
  return terms
}

type Term = ApplicationOf<'matmul'> | ApplicationOf<'sum'> | ApplicationOf<'pad'>
/** How to merge terms of an operation. */
interface Kind<T extends Term> {
  /** Terms of the same text are merged; `undefined`: this one is not. */
  readonly alike: (term: T) => string | undefined
  readonly together: (ops: Ops<GraphNode>, terms: readonly [T, ...T[]]) => Nodes
}

const firstInputs = (terms: readonly GraphNode[]): Nodes =>
  terms.map(term => (term as Application).inputs[0] as GraphNode)

const paddedAxis = (margins: readonly Margin[]): number =>
  margins.findIndex(([before, after]) => before > 0 || after > 0)

const kinds: { readonly [T in Term as T['operation']]: Kind<T> } = {
  // Products `aᵀ b`: one product of all rows.
  matmul: {
    alike: ({ shape, inputs: [a, b] }) =>
      shape.length === 2 && isA(a, 'transpose') && !b.shape.includes(null) ? '' : undefined,
    together: (ops, terms) => {
      const left = ops.concatenate(firstInputs(firstInputs(terms)), 0)
      const right = ops.concatenate(
        terms.map(({ inputs: [, b] }) => b),
        0,
      )
      return [ops.matmul(ops.transpose(left, [1, 0]), right)]
    },
  },
  // Sums over rows: one sum of all rows.
  sum: {
    alike: ({ inputs: [x], attributes: [axes, kept] }) =>
      axes[0] === 0 && !x.shape.includes(null) ? `${axes} ${kept} ${x.shape.slice(1)}` : undefined,
    together: (ops, terms) => [ops.sum(ops.concatenate(firstInputs(terms), 0), ...terms[0].attributes)],
  },
  // Padded parts that are adjacent: one padded concatenation.
  pad: {
    alike: ({ attributes: [margins] }) => {
      const axis = paddedAxis(margins)
      const isOne = margins.every(([before, after], i) => i === axis || (before === 0 && after === 0))
      return axis >= 0 && isOne ? String(axis) : undefined
    },
    together: (ops, terms) => {
      const [{ attributes, shape }] = terms
      const axis = paddedAxis(attributes[0])
      const parts = terms.map(({ inputs: [x], attributes: [margins] }) => ({ x, margin: margins[axis] as Margin }))
      const runs: { readonly parts: GraphNode[]; margin: Margin }[] = []
      for (const { x, margin } of parts.toSorted((a, b) => a.margin[0] - b.margin[0])) {
        const run = runs.find(run => (shape[axis] as number) - run.margin[1] === margin[0])
        run?.parts.push(x)
        if (run) run.margin = [run.margin[0], margin[1]]
        else runs.push({ parts: [x], margin })
      }
      return runs.map(({ parts, margin }) =>
        ops.pad(
          ops.concatenate(parts, axis),
          shape.map((_, i): Margin => (i === axis ? margin : [0, 0])),
        ),
      )
    },
  },
}

interface Group {
  readonly kind: Kind<Term> | undefined
  readonly terms: GraphNode[]
}

const grouped = (terms: Nodes): readonly Group[] => {
  const groups = new Map<string, Group>()
  for (const term of terms) {
    // The table pairs each kind with its own terms, which a term of any kind cannot express.
    const kind =
      term.kind === 'application' ? (kinds as Partial<Record<Operation, Kind<Term>>>)[term.operation] : undefined
    const alike = kind?.alike(term as Term)
    const name = alike === undefined ? '' : `${(term as Term).operation} ${alike}`
    const group = groups.get(name)
    if (group) group.terms.push(term)
    else groups.set(name, { kind: alike === undefined ? undefined : kind, terms: [term] })
  }
  return [...groups.values()]
}

/**
 * Merges the terms of sums: products of transposed matrices into one product, sums over rows into one sum, adjacent
 * padded parts into one concatenation. Outputs are the same within rounding.
 */
export const mergeSums: (graph: Graph) => Graph = throughLoops(graph => {
  const inner = innerSums(graph.outputs)
  return rewritten(graph, (_, { ops, renewed }, before) => {
    if (!isSum(before) || inner.has(before)) return undefined
    const terms = termsOf(before, inner)
    const merged = grouped(terms.map(renewed)).flatMap(({ kind, terms }) =>
      kind && terms.length > 1 ? kind.together(ops, terms as [Term, ...Term[]]) : terms,
    )
    return merged.length < terms.length ? merged.reduce((a, b) => ops.add(a, b)) : undefined
  })
})
