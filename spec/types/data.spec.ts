import { expect } from 'chai'
import {
  apply,
  branch,
  Concatenate,
  type Dataset,
  dataset,
  fit,
  Input,
  type InputOf,
  init,
  join,
  key,
  Linear,
  type OutputOf,
  parallel,
  Softmax,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import type { DataFor } from '../../src/network-types/data.ts'
import type { ForOutputsOf } from '../../src/training/by-output.ts'
import type { ExamplesFor } from '../../src/training/examples.ts'
import type { TargetsFor } from '../../src/training/losses/targets.ts'

// The compiler and the run time say the same of data that does not fit. Each sentence is checked by the compiler against the
// type that makes it, and by a call against the error. An error names the layer or the loss where the sentence names the
// argument, and knows the size of a batch where the type does not.

const dense = join(Input(5), Softmax(3))
const both = join(parallel(Input(4), Input(5)), Concatenate(), Softmax(2))
const outputs = join(Input(2), branch(Linear(1), Softmax(3)))
const single = join(Input(2), Linear(1))

type Data<N extends { readonly kind: string; readonly ' in': unknown }, X> = DataFor<'input', InputOf<N>, X>
type Target<N extends { readonly kind: string; readonly ' in': unknown }, L, Y> = TargetsFor<'y', OutputOf<N>, L, Y>

const run = (network: never, x: unknown) => apply(network, init(network, key(1)) as never, x as never)
const learn = (network: never, x: unknown, y: unknown, loss: unknown = 'mse') =>
  fit(network, init(network, key(1)) as never, { x, y } as never, { loss } as never)

const learnItems = (items: unknown) => fit(dense, init(dense, key(1)), items as never)

const wrong: Data<typeof dense, [[1, 2, 3]]> =
  'input expects (?, 5), got (1, 3). Give an input of this shape, or change this Input.'
const forgotten: Data<typeof dense, [1, 2, 3, 4, 5]> =
  'input expects a batch, (?, 5), got (5,), as one example has. The batch comes first: for one example x, give [x].'
const count: Data<typeof both, [[[1, 2, 3, 4]]]> =
  'input expects 2 inputs, [(?, 4), (?, 5)], got 1, (1, 1, 4). Give the inputs as an array, in the order of the Input layers.'
const alike: Target<typeof dense, 'mse', [[1, 2]]> =
  "y expects outputs of the shape of the network's output, (?, 3), got (1, 2). Reshape the expected outputs; class numbers become one-hot vectors by oneHot."
const each: Target<typeof single, 'mse', [1]> =
  "y expects outputs of the shape of the network's output, (?, 1), got (1,). Give each example an array of its own number, as in [[0], [1]]."
const numbers: Target<typeof dense, 'categoricalCrossentropy', [1]> =
  "y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (1,). Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them."
const vector: Target<typeof dense, 'categoricalCrossentropy', [[1, 2]]> =
  "y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (1, 2). Give a vector with a number for each class for each prediction."
const oneHot: Target<typeof dense, 'sparseCategoricalCrossentropy', [[0, 1, 0]]> =
  'y expects class numbers, one for each prediction: (?,), got (1, 3). One-hot vectors and probabilities are what categoricalCrossentropy takes.'
const numberOf: Target<typeof dense, 'sparseCategoricalCrossentropy', [[[1]]]> =
  'y expects class numbers, one for each prediction: (?,), got (1, 1, 1). Give the number of the class, from 0 on, of each prediction.'

const rows: ExamplesFor<typeof single, 'mse', { x: [[1, 2]]; y: [[1], [2]] }>['y'] = [
  'y expects 1 rows, as x has, got 2. Give x and y with one row for each example.',
  [2],
]
const uneven: ExamplesFor<typeof outputs, 'mse', { x: [[1, 2]]; y: [[[1]], [[1, 2, 3], [1, 2, 3]]] }>['y'] = [
  'y expects as many rows in every tensor, got 1 and 2. Give x and y with one row for each example.',
  [
    [1, 2, 3],
    [1, 2, 3],
  ],
]
const targets: ExamplesFor<typeof single, 'mse', { x: [[1, 2]] }> =
  'y expects targets: the loss compares with them, got none. Give { x, y }; only losses that are defined with { expects: false } do without.'
const others: ExamplesFor<typeof single, 'mse', { x: [[1, 2]]; y: [[1]]; weigths: [1] }>['weigths'] = [
  "examples expects x, y, weights and mask alone, got 'weigths'. Give x and y with one row for each example.",
]

type Items<X, Y> = Dataset<{ readonly x: X; readonly y: Y }>
const example: ExamplesFor<
  typeof dense,
  'mse',
  Items<Tensor<[3]>, Tensor<[3]>>
> = 'x expects (?, 5), got (?, 3). Give an input of this shape, or change this Input.'
const batch: ExamplesFor<
  typeof dense,
  'mse',
  Items<Tensor<[number, 5]>, Tensor<[number, 2]>>
> = "y expects outputs of the shape of the network's output, (?, 3), got (?, 2). Reshape the expected outputs; class numbers become one-hot vectors by oneHot."

const lossNames: ForOutputsOf<'loss', typeof outputs, { first: 'mse' }>['first'] =
  "loss expects names of the outputs linear-1, softmax-1, got 'first'. Name the layers that give the outputs."
const lossCount: ForOutputsOf<'loss', typeof outputs, readonly ['mse']> =
  'loss expects one for each of the outputs linear-1, softmax-1, got 1. Give as many as the network has outputs, in their order, or a record by their names.'

const five = [[1, 2, 3, 4, 5]]
const targetsOfBoth = [[[1]], [[0, 1, 0]]]
const calls: readonly (readonly [sentence: string, call: () => unknown])[] = [
  [wrong, () => run(dense as never, [[1, 2, 3]])],
  [forgotten, () => run(dense as never, [1, 2, 3, 4, 5])],
  [count, () => run(both as never, [[[1, 2, 3, 4]]])],
  [alike, () => learn(dense as never, five, [[1, 2]])],
  [each, () => learn(single as never, [[1, 2]], [1])],
  [numbers, () => learn(dense as never, five, [1], 'categoricalCrossentropy')],
  [vector, () => learn(dense as never, five, [[1, 2]], 'categoricalCrossentropy')],
  [oneHot, () => learn(dense as never, five, [[0, 1, 0]], 'sparseCategoricalCrossentropy')],
  [rows[0], () => learn(single as never, [[1, 2]], [[1], [2]])],
  [
    uneven[0],
    () =>
      learn(
        outputs as never,
        [[1, 2]],
        [
          [[1]],
          [
            [1, 2, 3],
            [1, 2, 3],
          ],
        ],
      ),
  ],
  [targets, () => fit(single as never, init(single, key(1)) as never, { x: [[1, 2]] } as never)],
  [
    others[0],
    () => fit(single as never, init(single, key(1)) as never, { x: [[1, 2]], y: [[1]], weigths: [1] } as never),
  ],
  [example, () => learnItems(dataset({ x: [[1, 2, 3]], y: [[0, 1, 0]] }))],
  [batch, () => learnItems(dataset({ x: five, y: [[0, 1]] }).batch(1))],
  [lossNames, () => learn(outputs as never, [[1, 2]], targetsOfBoth, { first: 'mse' })],
  [lossCount, () => learn(outputs as never, [[1, 2]], targetsOfBoth, ['mse'])],
  [numberOf, () => learn(dense as never, five, [[[1]]], 'sparseCategoricalCrossentropy')],
]

/** What matches an error that says a sentence: the size of a batch may be known. */
const saying = (sentence: string): RegExp => {
  const [, text = ''] = sentence.split(/ expects (.*)/s)
  return new RegExp(`: expected ${text.replace(/[[\]().?+*]/g, '\\$&').replaceAll('\\?', '(\\?|\\d+)')}$`)
}

describe('Data that does not fit', () => {
  for (const [sentence, call] of calls)
    it(`is refused by the run time as by the compiler: ${sentence}`, async () => {
      const error: unknown = await (async () => call())().catch((fault: unknown) => fault)
      expect(error).to.be.instanceOf(Error)
      expect((error as Error).message).to.match(saying(sentence))
    })

  it('has as many targets as outputs', async () => {
    const y: Target<typeof outputs, 'mse', readonly [ReturnType<typeof column>]> =
      'y expects a tensor for each of its 2 outputs, got 1. Give y as an array of tensors, in the order of the outputs.'
    const column = () => tensor([[1]], [1, 1])
    const error: unknown = await learn(outputs as never, [[1, 2]], [column()]).catch((fault: unknown) => fault)
    expect((error as Error).message).to.match(saying(y))
  })
})
