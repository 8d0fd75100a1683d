import { prepare } from '../backends/prepare.ts'
import { InvalidOption } from '../base/errors.ts'
import type { Flow } from '../base/shape.ts'
import { leavesOf, type VariableTree } from '../base/trees.ts'
import { bodyOf } from '../graph/enclosed.ts'
import { type Constant, encloses, type Graph, topological } from '../graph/graph.ts'
import { mostUnrolled, unrollLoops } from '../graph/unroll.ts'
import type { Part } from '../network/parts.ts'
import { drawsSome, forAnySize, inputsFor } from '../state/any-batch.ts'
import { type Known, outputsOnly, traceNetwork } from '../state/traced.ts'
import { joined, type Sized } from './linear.ts'
import { repeatedFor } from './repeated.ts'
import { numbersOf, orderOf, type Program, programOf, uniformOf } from './sized.ts'

/** Numbers that a program takes from a file. */
export interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A network in inference, for any batch. */
export interface Traced {
  readonly program: Sized<Program>
  /** The constants, by the number of their value. */
  readonly weights: ReadonlyMap<number, Weight>
  readonly numbers: ReadonlyMap<number, number | Float32Array>
}

const inference = { training: false, key: undefined }

/** The graph of a network in inference, for inputs of these shapes. */
const graphOf = (owner: string, part: Part, variables: VariableTree<Known>, x: Flow): Graph => {
  const [traced] = traceNetwork(part, variables, inference, x, [outputsOnly, []])
  const { graph, draws } = prepare(topological(traced.outputs).some(encloses) ? unrollLoops(traced) : traced)
  if (draws.length > 0) throw drawsSome(owner)
  for (const node of topological(graph.outputs))
    if (encloses(node))
      throw new InvalidOption({
        layer: layerIn(bodyOf(node)) ?? owner,
        option: 'network',
        expected: 'operations that are repeated a known number of times',
        got: `a loop whose length depends on values, or is more than ${mostUnrolled}`,
        remedy: 'Repeat the operations a fixed number of times, with scan, or leave out that layer.',
      })
  return graph
}

/** The layer that a body comes from. */
const layerIn = (body: Graph): string | undefined => {
  for (const node of topological(body.outputs)) if ('layer' in node && node.layer !== undefined) return node.layer
  return undefined
}

const constantsOf = (graph: Graph): readonly (Constant | undefined)[] =>
  orderOf(graph).map(node => (node.kind === 'constant' ? node : undefined))

const sameNumbers = (a: Constant, b: Constant): boolean => {
  if (a.values === b.values) return true
  const [one, other] = [numbersOf(a), numbersOf(b)]
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]))
}

/** The layer of the first step that programs do not have in common. */
const difference = (programs: readonly Program[]): string => {
  const [first, ...others] = programs as readonly [Program, ...Program[]]
  const form = (program: Program, i: number) => program.steps[i]?.calls.map(({ kernel }) => kernel).join()
  const at = first.steps.findIndex((_, i) => others.some(other => form(other, i) !== form(first, i)))
  const layer = first.steps[at]?.layer
  return layer ? `what ${layer} computes` : 'a shape'
}

/** The layer that reads a value first, packed or not. */
const readerOf = ({ steps, packings }: Program, value: number): string | null => {
  const reads = (calls: unknown, name: string): boolean => JSON.stringify(calls).includes(JSON.stringify(name))
  const own = `value ${value}`
  const names = [own, ...packings.flatMap(({ call }, i) => (reads(call, own) ? [`packed ${i}`] : []))]
  return steps.find(({ calls }) => names.some(name => reads(calls, name)))?.layer ?? null
}

/**
 * A network in inference, for any batch.
 *
 * @throws InvalidOption if it does not know the shapes of its inputs, draws random numbers, repeats operations as values
 *   say, or depends on the size of the batch otherwise than linearly
 */
export const tracedFor = (owner: string, part: Part, inputs: Flow, variables: VariableTree<Known>): Traced => {
  const names = new Map(leavesOf(variables).map(([layer, name, { data }]) => [data as unknown, `${layer}/${name}`]))
  return forAnySize(owner, part, inputs, sizes => {
    const graphs = sizes.map(batch =>
      repeatedFor(graphOf(owner, part, variables, inputsFor(owner, inputs, batch)), batch),
    )
    const programs = graphs.map(graph => programOf(graph, values => names.has(values)))
    const program = joined(sizes, programs)
    if (program === undefined) return difference(programs)
    const [constants = [], ...others] = graphs.map(constantsOf)
    const weights = new Map<number, Weight>()
    const numbers = new Map<number, number | Float32Array>()
    const taken = new Set(names.values())
    for (const [value, { form }] of program.values.entries()) {
      const constant = constants[value]
      if (constant === undefined || form === 'computed') continue
      if (!others.every(all => sameNumbers(constant, all[value] as Constant))) return 'a constant'
      if (form === 'weight') {
        const name = names.get(constant.values) ?? newName(taken, readerOf(programs[0] as Program, value))
        weights.set(value, { name, shape: constant.shape as readonly number[], data: numbersOf(constant) })
      } else numbers.set(value, form === 'number' ? (uniformOf(constant) as number) : numbersOf(constant))
    }
    return { program, weights, numbers }
  })
}

/** A name for weights that are no variable, such as a filter with the scale of the normalization after it. */
const newName = (taken: Set<string>, layer: string | null, count = 1): string => {
  const name = `${layer ?? 'network'}/constant-${count}`
  if (taken.has(name)) return newName(taken, layer, count + 1)
  taken.add(name)
  return name
}
