import * as tf from '@tensorflow/tfjs-core'
import { prepareTraced } from '../../src/backends/prepare.ts'
import { numbersOf } from '../../src/backends/programs.ts'
import { deviceOf } from '../../src/backends/tfjs/device.ts'
import { compileFor } from '../../src/backends/tfjs/program.ts'
import { trace } from '../../src/graph.ts'
import * as joinery from '../../src/index.ts'
import { tape } from '../../src/ops/tape.ts'
import { Differs } from './data.ts'
import { type Computation, type Engine, eager, tensorOf } from './engine.ts'

// What is computed at once, operation by operation, beside a program of the same operations: the same bits. Programs come
// of the passes that keep every bit. The others put sums and products in another order, so that compiled networks may
// differ in the last bits from eager ones.

type Tree<T> = joinery.VariableTree<T>

const bitsOf = (tensor: tf.Tensor): string => {
  const words = new Uint32Array(Float32Array.from(tensor.dataSync<'float32'>()).buffer)
  // Every NaN is the same: which one comes of an operation is left to processors.
  return `${tensor.shape} ${words.map(word => ((word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word)).join()}`
}

/** What a program of a computation gives. */
const compiled = (f: Computation, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] => {
  const shapes = inputs.map(({ shape }) => shape)
  const { graph, draws } = prepareTraced(trace((ops, ...nodes) => f(ops, ...nodes), shapes))
  const drawn = draws.map(draw => numbersOf(draw, undefined)).map(({ data, shape }) => tensorOf(data, shape))
  const program = compileFor(deviceOf(tf.getBackend()), graph)
  try {
    return program
      .runNow([...inputs, ...drawn])
      .map(({ dataId, shape }) =>
        tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'float32' }, tf.backend()),
      )
  } finally {
    program.dispose()
  }
}

/** @throws Differs where a bit differs */
const compare = (f: Computation, inputs: readonly tf.Tensor[]): void =>
  tf.tidy(() => {
    const floats = inputs.map(input => tf.cast(input, 'float32'))
    const expected = f(joinery.tfjsOps, ...floats).map(bitsOf)
    const found = compiled(f, floats).map(bitsOf)
    found.forEach((bits, i) => {
      if (bits !== expected[i]) throw new Differs(`result ${i}: eager ${expected[i]}, in a program ${bits}`)
    })
  })

const leavesOf = <T>(tree: Tree<T>): readonly T[] => Object.values(tree).flatMap(own => Object.values(own) as T[])
/** A tree of the same names, its leaves taken from a list. */
const treeOf = <T>(tree: Tree<unknown>, leaves: T[]): Tree<T> =>
  Object.fromEntries(
    Object.entries(tree).map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.keys(own).map(name => [name, leaves.shift() as T])),
    ]),
  )
const isNumbers = (input: unknown): input is { readonly data: Float32Array; readonly shape: readonly number[] } =>
  typeof input === 'object' && input !== null && 'data' in input && 'shape' in input
const partsOf = (input: unknown): readonly tf.Tensor[] => {
  if (input instanceof tf.Tensor) return [input]
  if (isNumbers(input)) return [tensorOf(input.data, input.shape)]
  const parts = input as readonly unknown[]
  return parts.some(part => part instanceof tf.Tensor || isNumbers(part))
    ? parts.flatMap(partsOf)
    : [tf.tensor(parts as number[])]
}
const one = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? (values[0] as T) : values)

/** A network applied, and its gradients where there are cotangents. */
const compareNetwork = (
  network: joinery.Layer,
  variables: joinery.Variables,
  input: unknown,
  options: joinery.ApplyOptions = {},
  cotangent?: unknown,
): void => {
  const { params, state } = variables as unknown as { params: Tree<tf.Tensor>; state: Tree<tf.Tensor> }
  const [x, dy] = [partsOf(input), cotangent === undefined ? [] : partsOf(cotangent)]
  const given = [x, leavesOf(params), leavesOf(state), dy]
  const whole: Computation = <T>(ops: joinery.Ops<T>, ...all: readonly T[]): readonly T[] => {
    const left = [...all]
    const [inputs, learned, kept, cotangents] = given.map(({ length }) => left.splice(0, length)) as [
      T[],
      T[],
      T[],
      T[],
    ]
    const { ops: taped, variable, fixed, gradients } = tape(ops)
    const [traced, own] = [inputs.map(variable), learned.map(variable)]
    const trees = { params: treeOf(params, [...own]), state: treeOf(state, kept.map(fixed)) }
    const after = joinery.apply(network, trees, one(traced) as never, { ...options, ops: taped })
    const outputs = [after.output].flat() as (typeof traced)[number][]
    const found =
      cotangents.length > 0
        ? gradients(
            outputs.map((y, i) => [y, cotangents[i] as T]),
            [...traced, ...own],
          )
        : []
    return [
      ...outputs.map(({ value }) => value),
      ...leavesOf(after.state as Tree<(typeof traced)[number]>).map(({ value }) => value),
      ...found,
    ]
  }
  compare(whole, given.flat())
}

/** Eager, and compared to a program. */
export const comparing: Engine = {
  apply: async (network, variables, input, options) => {
    compareNetwork(network, variables, input, options)
    return eager.apply(network, variables, input, options)
  },
  gradients: async (network, variables, input, cotangent, options) => {
    compareNetwork(network, variables, input, options, cotangent)
    return eager.gradients(network, variables, input, cotangent, options)
  },
  compute: async (f, inputs) => {
    compare(f, inputs)
    return eager.compute(f, inputs)
  },
}
