import {
  apply,
  Concatenate,
  categoricalCrossentropy,
  compile,
  evaluate,
  fit,
  Input,
  init,
  join,
  key,
  parallel,
  predict,
  Softmax,
  tensor,
} from 'joinery'

// Data of known shapes, checked against what a network takes.

const network = join(Input(4), Softmax(3))
const variables = init(network, key(1))
declare const rows: number[][]
const x = tensor(new Float32Array(8), [2, 4])
const y = tensor(new Float32Array(6), [2, 3])

export const given = [
  apply(network, variables, [[1, 2, 3, 4]]),
  apply(network, variables, x, { training: true }),
  predict(network, variables, rows),
  compile(network, variables)({ data: new Float32Array(4), shape: [1, 4] }),
  fit(network, variables, { x, y }, { loss: categoricalCrossentropy, validation: { x: rows, y } }),
  fit(network, variables, { x: [[1, 2, 3, 4]], y: [2] }, { loss: 'sparseCategoricalCrossentropy' }),
  evaluate(network, variables, { x: rows, y: rows }),
]

const two = join(parallel(Input(4), Input(5)), Concatenate(), Softmax(2))
export const output: [2] | number[] = apply(two, init(two, key(1)), [rows, [[1, 2, 3, 4, 5]]]).output.shape
