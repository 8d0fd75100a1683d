import {
  apply,
  BatchNorm,
  branch,
  Concatenate,
  Convolution,
  Dropout,
  Elementwise,
  Embedding,
  fit,
  GlobalPooling,
  Input,
  type InputOf,
  init,
  join,
  key,
  type Layer,
  LayerNorm,
  Linear,
  LSTM,
  MaxPooling,
  type OutputOf,
  type ParamsOf,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  Tanh,
  type Tensor,
  TimeDistributed,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Layers that loops make and sizes from data are unknown, not refused; what is known stays checked.

declare const config: {
  readonly image: number[]
  readonly classes: number
  readonly filters: number
  readonly deep: boolean
}
declare const widths: readonly number[]
declare const layers: Layer[]
declare const rows: number[][]

const loop = join(Input(10), ...widths.map(w => Relu(w)), Softmax(3))
//    ^? const loop: Network<[number, 10], [number, 3], ...
holds<Same<OutputOf<typeof loop>, [number, 3]>>()
holds<Same<InputOf<typeof loop>, [number, 10]>>()
const variables = init(loop, key(1))
const weight: Tensor | undefined = variables.params['relu-1']?.weight
const output: [number, 3] = apply(loop, variables, rows).output.shape
const fitted = fit(loop, variables, { x: rows, y: rows })
const after = join(Input(10), Relu(5), ...widths.map(w => Relu(w)), Softmax(3))
holds<Same<ParamsOf<typeof after>['relu-1']['weight'], Tensor<[10, 5]>>>()

export { fitted, output, weight }

// Only what every number of them leaves is known of the output.
const kept = join(Input([8, 8, 3]), ...widths.map(() => Dropout(0.5)))
holds<Same<OutputOf<typeof kept>, [number, 8, 8, 3]>>()
const narrowed = join(Input(10), ...widths.map(w => Relu(w)))
holds<Same<OutputOf<typeof narrowed>, [number, number]>>()
const mixed = join(Input(10), ...(config.deep ? [Relu(4), Tanh(5)] : [Relu(5)]))
holds<Same<OutputOf<typeof mixed>, [number, number]>>()
const pooled = join(Input([8, 8, 3]), ...widths.map(() => MaxPooling([2, 2])))
holds<Same<OutputOf<typeof pooled>, [number, number, number, 3]>>()
const any = join(Input(10), ...layers)
holds<Same<OutputOf<typeof any>, number[]>>()
const convolved = join(
  Input([8, 8, 3]),
  ...widths.flatMap(c => [Convolution([3, 3, c], { padding: 'same' }), BatchNorm(), Relu()]),
  GlobalPooling('avg'),
  Softmax(10),
)
holds<Same<OutputOf<typeof convolved>, [number, 10]>>()
const residuals = widths.map(w => residual(join(LayerNorm(), Relu(w)), { shortcut: Linear(w) }))
const deepened = join(Input(10), ...residuals, Softmax(3))
holds<Same<OutputOf<typeof deepened>, [number, 3]>>()
const spread = join(Input(10), ...([Relu(4), Tanh(5)] as const), Softmax(3))
holds<Same<ParamsOf<typeof spread>['softmax-1']['weight'], Tensor<[5, 3]>>>()

const either = join(Input([8, 8, 3]), config.deep ? Convolution([3, 3, 4]) : Reshape(), Softmax(3))
const options = { onlyReturnFinal: config.deep, mask: config.deep }
const perhaps = init(join(Input([4, 3]), LSTM(2, options)), key(1)).params

export { either, perhaps }

// Whole networks, branches and depths.
const made = join(...Array.from({ length: 3 }, () => Relu(4)))
const holding = join(Input(4), made, Softmax(2))
holds<Same<OutputOf<typeof holding>, [number, 2]>>()
const list = join(...layers)
const listed = apply(list, init(list, key(1)), [[1, 2, 3, 4]]).output
let growing: Layer = Input(10)
for (const w of widths) growing = join(growing, Relu(w))
const grown = join(growing, Softmax(3))
holds<Same<OutputOf<typeof grown>, [number, 3]>>()
const folded = widths.reduce<Layer>((net, w) => join(net, Relu(w)), Input(10))
const further = Input(10).to(folded).to(Softmax(3))
holds<Same<OutputOf<typeof further>, [number, 3]>>()

export { listed }

// Two layers that the compiler does not know are not of one name.
declare const couple: readonly [Layer, Layer]
const coupled = join(Input(4), ...couple, Softmax(2))
  .to(couple[0])
  .to(couple[1])
const named = join(Input(4), ...new Map<string, Layer>().values(), ...Object.values({ a: Relu(3) }), Softmax(2))
function* generated() {
  yield Relu(3)
  yield Tanh(4)
}
const yields = join(Input(4), ...generated(), Softmax(2))
holds<Same<OutputOf<typeof yields>, [number, 2]>>()

export { coupled, named }

declare const unknown: Layer
const throughout = join(
  Input([5, 4]),
  TimeDistributed(unknown),
  residual(unknown),
  repeat(unknown, 3),
  parallel(unknown, [unknown, unknown]),
  Concatenate(),
  Softmax(2),
)
holds<Same<OutputOf<typeof throughout>, [number, 2]>>()

const sides = join(Input(10), parallel(...widths.map(w => Relu(w))), Concatenate(), Softmax(3))
holds<Same<OutputOf<typeof sides>, [number, 3]>>()
const arrays = join(Input(10), parallel(...widths.map(w => [Relu(w), Tanh(w)])), Concatenate(), Softmax(3))
holds<Same<OutputOf<typeof arrays>, [number, 3]>>()
const fanned = join(Input(10), branch(...widths.map(w => Relu(w))), Elementwise(), Softmax(3))
holds<Same<OutputOf<typeof fanned>, [number, 3]>>()
const depth = join(Input(10), repeat(Relu(8), widths.length))
holds<Same<OutputOf<typeof depth>, [number, 8]>>()

// Sizes from data.
const sized = join(Input(config.image), Convolution([3, 3, 8]), Reshape(), Softmax(10))
holds<Same<InputOf<typeof sized>, number[]>>()
holds<Same<OutputOf<typeof sized>, [number, 10]>>()
const some = join(Input([28, ...config.image]), Convolution([3, 3, 8]))
holds<Same<OutputOf<typeof some>, [number, number, number, 8]>>()
const shaped = join(Input(12), Reshape(config.image), Convolution([3, 3, 8]))
holds<Same<OutputOf<typeof shaped>, [number, number, number, 8]>>()
const parted = join(Input([3, 4]), Reshape([config.filters, -1]))
holds<Same<OutputOf<typeof parted>, [number, number, number]>>()
const text = join(Input(20), Embedding(100, config.filters), LSTM(config.filters), Softmax(config.classes))
holds<Same<OutputOf<typeof text>, [number, number]>>()

// What is known stays checked.
join(Input(10), Convolution([3, 3, 8]), ...widths.map(w => Relu(w)), Softmax(3))
//              ~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
join(Input(10), ...widths.map(w => Relu(w)), Convolution([3, 3, 8]))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, ?)
join(Input(10), ...layers, Softmax(3), Convolution([3, 3, 8]))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3)
loop.to(Convolution([3, 3, 8]))
//      ~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3)
join(Input(10), repeat(Convolution([3, 3, 8]), widths.length))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
join(Input(config.image), Reshape(), Convolution([3, 3, 8]))
//                                   ~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, ?)
join(Input(4), Relu(3, { name: 'fc' }), ...layers, Relu(2, { name: 'fc' }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ fc, name: expected a name that no other layer of the network has, got 'fc' twice. Give one of them another name, or number them with a pattern: 'fc-{}'.
join(Input(10), ...widths)
//              ~~~~~~~~~ not assignable to parameter of type 'AnyLayer'
