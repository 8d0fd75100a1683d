import { windowsOf } from '../../backends/wasm/windows.ts'
import type { Attributes } from '../../ops/operations.ts'
import { type Address, call } from '../calls.ts'
import type { Lowering } from './lowering.ts'

export const pooling =
  (averages: boolean): Lowering<Attributes['maxPool']> =>
  ({ shapes: [shape = []], from: [x], to, attributes: [window], result }) => [
    call('pool', Number(averages), x as Address, to, ...windowsOf(shape, result, window)),
  ]

export const unpoolingMax: Lowering<Attributes['maxPoolGradient']> = ({ shapes, from, to, attributes: [window] }) => {
  const [, x = [], y = []] = shapes
  return [call('maxPoolGradient', ...from, to, ...windowsOf(x, y, window))]
}

export const unpoolingAverage: Lowering<Attributes['averagePoolGradient']> = task => {
  const { shapes, from, to, attributes, result } = task
  return [call('averagePoolGradient', from[0] as Address, to, ...windowsOf(result, shapes[0] ?? [], attributes[1]))]
}
