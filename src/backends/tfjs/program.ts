import { BackendError, InvalidOption } from '../../core/errors.ts'
import { perform } from '../../core/operations.ts'
import type { Sliding } from '../../core/ops.ts'
import { sizeOf } from '../../core/shape.ts'
import { type Constant, type Fused, type Graph, type GraphNode, operands, topological } from '../../graph/graph.ts'
import { lastUses } from '../../graph/plan.ts'
import type { Product } from '../../graph/products.ts'
import { uniform } from '../../graph/simplify.ts'
import { emptying } from '../../ops/empty.ts'
import { asMemoryFault, checkInputs, type Program } from '../backend.ts'
import { elementwise } from '../wasm/elementwise.ts'
import { type Products, productsIn } from '../wasm/products.ts'
import { contracted, isEmpty, lasting, operandOf, sources } from '../wasm/sources.ts'
import { type Constants, constantsOn } from './constants.ts'
import { type Device, type Info, present } from './device.ts'
import { type Kernels, kernelsOf } from './kernels.ts'

/** A program that also runs without a promise, as all kernels of tfjs do. */
export interface KernelProgram extends Program<Info> {
  readonly runNow: (inputs: readonly Info[], donated?: readonly number[]) => readonly Info[]
}

/** One node: computes its value and gives back the ones that are used here for the last time. */
interface Instruction {
  readonly at: number
  /** The layer that it comes from. */
  readonly layer: string | undefined
  readonly compute: (values: readonly (Info | undefined)[]) => Info
  readonly last: readonly number[]
}

/** A product by kernels of our own, then an activation that they do not know. */
const multiplication = (
  products: Products,
  kernels: Kernels,
  node: Product | Fused,
  from: readonly number[],
  made: Info[],
): Instruction['compute'] => {
  const { operation, attributes, inputs, shape } = node
  const activation = node.kind === 'fused' ? node.activation : null
  const multiply = products.prepare({
    sliding: operation === 'convolve' ? (attributes[0] as Sliding) : null,
    a: operandOf(inputs[0] as GraphNode),
    b: operandOf(inputs[1] as GraphNode),
    result: shape as readonly number[],
    positive: activation === 'relu',
  })
  const [a, b, bias] = from as readonly [number, number, number | undefined]
  const result = (values: readonly (Info | undefined)[]): Info =>
    multiply(values[a] as Info, values[b] as Info, bias === undefined ? undefined : values[bias])
  if (activation === null || activation === 'relu') return result
  return values => {
    const product = result(values)
    made.push(product)
    return kernels[activation](product)
  }
}

/** An operation element by element by kernels of our own; `undefined` for what they cannot do. */
const inPlace = (
  { module }: Device,
  node: GraphNode,
  from: readonly number[],
  isSpent: (operand: GraphNode) => boolean,
): Instruction['compute'] | undefined => {
  if (module === undefined || node.kind !== 'application' || isEmpty(node)) return undefined
  const shapes = node.inputs.map(({ shape }) => shape as readonly number[])
  const compute = elementwise(module, node.operation, shapes, node.shape as readonly number[])
  const spent = node.inputs.map(isSpent)
  return (
    compute &&
    (values =>
      compute(
        from.map(i => values[i] as Info),
        spent,
      ))
  )
}

const computation = (
  device: Device,
  kernels: Kernels,
  node: GraphNode,
  place: (node: GraphNode) => number,
): Instruction['compute'] => {
  const from = operands(node).map(place)
  const given = (values: readonly (Info | undefined)[]): readonly Info[] => from.map(i => values[i] as Info)
  if (node.kind === 'fused') {
    const { operation, attributes, activation } = node
    return values => kernels.fused({ operation, attributes, activation }, given(values))
  }
  if (node.kind === 'application') {
    const { operation, attributes } = node
    const isPositive = operation === 'greater' && uniform(node.inputs[1] as GraphNode) === 0
    if (isPositive) return values => kernels.positive(values[from[0] as number] as Info)
    const run = perform(isEmpty(node) ? emptying(kernels) : kernels)
    return values => run(operation, given(values), attributes)
  }
  throw new BackendError({
    backend: device.name,
    expected: 'a graph of operations, its scans unrolled and its draws fed',
    got: `a ${node.kind}`,
    remedy: 'Compile what prepare(graph) gives.',
  })
}

/** The same error, with the layer whose node could not be run. */
const inLayer = (fault: unknown, name: string, layer: string | undefined): unknown => {
  const error = asMemoryFault(fault, name, layer)
  if (error instanceof InvalidOption && layer !== undefined) {
    const { option, expected, got, remedy } = error
    return new InvalidOption({ layer, option, expected, got, remedy })
  }
  if (!(error instanceof BackendError) || error.layer !== undefined || layer === undefined) return error
  const { backend, expected, got, remedy } = error
  return new BackendError({ backend, layer, expected, got, remedy })
}

const disposed = (backend: string): BackendError =>
  new BackendError({
    backend,
    expected: 'a program in use',
    got: 'one that was disposed of',
    remedy: 'Compile the graph again.',
  })

/** What a program does, in places for its values. */
interface Plan {
  readonly places: number
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly constants: readonly (readonly [place: number, info: Info])[]
  readonly instructions: readonly Instruction[]
}

/** Constants on the device; when there is no room for all of them, none are left there. */
const placed = (
  constants: readonly (readonly [place: number, node: Constant])[],
  keep: Constants,
): Plan['constants'] => {
  const found: [number, Info][] = []
  try {
    for (const [place, { values, shape }] of constants) {
      const own = shape as readonly number[]
      const numbers = typeof values === 'number' ? new Float32Array(sizeOf(own)).fill(values) : values
      found.push([place, keep.take(numbers, own)])
    }
    return found
  } catch (error) {
    for (const [, info] of found) keep.give(info)
    throw error
  }
}

const planOf = (device: Device, graph: Graph, products: Products | undefined, made: Info[], keep: Constants): Plan => {
  const kernels = kernelsOf(device, made)
  const reads = products ? sources : operands
  const order = topological([...graph.inputs, ...graph.outputs], undefined, reads)
  const places = new Map(order.map((node, i) => [node, i]))
  const place = (node: GraphNode): number => places.get(node) as number
  const lasts = lastUses(graph, reads)
  const kept = lasting(order)
  return {
    places: order.length,
    inputs: graph.inputs.map(place),
    outputs: graph.outputs.map(place),
    instructions: order.flatMap((node, i): Plan['instructions'] => {
      if (node.kind === 'constant' || node.kind === 'placeholder') return []
      const ended = lasts.get(node) ?? []
      const from = reads(node).map(place)
      const product = contracted(node)
      const compute =
        products && product
          ? multiplication(products, kernels, product, from, made)
          : (inPlace(device, node, from, operand => ended.includes(operand) && !kept.has(operand)) ??
            computation(device, kernels, node, place))
      const layer = 'layer' in node ? node.layer : undefined
      return [{ at: i, layer, compute, last: ended.map(place) }]
    }),
    // Last: what cannot be compiled takes no memory.
    constants: placed(
      order.flatMap(node => (node.kind === 'constant' ? [[place(node), node] as const] : [])),
      keep,
    ),
  }
}

/** Apart from the program, whose functions would hold on to the graph if they were made beside it. */
const planned = (...given: Parameters<typeof planOf>): Plan => {
  try {
    return planOf(...given)
  } catch (error) {
    const [{ name }, , products] = given
    products?.dispose()
    throw asMemoryFault(error, name)
  }
}

/**
 * A graph as kernel calls in order, every intermediate given back at its last use. The program keeps nothing of the graph,
 * whose constants lie in the memory of the device from then on.
 *
 * @param family as of a backend's `compile`
 * @throws BackendError when the graph holds what must be prepared, a kernel is missing, or there is no memory
 */
export const compileFor = (device: Device, graph: Graph, family?: object): KernelProgram => {
  const made: Info[] = []
  const products = device.module && productsIn(device.module)
  const keep = constantsOn(device, family)
  const { places, inputs, outputs, constants, instructions } = planned(device, graph, products, made, keep)
  const shapes = graph.inputs.map(({ shape }) => shape)
  let isOpen = true
  // An output that is a constant, an input or another output is handed out as one more reference to the same numbers.
  const shared = outputs.map(
    (at, i) => outputs.indexOf(at) !== i || inputs.includes(at) || constants.some(([other]) => other === at),
  )

  const runNow = (given: readonly Info[], donated: readonly number[] = []): readonly Info[] => {
    if (!isOpen) throw disposed(device.name)
    present(device)
    checkInputs(device.name, shapes, given)
    const values: (Info | undefined)[] = Array(places)
    for (const [at, info] of constants) values[at] = info
    for (const [k, at] of inputs.entries()) values[at] = given[k] as Info
    let current: string | undefined
    try {
      for (const { at, layer, compute, last } of instructions) {
        current = layer
        const result = compute(values)
        values[at] = result
        for (const info of made) if (info !== result) device.dispose(info)
        made.length = 0
        for (const end of last) {
          device.dispose(values[end] as Info)
          values[end] = undefined
        }
      }
    } catch (error) {
      for (const { at } of instructions) if (values[at] !== undefined) made.push(values[at])
      for (const info of made) device.dispose(info)
      made.length = 0
      throw inLayer(error, device.name, current)
    }
    const results = outputs.map((at, i) => {
      const info = values[at] as Info
      if (shared[i]) device.backend.incRef(info.dataId)
      return shared[i] ? { ...info } : info
    })
    for (const k of donated) device.dispose(given[k] as Info)
    return results
  }
  return Object.freeze<KernelProgram>({
    runNow,
    run: async (given, donated) => runNow(given, donated),
    dispose: () => {
      if (!isOpen) return
      isOpen = false
      for (const [, info] of constants) keep.give(info)
      products?.dispose()
    },
  })
}
