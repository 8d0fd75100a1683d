import * as joinery from '../../src/index.ts'
import {
  type Case,
  close,
  Differs,
  type Numbers,
  numbersOf,
  type Shaped,
  same,
  type Tolerance,
  UnreadableCases,
} from './data.ts'
import type { Engine } from './engine.ts'
import { checkGradients, inputOf, thrown, withParams } from './layers.ts'
import { camelCase, exported, makeLayer } from './translate.ts'

// Cases of compositions: what they print, how they are named, what they compute.

type Expression =
  | readonly Expression[]
  | { readonly join: readonly Expression[] }
  | { readonly parallel: readonly Expression[] }
  | { readonly repeat: Expression; readonly n: number }
  | { readonly shared: Expression; readonly name: string }
  | { readonly layer: string; readonly args?: Readonly<Record<string, unknown>>; readonly params?: Params }
type Params = Readonly<Record<string, Shaped | null>>

/** Composes what an expression says. */
export const compose = (expression: Expression): joinery.Layer => {
  const all = (parts: readonly Expression[]): never[] => parts.map(part => compose(part) as never)
  if (Array.isArray(expression)) return joinery.join(...(all(expression) as never[]))
  const one = expression as Exclude<Expression, readonly Expression[]>
  if ('join' in one) return joinery.join(...all(one.join))
  if ('parallel' in one) return joinery.parallel(...all(one.parallel))
  if ('repeat' in one) return joinery.repeat(compose(one.repeat), one.n)
  if ('shared' in one) return joinery.shared(one.name, compose(one.shared) as never)
  if ('layer' in one) return makeLayer(one.layer, one.args)
  throw new UnreadableCases(`an expression of an unknown form, ${JSON.stringify(expression)}`)
}

interface Slice {
  readonly start?: readonly string[]
  readonly end?: readonly string[]
  readonly then_start?: readonly string[]
  readonly then_end?: readonly string[]
  readonly names?: readonly string[]
  readonly repr?: string
}
interface GraphCase extends Case {
  readonly network: Expression
  readonly error?: string
  readonly repr?: string
  readonly names?: readonly string[]
  readonly n_layers?: number
  readonly n_parameters?: number
  readonly trainable_parameters?: number
  readonly input_shape?: unknown
  readonly output_shape?: unknown
  readonly is_sequential?: boolean
  readonly slices?: readonly Slice[]
}

const count = (network: joinery.Layer) => joinery.countParameters(network)
const shapesOf = (network: joinery.Layer): joinery.Flow => (network as unknown as joinery.Wiring).inputs
/** Whether every layer feeds the next one only. */
const isSequential = (network: joinery.Layer): boolean => {
  const { nodes, outputs } = network as unknown as joinery.Wiring
  return (
    outputs.length === 1 &&
    nodes.every(
      ({ inputs, externals }, i) =>
        inputs.concat(externals).length === 1 && (i === 0 ? externals.length === 1 : inputs[0] === i - 1),
    )
  )
}

/** What each field of a case says of a network. */
const statements: Readonly<Record<string, (network: joinery.Layer, expected: never) => void>> = {
  repr: (network, expected) => same('print', String(network), expected),
  names: (network, expected) => same('names', joinery.names(network as never), expected),
  n_layers: (network, expected) => same('number of layers', joinery.names(network as never).length, expected),
  n_parameters: (network, expected) => same('number of parameters', count(network).total, expected),
  trainable_parameters: (network, expected) => same('trainable parameters', count(network).trainable, expected),
  output_shape: (network, expected) => same('output shape', joinery.outputShape(network), expected),
  is_sequential: (network, expected) => same('is sequential', isSequential(network), expected),
  input_shape: (network, expected) => {
    const shapes = shapesOf(network)
    same('input shape', shapes.length === 1 ? shapes[0] : shapes, expected)
  },
  slices: (network, expected) => {
    for (const slice of expected as readonly Slice[]) checkSlice(network, slice)
  },
}

const checkSlice = (network: joinery.Layer, { names, repr, ...cuts }: Slice): void => {
  const part = Object.entries(cuts).reduce<joinery.Layer>((rest, [cut, at]) => {
    const call = cut.replace('then_', '')
    if (call === 'start') return joinery.start(rest as never, ...(at as never[]))
    if (call === 'end') return joinery.end(rest as never, ...(at as never[]))
    throw new UnreadableCases(`a slice of an unknown form, ${cut}`)
  }, network)
  if (names) same('names of the slice', joinery.names(part as never), names)
  if (repr) same('print of the slice', String(part), repr)
}

/** A network's structure. */
export const checkGraph = (one: GraphCase): void => {
  const { id: _, network: expression, error, note: __, oddity: ___, behaviour: ____, ...expected } = one
  if (error !== undefined) {
    const found = thrown(() => compose(expression))
    if (found?.name !== error) throw new Differs(`expected ${error}, got ${found ?? 'none'}`)
    return
  }
  const network = compose(expression)
  for (const [field, value] of Object.entries(expected)) {
    const statement = statements[field]
    if (statement === undefined) throw new UnreadableCases(`unknown field ${field}`)
    statement(network, value as never)
  }
}

/** Arguments with which every layer can be made. */
const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Input: { shape: 3 },
  Convolution: { size: [3, 3, 4] },
  Deconvolution: { size: [3, 3, 4] },
  MaxPooling: { size: [2, 2] },
  AveragePooling: { size: [2, 2] },
  Upscale: { scale: 2 },
  Transpose: { perm: [0, 1] },
  Dropout: { proba: 0.5 },
  DropBlock: { keep_proba: 0.5, block_size: 3 },
  GroupNorm: { n_groups: 2 },
  Embedding: { input_size: 3, output_size: 2 },
  LSTM: { n_units: 2 },
  GRU: { n_units: 2 },
}

/** Automatic names, and those that patterns give. */
export const checkNames = (one: Case): void => {
  const {
    class_name: kind,
    first_auto_name,
    patterns,
    names,
  } = one as never as {
    class_name?: string
    first_auto_name?: string
    patterns?: readonly string[]
    names?: readonly string[]
  }
  if (kind !== undefined)
    same('automatic name', joinery.names(makeLayer(kind, samples[kind]) as never)[0], first_auto_name)
  else {
    const layers = (patterns ?? []).map(name => joinery.Relu({ name }) as never)
    same('names', joinery.names(joinery.join(...(layers as never[])) as never), names)
  }
}

/** A ready-made network. */
export const checkArchitecture = (one: Case): void => {
  const { architecture, id: _, note: __, oddity: ___, behaviour: ____, args, ...expected } = one
  const options = Object.entries(args ?? {}).map(([option, value]) => [camelCase(option), value])
  const network = exported(camelCase(architecture as string))(
    ...(options.length > 0 ? [Object.fromEntries(options)] : []),
  )
  for (const [field, value] of Object.entries(expected)) {
    const statement = statements[field]
    if (statement === undefined) throw new UnreadableCases(`unknown field ${field}`)
    statement(network, value as never)
  }
}

interface NetworkCase extends Case {
  readonly network: Expression | string
  readonly layers?: readonly Extract<Expression, { readonly layer: string }>[]
  readonly params?: Params
  readonly repr?: string
  readonly n_parameters?: number
  readonly symbolic_shapes?: readonly (joinery.Shape | null)[]
  readonly input_shape: readonly number[]
  readonly input: Numbers
  readonly output_shape: readonly number[]
  readonly output: Numbers
  readonly cotangent?: Numbers
  readonly grad?: Readonly<Record<string, Numbers>>
}

/** What a whole network computes, with the shapes on the way. Variables are named "layer/variable". */
export const checkNetwork = async (one: NetworkCase, tolerance: Tolerance, engine: Engine): Promise<void> => {
  const network = compose(one.layers ?? (one.network as Expression))
  const all = joinery.names(network as never)
  const pathOf = (key: string): readonly [string, string] => {
    const [layer, variable] = key.includes('/') ? key.split('/') : [onlyLayerWith(one, all), key]
    return [layer as string, camelCase(variable as string)]
  }
  if (one.repr) same('print', String(network), one.repr)
  if (one.n_parameters !== undefined) same('number of parameters', count(network).total, one.n_parameters)
  if (one.symbolic_shapes) {
    const { nodes } = network as unknown as joinery.Wiring
    same(
      'shapes',
      nodes.map(node => node.shape),
      one.symbolic_shapes,
    )
  }
  const given = one.params ?? listed(one, all)
  const variables = withParams(joinery.init(network, joinery.key(0)), given, pathOf)
  const { output } = await engine.apply(network, variables, inputOf(one))
  same('output shape', output.shape, one.output_shape)
  close('output', output.dataSync(), numbersOf(one.output, one.output_shape), tolerance)
  if (one.cotangent && one.grad) {
    const cotangent = { data: numbersOf(one.cotangent, one.output_shape), shape: one.output_shape }
    const how = { engine, tolerance, nameOf: pathOf }
    await checkGradients(network, variables, inputOf(one), cotangent, one.grad, {}, how)
  }
}

/** The variables that stand with the layers of a list. */
const listed = ({ layers = [] }: NetworkCase, all: readonly string[]): Params =>
  Object.fromEntries(
    layers.flatMap(({ params = {} }, i) => Object.entries(params).map(([key, value]) => [`${all[i]}/${key}`, value])),
  )

/** Where a case names a variable alone, one layer has variables. */
const onlyLayerWith = ({ layers = [] }: NetworkCase, all: readonly string[]): string => {
  const at = layers.flatMap(({ params }, i) => (params ? [i] : []))
  if (at.length !== 1) throw new UnreadableCases('a variable without its layer')
  return all[at[0] as number] as string
}
