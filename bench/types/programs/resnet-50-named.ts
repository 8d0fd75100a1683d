import {
  BatchNorm,
  Convolution,
  Elementwise,
  GlobalPooling,
  Identity,
  Input,
  init,
  join,
  key,
  MaxPooling,
  parallel,
  Relu,
  Softmax,
} from 'joinery'

// The same network with a name for every layer, as the weights of other libraries have it.

const main = <const N extends number, const M extends number, const S extends number, const K extends string>(
  n: N,
  m: M,
  stride: S,
  name: K,
) =>
  join(
    Convolution([1, 1, n], { stride, bias: null, name: `res${name}_2a` as `res${K}_2a` }),
    BatchNorm({ name: `bn${name}_2a` as `bn${K}_2a` }),
    Relu(),
    Convolution([3, 3, n], { padding: 'same', bias: null, name: `res${name}_2b` as `res${K}_2b` }),
    BatchNorm({ name: `bn${name}_2b` as `bn${K}_2b` }),
    Relu(),
    Convolution([1, 1, m], { bias: null, name: `res${name}_2c` as `res${K}_2c` }),
    BatchNorm({ name: `bn${name}_2c` as `bn${K}_2c` }),
  )
const identityBlock = <const N extends number, const M extends number, const K extends string>(n: N, m: M, name: K) =>
  join(parallel(main(n, m, 1, name), Identity()), Elementwise('add'), Relu())
const projectionBlock = <
  const N extends number,
  const M extends number,
  const S extends number,
  const K extends string,
>(
  n: N,
  m: M,
  stride: S,
  name: K,
) =>
  join(
    parallel(main(n, m, stride, name), [
      Convolution([1, 1, m], { stride, bias: null, name: `res${name}_1` as `res${K}_1` }),
      BatchNorm({ name: `bn${name}_1` as `bn${K}_1` }),
    ]),
    Elementwise('add'),
    Relu(),
  )

const network = join(
  Input([224, 224, 3]),
  Convolution([7, 7, 64], { stride: 2, padding: 3, bias: null, name: 'conv1' }),
  BatchNorm({ name: 'bn_conv1' }),
  Relu(),
  MaxPooling([3, 3], { stride: 2, padding: 'same' }),
  projectionBlock(64, 256, 1, '2a'),
  identityBlock(64, 256, '2b'),
  identityBlock(64, 256, '2c'),
  projectionBlock(128, 512, 2, '3a'),
  identityBlock(128, 512, '3b'),
  identityBlock(128, 512, '3c'),
  identityBlock(128, 512, '3d'),
  projectionBlock(256, 1024, 2, '4a'),
  identityBlock(256, 1024, '4b'),
  identityBlock(256, 1024, '4c'),
  identityBlock(256, 1024, '4d'),
  identityBlock(256, 1024, '4e'),
  identityBlock(256, 1024, '4f'),
  projectionBlock(512, 2048, 2, '5a'),
  identityBlock(512, 2048, '5b'),
  identityBlock(512, 2048, '5c'),
  GlobalPooling('avg'),
  Softmax(1000, { name: 'fc1000' }),
)
const { params } = init(network, key(0))

export const first: [7, 7, 3, 64] = params.conv1.weight.shape
export const last: [1, 1, 512, 2048] = params.res5c_2c.weight.shape
export const dense: [2048, 1000] = params.fc1000.weight.shape
// Every parameter is read here.
export const shapes: {
  readonly [L in keyof typeof params]: {
    readonly [V in keyof (typeof params)[L]]: (typeof params)[L][V] extends { readonly shape: infer S } ? S : never
  }
} = Object.fromEntries(
  Object.entries(params).map(([layer, own]) => [
    layer,
    Object.fromEntries(Object.entries(own).map(([name, { shape }]) => [name, shape])),
  ]),
) as never
