import { tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Loss, Ops } from '../../../src/index.ts'
import * as j from '../../../src/index.ts'
import { type Computation, compiledFor, eager } from '../../conformance/engine.ts'

// Where formulas lose their numbers: confident mistakes, distances of 0, what is impossible, and what does not count.

type Nested = number | readonly Nested[]
interface Extreme {
  readonly title: string
  readonly loss: Loss
  readonly expected: Nested
  /** From it `made` makes what is predicted; gradients are those of it. */
  readonly x: Nested
  readonly made?: <T>(ops: Ops<T>, x: T) => T
  readonly losses: readonly number[]
  readonly gradient: readonly number[]
}

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]
const softmax = <T>(ops: Ops<T>, x: T): T => ops.softmax(x)
const sigmoid = <T>(ops: Ops<T>, x: T): T => ops.sigmoid(x)
const exp = <T>(ops: Ops<T>, x: T): T => ops.exp(x)
const logSoftmaxOf = (...x: readonly number[]): readonly number[] => {
  const log = Math.log(x.reduce((sum, value) => sum + Math.exp(value), 0))
  return x.map(value => value - log)
}
const softmaxOf = (...x: readonly number[]): readonly number[] => logSoftmaxOf(...x).map(Math.exp)
const [a, b, c] = softmaxOf(1, 2, 3) as readonly [number, number, number]

const mistakes: readonly Extreme[] = [
  {
    title: 'categoricalCrossentropy of Softmax',
    loss: j.categoricalCrossentropy,
    expected: [[0, 1]],
    x: [[30, -30]],
    made: softmax,
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'sparseCategoricalCrossentropy of Softmax',
    loss: j.sparseCategoricalCrossentropy,
    expected: [1],
    x: [[30, -30]],
    made: softmax,
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'sparseCategoricalCrossentropy, fromLogits',
    loss: j.sparseCategoricalCrossentropy({ fromLogits: true }),
    expected: [1, 0],
    x: [
      [30, -30],
      [1e4, -1e4],
    ],
    losses: [60, 0],
    gradient: [1, -1, 0, 0],
  },
  {
    title: 'kullbackLeibler of Softmax',
    loss: j.kullbackLeibler,
    expected: [[0, 1]],
    x: [[30, -30]],
    made: softmax,
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'categorical focal of Softmax',
    loss: j.focal({ form: 'categorical' }),
    expected: [[0, 1]],
    x: [[30, -30]],
    made: softmax,
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'binary focal of Sigmoid',
    loss: j.focal,
    expected: [[0, 1]],
    x: [[60, 60]],
    made: sigmoid,
    losses: [30],
    gradient: [0.5, 0],
  },
  {
    title: 'binaryCrossentropy of Sigmoid',
    loss: j.binaryCrossentropy,
    expected: [[0, 1]],
    x: [[60, -60]],
    made: sigmoid,
    losses: [60],
    gradient: [0.5, -0.5],
  },
  {
    title: 'binaryCrossentropy of Softmax of three',
    loss: j.binaryCrossentropy,
    expected: [[0, 0, 0]],
    x: [[60, 0, -60]],
    made: softmax,
    losses: [20],
    gradient: [1 / 3, -1 / 3, 0],
  },
  {
    title: 'binaryCrossentropy of Softmax of equal ones',
    loss: j.binaryCrossentropy,
    expected: [[0, 1]],
    x: [[3, 3]],
    made: softmax,
    losses: [Math.LN2],
    gradient: [0.5, -0.5],
  },
  {
    title: 'poisson of Exponential',
    loss: j.poisson,
    expected: [[1]],
    x: [[-60]],
    made: exp,
    losses: [60],
    gradient: [-1],
  },
  {
    title: 'a class that is impossible and not expected',
    loss: j.sparseCategoricalCrossentropy,
    expected: [0],
    x: [[0, 0, -infinity]],
    made: softmax,
    losses: [Math.LN2],
    gradient: [-0.5, 0.5, 0],
  },
  {
    title: 'poisson of a multiple of Exponential',
    loss: j.poisson,
    expected: [[1, 0]],
    x: [[-60, 2]],
    made: (ops, x) => ops.multiply(ops.exp(x), ops.constant(3)),
    losses: [(60 - Math.log(3) + 3 * Math.exp(2)) / 2],
    gradient: [-0.5, 1.5 * Math.exp(2)],
  },
  {
    title: 'poisson of Exponential beside other rates',
    loss: j.poisson,
    expected: [[1, 2]],
    x: [[-60]],
    made: (ops, x) => ops.concatenate([ops.exp(x), ops.constant(5, [1, 1])], 1),
    losses: [(60 + 5 - 2 * Math.log(5)) / 2],
    gradient: [-0.5],
  },
  {
    title: 'poisson of a large rate',
    loss: j.poisson,
    expected: [[4]],
    x: [[2]],
    made: (ops, x) => ops.multiply(ops.constant(5), ops.exp(x)),
    losses: [5 * Math.exp(2) - 4 * (2 + Math.log(5))],
    gradient: [5 * Math.exp(2) - 4],
  },
]

const moved: readonly Extreme[] = [
  {
    title: 'a part of the steps',
    loss: j.sparseCategoricalCrossentropy,
    expected: [[1]],
    x: [
      [
        [30, -30],
        [0, 0],
      ],
    ],
    made: (ops, x) => ops.slice(ops.softmax(x), [0, 0, 0], [null, 1, null]),
    losses: [60],
    gradient: [1, -1, 0, 0],
  },
  {
    title: 'classes along another axis',
    loss: j.sparseCategoricalCrossentropy({ axis: 1 }),
    expected: [[1]],
    x: [[[30, -30]]],
    made: (ops, x) => ops.transpose(ops.softmax(x), [0, 2, 1]),
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'steps that are 0 where a mask is',
    loss: j.kullbackLeibler,
    expected: [
      [
        [0, 1],
        [0, 0],
      ],
    ],
    x: [
      [
        [30, -30],
        [1, 2],
      ],
    ],
    made: (ops, x) => ops.where(ops.constant(Float32Array.of(1, 0), [1, 2, 1]), ops.softmax(x), ops.constant(0)),
    losses: [60, 0],
    gradient: [1, -1, 0, 0],
  },
  {
    title: 'rows that were chosen',
    loss: j.categoricalCrossentropy,
    expected: [[0, 1]],
    x: [
      [1, 2],
      [30, -30],
    ],
    made: (ops, x) => ops.gather(ops.softmax(x), ops.constant(Float32Array.of(1))),
    losses: [60],
    gradient: [0, 0, 1, -1],
  },
  {
    title: 'the largest of some steps',
    loss: j.focal({ form: 'categorical', gamma: 0 }),
    expected: [[0, 1]],
    x: [
      [
        [30, -30],
        [31, -32],
      ],
    ],
    made: (ops, x) => ops.max(ops.softmax(x), [1]),
    losses: [60],
    gradient: [1, -1, 0, 0],
  },
  {
    title: 'parts that are put together',
    loss: j.sparseCategoricalCrossentropy,
    expected: [[1, 1]],
    x: [[[30, -30]]],
    made: (ops, x) => {
      const p = ops.softmax(x)
      return ops.concatenate([p, ops.reverse(p, [2])], 1)
    },
    losses: [60, 0],
    gradient: [1, -1],
  },
  {
    title: 'the exponential of LogSoftmax',
    loss: j.categoricalCrossentropy,
    expected: [[0, 1]],
    x: [[30, -30]],
    made: (ops, x) => ops.exp(ops.logSoftmax(x)),
    losses: [60],
    gradient: [1, -1],
  },
  {
    title: 'a product with a mask',
    loss: j.categoricalCrossentropy,
    expected: [
      [
        [0, 1],
        [0, 1],
      ],
    ],
    x: [
      [
        [30, -30],
        [30, -30],
      ],
    ],
    made: (ops, x) => ops.multiply(ops.constant(Float32Array.of(1, 0), [1, 2, 1]), ops.softmax(x)),
    losses: [60, -Math.log(1e-7)],
    gradient: [1, -1, 0, 0],
  },
  {
    title: 'a product with a mask, as yes and no',
    loss: j.binaryCrossentropy,
    expected: [[0, 1, 0]],
    x: [[60, -60, 60]],
    made: (ops, x) => ops.multiply(ops.sigmoid(x), ops.constant(Float32Array.of(1, 1, 0))),
    losses: [40],
    gradient: [1 / 3, -1 / 3, 0],
  },
  {
    title: 'a product of probabilities',
    loss: j.categoricalCrossentropy,
    expected: [[0, 1]],
    x: [[30, -30]],
    made: (ops, x) => ops.multiply(ops.softmax(x), ops.multiply(ops.sigmoid(x), ops.constant(0.5))),
    losses: [60 + 30 + Math.LN2],
    gradient: [1, -2],
  },
]

const zeros: readonly Extreme[] = [
  { title: 'mae of no error', loss: j.mae, expected: [[1, 2]], x: [[1, 2]], losses: [0], gradient: [0, 0] },
  {
    title: 'logCosh of a large error',
    loss: j.logCosh,
    expected: [[0]],
    x: [[1e4]],
    losses: [1e4 - Math.LN2],
    gradient: [1],
  },
  {
    title: 'huber of an error that has no square',
    loss: j.huber,
    expected: [[0]],
    x: [[-1e30]],
    losses: [1e30],
    gradient: [-1],
  },
  {
    title: 'cosineSimilarity of what has no direction',
    loss: j.cosineSimilarity,
    expected: [[1, 2]],
    x: [[0, 0]],
    losses: [0],
    gradient: [0, 0],
  },
  {
    title: 'contrastive of equal embeddings',
    loss: j.contrastive,
    expected: [1, 0],
    x: [
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 2],
      ],
    ],
    losses: [0, 1],
    gradient: [0, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    title: 'triplet of a batch of one class',
    loss: j.triplet({ mining: 'hard' }),
    expected: [0, 0],
    x: [
      [1, 2],
      [3, 4],
    ],
    losses: [0, 0],
    gradient: [0, 0, 0, 0],
  },
  {
    title: 'semi-hard triplets of a batch of one class',
    loss: j.triplet,
    expected: [0, 0],
    x: [
      [1, 2],
      [3, 4],
    ],
    losses: [0, 0],
    gradient: [0, 0, 0, 0],
  },
  { title: 'dice of empty masks', loss: j.dice, expected: [[0, 0]], x: [[0, 0]], losses: [0], gradient: [1e7, 1e7] },
  { title: 'msle of negative outputs', loss: j.msle, expected: [[0, 0]], x: [[-3, 0]], losses: [0], gradient: [0, 0] },
  {
    title: 'focal of what is certain',
    loss: j.focal({ gamma: 0.5 }),
    expected: [[1]],
    x: [[1]],
    losses: [0],
    gradient: [0],
  },
]

const left: readonly Extreme[] = [
  {
    title: 'ctc of too few steps',
    loss: j.ctc({ fromLogits: true }),
    expected: [[1, 1]],
    x: [
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    losses: [infinity],
    gradient: [0, 0, 0, 0, 0, 0],
  },
  {
    title: 'ctc of too few steps, zeroInfinity',
    loss: j.ctc({ fromLogits: true, zeroInfinity: true }),
    expected: [[1, 1]],
    x: [
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    losses: [0],
    gradient: [0, 0, 0, 0, 0, 0],
  },
  {
    title: 'ctc of no label',
    loss: j.ctc({ fromLogits: true }),
    expected: [[0]],
    x: [[[1, 2, 3]]],
    losses: [-Math.log(a)],
    gradient: [a - 1, b, c],
  },
  {
    title: 'ctc of steps that do not count',
    loss: j.ctc({ fromLogits: true, inputLengths: [1] }),
    expected: [[2, -1]],
    x: [
      [
        [1, 2, 3],
        [nan, infinity, 0],
      ],
    ],
    losses: [-Math.log(c)],
    gradient: [a, b, c - 1, 0, 0, 0],
  },
  {
    title: 'ctc of confident mistakes',
    loss: j.ctc,
    expected: [[1]],
    x: [[[50, -50, 0]]],
    made: softmax,
    losses: [100],
    gradient: [1, -1, 0],
  },
  {
    title: 'ctc of a label that no class has',
    loss: j.ctc({ fromLogits: true }),
    expected: [[3]],
    x: [[[1, 2, 3]]],
    losses: [nan],
    gradient: [0, 0, 0],
  },
  {
    title: 'a class number that no class has',
    loss: j.sparseCategoricalCrossentropy({ fromLogits: true }),
    expected: [3, 1],
    x: [
      [1, 2, 3],
      [1, 2, 3],
    ],
    losses: [nan, -Math.log(b)],
    gradient: [0, 0, 0, a, b - 1, c],
  },
  {
    title: 'half a class number',
    loss: j.sparseCategoricalCrossentropy({ fromLogits: true }),
    expected: [0.5],
    x: [[1, 2, 3]],
    losses: [nan],
    gradient: [0, 0, 0],
  },
  {
    title: 'ignoreClass',
    loss: j.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 }),
    expected: [-1, 1],
    x: [
      [1, 2, 3],
      [1, 2, 3],
    ],
    losses: [0, -Math.log(b)],
    gradient: [0, 0, 0, a, b - 1, c],
  },
]

const flat = (x: Nested): readonly number[] => (typeof x === 'number' ? [x] : x.flatMap(flat))

const computation =
  ({ loss, made = (_, x) => x }: Extreme): Computation =>
  <T>(beneath: Ops<T>, ...inputs: readonly T[]) => {
    const [expected, x] = inputs as readonly [T, T]
    const { ops, variable, fixed, gradients } = j.tape(beneath)
    const at = variable(x)
    const each = loss.forward(ops, fixed(expected), made(ops, at), { x: [] })
    const shape = beneath.shape(each.value) as readonly number[]
    const ones = new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1)
    return [each.value, ...gradients([[each, beneath.constant(ones, shape)]], [at])]
  }

const same = (what: string, found: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(found.length, what).to.equal(wanted.length)
  for (const [i, value] of wanted.entries()) {
    if (Number.isFinite(value)) expect(found[i], `${what} ${i}`).to.be.closeTo(value, 1e-5 * (1 + Math.abs(value)))
    else expect(found[i], `${what} ${i}`).to.deep.equal(value)
  }
}

for (const engine of ['eager', 'tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Losses at their extremes (${engine})`, () => {
    for (const [what, cases] of Object.entries({
      'A confident mistake keeps its gradient': mistakes,
      'Logits are known behind what moves probabilities': moved,
      'There is no NaN where there is no error': zeros,
      'What does not count has no gradient': left,
    }))
      describe(what, () => {
        for (const one of cases)
          it(one.title, async () => {
            const { compute } = engine === 'eager' ? eager : await compiledFor(engine)
            const inputs = [tensor(one.expected as number[]), tensor(one.x as number[])]
            const [losses = [], gradient = []] = await compute(computation(one), inputs)
            same('loss', losses, one.losses)
            same('gradient', gradient, one.gradient)
          })
      })
  })

describe('ctc of long sequences', () => {
  it('is finite, and its gradient adds up to 0 at every step', async () => {
    const [time, classes] = [120, 5]
    const x = tensor(Array.from(j.normals(j.key(1), time * classes, 0, 30)), [1, time, classes])
    const labels = tensor([Array.from({ length: 20 }, (_, i) => 1 + (i % 4))])
    const [loss = [], gradient = []] = await eager.compute(
      computation({ title: '', loss: j.ctc({ fromLogits: true }), expected: [], x: [], losses: [], gradient: [] }),
      [labels, x],
    )
    expect(loss[0]).to.be.within(0, 1e4)
    for (let t = 0; t < time; t++) {
      const step = flat(Array.from(gradient).slice(t * classes, (t + 1) * classes))
      expect(step.reduce((sum, value) => sum + value, 0)).to.be.closeTo(0, 1e-4)
    }
  })
})
