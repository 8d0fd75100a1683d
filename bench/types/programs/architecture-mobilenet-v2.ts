import { init, key, mobilenetV2 } from 'joinery'

const { params } = init(mobilenetV2(), key(0))

export const first: [3, 3, 3, 32] = params.Conv1.weight.shape
export const last: [1, 1, 960, 320] = params['block_16/project'].weight.shape
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
