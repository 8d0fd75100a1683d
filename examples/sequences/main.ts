import {
  adam,
  dataset,
  Embedding,
  evaluate,
  fit,
  foldIn,
  Identity,
  Input,
  init,
  join,
  type Key,
  key,
  LSTM,
  parallel,
  predict,
  Sigmoid,
  TimeDistributed,
  uniforms,
} from '../../src/index.ts'

// A lamp hears words: on, off, and others that mean nothing to it. The network says after each word whether the lamp is lit.
// Texts have from 3 to 10 words; those of a batch are filled up to one length, and a mask says which words there are.

const words = ['', 'on', 'off', 'wait', 'hum', 'please']

/** A text, and whether the lamp is lit after each of its words. */
const draw = (key: Key) => {
  const [forLength = 0, ...draws] = uniforms(key, 11)
  const x = draws.slice(0, 3 + Math.floor(8 * forLength)).map(draw => 1 + Math.floor(5 * draw))
  let lit = 0
  const y = x.map(word => {
    lit = word === 1 ? 1 : word === 2 ? 0 : lit
    return [lit]
  })
  return { x, y }
}
const texts = (key: Key, count: number) => Array.from({ length: count }, (_, i) => draw(foldIn(key, i)))

/** The mask is an input, for the LSTM, and says which losses count. */
const batches = (examples: ReturnType<typeof texts>) =>
  dataset(examples)
    .shuffle(key(1))
    .padBatch(32)
    .map(({ x, y, mask }) => ({ x: [x, mask], y, mask }))

const network = join(
  parallel([Input([null]), Embedding(words.length, 8)], [Input([null]), Identity()]),
  LSTM(16, { mask: true, onlyReturnFinal: false }),
  TimeDistributed(Sigmoid(1)),
)
const loss = 'binaryCrossentropy'
const metrics = ['binaryAccuracy'] as const
const { variables, history } = await fit(network, init(network, key(2)), batches(texts(key(3), 480)), {
  loss,
  metrics,
  optimizer: adam({ step: 0.02 }),
  epochs: 6,
  key: key(4),
})
console.log(history)

const test = texts(key(5), 200)
const { binaryAccuracy } = await evaluate(network, variables, batches(test), { loss, metrics })

// What a text says does not depend on what it is filled up with.
const few = test.slice(0, 8)
const [batch] = await dataset(few).padBatch(few.length).toArray()
if (batch === undefined) throw new Error('a batch of no texts')
const { x, mask } = batch
const together = await predict(network, variables, [x, mask])
const [, steps = 0] = together.shape
const padded = together.dataSync()
let apart = 0
for (const [i, { x }] of few.entries()) {
  const alone = (await predict(network, variables, [[x], [x.map(() => 1)]])).dataSync()
  for (const [j, value] of alone.entries()) apart = Math.max(apart, Math.abs(value - (padded[i * steps + j] as number)))
}
const [first] = few
console.log(`\n${first?.x.map((word, j) => `${words[word]} ${(padded[j] as number).toFixed(2)}`).join(', ')}`)
console.log(`filled up and alone differ by ${apart}`)
console.log(`test accuracy: ${binaryAccuracy.toFixed(4)}`)
