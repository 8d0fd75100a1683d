import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { apply, compile, init, key, type Layer, type Variables } from '../../src/index.ts'
import type { Numbers } from '../ops/reference.ts'
import { close } from '../running.ts'

const numbersOf = (tensor: unknown): Numbers => ({
  shape: (tensor as TfTensor).shape,
  data: Array.from((tensor as TfTensor).dataSync()),
})

/** What a network makes of an input, with new variables: the same compiled as eager. */
export const computed = async (network: Layer, input: Numbers, tolerance = 1e-4): Promise<Numbers> => {
  const variables = init(network, key(3)) as unknown as Variables
  const eager = numbersOf(apply(network, variables, input as never).output)
  const compiled = compile(network, variables, { backend: 'tfjs' })
  close(numbersOf(await compiled(input as never)), eager, tolerance)
  return eager
}
