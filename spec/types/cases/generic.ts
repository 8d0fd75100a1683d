import { pipe } from 'fp-ts/lib/function.js'
import {
  BatchNorm,
  Bidirectional,
  block,
  branch,
  Concatenate,
  Convolution,
  Dropout,
  Elementwise,
  type Fits,
  Identity,
  Input,
  type InputOf,
  init,
  join,
  key,
  type Layer,
  LayerNorm,
  Linear,
  LSTM,
  mixtureOfExperts,
  type OutputOf,
  type ParamsOf,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  shared,
  type Tensor,
  TimeDistributed,
  to,
  when,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Functions that take layers, or sizes: what they make is typed where they are called, and a misfit underlined there.

const [five, six, ten] = [Relu(5), Relu(6), Relu(10)] as const

// Layers that may be the same, shared under one name, and layers that a type or a loop leaves unknown.
export const alike = <const L extends Layer>(layer: L) => join(Input(8), shared('a', Relu(8)), shared('a', layer))
export const beside = <const L extends Layer>(layer: L) => join(Input(8), shared('a', Relu(8)), layer)
declare const unknown: Layer
export const perhaps = join(Input(8), shared('a', Relu(8)), shared('a', unknown))
export const among = (layers: Layer[]) => join(Input(8), shared('a', Relu(8)), ...layers)

// A layer, before, after, around and within others.
const normed = <const L extends Layer>(inner: L) => join(residual(inner), LayerNorm())
const before = <const L extends Layer>(layer: L) => residual(join(LayerNorm(), layer))
const withHead = <const H extends Layer>(head: H) => join(Input(10), Relu(8), head)
const activated = <const A extends Layer>(activation: A) => join(Linear(8), activation, Linear(4), activation)
const named = <const N extends string, const L extends Layer>(name: N, layer: L) => join(Input(4), block(name, layer))
const sharing = <const L extends Layer>(layer: L) => join(Input(4), parallel(shared('s', layer), shared('s', layer)))
const everyStep = <const L extends Layer>(layer: L) => join(Input([5, 4]), TimeDistributed(layer))
const bothWays = <const L extends Layer>(layer: L) => join(Input([5, 4]), Bidirectional(layer))
const inBranches = <const L extends Layer>(layer: L) => parallel([LayerNorm(), layer], [Relu(3), layer])

const one = join(Input(10), normed(ten), before(ten))
holds<Same<OutputOf<typeof one>, [number, 10]>>()
holds<Same<ParamsOf<typeof one>['relu-2']['weight'], Tensor<[10, 10]>>>()
const two = withHead(Softmax(3))
holds<Same<OutputOf<typeof two>, [number, 3]>>()
holds<Same<ParamsOf<typeof two>['softmax-1']['weight'], Tensor<[8, 3]>>>()
const three = join(Input(10), activated(Relu()))
holds<Same<OutputOf<typeof three>, [number, 4]>>()
const four = named('encoder', six)
holds<Same<ParamsOf<typeof four>['encoder/relu-1']['weight'], Tensor<[4, 6]>>>()
const shares = sharing(six)
holds<Same<ParamsOf<typeof shares>['s']['weight'], Tensor<[4, 6]>>>()
const steps = everyStep(six)
holds<Same<OutputOf<typeof steps>, [number, 5, 6]>>()
const both = bothWays(LSTM(6))
holds<Same<OutputOf<typeof both>, [number, 12]>>()
const branched = join(Input(10), inBranches(five))
holds<Same<OutputOf<typeof branched>, [[number, 5], [number, 5]]>>()

join(Input(10), normed(five))
//              ~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, 10), (?, 5)]
join(Input(10), before(five))
//              ~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, 10), (?, 5)]
join(Input(10), normed(Convolution([3, 3, 8])))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
normed(3)
//     ~ not assignable to parameter of type 'AnyLayer'

// Several layers: tuples that are type parameters.
const around = <const L extends readonly Layer[]>(...layers: L) => join(Input(10), ...layers, Softmax(3))
const plain = <const L extends readonly Layer[]>(...layers: L) => join(...layers)
const onto = <const L extends readonly Layer[], const H extends Layer>(stem: L, head: H) => join(...stem, head)
const side = <const B extends readonly Layer[]>(...branches: B) =>
  join(Input(10), parallel(...branches), Concatenate(), Softmax(3))
const fan = <const B extends readonly Layer[]>(...branches: B) => join(branch(...branches), Elementwise())
const pair = <const A extends Layer, const B extends Layer>(a: A, b: B) =>
  join(parallel(a, b), Concatenate(), Linear(2))
const stack = <const L extends readonly Layer[], const N extends number>(n: N, ...layers: L) =>
  join(Input(4), repeat(join(...layers), n), Softmax(2))
const way = <const L extends readonly Layer[]>(layers: L) => residual(join(...layers, Dropout(0.5)))

const several = around(five, six)
holds<Same<OutputOf<typeof several>, [number, 3]>>()
holds<Same<ParamsOf<typeof several>['relu-2']['weight'], Tensor<[5, 6]>>>()
const whole = plain(Input(10), six)
holds<Same<InputOf<typeof whole>, [number, 10]>>()
const onHead = onto([Input(10), five], Softmax(3))
holds<Same<ParamsOf<typeof onHead>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const concatenated = side(five, six)
holds<Same<ParamsOf<typeof concatenated>['softmax-1']['weight'], Tensor<[11, 3]>>>()
const added = join(Input(10), fan(five, five))
holds<Same<OutputOf<typeof added>, [number, 5]>>()
const pairs = join(Input(10), pair(five, six))
holds<Same<ParamsOf<typeof pairs>['linear-1']['weight'], Tensor<[11, 2]>>>()
const stacked = stack(2, five, Relu(4))
holds<Same<ParamsOf<typeof stacked>['relu-4']['weight'], Tensor<[5, 4]>>>()
const ways = join(Input(10), way([five, ten]))
holds<Same<OutputOf<typeof ways>, [number, 10]>>()

join(Input([4, 4, 1]), pair(five, six))
//                     ~~~~~~~~~~~~~~~ Relu expects a 2-dimensional input [batch, features], got (?, 4, 4, 1)
join(Input(10), fan(five, six))
//              ~~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, 5), (?, 6)]

// One after the other.
const going = <const L extends Layer>(layer: L) => Input(10).to(layer)['>>'](Softmax(3))
const piped = <const L extends Layer>(layer: L) => pipe(Input(10), to(layer), to(Softmax(3)))
const joined = <const L extends Layer>(layer: L) =>
  Input(10)
    .to(join(layer, Dropout(0.5)))
    .to(layer)
const gone = going(five)
holds<Same<ParamsOf<typeof gone>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const through = piped(five)
holds<Same<ParamsOf<typeof through>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const twice = joined(five)
holds<Same<ParamsOf<typeof twice>['relu-2']['weight'], Tensor<[5, 5]>>>()

// A misfit is underlined where it is given, or where the network is used.
const fitting = <const L extends Layer>(layer: Fits<L, [number, 10], [number, number]>) =>
  join(Input(10), layer, Softmax(3))
const asWide = <const F extends number, const L extends Layer>(features: F, layer: Fits<L, [number, F]>) =>
  join(Input(features), residual(layer))
const onward = <const L extends Layer>(layer: L) => fitting(layer)

const fits = fitting(Relu(5))
holds<Same<ParamsOf<typeof fits>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const asWides = asWide(5, Relu(5))
holds<Same<OutputOf<typeof asWides>, [number, 5]>>()
const onwards = onward(Relu(7))
holds<Same<ParamsOf<typeof onwards>['softmax-1']['weight'], Tensor<[7, 3]>>>()

fitting(Convolution([3, 3, 8]))
//      ~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
fitting(Reshape([5, 2]))
//      ~~~~~~~~~~~~~~~ An output (?, ?) is expected, got (?, 5, 2)
asWide(5, Convolution([3, 3, 8]))
//        ~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 5)
export const wrong = init(withHead(Convolution([3, 3, 8])), key(1))
//                        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 8)
export const unchecked = <const L extends Layer>(layer: L) => init(join(Input(10), layer), key(1)).params

// Experts, twins and blocks within blocks.
const mixture = <const A extends Layer, const B extends Layer>(a: A, b: B) =>
  mixtureOfExperts([join(Input(4), a), join(Input(4), b)])
const twins = <const L extends Layer>(layer: L) =>
  join(parallel(join(Input(4), shared('e', layer)), join(Input(4), shared('e', layer))), Elementwise('subtract'))
const nested = <const L extends Layer>(layer: L) => block('outer', block('inner', repeat(repeat(layer, 2), 3)))
const mixed = mixture(Softmax(3), Relu(3))
holds<Same<OutputOf<typeof mixed>, [number, 3]>>()
const twin = twins(Relu(3))
holds<Same<InputOf<typeof twin>, [[number, 4], [number, 4]]>>()
holds<Same<ParamsOf<typeof twin>['e']['weight'], Tensor<[4, 3]>>>()
const nest = join(Input(3), nested(Relu(4)))
holds<Same<ParamsOf<typeof nest>['outer/inner/relu-6']['weight'], Tensor<[4, 4]>>>()

// In classes, records and functions of functions.
class Builder<const L extends Layer> {
  readonly layer: L
  constructor(layer: L) {
    this.layer = layer
  }
  with<const B extends Layer>(next: B) {
    return new Builder(join(this.layer, next))
  }
}
const built = new Builder(Input(4)).with(Relu(5)).with(Softmax(3)).layer
holds<Same<ParamsOf<typeof built>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const configured = <const L extends Layer, const H extends Layer>({
  body,
  head,
}: {
  readonly body: L
  readonly head: H
}) => join(Input(4), body, head)
const configuration = configured({ body: Relu(7), head: Softmax(3) })
holds<Same<ParamsOf<typeof configuration>['softmax-1']['weight'], Tensor<[7, 3]>>>()
const making = <const L extends Layer>(make: (units: number) => L) => join(Input(4), make(3), make(5), Softmax(2))
const makes = making(units => Relu(units))
holds<Same<OutputOf<typeof makes>, [number, 2]>>()
const optional = <const L extends Layer>(layer: L, twofold: boolean) =>
  join(Input(4), twofold ? join(layer, layer) : layer, Softmax(2))
const optionals = optional(Relu(3), true)
holds<Same<OutputOf<typeof optionals>, [number, 2]>>()

// How often, how many, and whether.
const deep = <const L extends Layer, const N extends number>(layer: L, n: N) => repeat(layer, n)
const thrice = <const L extends Layer>(layer: L) => join(Input(10), repeat(join(layer, Dropout(0.5)), 3), Softmax(2))
const wide = <const F extends number>(features: F) => join(Input(features), Relu(8), Softmax(3))
const image = <const C extends number>(channels: C) =>
  join(Input([8, 8, channels]), residual(join(Convolution([3, 3, channels], { padding: 'same' }), BatchNorm(), Relu())))
const grouped = <const G extends number>(groups: G) =>
  join(Input([8, 8, 4]), Convolution([3, 3, 8], { groups }), Relu())
const maybe = <const L extends Layer>(yes: boolean, layer: L) => join(Input(10), when(yes, layer), Softmax(3))
const chosen = <const Yes extends boolean>(yes: Yes) => join(Input(10), when(yes, Relu(5)), Softmax(3))

const depth = join(Input(10), deep(five, 3))
holds<Same<ParamsOf<typeof depth>['relu-3']['weight'], Tensor<[5, 5]>>>()
const thrices = thrice(six)
holds<Same<ParamsOf<typeof thrices>['relu-3']['weight'], Tensor<[6, 6]>>>()
const widths = wide(7)
holds<Same<InputOf<typeof widths>, [number, 7]>>()
holds<Same<ParamsOf<typeof widths>['relu-1']['weight'], Tensor<[7, 8]>>>()
const images = image(5)
holds<Same<OutputOf<typeof images>, [number, 8, 8, 5]>>()
const groups = grouped(2)
holds<Same<ParamsOf<typeof groups>['convolution-1']['weight'], Tensor<[3, 3, 2, 8]>>>()
const maybes = maybe(true, ten)
holds<Same<OutputOf<typeof maybes>, [number, 3]>>()
const choice = chosen(true)
holds<Same<ParamsOf<typeof choice>['softmax-1']['weight'], Tensor<[5, 3]>>>()
const other = chosen(false)
holds<Same<ParamsOf<typeof other>['softmax-1']['weight'], Tensor<[10, 3]>>>()

join(Input([9, 9, 1]), deep(Convolution([5, 5, 1]), 3))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects an input of at least 5 rows and 5 columns, padding included, got (?, 1, 1, 1)
join(grouped(3), Identity())
//   ~~~~~~~~~~ Convolution, groups: expected a number that divides the 8 channels that come out, got 3
