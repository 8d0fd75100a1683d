import { BackendError, InvalidOption, show } from '../../base/errors.ts'
import { showShape } from '../../base/shape.ts'
import {
  encloses,
  enclosingOf,
  type Graph,
  type GraphNode,
  isA,
  isResult,
  type Loop,
  type Own,
  type Scan,
  topological,
} from '../../graph/graph.ts'
import { rowWriteOf } from '../../graph/row-write.ts'
import { movedAxis } from '../../ops/axes.ts'
import { emptying } from '../../ops/empty.ts'
import { type Attributes, perform } from '../../ops/operations.ts'
import { unprepared } from '../backend.ts'
import { absorptions, unpadded } from './addends.ts'
import { type Emitter, emitter } from './emitter.ts'
import { idiomOf } from './idioms/idioms.ts'
import { biased, onnxOps } from './interpreter.ts'
import { ofSpread } from './lowerings/convolution.ts'
import { cast } from './lowerings/elementwise.ts'
import { rowWritten } from './lowerings/moves.ts'
import type { Aim, Model, Port } from './model.ts'
import { spreadOf } from './spread.ts'
import { asGiven, laid, type Value } from './values.ts'

/** The name in options and messages. */
export const backendName = 'onnxruntime'

const inputName = (i: number): string => `input ${i}`
const outputName = (i: number): string => `output ${i}`

/** The name of a node in the model and in messages. */
const labelOf = (node: GraphNode): string => {
  if (node.kind === 'own') return node.call.name
  if (node.kind !== 'application' && node.kind !== 'fused') return node.kind
  return node.layer === undefined ? node.operation : `${node.layer}, ${node.operation}`
}

const known = (node: GraphNode): readonly number[] => {
  if (node.shape.every(d => d !== null)) return node.shape as readonly number[]
  throw new BackendError({
    backend: backendName,
    ...(node.kind === 'application' && node.layer !== undefined ? { layer: node.layer } : {}),
    expected: 'known dimensions',
    got: `${labelOf(node)} of shape ${showShape(node.shape)}`,
    remedy: 'Compile the graph for inputs of known shapes.',
  })
}

/** A user's operation by the operators that it has for this runtime. */
const byKernel = (emit: Emitter, { call, shape, inputs }: Own, values: readonly Value[]): Value => {
  const { name, kernels, given } = call
  if (kernels.onnxruntime === undefined) throw unprepared(backendName, name)
  const { node, floats, integers } = emit
  const result = kernels.onnxruntime(
    { node: (operator, names, attributes) => node(operator, names, attributes), floats, integers },
    values.map(value => laid(emit, value)),
    inputs.map(known),
    ...given,
  )
  if (typeof result === 'string') return asGiven(result, shape as readonly number[])
  throw new InvalidOption({
    layer: name,
    option: 'kernels.onnxruntime',
    expected: 'the name of the result',
    got: show(result),
    remedy: "Return what operators.node gives, for example: ([x]) => operators.node('Exp', [x]).",
  })
}

/** @param values the values of some nodes, at least of all placeholders; gets those of the others */
const lowered = (emit: Emitter, values: Map<GraphNode, Value>, outputs: readonly GraphNode[]): readonly Value[] => {
  const ops = onnxOps(emit)
  const run = perform(emptying(ops))
  const valueAt = (node: GraphNode): Value => values.get(node) as Value
  const loops = new Map<Loop | Scan, readonly Value[]>()
  const order = topological(outputs, node => values.has(node))
  const absorbed = absorptions(order, outputs)
  const products = new Set<GraphNode>([...absorbed.values()].map(({ product }) => product))

  const spreadConvolution = (
    node: GraphNode & { readonly inputs: readonly GraphNode[]; readonly attributes: Attributes['convolve'] },
    filter: Value,
  ): Value | undefined => {
    const found = spreadOf(node.inputs[0] as GraphNode)
    if (found === undefined) return undefined
    const spread = { source: valueAt(found.source), gaps: found.gaps }
    return ofSpread({ emit, ops }, spread, filter, known(node), node.attributes[0])
  }
  const evaluate = (node: Exclude<GraphNode, Loop | Scan>): Value => {
    const absorption = absorbed.get(node)
    if (absorption !== undefined) {
      const { product, addend } = absorption
      const { inputs, attributes } = unpadded(product)
      return biased(emit, ops, { ...product, attributes }, [...inputs, addend].map(valueAt))
    }
    if (node.kind === 'constant') return ops.constant(node.values, known(node))
    if (isResult(node)) return loops.get(enclosingOf(node))?.at(node.result === 'outputs' ? -1 : node.result) as Value
    const write = rowWriteOf(node)
    if (write !== undefined)
      return rowWritten(emit, valueAt(write.kept), valueAt(write.row), valueAt(write.position), write.axis)
    const idiom = emit.aim.isPortable || node.shape.includes(0) ? undefined : idiomOf(node)
    if (idiom !== undefined) return idiom.lower(emit, idiom.inputs.map(valueAt))
    if (node.kind === 'own') return byKernel(emit, node, node.inputs.map(valueAt))
    if (node.kind !== 'application' && node.kind !== 'fused') throw unprepared(backendName, node.kind)
    known(node)
    const { inputs, attributes } = unpadded(node)
    const taken = inputs.map(valueAt)
    const transposed = isA(node, 'convolve') ? spreadConvolution(node, taken[1] as Value) : undefined
    if (transposed !== undefined) return transposed
    if (node.kind === 'application') return run(node.operation, taken, attributes as typeof node.attributes)
    const sum = biased(emit, ops, { ...node, attributes: attributes as typeof node.attributes }, taken)
    return node.activation === null ? sum : ops[node.activation](sum)
  }
  for (const node of order) {
    if (values.has(node) || products.has(node)) continue
    emit.label(labelOf(node))
    if (encloses(node)) loops.set(node, loop(emit, node, valueAt))
    else values.set(node, evaluate(node))
  }
  return outputs.map(valueAt)
}

/** What a loop or scan is repeated by: so many times, or while a condition holds; and what each repetition gives. */
const repetitionOf = (
  node: Loop | Scan,
): { readonly limit: number; readonly condition?: GraphNode; readonly ends: readonly GraphNode[] } =>
  node.kind === 'scan'
    ? { limit: known(node.sequence)[1] as number, ends: [...node.next, node.output] }
    : { limit: node.limit, condition: node.condition, ends: node.next }

/** The step of a scan in its body, from the sequence around it. */
const stepIn = (body: Emitter, { step }: Scan, sequence: string, repetition: string): Value => {
  const shape = known(step)
  return shape.includes(0)
    ? onnxOps(body).constant(new Float32Array(0), shape)
    : asGiven(body.node('Gather', [sequence, repetition], { axis: { int: 1 } }), shape)
}

/**
 * A loop or scan as the operator Loop, whose body returns whether to go on, what is carried next, and for a scan the output
 * of the step. The operator stacks outputs along a new first axis.
 */
const loop = (emit: Emitter, node: Loop | Scan, valueAt: (node: GraphNode) => Value): readonly Value[] => {
  const { limit, condition, ends } = repetitionOf(node)
  const captured = node.inner.map((stand, i) => [stand, valueAt(node.captured[i] as GraphNode)] as const)
  const bound = (carried: readonly Value[]): Map<GraphNode, Value> =>
    new Map([...captured, ...node.carried.map((stand, i) => [stand, carried[i] as Value] as const)])
  const goesOn = (inside: Emitter, asked: GraphNode, carried: readonly Value[]): string =>
    cast(inside, laid(inside, lowered(inside, bound(carried), [asked])[0] as Value), 'bool')

  const body = emit.nested()
  const port = (name: string, stand: GraphNode): Port => ({ name: body.scoped(name), shape: known(stand) })
  const inputs = node.carried.map((stand, i) => port(inputName(i), stand))
  const given = bound(inputs.map(({ name, shape }) => asGiven(name, shape as readonly number[])))
  const [repetition, goes] = [body.scoped('repetition'), body.scoped('goes on')]
  if (node.kind === 'scan') given.set(node.step, stepIn(body, node, laid(emit, valueAt(node.sequence)), repetition))
  const next = lowered(body, given, ends)
  const results = next.map((value, i) => ({ ...port(outputName(i), ends[i] as GraphNode), value: laid(body, value) }))
  const after = condition === undefined ? goes : goesOn(body, condition, next)
  const graph = body.finish(
    [{ name: repetition, shape: [], type: 'int64' }, { name: goes, shape: [], type: 'bool' }, ...inputs],
    [{ name: body.scoped('goes on after'), shape: [], type: 'bool', value: after }, ...results],
  )

  const initial = node.initial.map(valueAt)
  emit.label(labelOf(node))
  const first = condition === undefined ? '' : goesOn(emit, condition, initial)
  const names = emit.nodes(
    'Loop',
    [emit.integers([limit]), first, ...initial.map(value => laid(emit, value))],
    { body: { graph } },
    { outputs: ends.length },
  )
  const last = node.carried.map((stand, i) => asGiven(names[i] as string, known(stand)))
  if (node.kind === 'loop') return last
  const [rows, length, ...rest] = known(node) as readonly [number, number, ...number[]]
  const outputs = asGiven(names.at(-1) as string, [length, rows, ...rest])
  return [...last, movedAxis(onnxOps(emit), outputs, 0, 1)]
}

/** A graph as a model with the same inputs and outputs, in order. */
export const lower = (graph: Graph, aim?: Aim): Model => {
  const emit = emitter(aim)
  const inputs = graph.inputs.map((node, i) => ({ name: inputName(i), shape: known(node) }))
  const given = graph.inputs.map((node, i) => [node, asGiven(inputName(i), known(node))] as const)
  const outputs = lowered(emit, new Map(given), graph.outputs).map((value, i) => ({
    name: outputName(i),
    shape: known(graph.outputs[i] as GraphNode),
    value: laid(emit, value),
  }))
  return emit.finish(inputs, outputs)
}
