import { existsSync } from 'node:fs'
import process from 'node:process'
import {
  adamw,
  BatchNorm,
  Convolution,
  cosineDecay,
  Dropout,
  evaluate,
  fit,
  fromCsv,
  Input,
  init,
  join,
  key,
  MaxPooling,
  RandomRotation,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'

// Reads handwritten digits, "Optical Recognition of Handwritten Digits" of Alpaydin and Kaynak (UCI, 1998): to a line of
// the files, 64 pixels from 0 to 16, and the digit.

const size = 8
/** How many digits are learnt from; the others of the file say when to stop. */
const trained = 3500

/** The digits of a file: images from 0 to 1, and their classes. */
const digitsOf = (file: string) =>
  fromCsv(file, { header: false }).map(row => {
    // Names that are numbers come in their order, the digit last.
    const numbers = Object.values(row) as readonly number[]
    const pixels = Float32Array.from(numbers.slice(0, -1), ink => ink / 16)
    return { x: { data: pixels, shape: [size, size, 1] }, y: numbers.at(-1) as number }
  })

const run = async (folder: string): Promise<void> => {
  // The file is small: it is read once, and kept.
  const [training, heldOut] = digitsOf(`${folder}/optdigits.tra`).cache().split(trained, key(1))
  const test = digitsOf(`${folder}/optdigits.tes`).batch(256)

  const network = join(
    Input([size, size, 1]),
    // A pen may be held otherwise: by up to 14 degrees.
    RandomRotation(0.04, { fill: 0 }),
    ...[Convolution([3, 3, 24], { padding: 'same' }), BatchNorm(), Relu()],
    ...[Convolution([3, 3, 40], { padding: 'same' }), BatchNorm(), Relu(), MaxPooling([2, 2])],
    ...[Convolution([3, 3, 64], { padding: 'same' }), BatchNorm(), Relu(), MaxPooling([2, 2])],
    Reshape(),
    Dropout(0.4),
    Softmax(10),
  )
  const batchSize = 64
  const epochs = 13
  const updates = epochs * Math.ceil(trained / batchSize)
  // Its arithmetic is the same everywhere.
  const backend = 'wasm'
  const loss = 'sparseCategoricalCrossentropy'
  const { variables, history, stopped } = await fit(
    network,
    init(network, key(2)),
    training.shuffle(key(3)).batch(batchSize).prefetch(2),
    {
      loss,
      metrics: ['accuracy'],
      optimizer: adamw({ step: cosineDecay({ initialValue: 0.006, decayIter: updates }) }),
      epochs,
      validation: heldOut.batch(256),
      // The last epochs, at a low rate, are better than a lucky one before.
      earlyStopping: { patience: 8, restoreBest: false },
      key: key(4),
      backend,
    },
  )
  console.log(history)
  console.log(stopped === undefined ? `all ${epochs} epochs` : `stopped: ${stopped.reason}`)
  const { accuracy } = await evaluate(network, variables, test, { loss, metrics: ['accuracy'], backend })
  console.log(`test accuracy: ${accuracy.toFixed(4)}`)
}

const folder = process.argv[2] ?? '../shared/data'
if (existsSync(`${folder}/optdigits.tra`)) await run(folder)
else console.log(`no optdigits.tra in ${folder}: name the folder that holds optdigits.tra and optdigits.tes`)
