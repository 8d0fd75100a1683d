import {
  adam,
  branch,
  cosineDecay,
  Embedding,
  fit,
  foldIn,
  generate,
  Input,
  init,
  join,
  type Key,
  key,
  LSTM,
  parallel,
  Select,
  Softmax,
  TimeDistributed,
  uniforms,
} from '../../src/index.ts'
import '../../src/wasm.ts'

// One sequence in, another out (Sutskever, Vinyals and Le 2014, "Sequence to sequence learning with neural networks"). An LSTM
// reads a word; all that a second one gets of it is the last state, with which it begins to write: here the word backwards,
// with the vowels left out.

const letters = 'abcdefghij'
const vowels = new Set([...'aei'].map(vowel => letters.indexOf(vowel)))
const length = 5
/** Tokens beside the letters: what every text begins with, and what ends it. */
const [begin, end] = [letters.length, letters.length + 1]
const vocabulary = letters.length + 2

/** Letters in any order, and what is to be written of each word. */
const draw = (key: Key, count: number): { readonly words: number[][]; readonly texts: number[][] } => {
  const draws = uniforms(key, count * length)
  const words = Array.from({ length: count }, (_, i) =>
    Array.from(draws.slice(i * length, (i + 1) * length), number => Math.floor(number * letters.length)),
  )
  const texts = words.map(word => {
    const text = word.toReversed().filter(letter => !vowels.has(letter))
    return [...text, ...Array<number>(length + 1 - text.length).fill(end)]
  })
  return { words, texts }
}

const units = 64
const encoder = [
  Input(length),
  Embedding(letters.length, 16),
  LSTM(units, { returnState: true }),
  branch(Select(1), Select(2)),
] as const
/** The text that is written comes in first, as far as it is known; the word beside it. */
const network = join(
  parallel([Input([null]), Embedding(vocabulary, 16)], encoder),
  LSTM(units, { initial: true, onlyReturnFinal: false }),
  TimeDistributed(Softmax(vocabulary)),
)

const { words, texts } = draw(key(1), 8000)
const before = texts.map(text => [begin, ...text.slice(0, -1)])
const epochs = 5
const { variables, history } = await fit(
  network,
  init(network, key(2)),
  { x: [before, words], y: texts },
  {
    loss: 'sparseCategoricalCrossentropy',
    optimizer: adam({ step: cosineDecay({ initialValue: 0.01, decayIter: epochs * Math.ceil(words.length / 100) }) }),
    epochs,
    batchSize: 100,
    key: key(3),
    backend: 'wasm',
  },
)
console.log(history)

const test = draw(foldIn(key(4), 'test'), 200)

const prompt = test.words.map(() => [begin])
const written = await generate(network, variables, [prompt, test.words], {
  length: length + 1,
  temperature: 0,
  stop: end,
  backend: 'wasm',
})
const ids = written.dataSync()
const texted = (of: ArrayLike<number>): string => Array.from(of, id => letters[id] ?? '').join('')
const outputs = test.words.map((_, i) => ids.slice(i * (length + 1), (i + 1) * (length + 1)))
const right = outputs.filter((output, i) => texted(output) === texted(test.texts[i] as number[])).length
for (const [i, output] of outputs.slice(0, 5).entries())
  console.log(`${texted(test.words[i] as number[])}: ${texted(output)}`)
console.log(`words never seen: ${((100 * right) / outputs.length).toFixed(1)} % right`)
