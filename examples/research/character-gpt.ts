import { adam, cosineDecay, fit, foldIn, generate, gpt, init, key, permutation } from '../../src/index.ts'
import '../../src/wasm.ts'

// A transformer that writes, character by character (Radford et al. 2019, in small). It reads windows of a song and learns what
// follows each character. Then it gets the first words of a verse, and goes on: each character is drawn from what the network
// says, and is read before the next.

const numbers = ['ten', 'nine', 'eight', 'seven', 'six', 'five', 'four', 'three', 'two', 'one']
const song = numbers.map(number => `${number} green bottle${number === 'one' ? '' : 's'}, then `).join('')

const characters = [...new Set(song)].sort()
const idsOf = (text: string): number[] => Array.from(text, character => characters.indexOf(character))
const textOf = (ids: ArrayLike<number>): string => Array.from(ids, id => characters[id]).join('')

const length = 64
const ids = idsOf(song.repeat(2))
/** Windows that begin at every character of the song, in any order; what follows each character is one place further. */
const starts = [...permutation(key(1), song.length)]
const windows = (by: number): number[][] => starts.map(start => ids.slice(start + by, start + by + length))

const network = gpt({ vocabulary: characters.length, length, width: 32, heads: 4, layers: 2, dropout: 0 })
const epochs = 24
const { variables, history } = await fit(
  network,
  init(network, key(2)),
  { x: windows(0), y: windows(1) },
  {
    loss: 'sparseCategoricalCrossentropy',
    optimizer: adam({ step: cosineDecay({ initialValue: 0.01, decayIter: epochs * Math.ceil(song.length / 16) }) }),
    epochs,
    batchSize: 16,
    key: key(3),
    backend: 'wasm',
  },
)
console.log(history)

const begin = 'seven green'
const options = { length: length - begin.length, backend: 'wasm' } as const
const sure = await generate(network, variables, [idsOf(begin)], { ...options, temperature: 0 })
console.log(`\nmost probable: ${begin}${textOf(sure.dataSync())}`)

// As it is written.
process.stdout.write(`drawn: ${begin}`)
await generate(network, variables, [idsOf(begin)], {
  ...options,
  temperature: 0.9,
  topP: 0.95,
  key: foldIn(key(4), 'song'),
  onToken: token => process.stdout.write(textOf(token)),
})
console.log('')
