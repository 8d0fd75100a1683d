import { init, key, mobilenetV2 } from 'joinery'

const { params } = init(mobilenetV2({ inputShape: [96, 96, 3], width: 0.5, classes: 10 }), key(0))

export const first: [3, 3, 3, 16] = params.Conv1.weight.shape
export const dense: [1280, 10] = params.predictions.weight.shape
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
