import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  type CompileOptions,
  compile,
  gradients,
  Input,
  init,
  type Key,
  key,
  type Layer,
  tensor,
  type Variables,
} from '../src/index.ts'
import { onnxruntime } from '../src/onnxruntime.ts'
import type { Numbers } from './ops/reference.ts'
import { close, untyped } from './running.ts'

// The layers that peers have too, against what PyTorch computes: outputs, and gradients of inputs and parameters,
// eager and compiled for every backend. spec/peers/generate.py wrote the cases.

/** A layer as a call of its constructor. */
interface Call {
  readonly $: readonly [kind: string, ...args: readonly unknown[]]
}
type Tree<V> = Readonly<Record<string, Readonly<Record<string, V>>>>
interface Case {
  readonly layer: Call
  readonly inputs: readonly Numbers[]
  readonly params: Tree<Numbers>
  readonly state?: Tree<Numbers>
  readonly training?: boolean
  readonly cotangent: Numbers
  readonly output: Numbers
  readonly inputGradients: readonly (Numbers | null)[]
  readonly paramGradients: Tree<Numbers>
  readonly after?: Tree<Numbers>
}

const isCall = (value: unknown): value is Call => typeof value === 'object' && value !== null && '$' in value
const made = (value: unknown): unknown => {
  if (isCall(value)) {
    const [kind, ...args] = value.$
    return (untyped as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>)[kind]?.(...args.map(made))
  }
  if (Array.isArray(value)) return value.map(made)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, made(part)]))
}

const networkOf = (layer: Layer, inputs: readonly Numbers[]): Layer => {
  const [first, ...others] = inputs.map(({ shape }) => Input(shape.slice(1)))
  return others.length > 0 ? untyped.join(untyped.parallel(first, ...others), layer) : untyped.join(first, layer)
}

const toTensor = ({ shape, data }: Numbers): TfTensor => tensor(Float32Array.from(data), [...shape]) as TfTensor
const toNumbers = (value: TfTensor): Numbers => ({ shape: value.shape, data: Array.from(value.dataSync()) })

/** Values by the names that a network has for them; '*' stands for its only layer with any. */
const placed = <V>(tree: Tree<V>, names: Tree<unknown>): Tree<V> => {
  const [only] = Object.keys(names)
  return Object.fromEntries(Object.entries(tree).map(([layer, own]) => [layer === '*' ? String(only) : layer, own]))
}
const asTensors = (tree: Tree<Numbers>): Tree<TfTensor> =>
  Object.fromEntries(
    Object.entries(tree).map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, toTensor(value)])),
    ]),
  )
const namesIn = (tree: Tree<unknown>): readonly string[] =>
  Object.entries(tree)
    .flatMap(([layer, own]) => Object.keys(own).map(name => `${layer}.${name}`))
    .sort()

const compare = (found: Tree<TfTensor>, expected: Tree<Numbers>): void => {
  expect(namesIn(found)).to.deep.equal(namesIn(expected))
  for (const [layer, own] of Object.entries(expected))
    for (const [name, value] of Object.entries(own)) close(toNumbers(found[layer]?.[name] as TfTensor), value, 1e-4)
}

/** What a way to run a network gives. */
interface Found {
  readonly output: TfTensor
  readonly input: TfTensor | readonly TfTensor[]
  readonly params: Tree<TfTensor>
  readonly after: Tree<TfTensor>
}
interface Run {
  readonly network: Layer
  readonly variables: Variables
  readonly input: never
  readonly cotangent: never
  readonly options: { readonly training: boolean; readonly key: Key }
}
const eagerly = async ({ network, variables, input, cotangent, options }: Run): Promise<Found> => {
  const found = gradients(network, variables, input, cotangent, options)
  return { ...found, after: apply(network, variables, input, options).state } as unknown as Found
}
const compiled =
  (backend: NonNullable<CompileOptions['backend']>) =>
  async ({ network, variables, input, cotangent, options }: Run): Promise<Found> => {
    const program = compile(network, variables, { backend })
    const found = await program.gradients(input, cotangent, options)
    const { state } = await program.apply(input, options)
    await program.dispose()
    return { ...found, after: state } as unknown as Found
  }
const ways: Readonly<Record<string, (run: Run) => Promise<Found>>> = {
  eager: eagerly,
  'compiled for tfjs': compiled('tfjs'),
  'compiled for wasm': compiled('wasm'),
  'compiled for ONNX Runtime': compiled(onnxruntime({ threads: 1 })),
}

const check = async (
  way: (run: Run) => Promise<Found>,
  { layer, inputs, params, state, training = false, ...expected }: Case,
): Promise<void> => {
  const network = networkOf(made(layer) as Layer, inputs)
  const initial = init(network, key(1)) as unknown as { params: Tree<TfTensor>; state: Tree<TfTensor> }
  const own = placed(params, initial.params)
  expect(namesIn(own)).to.deep.equal(namesIn(initial.params))
  const variables = {
    params: asTensors(own),
    state: state ? asTensors(placed(state, initial.state)) : initial.state,
  } as unknown as Variables
  const given = inputs.map(toTensor)
  const found = await way({
    network,
    variables,
    input: (given.length === 1 ? given[0] : given) as never,
    cotangent: toTensor(expected.cotangent) as never,
    options: { training, key: key(2) },
  })
  close(toNumbers(found.output), expected.output, 1e-4)
  const back = [found.input].flat()
  for (const [i, gradient] of expected.inputGradients.entries())
    if (gradient !== null) close(toNumbers(back[i] as TfTensor), gradient, 1e-4)
  compare(found.params, placed(expected.paramGradients, initial.params))
  if (expected.after) compare(found.after, placed(expected.after, initial.state))
}

const text = (value: unknown): string => {
  if (isCall(value)) return `${value.$[0]}(${value.$.slice(1).map(text).join(', ')})`
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(([name, part]) => `${name}: ${text(part)}`)
    .join(', ')} }`
}

const folder = fileURLToPath(new URL('./peers/', import.meta.url))

for (const [name, way] of Object.entries(ways))
  describe(`PyTorch computes the same as ${name}`, () => {
    for (const file of readdirSync(folder).filter(file => file.endsWith('.json')))
      describe(file, () => {
        const cases = JSON.parse(readFileSync(folder + file, 'utf8')) as readonly Case[]
        for (const one of cases)
          it(`${text(one.layer)} of ${one.inputs.map(({ shape }) => `(${shape})`).join(' and ')}`, () =>
            check(way, one))
      })
  })
