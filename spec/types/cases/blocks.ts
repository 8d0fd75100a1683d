import {
  block,
  branch,
  Concatenate,
  Convolution,
  Elementwise,
  Identity,
  Input,
  type InputOf,
  join,
  Linear,
  type OutputOf,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  Tanh,
  when,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

const input = Input([12, 15, 3])
const flat = Input(10)
const several = parallel(join(Input(4), Relu(2)), join(Input([5, 5, 1]), Reshape()))
const size: number = 8

// Residual blocks, branches, conditions and named blocks.

const residuals = join(input, residual(Convolution([3, 3, 3], { padding: 'same' })), residual(Relu(), { name: 'r' }))
holds<Same<OutputOf<typeof residuals>, [number, 12, 15, 3]>>()
const widened = join(input, residual(Convolution([3, 3, 8]), { shortcut: Convolution([3, 3, 8]), merge: 'multiply' }))
holds<Same<OutputOf<typeof widened>, [number, 10, 13, 8]>>()
const densely = join(flat, residual(Relu(4), { merge: Concatenate() }), residual(Tanh(2), { merge: Concatenate() }))
holds<Same<OutputOf<typeof densely>, [number, 16]>>()
const anyWidth = <const N extends number>(n: N) => residual(join(Linear(n), Relu()), { shortcut: Linear(n) })
const widths = join(flat, anyWidth(8), anyWidth(4), repeat(residual(Relu(4)), 3))
holds<Same<OutputOf<typeof widths>, [number, 4]>>()

const fanned = join(flat, branch(Relu(2), [Tanh(3), Tanh(5)], Identity()))
holds<Same<OutputOf<typeof fanned>, [[number, 2], [number, 5], [number, 10]]>>()
const oneToMany = join(several, branch([Concatenate(), Relu(7)], parallel(Identity(), Identity())))
holds<Same<InputOf<typeof oneToMany>, [[number, 4], [number, 5, 5, 1]]>>()
holds<Same<OutputOf<typeof oneToMany>, [[number, 7], [number, 2], [number, 25]]>>()
const manyToOne = join(oneToMany, parallel(Identity(), Relu(7), Relu(7)), Elementwise('add'), Softmax(3))
holds<Same<OutputOf<typeof manyToOne>, [number, 3]>>()
const twoInputs = branch(join(Input(4), Relu(2)), join(Input(3), Relu(1)))
holds<Same<InputOf<typeof twoInputs>, [[number, 4], [number, 3]]>>()
holds<Same<OutputOf<typeof twoInputs>, [[number, 2], [number, 1]]>>()

const chosen = join(flat, when(true, Relu(5)), when(false, Relu(6)))
holds<Same<OutputOf<typeof chosen>, [number, 5]>>()
const perhaps = join(flat, when(size > 4, Relu(10)))
holds<Same<OutputOf<typeof perhaps>, [number, 10]>>()
const perhapsWider = join(flat, when(size > 4, Relu(5)))
holds<Same<OutputOf<typeof perhapsWider>, [number, number]>>()
const perhapsFlat = join(input, when(size > 4, Reshape()))
holds<Same<OutputOf<typeof perhapsFlat>, number[]>>()

const blocked = join(flat, block('a', join(Relu(5), block('b', Relu(3)))), repeat(block('c{}', Linear(3)), 2)).to(
  Softmax(2),
)
holds<Same<OutputOf<typeof blocked>, [number, 2]>>()
const whole = block('model', join(flat, Relu(3)))
holds<Same<OutputOf<typeof whole>, [number, 3]>>()
holds<Same<InputOf<typeof whole>, [number, 10]>>()
