import { init, key, resnet50 } from 'joinery'

const { params } = init(resnet50({ inputShape: [128, 96, 3], includeGlobalPool: false, inOutRatio: 8 }), key(0))

export const first: [7, 7, 3, 64] = params.conv1.weight.shape
export const last: [1, 1, 512, 2048] = params['res5c/convolution-3'].weight.shape
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
