import {
  BatchNorm,
  Convolution,
  GlobalPooling,
  Input,
  join,
  type Layer,
  MaxPooling,
  Relu,
  residual,
  Softmax,
} from '../../src/index.ts'

const convolved = (channels: number, size: number, stride: number): Layer =>
  join(Convolution([size, size, channels], { stride, padding: Math.floor(size / 2), bias: null }), BatchNorm()) as Layer

const bottleneck = (width: number, stride: number, project: boolean): Layer => {
  const parts: Layer[] = [convolved(width, 1, 1), Relu(), convolved(width, 3, stride), Relu()]
  const block = join(...parts, convolved(4 * width, 1, 1)) as Layer
  const merged = project ? residual(block, { shortcut: convolved(4 * width, 1, stride) }) : residual(block)
  return join(merged as Layer, Relu()) as Layer
}

/** ResNet-50 (He et al. 2015), whose 3 by 3 convolutions take the strides, as PyTorch's do. */
export const resnet50 = (): Layer => {
  const blocks = [3, 4, 6, 3].flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => bottleneck(64 * 2 ** stage, i === 0 && stage > 0 ? 2 : 1, i === 0)),
  )
  return join(
    ...[Input([224, 224, 3]), convolved(64, 7, 2), Relu(), MaxPooling([3, 3], { stride: 2, padding: 'same' })],
    ...blocks,
    ...[GlobalPooling('avg'), Softmax(1000)],
  ) as Layer
}
