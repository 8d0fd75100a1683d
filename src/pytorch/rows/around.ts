import { fromStart } from '../../base/shape.ts'
import type { Part } from '../../network/parts.ts'
import { call, type InnerModule, type ModuleTensor, type Row, type Site, tuple } from '../row.ts'

// Layers that change the weights of one within: parametrizations of PyTorch.

/** A weight within, as PyTorch's module has it. */
interface Weight {
  readonly variable: string
  /** The module that has it, and its name there. */
  readonly owner: string
  readonly name: string
  readonly tensor: ModuleTensor
  /** The axes of the library's weight in PyTorch's order. */
  readonly order: readonly number[]
  readonly shape: readonly number[]
}

const weightOf = (site: Site, { tensors }: InnerModule, variable: string): Weight => {
  const found = tensors.find(({ pieces }) => pieces.some(piece => piece.variable === variable))
  const [piece, ...others] = found?.pieces ?? []
  if (found === undefined || piece === undefined || others.length > 0 || piece.negated !== undefined)
    throw site.refuse('weights that are a tensor each in PyTorch', variable, 'Take the layer around it away.')
  const at = found.name.lastIndexOf('.')
  const shape = site.shapeOf(variable)
  return {
    variable,
    owner: found.name.slice(0, Math.max(at, 0)),
    name: found.name.slice(at + 1),
    tensor: found,
    order: piece.permute ?? shape.map((_, i) => i),
    shape,
  }
}

/** Whether PyTorch's tensor has the axes of the library's, and no other ones. */
const checkAxes = (site: Site, { order, shape, tensor, variable }: Weight): void => {
  if (tensor.shape.join() !== order.map(axis => shape[axis]).join())
    throw site.refuse('weights with the same axes in PyTorch', variable, 'Take the layer around it away.')
}

/** A layer within whose weights are parametrized; `parts` are the tensors of a parametrization. */
const parametrized = (
  site: Site,
  names: readonly string[],
  make: (weight: Weight) => string,
  parts: (weight: Weight) => readonly ModuleTensor[],
  before: (weight: Weight, at: string) => readonly string[] = () => [],
  first: readonly string[] = [],
) => {
  const inner = site.inner(site.options.layer as Part, site.inputs, '', true)
  const weights = names.map(name => weightOf(site, inner, name))
  const placeOf = ({ owner }: Weight) => (owner === '' ? site.self : `${site.self}.${owner}`)
  const changed = new Map(weights.map(weight => [weight.tensor, weight]))
  return {
    make: `${inner.type}()`,
    setUp: [
      ...first,
      ...weights.flatMap(weight => [
        ...before(weight, `${placeOf(weight)}.${weight.name}`),
        call('parametrize.register_parametrization', placeOf(weight), `'${weight.name}'`, make(weight)),
      ]),
    ],
    tensors: inner.tensors.flatMap(one => {
      const weight = changed.get(one)
      if (weight === undefined) return [one]
      const at = `${weight.owner === '' ? '' : `${weight.owner}.`}parametrizations.${weight.name}`
      return [
        { ...one, name: `${at}.original` },
        ...parts(weight).map(part => ({ ...part, name: `${at}.0.${part.name}` })),
      ]
    }),
    call: (inputs: readonly string[]) => call(site.self, ...inputs),
  }
}

const named = (site: Site, variable: string, name: string): ModuleTensor => ({
  name,
  shape: site.shapeOf(variable),
  pieces: [{ variable }],
})
const axisOf = (site: Site, { shape }: Weight): number => fromStart(site.options.axis as number, shape.length)

export const aroundRows: Readonly<Record<string, Row>> = {
  WeightNorm: site => ({
    ...parametrized(
      site,
      site.options.weights as readonly string[],
      weight => {
        checkAxes(site, weight)
        const axis = axisOf(site, weight)
        return `WeightNorm(${weight.order.indexOf(axis)}, ${weight.shape[axis]})`
      },
      ({ variable }) => [named(site, `${variable}Gain`, 'gain')],
    ),
    helpers: ['WeightNorm'],
  }),
  SpectralNorm: site => ({
    ...parametrized(
      site,
      site.options.weights as readonly string[],
      weight => {
        checkAxes(site, weight)
        const axis = axisOf(site, weight)
        const others = weight.shape.map((_, i) => i).filter(i => i !== axis)
        const order = [axis, ...others].map(i => weight.order.indexOf(i))
        const { iterations, epsilon } = site.options
        const rest = others.reduce((product, i) => product * (weight.shape[i] as number), 1)
        return `SpectralNorm(${tuple(order)}, ${weight.shape[axis]}, ${rest}, ${String(iterations)}, ${String(epsilon)})`
      },
      ({ variable }) => [named(site, `${variable}Left`, 'left'), named(site, `${variable}Right`, 'right')],
    ),
    helpers: ['SpectralNorm'],
  }),
  LowRank: site => {
    const { alpha, rank, frozen } = site.options as {
      readonly alpha: number | null
      readonly rank: number
      readonly frozen: 'all' | 'weights'
    }
    const names = site.variables.filter(name => site.has(`${name}A`) && site.has(`${name}B`))
    return {
      ...parametrized(
        site,
        names,
        ({ order, shape }) => `LowRank(${tuple(order)}, ${tuple(shape)}, ${rank}, ${(alpha ?? rank) / rank})`,
        ({ variable }) => [named(site, `${variable}A`, 'a'), named(site, `${variable}B`, 'b')],
        (_, at) => (frozen === 'all' ? [] : [`${at}.requires_grad_(False)`]),
        frozen === 'all' ? [`${site.self}.requires_grad_(False)`] : [],
      ),
      helpers: ['LowRank'],
    }
  },
}
