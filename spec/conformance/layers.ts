import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import * as joinery from '../../src/index.ts'
import { type Case, close, Differs, flat, type Numbers, numbersOf, type Shaped, same, type Tolerance } from './data.ts'
import type { Engine } from './engine.ts'
import { camelCase, makeLayer } from './translate.ts'

// Cases of one layer: what it computes, its gradients, its shapes, and what it refuses.

type Args = Readonly<Record<string, unknown>>
interface ValueCase extends Case {
  readonly layer: string
  readonly args: Args
  readonly input_shape: readonly number[]
  readonly input: Numbers | 'ones' | 'zeros'
  readonly inputs?: readonly Shaped[]
  readonly params?: Readonly<Record<string, Shaped | null>>
  readonly training?: boolean
  readonly output: Numbers
  readonly output_shape?: readonly number[]
  readonly updated?: Readonly<Record<string, Shaped>>
  readonly cotangent?: Numbers
  readonly grad?: Readonly<Record<string, Numbers | readonly Numbers[]>>
}

/** In these cases a list of one number stands for that number and 1. */
const withPairs = (args: Args): Args =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      (name === 'stride' || name === 'dilation') && Array.isArray(value) && value.length === 1 ? [value[0], 1] : value,
    ]),
  )

const filled = (n: number, value: number): Float32Array => new Float32Array(n).fill(value)
const size = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
/** The input of a case. */
export const inputOf = ({
  input,
  input_shape: shape,
}: Pick<ValueCase, 'input' | 'input_shape'>): { data: Float32Array; shape: readonly number[] } => ({
  data: input === 'ones' || input === 'zeros' ? filled(size(shape), input === 'ones' ? 1 : 0) : numbersOf(input, shape),
  shape: shape,
})

/** The variables of a layer, those that a case gives in place of what `init` made. */
export const withParams = (
  made: joinery.Variables,
  given: Readonly<Record<string, Shaped | null>>,
  nameOf: (key: string) => readonly [layer: string, variable: string],
): joinery.Variables => {
  const trees = {
    params: structured(made.params as joinery.VariableTree<TfTensor>),
    state: structured(made.state as joinery.VariableTree<TfTensor>),
  }
  for (const [key, value] of Object.entries(given)) {
    const [layer, variable] = nameOf(key)
    const tree = [trees.params, trees.state].find(tree => tree[layer]?.[variable] !== undefined)
    if (value === null) {
      if (tree) throw new Differs(`${key}: expected no such variable, got one`)
      continue
    }
    if (!tree?.[layer]) throw new Differs(`${key}: expected such a variable, got none`)
    same(`shape of ${key}`, tree[layer][variable]?.shape, value.shape)
    const { data, shape } = flat(value)
    tree[layer][variable] = joinery.tensor(data, [...shape])
  }
  return trees as unknown as joinery.Variables
}
const structured = (tree: joinery.VariableTree<TfTensor>): Record<string, Record<string, TfTensor>> =>
  Object.fromEntries(Object.entries(tree).map(([layer, own]) => [layer, { ...own }]))

/** Makes the network of a layer: its input, or inputs, then the layer alone. */
const networkOf = (one: ValueCase, more: Args = {}): joinery.Layer => {
  const layer = makeLayer(one.layer, withPairs({ ...one.args, ...more }))
  const input = (shape: readonly number[]): joinery.Layer => joinery.Input(shape.slice(1))
  if (one.layer === 'Input') return layer
  if (one.inputs)
    return joinery.join(joinery.parallel(...one.inputs.map(({ shape }) => input(shape))) as never, layer as never)
  return joinery.join(input(one.input_shape) as never, layer as never)
}

/** Values, new state and gradients. */
export const checkValue = async (one: ValueCase, tolerance: Tolerance, engine: Engine): Promise<void> => {
  const { axes } = one.args as { readonly axes?: readonly number[] | null }
  // Variables as large as the batch are no network's: such a layer runs alone, with the variables of the case.
  const isAlone = Array.isArray(axes) && !axes.includes(0)
  const network = isAlone ? makeLayer(one.layer, withPairs(one.args)) : networkOf(one)
  const name = joinery.names(network as never).at(-1) as string
  const params = one.params ?? {}
  const variables = isAlone
    ? variablesOf(name, params)
    : withParams(joinery.init(network, joinery.key(0)), params, key => [name, camelCase(key)])
  const input = one.inputs ? one.inputs.map(flat) : inputOf(one)
  const options = { training: one.training ?? false, key: joinery.key(1) }
  const { output, state } = await engine.apply(network, variables, input, options)
  const shape = one.output_shape ?? one.input_shape
  same('output shape', output.shape, shape)
  close('output', output.dataSync(), numbersOf(one.output, shape), tolerance)
  for (const [key, value] of Object.entries(one.updated ?? {}))
    close(`new ${key}`, state[name]?.[camelCase(key)]?.dataSync() ?? [], flat(value).data, tolerance)
  if (!one.cotangent || !one.grad) return
  // Gradients are of parameters: initial values are among them where they are learned, and have the same gradients.
  const learns = Object.keys(one.grad).some(key => key.endsWith('_init')) && one.args.learn_init !== true
  const learner = learns ? networkOf(one, { learn_init: true }) : network
  const learned = learns
    ? withParams(joinery.init(learner, joinery.key(0)), params, key => [name, camelCase(key)])
    : variables
  await checkGradients(learner, learned, input, { data: numbersOf(one.cotangent, shape), shape }, one.grad, options, {
    engine,
    tolerance,
    nameOf: key => [name, camelCase(key)],
  })
}

/** The variables of one layer as a case gives them; running statistics are its state. */
const variablesOf = (name: string, given: Readonly<Record<string, Shaped | null>>): joinery.Variables => {
  const own = (isState: boolean): Record<string, TfTensor> =>
    Object.fromEntries(
      Object.entries(given).flatMap(([key, value]) => {
        if (value === null || key.startsWith('running_') !== isState) return []
        const { data, shape } = flat(value)
        return [[camelCase(key), joinery.tensor(data, [...shape])]]
      }),
    )
  return { params: { [name]: own(false) }, state: { [name]: own(true) } } as unknown as joinery.Variables
}

/** Gradients of a network's inputs and parameters. */
export const checkGradients = async (
  network: joinery.Layer,
  variables: joinery.Variables,
  input: unknown,
  cotangent: unknown,
  expected: Readonly<Record<string, Numbers | readonly Numbers[]>>,
  options: joinery.ApplyOptions,
  {
    engine,
    tolerance,
    nameOf,
  }: { engine: Engine; tolerance: Tolerance; nameOf: (key: string) => readonly [string, string] },
): Promise<void> => {
  const found = await engine.gradients(network, variables, input, cotangent, options)
  const { params } = found
  for (const [key, numbers] of Object.entries(expected)) {
    if (key === 'inputs') {
      const gradients = found.input as readonly TfTensor[]
      for (const [i, own] of (numbers as readonly Numbers[]).entries())
        closeTo(`gradient of input ${i}`, gradients[i], own, tolerance)
      continue
    }
    const of = (key: string): TfTensor | undefined => {
      const [layer, variable] = nameOf(key)
      return params[layer]?.[variable]
    }
    closeTo(`gradient of ${key}`, key === 'input' ? (found.input as TfTensor) : of(key), numbers as Numbers, tolerance)
  }
}
const closeTo = (what: string, actual: TfTensor | undefined, expected: Numbers, tolerance: Tolerance): void => {
  if (actual === undefined) throw new Differs(`${what}: there is none`)
  close(what, actual.dataSync(), numbersOf(expected, actual.shape), tolerance)
}

/** The same statistics over several steps, each step's state given to the next. */
export const checkSteps = async (one: Case, tolerance: Tolerance, engine: Engine): Promise<void> => {
  const {
    layer,
    args,
    input_shape: shape,
    steps,
  } = one as unknown as ValueCase & {
    readonly steps: readonly (Readonly<Record<string, readonly number[]>> & { readonly input: Numbers })[]
  }
  const network = joinery.join(joinery.Input(shape.slice(1)) as never, makeLayer(layer, args) as never) as joinery.Layer
  const name = joinery.names(network as never).at(-1) as string
  let variables = joinery.init(network, joinery.key(0)) as { params: unknown; state: joinery.VariableTree<TfTensor> }
  for (const [i, { input, ...expected }] of steps.entries()) {
    const given = { data: numbersOf(input, shape), shape }
    const { state } = await engine.apply(network, variables as never, given, { training: true })
    for (const [key, numbers] of Object.entries(expected))
      close(`${key} after step ${i + 1}`, state[name]?.[camelCase(key)]?.dataSync() ?? [], numbers, tolerance)
    variables = { ...variables, state }
  }
}

/** Output shapes. */
export const checkShapes = (one: Case): void => {
  const { layer, args, input_shape, input_shapes, output_shape, corrected_output_shape } = one as never as {
    layer: string
    args: Args
    input_shape: joinery.Shape | null
    input_shapes?: readonly (joinery.Shape | null)[]
    output_shape: joinery.Shape | null
    corrected_output_shape?: joinery.Shape | null
  }
  const made = makeLayer(layer, withPairs(args))
  const expected = corrected_output_shape === undefined ? output_shape : corrected_output_shape
  same('output shape', joinery.outputShape(made, input_shapes ?? input_shape), expected)
}

/** The error that a bad call throws, or that none is thrown. */
export const checkError = (one: Case): void => {
  const { layer, args, input_shape, input_shapes, expect } = one as never as {
    layer: string
    args: Args
    input_shape?: joinery.Shape | null
    input_shapes?: readonly (joinery.Shape | null)[]
    expect: { error: string | null; stage?: 'construct' | 'shape' | 'variables' }
  }
  const shapes = input_shapes ?? input_shape
  const stages: readonly [string, () => unknown][] = [
    ['construct', () => makeLayer(layer, args)],
    ['shape', () => shapes !== undefined && joinery.outputShape(makeLayer(layer, args), shapes)],
    ['variables', () => shapes !== undefined && variablesFor(makeLayer(layer, args), shapes)],
  ]
  for (const [stage, run] of stages) {
    const error = thrown(run)
    if (error === null) {
      if (stage === expect.stage) throw new Differs(`expected ${expect.error} at the stage ${stage}, got none`)
      continue
    }
    if (stage !== expect.stage || error.name !== expect.error)
      throw new Differs(`expected ${expect.error} (${expect.stage}), got ${error.name} (${stage}): ${error.message}`)
    return
  }
}
const variablesFor = (
  layer: joinery.Layer,
  shapes: joinery.Shape | null | readonly (joinery.Shape | null)[],
): unknown => {
  if (shapes === null) return joinery.init(layer, joinery.key(0))
  const several = shapes.some(Array.isArray)
  const inputs = ((several ? shapes : [shapes]) as readonly joinery.Shape[]).map(shape => joinery.Input(shape.slice(1)))
  const source = several ? joinery.parallel(...(inputs as never[])) : inputs[0]
  return joinery.init(joinery.join(source as never, layer as never), joinery.key(0))
}
/** What a call throws; a name that is missing goes on. */
export const thrown = (run: () => unknown): Error | null => {
  try {
    run()
    return null
  } catch (error) {
    if ((error as { missing?: string }).missing !== undefined) throw error
    return error as Error
  }
}
