import type * as tf from '@tensorflow/tfjs-core'
import type { Ops, VariableTree } from '../../src/index.ts'
import * as joinery from '../../src/index.ts'
import { tape } from '../../src/ops/tape.ts'
import type { Numbers } from '../ops/reference.ts'
import type { Drawing } from './networks.ts'
import { cotangentsOf, type Given } from './values.ts'

// Everything that a network computes, by each of its readings, as numbers by name.

/** Results by name: outputs, states after training, gradients. */
export type Results = Readonly<Record<string, Numbers>>
/** Results, or the typed error that came in their place. */
export type Reading = { readonly results: Results } | { readonly refused: Error }

export type Engine = 'tfjs' | 'wasm' | 'onnxruntime'
export const engines: readonly Engine[] = ['tfjs', 'wasm', 'onnxruntime']

type Trees<T> = { readonly params: VariableTree<T>; readonly state: VariableTree<T> }
const mode = { training: true, key: joinery.key(3) }
const leavesOf = <T>(tree: VariableTree<T>): readonly (readonly [layer: string, name: string, value: T])[] =>
  Object.entries(tree).flatMap(([layer, own]) =>
    Object.entries(own).map(([name, value]) => [layer, name, value] as const),
  )
const mapLeaves = <A, B>(tree: VariableTree<A>, f: (value: A) => B): VariableTree<B> =>
  Object.fromEntries(
    Object.entries(tree).map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, f(value)])),
    ]),
  )
const listed = <T>(values: unknown): readonly T[] => (Array.isArray(values) ? values : [values]) as readonly T[]
const one = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? (values[0] as T) : values)
const numbers = (tensor: tf.Tensor): Numbers => ({ shape: tensor.shape, data: Array.from(tensor.dataSync()) })
const named = <T>(what: string, values: readonly T[], as: (value: T) => Numbers): Results =>
  Object.fromEntries(values.map((value, i) => [values.length === 1 ? what : `${what} ${i + 1}`, as(value)]))
const leaves = <T>(what: string, tree: VariableTree<T>, as: (value: T) => Numbers): Results =>
  Object.fromEntries(leavesOf(tree).map(([layer, name, value]) => [`${what} ${layer}.${name}`, as(value as T)]))

/** Whether something that was thrown says what was wrong: an error of joinery. */
export const isTyped = (error: unknown): error is Error => error instanceof Error && 'remedy' in error

const typed = async (read: () => Promise<Results> | Results): Promise<Reading> => {
  try {
    return { results: await read() }
  } catch (error) {
    if (isTyped(error)) return { refused: error }
    throw error
  }
}

/** The readings of a drawing for inputs of some shapes. */
export interface Runner {
  readonly read: (given: readonly Given[], seed: number) => Promise<Reading>
  readonly dispose: () => Promise<void>
}

export const variablesOf = ({ layer }: Drawing): Trees<tf.Tensor> =>
  joinery.init(layer, joinery.key(1)) as unknown as Trees<tf.Tensor>

/** As it runs without compiling. */
export const eager = (drawing: Drawing, variables: Trees<tf.Tensor>): Runner => ({
  read: (given, seed) =>
    typed(() => {
      const input = one(given) as never
      const { layer } = drawing
      const output = listed<tf.Tensor>(joinery.apply(layer, variables as never, input).output)
      const after = joinery.apply(layer, variables as never, input, mode)
      const trained = listed<tf.Tensor>(after.output)
      const dy = one(
        cotangentsOf(
          trained.map(({ shape }) => shape),
          seed,
        ),
      ) as never
      const slopes = joinery.gradients(layer, variables as never, input, dy, mode)
      return {
        ...named('output', output, numbers),
        ...named('output in training', trained, numbers),
        ...leaves('state', after.state as never, numbers),
        ...named('gradient of input', listed<tf.Tensor>(slopes.input), numbers),
        ...leaves('gradient of', slopes.params as never, numbers),
      }
    }),
  dispose: async () => {},
})

/** As it runs compiled. */
export const compiled = (backend: Engine, drawing: Drawing, variables: Trees<tf.Tensor>): Runner => {
  const model = joinery.compile(drawing.layer, variables as never, { backend })
  return {
    read: (given, seed) =>
      typed(async () => {
        const input = one(given) as never
        const output = listed<tf.Tensor>(await model(input))
        const stateful = leavesOf(variables.state as never).length > 0
        const after = stateful ? await model.apply(input, mode) : null
        const shapes =
          after === null ? output.map(({ shape }) => shape) : listed<tf.Tensor>(after.output).map(({ shape }) => shape)
        const slopes = await model.gradients(input, one(cotangentsOf(shapes, seed)) as never, mode)
        return {
          ...named('output', output, numbers),
          ...named('output in training', listed<tf.Tensor>(slopes.output), numbers),
          ...(after === null ? {} : leaves('state', after.state as never, numbers)),
          ...named('gradient of input', listed<tf.Tensor>(slopes.input), numbers),
          ...leaves('gradient of', slopes.params as never, numbers),
        }
      }),
    dispose: () => model.dispose(),
  }
}

/** As an interpreter of the operations over numbers has it. */
export const interpreted = (drawing: Drawing, variables: Trees<tf.Tensor>, ops: Ops<Numbers>): Runner => ({
  read: (given, seed) =>
    typed(() => {
      const { layer } = drawing
      const input = given.map(({ shape, data }) => ({ shape, data: Array.from(data) }))
      const trees = { params: mapLeaves(variables.params, numbers), state: mapLeaves(variables.state, numbers) }
      const output = listed<Numbers>(joinery.apply(layer, trees, one(input) as never, { ops }).output)
      const { ops: taped, variable, fixed, gradients } = tape(ops)
      const traced = input.map(variable)
      const params = mapLeaves(trees.params, variable)
      const after = joinery.apply(layer, { params, state: mapLeaves(trees.state, fixed) }, one(traced) as never, {
        ...mode,
        ops: taped,
      })
      const trained = listed<(typeof traced)[number]>(after.output)
      const dy = cotangentsOf(
        trained.map(({ value }) => value.shape),
        seed,
      )
      const all = leavesOf(params)
      const found = gradients(
        trained.map((value, i) => [value, { shape: value.value.shape, data: Array.from(dy[i]?.data ?? []) }] as const),
        [...traced, ...all.map(([, , value]) => value)],
      )
      return {
        ...named('output', output, value => value),
        ...named('output in training', trained, ({ value }) => value),
        ...leaves('state', after.state as VariableTree<(typeof traced)[number]>, ({ value }) => value),
        ...named('gradient of input', found.slice(0, traced.length), value => value),
        ...Object.fromEntries(
          all.map(([name, variable], i) => [`gradient of ${name}.${variable}`, found[traced.length + i] as Numbers]),
        ),
      }
    }),
  dispose: async () => {},
})
