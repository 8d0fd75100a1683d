import { evaluate, fit, Input, init, join, key, Relu, Softmax, tensor } from 'joinery'

// Data in memory, of every form, for networks that are made in the call.

declare const rows: number[][]
declare const numbers: Float32Array
const x = tensor(numbers, [2, 4])
const y = tensor(numbers, [2, 3])
const variables = init(join(Input(4), Relu(8), Softmax(3)), key(1))
const loss = 'categoricalCrossentropy'

export const given = [
  fit(join(Input(4), Relu(8), Softmax(3)), variables, { x: [[1, 2, 3, 4]], y: [[0, 1, 0]] }, { loss }),
  fit(join(Input(4), Relu(9), Softmax(3)), init(join(Input(4), Relu(9), Softmax(3)), key(1)), { x, y }, { loss }),
  fit(
    join(Input(4), Relu(10), Softmax(3)),
    init(join(Input(4), Relu(10), Softmax(3)), key(1)),
    { x: rows, y: rows },
    { loss },
  ),
  fit(
    join(Input(4), Relu(11), Softmax(3)),
    init(join(Input(4), Relu(11), Softmax(3)), key(1)),
    { x, y, weights: [1, 2] },
    { loss },
  ),
  evaluate(
    join(Input(4), Relu(12), Softmax(3)),
    init(join(Input(4), Relu(12), Softmax(3)), key(1)),
    { x: { data: numbers, shape: [2, 4] }, y: { data: numbers, shape: [2, 3] } },
    { loss },
  ),
  evaluate(
    join(Input(4), Relu(13), Softmax(3)),
    init(join(Input(4), Relu(13), Softmax(3)), key(1)),
    { x, y: [1, 2] },
    { loss: 'sparseCategoricalCrossentropy' },
  ),
]
