import { init, key, unet } from 'joinery'

const { params } = init(unet({ inputShape: [256, 192, 3], classes: 5, depth: 6, channels: 16 }), key(0))

export const first: [3, 3, 3, 16] = params['down1/convolution-1'].weight.shape
export const last: [1, 1, 16, 5] = params.classes.weight.shape
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
