import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import {
  adam,
  dataset,
  evaluate,
  fit,
  foldIn,
  Input,
  init,
  join,
  type Key,
  key,
  Linear,
  mse,
  normals,
  predict,
  Relu,
  r2,
  split,
  standardize,
  uniforms,
} from '../../src/index.ts'

// Learns what houses cost, by features of very different sizes: area in m2, rooms, age in years, distance to the centre in m.
// Features and price are standardised, with the statistics of the houses that are learnt from. They are kept as JSON, and used
// on houses that come later.

const draw = (key: Key, i: number) => {
  const [forFeatures, forNoise] = split(foldIn(key, i)) as [Key, Key]
  const [a = 0, b = 0, c = 0, d = 0] = uniforms(forFeatures, 4)
  const area = 40 + 160 * a
  const rooms = 1 + Math.floor((area / 40) * (0.6 + b))
  const age = Math.floor(100 * c)
  const distance = 500 + 20_000 * d
  const [noise = 0] = normals(forNoise, 1, 0, 15_000)
  const place = 1 + 0.8 * Math.exp(-distance / 4000)
  const price = 50_000 + place * (2500 * area + 8000 * rooms) * (1 - 0.004 * age) + noise
  return { x: [area, rooms, age, distance], y: [price] }
}
/** Made-up houses, which sell for what they are, where they are, and luck. */
const houses = (key: Key, count: number) => dataset(Array.from({ length: count }, (_, i) => draw(key, i)))

const training = houses(key(1), 800)
const test = houses(key(2), 200)

const features = await standardize.of(training, 'x')
const price = await standardize.of(training, 'y')
console.log(`${features}\n${price}\n`)

const network = join(Input(4), Relu(32), Relu(32), Linear(1))
const { variables, history } = await fit(
  network,
  init(network, key(3)),
  training.map(features.apply).map(price.apply).cache().shuffle(key(4)).batch(32),
  { loss: mse, optimizer: adam({ step: 0.01 }), metrics: [r2], epochs: 30 },
)
console.log(history)

const folder = mkdtempSync(pathOf(tmpdir(), 'joinery-houses-'))
try {
  const file = pathOf(folder, 'statistics.json')
  writeFileSync(file, JSON.stringify({ features, price }))
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  const read = { features: standardize.fromJSON(kept.features), price: standardize.fromJSON(kept.price) }

  const standardised = test.map(read.features.apply).map(read.price.apply).batch(200)
  const { r2: explained } = await evaluate(network, variables, standardised, { loss: mse, metrics: [r2] })

  const house = { x: [100, 4, 20, 3000] }
  const { x } = read.features.apply(house)
  const [guess] = (await predict(network, variables, [x])).dataSync()
  console.log(
    `\na house of ${house.x.join(', ')} costs about ${Math.round(price.invert(guess as number) / 1000)} thousand`,
  )
  console.log(`test R2: ${explained.toFixed(4)}`)
} finally {
  rmSync(folder, { recursive: true })
}
