import type * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import { same, UnreadableCases } from '../../data.ts'
import { type Computation, type Engine, tensorOf } from '../../engine.ts'
import { type Arr, arr, isTensor } from '../array.ts'
import { close, toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { checkPlan, fitting, type Plan } from '../plan.ts'
import { cannot } from '../verdict.ts'

// An ONNX node, and what its outputs are here: layers, or operations.

/** A node of a case. */
export interface Node {
  readonly op: string
  readonly options: Options
  readonly opset: number
  /** The inputs in order; `undefined` for one left out. */
  readonly inputs: readonly (Arr | undefined)[]
  /** Names of the outputs, empty for one left out. */
  readonly outputs: readonly string[]
  readonly expected: readonly Arr[]
}

/** One output: of layers, or of operations on tensors. */
export type Source = Plan | { readonly inputs: readonly Arr[]; readonly compute: Computation }
/** What a node's outputs are, in order, without those left out. */
export type Mapping = (node: Node) => Source | readonly Source[]

/** 32-bit floats stand for these. */
const floats = ['float16', 'float32', 'float64', 'bfloat16', undefined]

/** The input at a place, which must be there. */
export const input = ({ inputs, op }: Node, at = 0): Arr => inputs[at] ?? cannot(`${op} without its input ${at + 1}`)

/** Refuses integers: there are none here. */
export const ofFloats = (...arrays: readonly (Arr | undefined)[]): void => {
  for (const one of arrays) if (!floats.includes(one?.dtype)) cannot(`numbers of the type ${one?.dtype}`)
}

/** The node of a case. */
export const nodeOf = (one: Case): Node => {
  const fields = one as never as {
    op: string
    attributes: object
    domain?: string
    opset: number
    input_names: readonly string[]
    inputs: Readonly<Record<string, unknown>>
    output_names: readonly string[]
    expected: readonly unknown[]
  }
  const inputs = fields.input_names.map(name => {
    const value = fields.inputs[name]
    if (value === undefined || value === null) return undefined
    return isTensor(value) ? arr(value) : cannot(`${fields.op} of a sequence`)
  })
  if (!fields.expected.every(isTensor)) cannot(`${fields.op} that gives no tensor`)
  return {
    op: fields.op,
    options: optionsOf(fields.op, fields.attributes),
    opset: fields.opset,
    inputs,
    outputs: fields.output_names,
    expected: fields.expected.map(arr),
  }
}

const isPlan = (source: Source): source is Plan => 'layers' in source

/** Runs what a node became, and compares every output. */
export const checkNode = async (
  one: Case,
  mappings: Readonly<Record<string, Mapping>>,
  engine: Engine,
): Promise<void> => {
  const node = nodeOf(one)
  const mapped = (mappings[node.op] ?? cannot(`ONNX ${node.op}`))(node)
  node.options.done()
  const sources = Array.isArray(mapped) ? (mapped as readonly Source[]) : [mapped as Source]
  if (sources.length < node.expected.length) cannot(`further outputs of ${node.op}`)
  if (sources.length > node.expected.length) throw new UnreadableCases(`${node.expected.length} outputs of ${node.op}`)
  const tolerance = toleranceOf(one)
  for (const [i, source] of sources.entries()) {
    const output = node.expected[i] as Arr
    if (isPlan(source)) await checkPlan(source, { output, tolerance }, engine)
    else await checkComputed(source, output, tolerance, engine)
  }
}

const checkComputed = async (
  { inputs, compute }: Exclude<Source, Plan>,
  expected: Arr,
  tolerance: { readonly atol: number; readonly rtol: number },
  engine: Engine,
): Promise<void> => {
  fitting(...inputs, expected)
  let shape: readonly (number | null)[] = []
  const noted: Computation = (ops, ...xs) => {
    const [y] = compute(ops, ...xs)
    shape = ops.shape(y as (typeof xs)[number])
    return [y as (typeof xs)[number]]
  }
  const [numbers = []] = await engine.compute(
    noted,
    inputs.map(({ data, shape }) => tensorOf(data, shape)),
  )
  same('shape of the output', shape, expected.shape)
  close('output', numbers, expected.data, tolerance)
}

/** Operations on the tensors of a node. */
export const computed = (inputs: readonly Arr[], f: <T>(ops: joinery.Ops<T>, ...xs: readonly T[]) => T): Source => ({
  inputs,
  compute: (ops, ...xs) => [f(ops, ...xs)],
})
