import { gpt, init, key } from 'joinery'

const { params } = init(gpt(), key(0))

export const shape: number[] = params.tokens.weight.shape
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
