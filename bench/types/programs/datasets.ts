import { dataset, evaluate, fit, Input, init, join, key, Relu, Softmax, tensor } from 'joinery'

// Several networks over one dataset, each made in the call, and datasets of other items.

declare const rows: readonly number[][]
const batches = dataset({ x: rows, y: rows }).batch(8)
const examples = dataset({ x: tensor(new Float32Array(8), [2, 4]), y: tensor(new Float32Array(6), [2, 3]) })
const variables = init(join(Input(4), Relu(8), Softmax(3)), key(1))
const loss = 'categoricalCrossentropy'

export const given = [
  fit(join(Input(4), Relu(8), Softmax(3)), variables, batches, { loss }),
  fit(join(Input(4), Relu(9), Softmax(3)), init(join(Input(4), Relu(9), Softmax(3)), key(1)), batches, { loss }),
  fit(join(Input(4), Relu(10), Softmax(3)), init(join(Input(4), Relu(10), Softmax(3)), key(1)), examples, { loss }),
  fit(join(Input(4), Relu(11), Softmax(3)), init(join(Input(4), Relu(11), Softmax(3)), key(1)), batches, { loss }),
  evaluate(join(Input(4), Relu(12), Softmax(3)), init(join(Input(4), Relu(12), Softmax(3)), key(1)), examples, {
    loss,
  }),
  evaluate(join(Input(4), Relu(13), Softmax(3)), init(join(Input(4), Relu(13), Softmax(3)), key(1)), batches, { loss }),
]
