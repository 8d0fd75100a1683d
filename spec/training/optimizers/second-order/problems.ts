import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { right } from 'fp-ts/lib/Either.js'
import { parameter } from '../../../../src/base/options.ts'
import {
  applyUpdates,
  defineLayer,
  fit,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type Objective,
  type Optimizer,
  type Variables,
  type VariableTree,
} from '../../../../src/index.ts'
import { gradientOf } from '../training.ts'

// Problems whose solutions are known, as networks that are trained on any engine.

/** The numbers of all parameters, in order. */
export const numbersOf = (params: object): readonly number[] =>
  Object.values(params as VariableTree<TfTensor>).flatMap(own =>
    Object.values(own).flatMap(tensor => Array.from(tensor.dataSync())),
  )

/** The parameters after some updates on an engine, from all examples at once, and the losses before each. */
export const trained = async (
  network: Layer,
  data: object,
  optimizer: Optimizer,
  epochs: number,
  backend: 'tfjs' | 'wasm' | 'onnxruntime',
): Promise<{ readonly params: readonly number[]; readonly loss: readonly number[] }> => {
  const { variables, history } = await fit(network, init(network, key(1)) as never, data as never, {
    ...{ loss: 'mse', optimizer, epochs, backend, batchSize: null },
  })
  return { params: numbersOf((variables as Variables).params), loss: history.loss }
}

/** The same by hand, with nothing compiled. */
export const byHand = (
  optimizer: Optimizer,
  objectives: { readonly loss: Objective; readonly residuals?: Objective },
  start: VariableTree<TfTensor>,
  updates: number,
): readonly VariableTree<TfTensor>[] => {
  const found = [start]
  let state = optimizer.init(start)
  for (let i = 0; i < updates; i++) {
    const params = found.at(-1) as VariableTree<TfTensor>
    const [changes, next] = optimizer.update(gradientOf(objectives.loss, params), state, params, objectives)
    found.push(applyUpdates(params, changes))
    state = next
  }
  return found
}

/** Regression on three features, of four parameters: a quadratic. */
export const line: Layer = join(Input(3), Linear(1, { weight: [[1], [-1], [0.5]], bias: 2 })) as unknown as Layer
const x = [
  [1, 2, -1],
  [0, 1, 3],
  [-2, 0.5, 1],
  [1.5, -1, 0],
  [0.5, 0, -2],
  [-1, -1.5, 0.5],
]
const y = [[1], [2], [-1], [0.5], [-2], [1.5]]
export const points: object = { x, y }

/** The least squares of some points, by the normal equations, in doubles. */
export const leastSquares = (): readonly number[] => {
  const rows = x.map(row => [...row, 1])
  const n = 4
  const matrix = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, k) => rows.reduce((sum, row) => sum + (row[i] as number) * (row[k] as number), 0)),
    rows.reduce((sum, row, at) => sum + (row[i] as number) * (y[at]?.[0] as number), 0),
  ])
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i] as number[]
    for (const [k, row] of matrix.entries()) {
      if (k === i) continue
      const factor = (row[i] as number) / (pivot[i] as number)
      for (let c = 0; c <= n; c++) row[c] = (row[c] as number) - factor * (pivot[c] as number)
    }
  }
  return matrix.map((row, i) => (row[n] as number) / (row[i] as number))
}

const Banana = defineLayer({
  kind: 'Banana',
  example: 'Banana({ point: [-1.2, 1] })',
  options: { point: { codec: parameter, default: [-1.2, 1] } },
  shape: () => right([null, 2]),
  variables: { point: ({ point }) => right({ shape: [2], initial: point }) },
  forward: (_, ops, input, { point }) => {
    const [a, b] = [ops.slice(point, [0], [1]), ops.slice(point, [1], [1])]
    const errors = ops.concatenate(
      [ops.subtract(ops.constant(1), a), ops.multiply(ops.constant(10), ops.subtract(b, ops.square(a)))],
      0,
    )
    return [ops.add(ops.multiply(input, ops.constant(0)), ops.reshape(errors, [1, 2])), {}]
  },
}) as () => Layer

/** Rosenbrock's function, `(1 - a)² + 100 (b - a²)²`, halved, as the mean square of two errors: least at [1, 1]. */
export const banana: Layer = join(Input(1), Banana()) as unknown as Layer
export const nothing: object = { x: [[0]], y: [[0, 0]] }
