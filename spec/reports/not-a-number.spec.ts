import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import { chooseBackend } from '../../src/index.ts'
import { type Attributes, type Operation, perform } from '../../src/ops/operations.ts'
import { type Numbers, reference } from '../ops/reference.ts'

interface Case {
  readonly operation: Operation
  readonly inputs: readonly Numbers[]
  readonly attributes: Attributes[Operation]
}

const vector: Numbers = {
  shape: [12],
  data: [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 2.5, -3, 1e-30, Number.NaN, 80],
}
const column: Numbers = { shape: [12, 1], data: vector.data }
/** Rows with NaN in each place of a vector of four, and behind it. */
const table: Numbers = {
  shape: [6, 5],
  data: [
    NaN,
    1,
    2,
    3,
    4,
    1,
    NaN,
    2,
    3,
    4,
    1,
    2,
    3,
    4,
    NaN,
    5,
    4,
    3,
    2,
    1,
    -Infinity,
    1,
    2,
    3,
    4,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ],
}
const image: Numbers = {
  shape: [1, 4, 4, 5],
  data: Array.from({ length: 80 }, (_, i) =>
    i === 5 || i === 44 || i === 79 ? Number.NaN : i === 20 ? -Infinity : (i % 7) - 3,
  ),
}
const window = {
  size: [2, 2],
  stride: [1, 1],
  padding: [
    [1, 0],
    [0, 1],
  ],
} as const
const unary = [
  'negative',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'square',
  'abs',
  'sigmoid',
  'tanh',
  'relu',
  'elu',
  'erf',
  'sin',
  'cos',
  'atan',
  'floor',
] as const
const binary = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'greater', 'equal', 'pow'] as const
const cases: readonly Case[] = [
  ...unary.map((operation): Case => ({ operation, inputs: [vector], attributes: [] })),
  ...binary.map((operation): Case => ({ operation, inputs: [column, vector], attributes: [] })),
  { operation: 'where', inputs: [vector, vector, vector], attributes: [] },
  ...(['sum', 'mean', 'max'] as const).flatMap(operation =>
    [[0], [1], [0, 1]].map((axes): Case => ({ operation, inputs: [table], attributes: [axes, false] })),
  ),
  { operation: 'softmax', inputs: [table], attributes: [] },
  { operation: 'logSoftmax', inputs: [table], attributes: [] },
  { operation: 'scatter', inputs: [table, { shape: [6], data: [0, 1, 2, 3, 0, 2] }], attributes: [4] },
  { operation: 'maxPool', inputs: [image], attributes: [window] },
  { operation: 'averagePool', inputs: [image], attributes: [window] },
]

/** Passes too must not know that a number is one. */
const written = (ops: Parameters<Parameters<typeof trace>[0]>[0], x: GraphNode): readonly GraphNode[] => [
  ops.multiply(x, ops.constant(0)),
  ops.subtract(x, x),
  ops.divide(x, x),
  ops.relu(ops.maximum(x, ops.constant(1))),
  ops.where(ops.greater(x, ops.constant(0)), x, ops.multiply(x, ops.constant(0))),
  ops.matmul(ops.reshape(x, [1, 12]), ops.constant(0, [12, 2])),
]
const same = (actual: number | undefined, expected: number): boolean =>
  Number.isFinite(expected)
    ? Math.abs((actual as number) - expected) <= 1e-5 * (1 + Math.abs(expected))
    : Object.is(actual, expected)

for (const name of ['tfjs', 'wasm'] as const)
  describe(`NaN among the numbers of ${name}`, () => {
    const run = async (
      compute: (ops: Parameters<typeof written>[0], ...inputs: readonly GraphNode[]) => readonly GraphNode[],
      inputs: readonly Numbers[],
    ): Promise<readonly Float32Array[]> => {
      const backend = await chooseBackend(name)
      const traced = trace(
        compute,
        inputs.map(({ shape }) => shape),
      )
      const program = await backend.compile(prepare(traced).graph)
      const handles = inputs.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
      const results = await program.run(handles)
      const found: Float32Array[] = []
      for (const result of results) found.push(await backend.download(result))
      for (const handle of [...handles, ...results]) backend.release(handle)
      program.dispose()
      return found
    }
    for (const { operation, inputs, attributes } of cases)
      it(`becomes a number by ${operation} ${JSON.stringify(attributes)}`, async () => {
        const rounded = inputs.map(({ data, shape }) => ({ shape, data: Array.from(Float32Array.from(data)) }))
        const [found] = await run((ops, ...given) => [perform(ops)(operation, given, attributes as never)], inputs)
        const { data } = perform(reference)(operation, rounded, attributes as never)
        expect(found?.length).to.equal(data.length)
        for (const [i, value] of data.entries())
          expect(same(found?.[i], Math.fround(value)), `element ${i}: ${found?.[i]}, not ${value}`).to.equal(true)
      })

    it('becomes a number as a pass knows better', async () => {
      const found = await run((ops, x) => written(ops, x as GraphNode), [vector])
      for (const [i, numbers] of found.entries()) expect(numbers[0], `expression ${i}`).to.be.NaN
    })

    it('is where the gradient of max pooling does not go', async () => {
      const x: Numbers = { shape: [1, 1, 4, 1], data: [1, Number.NaN, 3, 2] }
      const flat = {
        size: [1, 2],
        stride: [1, 2],
        padding: [
          [0, 0],
          [0, 0],
        ],
      } as const
      const [dx] = await run(
        (ops, given) => {
          const y = ops.maxPool(given as GraphNode, flat)
          return [ops.maxPoolGradient(ops.constant(Float32Array.of(5, 7), [1, 1, 2, 1]), given as GraphNode, y, flat)]
        },
        [x],
      )
      expect(Array.from(dx ?? [])).to.deep.equal([0, 5, 7, 0])
    })
  })
