import { symbolicKey } from '../base/random.ts'
import { type Flow, showFlow } from '../base/shape.ts'
import { leafOf, leavesOf, mapTree, type VariableTree } from '../base/trees.ts'
import type { Mode } from '../core/layer.ts'
import { asGraph, type Change, changing } from '../graph/build.ts'
import type { Graph, GraphNode, Placeholder } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, tracer } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import { run } from '../network/run.ts'
import { outgoing } from '../network/wiring.ts'
import type { Ops } from '../ops/ops.ts'
import { tape } from '../ops/tape.ts'
import { wireFor } from './check.ts'
import { variableRules } from './init.ts'
import { isTrained } from './variables.ts'

// Networks as graphs.

/** A variable before a graph is traced: with its numbers, it becomes a constant. */
export interface Known {
  readonly shape: readonly number[]
  readonly trainable: boolean
  readonly data?: Float32Array
}

/** A network's variables without numbers, in the order in which graphs take them. */
export const variablesOf = (part: Part, x: Flow): VariableTree<Known> =>
  mapTree(variableRules(wireFor(part, x)), rule => ({ shape: rule.shape, trainable: isTrained(rule) }))

/** While a graph is traced, one symbolic key stands for any. */
const symbolic = ({ training, key }: Mode): Mode => ({ training, key: key && symbolicKey })

const named = (x: Flow, name: string): readonly Placeholder[] =>
  x.map((shape, i) => placeholder(x.length === 1 ? name : `${name} ${i + 1}`, shape ?? []))

/** Nodes for variables: placeholders, and constants where the numbers are known. */
const nodesOf = (variables: VariableTree<Known>): VariableTree<GraphNode> =>
  mapTree(variables, ({ shape, data }, layer, variable) =>
    data === undefined
      ? placeholder(`${layer}.${variable}`, shape)
      : Object.freeze({ kind: 'constant', values: data, shape }),
  )
const inputsIn = (tree: VariableTree<GraphNode>): readonly Placeholder[] =>
  leavesOf(tree).flatMap(([, , node]) => (node.kind === 'placeholder' ? [node] : []))

/** What is computed of a network's inputs and outputs and of what was given beside them, such as what was expected. */
export type Judgement = <T>(ops: Ops<T>, x: readonly T[], beside: readonly T[], outputs: readonly T[]) => readonly T[]

/** The judgement that computes nothing. */
export const outputsOnly: Judgement = () => []

/** Judgements are compared by identity. */
const judgements = new WeakMap<Judgement, number>()
let met = 0
/** The number of a judgement, which names its programs. */
export const numberOf = (judge: Judgement): number => {
  const known = judgements.get(judge)
  if (known !== undefined) return known
  met += 1
  judgements.set(judge, met)
  return met
}

/** What a graph gives after a network's outputs: the state that changes, or a judgement of the outputs. */
export type Further = 'state' | readonly [judge: Judgement, beside: Flow]

/** Where in a graph's outputs each new value of the state is. */
export type StateIndices = VariableTree<number>

/**
 * The graph of a network: from its variables that are not known, its inputs, and what is given beside them.
 *
 * @param change of the interpreter that makes the nodes
 */
export const traceNetwork = (
  part: Part,
  variables: VariableTree<Known>,
  mode: Mode,
  x: Flow,
  further: Further,
  change: Change = ops => ops,
): readonly [graph: Graph, state: StateIndices] => {
  const nodes = nodesOf(variables)
  const inputs = named(x, 'input')
  const ops = changing(tracer(interner()), change)
  const [outputs, after] = run(ops, wireFor(part, x), nodes, inputs, symbolic(mode))
  if (further === 'state') {
    let at = outputs.length
    const changed = leavesOf(after).map(([, , node]) => node)
    return [asGraph([...inputsIn(nodes), ...inputs], [...outputs, ...changed]), mapTree(after, () => at++)]
  }
  const [judge, shapes] = further
  const beside = named(shapes, 'expected')
  const judged = judge(ops, inputs, beside, outputs)
  return [asGraph([...inputsIn(nodes), ...inputs, ...beside], [...outputs, ...judged]), {}]
}

/**
 * The graph of a network's gradients: from variables, inputs and cotangents to outputs, gradients of the inputs and
 * gradients of the parameters.
 */
export const traceGradients = (
  part: Part,
  variables: VariableTree<Known>,
  mode: Mode,
  x: Flow,
  cotangents: Flow,
): Graph => {
  const nodes = nodesOf(variables)
  const [inputs, seeds] = [named(x, 'input'), named(cotangents, 'cotangent')]
  const { ops, variable, fixed, gradients } = tape(tracer(interner()))
  const given = inputs.map(variable)
  const isTrainable = (layer: string, name: string) => leafOf(variables, layer, name)?.trainable === true
  const traced = mapTree(nodes, (node, layer, name) => (isTrainable(layer, name) ? variable : fixed)(node))
  const [outputs] = run(ops, wireFor(part, x), traced, given, symbolic(mode))
  const leaves = leavesOf(traced).flatMap(([layer, name, leaf]) => (isTrainable(layer, name) ? [leaf] : []))
  const found = gradients(
    outputs.map((output, i) => [output, seeds[i] as Placeholder] as const),
    [...given, ...leaves],
  )
  return asGraph([...inputsIn(nodes), ...inputs, ...seeds], [...outputs.map(output => output.value), ...found])
}

/** The shapes of a network's outputs for inputs of known shapes. */
export const outputShapes = (part: Part, x: Flow): readonly (readonly number[])[] =>
  outgoing(wireFor(part, x)).map(shape => {
    if (shape?.every(d => d !== null)) return shape as readonly number[]
    throw new RangeError(`an output of unknown shape for ${showFlow(x)}`)
  })
