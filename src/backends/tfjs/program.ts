import { filled, known } from '../../base/shape.ts'
import { bodyOf } from '../../graph/enclosed.ts'
import {
  type Constant,
  encloses,
  enclosingOf,
  type Graph,
  type GraphNode,
  isA,
  isResult,
  type Loop,
  operands,
  type Scan,
  topological,
} from '../../graph/graph.ts'
import { lastUses } from '../../graph/plan.ts'
import { emptying } from '../../ops/empty.ts'
import { hasKernel, runKernel } from '../../ops/kernels.ts'
import { perform } from '../../ops/operations.ts'
import { operationsOf } from '../../tfjs/operations.ts'
import { asMemoryFault, checkInputs, disposed, type Program, unprepared } from '../backend.ts'
import { callsOf } from './calls.ts'
import { constantsOn } from './constants.ts'
import { type Device, type Info, present } from './device.ts'
import {
  execute,
  type Instruction,
  operandsAt,
  type Plan,
  repeating,
  scanning,
  type Target,
  type Values,
} from './execute.ts'
import { isEmpty, type Task } from './native.ts'

/** A program that can also run synchronously. */
export interface KernelProgram extends Program<Info> {
  readonly runNow: (inputs: readonly Info[], donated?: readonly number[], lost?: readonly number[]) => readonly Info[]
}

type Computation = Instruction['compute']

/** What is reshaped: the same numbers in the same memory. */
const beneathReshapes = (node: GraphNode): GraphNode =>
  isA(node, 'reshape') && !isEmpty(node) ? beneathReshapes(node.inputs[0]) : node

/** A product by native kernels, then an activation that they do not have. */
const multiplication = (
  { native, operations, made }: Target,
  node: GraphNode,
  from: readonly number[],
): Computation | undefined => {
  const product = native?.multiply(node)
  if (product === undefined) return undefined
  const { compute, activation } = product
  const result: Computation = values => compute(operandsAt(values, from), [])
  if (activation === null) return result
  return (values, lost) => {
    const before = result(values, lost) as Info
    made.push(before)
    return operations.perform(activation, [before], [])
  }
}

/** When the memory of an operand may be reused for a result: inputs belong to the caller, who may give them up. */
type Spending = 'always' | 'if lost' | 'never'

/** A node by native kernels, which may work in-place. */
const owned = (
  { device, native }: Target,
  node: GraphNode,
  operands: readonly GraphNode[],
  from: readonly number[],
  spendingOf: (operand: GraphNode) => Spending,
): Computation | undefined => {
  if (node.kind !== 'application' || isEmpty(node)) return undefined
  const { operation, attributes, inputs, shape } = node
  const shapes = inputs.map(input => known(input.shape)) as unknown as Task['shapes']
  const compute =
    native?.replace(node) ?? device.native?.prepare(operation, { shapes, attributes, result: known(shape) })
  if (compute === undefined) return undefined
  const spending = operands.map(spendingOf)
  const spent = spending.map(when => when === 'always')
  if (!spending.includes('if lost')) return values => compute(operandsAt(values, from), spent)
  const isSpentAt = (i: number, lost: ReadonlySet<number>): boolean =>
    spending[i] === 'if lost' ? lost.has(from[i] as number) : spent[i] === true
  return (values, lost) =>
    compute(
      operandsAt(values, from),
      from.map((_, i) => isSpentAt(i, lost)),
    )
}

/** The operands of a node in their own shapes, where reshapes were read through. */
const inShapes = (node: GraphNode, from: readonly number[]): ((values: Values) => readonly Info[]) => {
  const given = operands(node)
  if (given.every(operand => operand === beneathReshapes(operand))) return values => operandsAt(values, from)
  const shapes = given.map(operand => known(operand.shape))
  return values =>
    operandsAt(values, from).map(({ dataId, dtype }, i) => ({ dataId, dtype, shape: [...(shapes[i] as number[])] }))
}

const computation = ({ device, operations }: Target, node: GraphNode, from: readonly number[]): Computation => {
  const operandsOf = inShapes(node, from)
  if (node.kind === 'fused') {
    const { operation, attributes, activation } = node
    return values => operations.fused(operation, operandsOf(values), attributes, activation)
  }
  if (node.kind === 'own') {
    const { call } = node
    const kernels = device.name === 'wasm' ? 'wasm' : 'tfjs'
    if (!hasKernel(call, kernels)) throw unprepared(device.name, call.name)
    return values => {
      const inputs = operandsOf(values).map(info => ({ data: device.view(info).values, shape: info.shape }))
      const { data, shape } = runKernel(call, kernels, inputs)
      return device.make(data, shape)
    }
  }
  if (node.kind === 'application') {
    const { operation, attributes } = node
    // Native kernels were tried before.
    const own = device.native ? operations.byKernel : operations.perform
    const run = isEmpty(node) ? perform(emptying(operations.ops)) : own
    return values => run(operation, operandsOf(values), attributes)
  }
  throw unprepared(device.name, node.kind)
}

/** Constants on the device. */
const placed = (
  { keep, taken }: Target,
  constants: readonly (readonly [place: number, node: Constant])[],
): Plan['constants'] =>
  constants.map(([place, { values, shape }]) => {
    const own = shape as readonly number[]
    const info = keep.take(filled(values, own), own)
    taken.push(info)
    return [place, info]
  })

/** A loop or scan. Its condition and body are plans of their own. */
const looping = (
  target: Target,
  node: Loop | Scan,
  from: readonly number[],
  resultAt: (result: number | 'outputs') => number | undefined,
): Instruction['compute'] => {
  const { inputs, outputs } = bodyOf(node)
  const planned = (outputs: readonly GraphNode[]): Plan => planOf(target, { kind: 'Graph', inputs, outputs })
  const count = node.initial.length
  const results = node.initial.map((_, i) => resultAt(i))
  if (node.kind === 'loop') {
    const [condition, next] = [planned([node.condition]), planned(node.next)]
    return repeating(target, { condition, next, limit: node.limit, from, count, results })
  }
  return scanning(target, {
    body: planned(outputs),
    sequence: from[count] as number,
    step: known(node.step.shape),
    output: known(node.output.shape),
    length: known(node.sequence.shape)[1] as number,
    outputs: resultAt('outputs'),
    from: from.toSpliced(count, 1),
    count,
    results,
  })
}

const planOf = (target: Target, graph: Graph): Plan => {
  const given = target.native?.reads ?? operands
  // The plans of a loop take tensors in the shapes that they were made for.
  const reads = (node: GraphNode): readonly GraphNode[] =>
    node.kind === 'loop' ? given(node) : given(node).map(beneathReshapes)
  const order = topological([...graph.inputs, ...graph.outputs], undefined, reads)
  const places = new Map(order.map((node, i) => [node, i]))
  const place = (node: GraphNode): number => places.get(node) as number
  const lasts = lastUses({ ...graph, inputs: [] }, reads)
  const inputsOf: ReadonlySet<GraphNode> = new Set(graph.inputs)
  const kept = target.native?.lasting(order)
  const resultsOf =
    (of: Loop | Scan) =>
    (result: number | 'outputs'): number | undefined => {
      const at = order.findIndex(node => isResult(node) && enclosingOf(node) === of && node.result === result)
      return at < 0 ? undefined : at
    }
  const instructions = order.flatMap((node, i): Plan['instructions'] => {
    if (node.kind === 'constant' || node.kind === 'placeholder' || isResult(node)) return []
    const ends = lasts.get(node) ?? []
    const ended = ends.filter(operand => !inputsOf.has(operand))
    const operands = reads(node)
    const from = operands.map(place)
    const last = ended.map(place)
    if (encloses(node))
      return [{ at: i, layer: undefined, compute: looping(target, node, from, resultsOf(node)), last }]
    const compute =
      multiplication(target, node, from) ??
      owned(target, node, operands, from, operand => {
        if (!ends.includes(operand) || kept?.has(operand)) return 'never'
        return inputsOf.has(operand) ? 'if lost' : 'always'
      }) ??
      computation(target, node, from)
    return [{ at: i, layer: 'layer' in node ? node.layer : undefined, compute, last }]
  })
  const [inputs, outputs] = [graph.inputs.map(place), graph.outputs.map(place)]
  const isGiven = (at: number): boolean => inputs.includes(at) || order[at]?.kind === 'constant'
  return {
    places: order.length,
    inputs,
    outputs: outputs.map((at, i) => ({ at, isShared: outputs.indexOf(at) !== i || isGiven(at) })),
    instructions,
    computed: order.flatMap(({ kind }, at) => (kind === 'constant' || kind === 'placeholder' ? [] : [at])),
    // Last, so that a graph that cannot be compiled takes no memory.
    constants: placed(
      target,
      order.flatMap(node => (node.kind === 'constant' ? [[place(node), node] as const] : [])),
    ),
  }
}

/** A function of its own: closures beside it would keep the graph alive. */
const planned = (target: Target, graph: Graph): Plan => {
  try {
    return planOf(target, graph)
  } catch (error) {
    // If memory does not hold all constants, none stays.
    released(target)
    throw asMemoryFault(error, target.device.name)
  }
}

const released = ({ taken, keep, native }: Target): void => {
  for (const info of taken.splice(0)) keep.give(info)
  native?.dispose()
}

/**
 * Compiles a graph to kernel calls. Intermediates are freed at their last use. The program does not keep the graph: its
 * constants are copied to the device.
 *
 * @param family as of a backend's `compile`
 * @throws BackendError if the graph is not prepared, a kernel is missing or memory runs out
 */
export const compileFor = (device: Device, graph: Graph, family?: object): KernelProgram => {
  const made: Info[] = []
  const operations = operationsOf(callsOf(device, made))
  const native = device.native?.program()
  const target: Target = { device, operations, native, made, keep: constantsOn(device, family), taken: [] }
  const plan = planned(target, graph)
  const shapes = graph.inputs.map(({ shape }) => shape)
  let isOpen = true

  const runNow = (
    given: readonly Info[],
    donated: readonly number[] = [],
    lost: readonly number[] = [],
  ): readonly Info[] => {
    if (!isOpen) throw disposed(device.name)
    present(device)
    checkInputs(device.name, shapes, given)
    const results = execute(target, plan, given, new Set(lost.map(k => plan.inputs[k] as number)))
    for (const k of donated) device.dispose(given[k] as Info)
    return results
  }
  return Object.freeze<KernelProgram>({
    runNow,
    run: async (given, donated, lost) => runNow(given, donated, lost),
    dispose: () => {
      if (!isOpen) return
      isOpen = false
      released(target)
    },
  })
}
