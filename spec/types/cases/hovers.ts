import {
  BatchNorm,
  Convolution,
  Dropout,
  Elementwise,
  GlobalPooling,
  Identity,
  Input,
  join,
  MaxPooling,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
} from '../../../src/index.ts'

// What an editor shows of a network is its shapes, and little more, however many layers it has.

export const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
//           ^? const network: Network<[number, 28, 28, 1], [number, 10], ...
export const long = join(
  Input([32, 32, 3]),
  Convolution([3, 3, 64], { padding: 'same', name: 'conv1_1' }),
  BatchNorm(),
  Relu(),
  MaxPooling([2, 2]),
  Convolution([3, 3, 128], { padding: 'same', name: 'conv2_1' }),
  BatchNorm(),
  Relu(),
  MaxPooling([2, 2]),
  Convolution([3, 3, 256], { padding: 'same', name: 'conv3_1' }),
  BatchNorm(),
  Relu(),
  GlobalPooling('avg'),
  Relu(128),
  Dropout(0.5),
  Softmax(10),
)
export const longer = long.to(Relu())
//           ^? const longer: Network<[number, 32, 32, 3], [number, 10], ...
// biome-ignore format: fifty layers
export const longest = join(
  Input(10), Relu(1), Relu(2), Relu(3), Relu(4), Relu(5), Relu(6), Relu(7), Relu(8), Relu(9),
  Relu(10), Relu(11), Relu(12), Relu(13), Relu(14), Relu(15), Relu(16), Relu(17), Relu(18), Relu(19),
  Relu(20), Relu(21), Relu(22), Relu(23), Relu(24), Relu(25), Relu(26), Relu(27), Relu(28), Relu(29),
  Relu(30), Relu(31), Relu(32), Relu(33), Relu(34), Relu(35), Relu(36), Relu(37), Relu(38), Relu(39),
  Relu(40), Relu(41), Relu(42), Relu(43), Relu(44), Relu(45), Relu(46), Relu(47), Relu(48), Relu(49),
)
export const more = longest.to(Softmax(3))
//           ^? const more: Network<[number, 10], [number, 3], ...
export const deep = join(Input(10), join(Relu(4), join(Relu(4), repeat(Relu(4), 9))), Softmax(3))
//           ^? const deep: Network<[number, 10], [number, 3], ...
export const blocks = join(
  Input([8, 8, 4]),
  parallel(Identity(), [Convolution([3, 3, 4], { padding: 'same' }), residual(Relu())]),
  Elementwise('add'),
)
export const ahead = join(blocks, Relu())
//           ^? const ahead: Network<[number, 8, 8, 4], [number, 8, 8, 4], ...
export const several = parallel(join(Input(4), Relu(2)), join(Input(5), Relu(3)))
//           ^? const several: Network<[[number, 4], [number, 5]], [[number, 2], [number, 3]], ...
