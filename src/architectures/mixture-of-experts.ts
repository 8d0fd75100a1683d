import { InvalidOption, LayerConnectionError, show, wrongArgument } from '../base/errors.ts'
import { codec, type Options, parseOptions } from '../base/options.ts'
import {
  type Fails,
  type Mismatch,
  type Shape,
  type SharedShape,
  type Show,
  sharedShape,
  showFlow,
  showShape,
} from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import { sides, unchecked } from '../blocks/unchecked.ts'
import type { AnyLayer, Out, Typed } from '../core/layer.ts'
import { type Dense, Softmax } from '../layers/dense.ts'
import { GatedAverage } from '../layers/gated-average.ts'
import { Input } from '../layers/input.ts'
import { isPart, type Part, type Wiring } from '../network/parts.ts'
import { outgoing, wiringOf } from '../network/wiring.ts'
import type { Join, Parallel } from '../network-types/compose.ts'
import { model } from './model.ts'

/** The options of {@link mixtureOfExperts}. */
export interface MixtureOptions<G extends AnyLayer = AnyLayer> {
  /** What weighs the networks: [batch, features] in, [batch, networks] out. Default: `Softmax(networks.length)`. */
  readonly gatingLayer?: G
}

type Gate<N extends number> = Dense<'Softmax', N, number, 'softmax-{}'>
type FeaturesOf<I> = I extends readonly [unknown, infer F extends number] ? F : number
/** A mixture of experts as a type: the gate and the networks `N` side by side, and their average. */
export type MixtureOfExperts<N extends readonly Typed[], G extends AnyLayer> = Join<
  readonly [Input<FeaturesOf<N[0][' source']>, 'input-{}'>, Parallel<[G, ...N]>, GatedAverage<0, 'gated-average-{}'>]
>

type Matrix = readonly [unknown, unknown]
/** `L` where it can be an expert beside `First`; the reason why not where it cannot. */
type Expert<L extends Typed, First extends Typed> = unknown extends L[' source']
  ? L
  : [L[' source']] extends [never]
    ? Mismatch<'mixtureOfExperts expects networks that start with an Input'>
    : Agree<L, Fit<L[' source'], First[' source'], 'inputs'> | Fit<Out<L, number[]>, Out<First, number[]>, 'outputs'>>
type Agree<L, Fault> = Fails<Fault> extends 1 ? Fault : L
type Fit<S, T, What extends string> = number[] extends S | T
  ? never
  : S extends Matrix
    ? S[0] extends readonly unknown[]
      ? Mismatch<`mixtureOfExperts expects networks of one ${What extends 'inputs' ? 'input' : 'output'}`>
      : [SharedShape<S, T>] extends [never]
        ? Mismatch<`mixtureOfExperts expects ${What} of one shape, got ${Show<T>} and ${Show<S>}`>
        : never
    : Mismatch<`mixtureOfExperts expects 2-dimensional ${What} [batch, features], got ${Show<S>}`>
type Experts<N extends readonly AnyLayer[]> = { readonly [K in keyof N]: Expert<N[K], N[0]> }

const owner = 'mixtureOfExperts'
const example = 'mixtureOfExperts([join(Input(10), Relu(5)), join(Input(10), Tanh(5))])'

/** The networks as parts and as graphs, in which each has one input and one output. */
const asExperts = (networks: unknown): readonly (readonly [AnyLayer, Wiring])[] => {
  if (!isList(networks) || networks.length === 0) {
    const got = isList(networks) ? 'an empty one' : show(networks)
    throw wrongArgument(owner, 'networks', 'an array of networks', got, example)
  }
  return Array.from(networks, (network, i) => {
    const fault = (expected: string, remedy = `For example: ${example}.`) =>
      new InvalidOption({ layer: owner, option: `networks[${i}]`, expected, got: show(network), remedy })
    if (!isPart(network)) throw fault('a network')
    const wiring = wiringOf(network)
    if (wiring.nodes.some(({ externals, layer }) => externals.length > 0 && layer.kind !== 'Input'))
      throw fault('a network that starts with an Input')
    if (wiring.inputs.length !== 1 || wiring.outputs.length !== 1)
      throw fault('a network of one input and one output', 'Merge its inputs and its outputs.')
    return [network as unknown as AnyLayer, wiring]
  })
}

/** The features of shapes that have to be one and the same, of two dimensions. */
const commonFeatures = (shapes: readonly (Shape | null)[], what: 'inputs' | 'outputs'): number => {
  const fault = (expected: string, got: string, remedy: string) =>
    new LayerConnectionError({ layer: owner, expected, got, remedy })
  const flat = shapes.find(shape => shape !== null && shape.length !== 2)
  if (flat) throw fault(`2-dimensional ${what} [batch, features]`, showShape(flat), 'Put Reshape() into the networks.')
  const common = shapes.reduce<Shape | null | undefined>(
    (all, shape) => (all === undefined ? undefined : sharedShape(all, shape)),
    null,
  )
  if (common === undefined)
    throw fault(`networks with ${what} of one shape`, showFlow(shapes), `Give all networks the same ${what}.`)
  const features = common?.[1] ?? null
  if (features === null)
    throw fault(`known features of the ${what}`, showFlow(shapes), 'Give one of the networks a known number of them.')
  return features
}

const isLayer = codec<Part | null>('a layer', value => (value === null || isPart(value) ? value : undefined))
const gateOf = (given: unknown, experts: number): AnyLayer => {
  const options = isPart(given) || typeof given !== 'object' ? { gatingLayer: given } : given
  const settings: Options<{ gatingLayer: Part | null }> = { gatingLayer: { codec: isLayer, default: null } }
  const { gatingLayer } = parseOptions(owner, `Softmax(${experts})`, settings, options)
  return gatingLayer === null ? Softmax(experts) : (gatingLayer as unknown as AnyLayer)
}

/**
 * A mixture of experts (Jacobs et al. 1991): every network gets the whole input, and the output is the average of their
 * outputs, weighted for each example by a gate that is trained with them.
 *
 * @param networks networks of one input [batch, features] and one output [batch, features], of the same shapes
 * @param options the gating layer, alone or as an option
 * @throws InvalidOption if `networks` is not an array of networks of one input and one output, or the gate is no layer
 * @throws LayerConnectionError if the shapes of the networks are not 2-dimensional, differ, or leave the number of
 *   features unknown, or if the gate does not give one column for each network
 * @example
 * ```ts
 * const network = mixtureOfExperts([
 *   join(Input(10), Relu(5)),
 *   join(Input(10), Relu(20), Relu(5)),
 *   join(Input(10), Relu(30), Relu(20), Relu(5)),
 * ])
 * String(network) // (?, 10) -> [... 12 layers ...] -> (?, 5)
 * ```
 */
export const mixtureOfExperts = <const N extends readonly AnyLayer[], const G extends AnyLayer = Gate<N['length']>>(
  networks: Experts<N>,
  options?: G | MixtureOptions<G>,
): MixtureOfExperts<N, G> => {
  const experts = asExperts(networks)
  const features = commonFeatures(
    experts.map(([, { inputs }]) => inputs[0] ?? null),
    'inputs',
  )
  commonFeatures(
    experts.map(([, wiring]) => outgoing(wiring)[0] ?? null),
    'outputs',
  )
  const gate = gateOf(options, experts.length)
  const layers = [Input(features), sides(gate, ...experts.map(([network]) => network)), GatedAverage()] as const
  return unchecked(model(owner, layers))
}
