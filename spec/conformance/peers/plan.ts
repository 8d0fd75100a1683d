import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import * as joinery from '../../../src/index.ts'
import { Differs, same } from '../data.ts'
import type { Engine } from '../engine.ts'
import { exported } from '../translate.ts'
import { type Arr, at, reshaped, size } from './array.ts'
import { close, type Tolerance } from './close.ts'
import { cannot } from './verdict.ts'

// What a case asks to compute: layers in sequence on inputs, with values for the variables of those that have names.

/** Values of variables by layer and variable. */
export type Values = Readonly<Record<string, Readonly<Record<string, Arr>>>>

/** Layers in sequence, and values of their variables. */
export interface Part {
  readonly layers: readonly joinery.Layer[]
  readonly values?: Values
}

/** A part with its inputs. */
export interface Plan extends Part {
  readonly inputs: readonly Arr[]
  readonly training?: boolean
  /** What is compared, from the output: the output itself if absent. */
  readonly view?: (output: Arr) => Arr
  /** The state that is compared in place of the output. */
  readonly state?: { readonly layer: string; readonly name: string }
  /** Layers that run without a network's input, whose variables may be as large as the batch. */
  readonly isAlone?: boolean
}

/** Gradients that a case gives: of inputs (`null`: of none), and of variables by layer. */
export interface Slopes {
  readonly cotangent: Arr
  readonly inputs: readonly (Arr | null)[]
  readonly variables: Values
  readonly tolerance: Tolerance
}

/** Makes a layer by the name of its maker. */
export const make = (maker: string, ...args: readonly unknown[]): joinery.Layer => exported(maker)(...args)

/** Parts one after another. */
export const parts = (...all: readonly Part[]): Part => ({
  layers: all.flatMap(({ layers }) => layers),
  values: Object.assign({}, ...all.map(({ values }) => values ?? {})),
})
/** A part of layers without variables. */
export const plain = (...layers: readonly joinery.Layer[]): Part => ({ layers })

const largest = (2 - 2 ** -23) * 2 ** 127
/** Refuses numbers that 32-bit floats have not. */
export const fitting = (...all: readonly Arr[]): void => {
  for (const { data } of all)
    if (data.some(x => Number.isFinite(x) && Math.abs(x) > largest)) cannot('numbers beyond those of 32-bit floats')
}

const given = ({ data, shape }: Arr): { data: Float32Array; shape: readonly number[] } => ({
  data: Float32Array.from(data),
  shape,
})
const tensorOf = ({ data, shape }: Arr): TfTensor => joinery.tensor(Float32Array.from(data), [...shape])

/** The network that a plan is. */
export const networkOf = ({ inputs, layers, isAlone }: Plan): joinery.Layer => {
  if (isAlone) return layers.length === 1 ? (layers[0] as joinery.Layer) : joinery.join(...(layers as never[]))
  const sources = inputs.map(({ shape }) => joinery.Input(shape.slice(1)) as never)
  const source = sources.length === 1 ? sources[0] : joinery.parallel(...(sources as never[]))
  return joinery.join(source as never, ...(layers as never[]))
}

type Tree = Record<string, Record<string, TfTensor>>
const structured = (tree: unknown): Tree =>
  Object.fromEntries(Object.entries(tree as Tree).map(([layer, own]) => [layer, { ...own }]))

/** What `init` makes, with the values of a case in its place. */
export const variablesOf = (network: joinery.Layer, { values = {} }: Part): joinery.Variables => {
  const made = joinery.init(network, joinery.key(0))
  const [params, state] = [structured(made.params), structured(made.state)]
  for (const [layer, own] of Object.entries(values))
    for (const [variable, value] of Object.entries(own)) {
      const tree = [params, state].find(each => each[layer]?.[variable] !== undefined)?.[layer]
      if (tree === undefined) throw new Differs(`there is no variable ${layer}/${variable}`)
      // A variable may have axes of length 1 that the peer's has not.
      tree[variable] = tensorOf(reshaped(value, (tree[variable] as TfTensor).shape))
    }
  return { params, state } as unknown as joinery.Variables
}

/** Variables of one layer that runs alone: running statistics are its state. */
const variablesAlone = ({ values = {} }: Part): joinery.Variables => {
  const own = (isState: boolean): Tree =>
    Object.fromEntries(
      Object.entries(values).map(([layer, variables]) => [
        layer,
        Object.fromEntries(
          Object.entries(variables)
            .filter(([name]) => name.startsWith('running') === isState)
            .map(([name, value]) => [name, tensorOf(value)]),
        ),
      ]),
    )
  return { params: own(false), state: own(true) } as unknown as joinery.Variables
}

/** A tensor's numbers and shape. */
export const read = (tensor: TfTensor | undefined, what: string): Arr => {
  if (tensor === undefined) throw new Differs(`there is no ${what}`)
  return { shape: tensor.shape, data: Array.from(tensor.dataSync()) }
}

/** What a case expects of a plan. */
export interface Expected {
  readonly output: Arr
  readonly tolerance: Tolerance
  readonly slopes?: Slopes
  /** The state after the step, by layer and variable. */
  readonly state?: Values
}

const optionsOf = ({ training = false }: Plan): joinery.ApplyOptions =>
  (training ? { training, key: joinery.key(1) } : {}) as joinery.ApplyOptions

/** Runs a plan and compares its output, its new state and its gradients. */
export const checkPlan = async (plan: Plan, expected: Expected, engine: Engine): Promise<void> => {
  fitting(...plan.inputs, expected.output)
  const network = networkOf(plan)
  const variables = plan.isAlone ? variablesAlone(plan) : variablesOf(network, plan)
  const input = plan.inputs.length === 1 ? given(plan.inputs[0] as Arr) : plan.inputs.map(given)
  const options = optionsOf(plan)
  const { output, state } = await engine.apply(network, variables, input, options)
  const raw = read(plan.state ? (state as Tree)[plan.state.layer]?.[plan.state.name] : output, 'output')
  const found = (plan.view ?? (all => all))(raw)
  same('shape of the output', found.shape, expected.output.shape)
  close('output', found.data, expected.output.data, expected.tolerance)
  for (const [layer, own] of Object.entries(expected.state ?? {}))
    for (const [name, value] of Object.entries(own)) {
      const next = read((state as Tree)[layer]?.[name], `state ${layer}/${name}`)
      close(`${layer}/${name} after the step`, next.data, value.data, expected.tolerance)
    }
  if (expected.slopes) await checkSlopes({ network, variables, input, options }, raw.shape, expected.slopes, engine)
}

const checkSlopes = async (
  run: {
    readonly network: joinery.Layer
    readonly variables: joinery.Variables
    readonly input: unknown
    readonly options: joinery.ApplyOptions
  },
  shape: readonly number[],
  { cotangent, inputs, variables, tolerance }: Slopes,
  engine: Engine,
): Promise<void> => {
  const { network, input, options } = run
  const slope = given(reshaped(cotangent, shape))
  const found = await engine.gradients(network, run.variables, input, slope, options)
  const ofInputs = (Array.isArray(found.input) ? found.input : [found.input]) as readonly (TfTensor | undefined)[]
  for (const [i, expected] of inputs.entries())
    if (expected !== null)
      close(`gradient of input ${i + 1}`, read(ofInputs[i], 'gradient').data, expected.data, tolerance)
  for (const [layer, own] of Object.entries(variables))
    for (const [name, expected] of Object.entries(own)) {
      const gradient = read((found.params as Tree)[layer]?.[name], `gradient of ${layer}/${name}`)
      close(`gradient of ${layer}/${name}`, gradient.data, expected.data, tolerance)
    }
}

/** The part of an output that stands at these places of its first axes. */
export const placeOf =
  (index: readonly number[]): ((output: Arr) => Arr) =>
  output =>
    at(output, ...index)

/** The output in another shape, of as many elements. */
export const inShape =
  (shape: readonly number[]): ((output: Arr) => Arr) =>
  output =>
    size(output.shape) === size(shape) ? reshaped(output, shape) : output
