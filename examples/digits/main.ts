import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import {
  adam,
  BackendError,
  Convolution,
  chooseBackend,
  DocumentError,
  Dropout,
  evaluate,
  fastestBackend,
  fit,
  Input,
  init,
  join,
  type Key,
  key,
  MaxPooling,
  predict,
  Relu,
  Reshape,
  Softmax,
  split,
  summary,
} from '../../src/index.ts'
import { progressBar } from '../../src/terminal.ts'
import { drawDigits } from './drawing.ts'
import { type DataSet, oneHot, shuffle, slice } from './images.ts'
import { help, type Options, parseOptions } from './options.ts'
import { captioned, picture, sideBySide } from './pictures.ts'
import { readDataSet } from './reading.ts'

const run = async ({ data, epochs, limit, seed, engine }: Options): Promise<void> => {
  const backend = engine === undefined ? await fastestBackend() : await chooseBackend(engine)
  const [forDrawing, forOrder, forWeights, forTraining] = split(key(seed), 4) as [Key, Key, Key, Key]

  const {
    name,
    training: all,
    test,
  }: DataSet = data
    ? readDataSet(data)
    : { name: 'drawn digits', training: drawDigits(forDrawing, 2000), test: drawDigits(key(seed + 1), 500) }
  const training = slice(shuffle(all, forOrder), 0, limit)
  console.log(
    `${name} on ${backend.name}: ${training.labels.length} images to learn from, ${test.labels.length} held out\n`,
  )

  const [, rows, cols] = training.images.shape
  const network = join(
    Input([rows, cols, 1]),
    Convolution([3, 3, 16]),
    Relu(),
    // Large images have detail to spare.
    MaxPooling(rows > 8 ? [2, 2] : [1, 1]),
    Convolution([3, 3, 32]),
    Relu(),
    Reshape(),
    Dropout(0.4),
    Softmax(10),
  )
  console.log(`${summary(network)}\n`)

  const batchSize = 32
  const rounds = epochs ?? (data ? 16 : 14)
  const updates = rounds * Math.ceil(training.labels.length / batchSize)
  const { variables } = await fit(
    network,
    init(network, forWeights),
    { x: training.images, y: oneHot(training) },
    {
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
      optimizer: adam({ step: update => 0.003 * (1 - update / updates) + 0.0001 }),
      epochs: rounds,
      batchSize,
      key: forTraining,
      backend,
      onProgress: progressBar(process.stdout),
    },
  )

  const output = await predict(network, variables, test.images, { backend })
  const guesses = guessesOf(output.dataSync())
  const show = (indices: readonly number[]): string =>
    sideBySide(
      indices.map(i =>
        captioned(
          picture(test.images, i),
          `${guesses[i]}${guesses[i] === test.labels[i] ? '' : ` (is ${test.labels[i]})`}`,
        ),
      ),
      78,
    )
  const wrong = Array.from(guesses.keys()).filter(i => guesses[i] !== test.labels[i])
  console.log(`\nHeld-out images, and what the network takes them for:\n\n${show([0, 1, 2])}`)
  if (wrong.length > 0) console.log(`\nMistakes:\n\n${show(wrong.slice(0, 3))}`)

  const options = { loss: 'categoricalCrossentropy', metrics: ['accuracy'], backend }
  const { accuracy = 0 } = await evaluate(network, variables, { x: test.images, y: oneHot(test) }, options)
  console.log(`\ntest accuracy: ${accuracy.toFixed(3)}`)
}

/** The most probable class of each row. */
const guessesOf = (probabilities: Float32Array): readonly number[] =>
  Array.from({ length: probabilities.length / 10 }, (_, i) => {
    const row = probabilities.subarray(10 * i, 10 * i + 10)
    return row.indexOf(Math.max(...row))
  })

const options = parseOptions(process.argv.slice(2))
if (E.isLeft(options)) {
  console.error(`${options.left}\n\n${help}`)
  process.exitCode = 2
} else if (options.right.help) console.log(help)
else
  try {
    await run(options.right)
  } catch (error) {
    // What is wrong with a file or the machine is the user's to mend: its message says how, a stack trace does not.
    if (!(error instanceof DocumentError || error instanceof BackendError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
