import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../src/index.ts'
import {
  apply,
  gradients,
  Input,
  init,
  key,
  type Layer,
  normals,
  type Variables,
  type VariableTree,
} from '../src/index.ts'
import { type Numbers, sizeOf } from './ops/reference.ts'

// A layer that only the run time knows, from numbers to numbers, so that specs can compare it with loops over them.

const several = (x: Numbers | readonly Numbers[]): x is readonly Numbers[] => Array.isArray(x)
const toNumbers = (tensor: TfTensor): Numbers => ({ shape: tensor.shape, data: Array.from(tensor.dataSync()) })
const first = (tree: unknown): Readonly<Record<string, Numbers>> =>
  Object.fromEntries(
    Object.entries(Object.values(tree as VariableTree<TfTensor>)[0] ?? {}).map(([name, tensor]) => [
      name,
      toNumbers(tensor),
    ]),
  )

/** What a layer made of its input. */
export interface Ran {
  readonly output: Numbers
  /** Its variables, and its state as it was and as it became. */
  readonly params: Readonly<Record<string, Numbers>>
  readonly state: Readonly<Record<string, Numbers>>
  readonly after: Readonly<Record<string, Numbers>>
}

type Untyped = { readonly [_ in keyof typeof joinery]: (...args: readonly unknown[]) => Layer }
/** Constructors and combinators as plain JavaScript calls them, with no compiler to look at the arguments. */
export const untyped: Untyped = joinery as unknown as Untyped

/** A network of one layer, for inputs of the shapes of `x`. */
const networkOf = (layer: Layer, x: Numbers | readonly Numbers[]): Layer =>
  several(x)
    ? untyped.join(untyped.parallel(...x.map(({ shape }) => Input(shape.slice(1)))), layer)
    : untyped.join(Input(x.shape.slice(1)), layer)

/** Runs a layer on one input, or on several. */
export const run = (
  layer: Layer,
  x: Numbers | readonly Numbers[],
  { training = false, seed = 1 }: { readonly training?: boolean; readonly seed?: number } = {},
): Ran => {
  const network = networkOf(layer, x)
  const variables = init(network, key(seed)) as unknown as Variables
  const { output, state } = apply(network, variables, x as never, { training, key: key(seed) })
  return {
    output: toNumbers(output as unknown as TfTensor),
    params: first(variables.params),
    state: first(variables.state),
    after: first(state),
  }
}

/** The gradients of the sum of a layer's output times `dy`, with respect to its input and its parameters. */
export const back = (
  layer: Layer,
  x: Numbers,
  dy: Numbers,
): { readonly input: Numbers; readonly params: Readonly<Record<string, Numbers>> } => {
  const network = networkOf(layer, x)
  const found = gradients(network, init(network, key(1)), x as never, dy as never)
  return { input: toNumbers(found.input as unknown as TfTensor), params: first(found.params) }
}

/** Normal draws of a shape. */
export const draw = (seed: number, shape: readonly number[]): Numbers => ({
  shape,
  data: Array.from(normals(key(seed), sizeOf(shape))),
})

/** The element at an index. */
export const at = ({ shape, data }: Numbers, ...index: readonly number[]): number =>
  data[index.reduce((offset, i, axis) => offset * (shape[axis] as number) + i, 0)] as number

/** Compares shapes, and elements within the precision of 32-bit floats. */
export const close = (actual: Numbers, expected: Numbers, tolerance = 1e-5): void => {
  expect(actual.shape).to.deep.equal(expected.shape)
  expect(actual.data).to.have.length(expected.data.length)
  for (const [i, value] of expected.data.entries())
    expect(actual.data[i], `element ${i}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}
