import {
  accuracy,
  adam,
  Concatenate,
  evaluate,
  fit,
  foldIn,
  Input,
  init,
  join,
  type Key,
  key,
  Linear,
  meanAbsoluteError,
  normals,
  parallel,
  predict,
  Relu,
  r2,
  Softmax,
} from '../../src/index.ts'

// Two inputs, a plant's measures and what is known of its soil; two outputs, how high it grows and which of three kinds it is.
// Each output has a loss, a weight of it, and metrics, by its name.

/** Plants: the kind shifts the measures, and height depends on all. */
const plants = (key: Key, count: number) => {
  const rows = Array.from({ length: count }, (_, i) => {
    const kind = i % 3
    const draws = normals(foldIn(key, i), 8)
    const measures = Array.from(draws.subarray(0, 4), (draw, j) => draw + (j === kind ? 2.5 : 0))
    const soil = Array.from(draws.subarray(4, 7))
    const [a = 0, b = 0] = soil
    const height = 1 + 0.5 * kind + 0.4 * (measures[3] as number) + 0.6 * Math.tanh(a * b) + 0.1 * (draws[7] as number)
    return { measures, soil, height: [height], kind: [0, 1, 2].map(other => (other === kind ? 1 : 0)) }
  })
  return {
    x: [rows.map(({ measures }) => measures), rows.map(({ soil }) => soil)],
    y: [rows.map(({ height }) => height), rows.map(({ kind }) => kind)],
  }
}

const network = join(
  parallel([Input(4), Relu(16)], [Input(3), Relu(16)]),
  Concatenate(),
  Relu(32),
  parallel(Linear(1, { name: 'height' }), Softmax(3, { name: 'kind' })),
)
console.log(network)

const rule = {
  loss: { height: 'mse', kind: 'categoricalCrossentropy' },
  lossWeights: { height: 1, kind: 0.5 },
  metrics: { height: [r2, meanAbsoluteError], kind: [accuracy] },
} as const
const { variables, history } = await fit(network, init(network, key(1)), plants(key(2), 900), {
  ...rule,
  optimizer: adam({ step: 0.01 }),
  epochs: 20,
  key: key(3),
  validation: { part: 0.1 },
})
console.log(history)

const test = plants(key(4), 300)
const report = await evaluate(network, variables, test, rule)
const [heights, kinds] = await predict(network, variables, test.x)
const [height = 0] = heights.dataSync()
const kind = kinds.dataSync().subarray(0, 3)
console.log(`\nthe first plant: height ${height.toFixed(2)}, kind ${kind.indexOf(Math.max(...kind))}`)
console.log(`height R2: ${report['height.r2'].toFixed(4)}`)
console.log(`kind accuracy: ${report['kind.accuracy'].toFixed(4)}`)
