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

const main = <const N extends number, const M extends number, const S extends number>(n: N, m: M, stride: S) =>
  join(
    Convolution([1, 1, n], { stride, bias: null }),
    BatchNorm(),
    Relu(),
    Convolution([3, 3, n], { padding: 'same', bias: null }),
    BatchNorm(),
    Relu(),
    Convolution([1, 1, m], { bias: null }),
    BatchNorm(),
  )
const identityBlock = <const N extends number, const M extends number>(n: N, m: M) =>
  join(parallel(main(n, m, 1), Identity()), Elementwise('add'), Relu())
const projectionBlock = <const N extends number, const M extends number, const S extends number>(
  n: N,
  m: M,
  stride: S,
) =>
  join(
    parallel(main(n, m, stride), [Convolution([1, 1, m], { stride, bias: null }), BatchNorm()]),
    Elementwise('add'),
    Relu(),
  )

const network = join(
  Input([224, 224, 3]),
  Convolution([7, 7, 64], { stride: 2, padding: 3, bias: null }),
  BatchNorm(),
  Relu(),
  MaxPooling([3, 3], { stride: 2, padding: 'same' }),
  projectionBlock(64, 256, 1),
  identityBlock(64, 256),
  identityBlock(64, 256),
  projectionBlock(128, 512, 2),
  identityBlock(128, 512),
  identityBlock(128, 512),
  identityBlock(128, 512),
  projectionBlock(256, 1024, 2),
  identityBlock(256, 1024),
  identityBlock(256, 1024),
  identityBlock(256, 1024),
  identityBlock(256, 1024),
  identityBlock(256, 1024),
  projectionBlock(512, 2048, 2),
  identityBlock(512, 2048),
  identityBlock(512, 2048),
  GlobalPooling('avg'),
  Softmax(1000),
)
const { params } = init(network, key(0))

export const first: [7, 7, 3, 64] = params['convolution-1'].weight.shape
export const last: [1, 1, 512, 2048] = params['convolution-53'].weight.shape
export const dense: [2048, 1000] = params['softmax-1'].weight.shape
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
