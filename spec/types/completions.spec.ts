import { join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers } from './compilers.ts'
import type { Case, Offer } from './expectations.ts'

// What editors offer inside texts: whole texts, with a word in the open place.

interface Completion {
  /** The text, with `‸` where the editor asks; what stands between it and `¦` is replaced. */
  readonly text: string
  /** Words that it has to offer; all of them, if `only`. */
  readonly offers: readonly string[]
  readonly only?: boolean
  readonly lacks?: readonly string[]
  /** The user's blocks, as an expression. */
  readonly blocks?: string
}

const blocks =
  '{ tower: Relu(8), filter: Convolution([3, 3, 4]), wide: (units: number, options: { copies?: number }) => repeat(Relu(units), options.copies ?? 1) }'

const completions: readonly Completion[] = [
  // Layers that fit what comes in.
  { text: '‸', offers: ['Input(', 'Relu', 'Convolution(', 'join('] },
  {
    text: 'Input(28,28,1) >> ‸',
    offers: ['Convolution(', 'MaxPooling(', 'GlobalPooling', 'Reshape', 'Relu', 'Dropout(', 'residual('],
    lacks: ['LSTM(', 'Convolution1D(', 'Convolution3D(', 'Concatenate', 'Elementwise', 'Lambda(', 'Lambda'],
  },
  { text: 'Input(28) >> ‸', offers: ['Relu', 'Softmax', 'Dropout('], lacks: ['Convolution(', 'LSTM(', 'Elementwise'] },
  { text: 'Input(5,8) >> ‸', offers: ['LSTM(', 'GRU(', 'Convolution1D('], lacks: ['Convolution(', 'Convolution3D('] },
  { text: 'Input(28) >> ‸Ta¦', offers: ['Tanh', 'Softmax'], lacks: ['Convolution('] },
  { text: 'Input(28) >> ‸Tah¦(5) >> Relu', offers: ['Tanh', 'Dropout'], lacks: ['Dropout(', 'Convolution'] },
  { text: 'Input(8,8,3) >> ‸Convolution¦', offers: ['Convolution('], lacks: ['LSTM('] },
  { text: 'Input(28,28,1) >> ‸ >> Softmax(10)', offers: ['Reshape', 'Convolution('], lacks: ['LSTM('] },
  // Brackets and branches.
  { text: 'Input(28) >> (‸', offers: ['Relu', 'Tanh'], lacks: ['Convolution('] },
  { text: 'Input(28) >> (Relu(3) | ‸', offers: ['Tanh', 'Softmax'], lacks: ['Convolution(', 'Concatenate'] },
  { text: 'Input(28) >> (Relu(3) | ‸Ta¦) >> Concatenate', offers: ['Tanh'], lacks: ['Convolution('] },
  { text: 'Input(8) >> (Relu(3) | Tanh(4)) >> ‸', offers: ['Concatenate'], lacks: ['Relu', 'Elementwise', 'LSTM('] },
  { text: 'Input(4) | Input(5,8) >> ‸', offers: ['LSTM(', 'Relu'], lacks: ['Convolution('] },
  { text: '(Input(4) | Input(5,8)) >> (Relu | ‸', offers: ['LSTM('], lacks: ['Convolution('] },
  // What takes layers.
  { text: 'Input(8) >> parallel(Relu(3), ‸', offers: ['Tanh'], lacks: ['Convolution('] },
  { text: 'Input(8) >> join(Reshape(4,2), ‸', offers: ['LSTM('], lacks: ['Convolution('] },
  { text: 'Input(8) >> residual(Relu(8), ‸', offers: ['shortcut=', 'merge=', 'name='] },
  { text: 'Input(8) >> residual(Relu(8), shortcut=‸', offers: ['Tanh'], lacks: ['LSTM('] },
  {
    text: 'Input(8) >> residual(Relu(8), merge=‸',
    only: true,
    offers: ['add', 'multiply', 'subtract', 'average', 'maximum', 'minimum'],
  },
  { text: 'Input(5,8) >> TimeDistributed(‸', offers: ['Relu', 'Convolution('] },
  { text: "Input(8) >> shared('encoder', ‸", offers: ['Relu'], lacks: ['LSTM('] },
  // Options.
  {
    text: 'Input(28,28,1) >> Convolution(3,3,16, ‸',
    only: true,
    offers: ['bias=', 'dilation=', 'groups=', 'name=', 'padding=', 'stride=', 'weight='],
  },
  {
    text: 'Input(28,28,1) >> Convolution(3,3,16, padding=same, ‸',
    only: true,
    offers: ['bias=', 'dilation=', 'groups=', 'name=', 'stride=', 'weight='],
  },
  { text: 'Input(28,28,1) >> Convolution(3,3,16, ‸pad¦)', offers: ['padding='] },
  { text: 'Input(28) >> Relu(‸al¦) >> Softmax(3)', offers: ['alpha=', 'name='] },
  { text: 'Input(28) >> Relu(5, ‸bi¦=0) >> Softmax(3)', offers: ['bias'] },
  { text: 'Input(5,8) >> LSTM(4, ‸', offers: ['onlyReturnFinal=', 'cell='] },
  { text: 'Input(5,8) >> LSTM(4, cell=‸', offers: ['tanh', 'sigmoid'] },
  // Values.
  { text: 'Input(8,8,3) >> Convolution(3,3,16, padding=‸', only: true, offers: ['same', 'valid'] },
  { text: 'Input(8,8,3) >> Convolution(3,3,16, padding=‸sa¦) >> Relu', only: true, offers: ['same', 'valid'] },
  { text: 'Input(5,8) >> LSTM(4, onlyReturnFinal=‸', only: true, offers: ['true', 'false'] },
  { text: 'Input(8) >> Relu(3, bias=‸', offers: ['null', 'constant(', 'heNormal('] },
  { text: 'Input(8) >> Relu(3, weight=heNormal(‸', only: true, offers: ['gain='] },
  { text: 'Input(8,8,3) >> GlobalPooling(‸', only: true, offers: ['avg', 'max', 'sum', 'name='] },
  // The user's own.
  { text: 'Input(8) >> ‸', blocks, offers: ['tower', 'wide(', 'Relu'], lacks: ['filter'] },
  { text: 'Input(8,8,3) >> ‸', blocks, offers: ['filter'], lacks: ['tower'] },
  { text: 'Input(8) >> (Relu | ‸t¦', blocks, offers: ['tower'], lacks: ['filter'] },
  { text: 'Input(8) >> wide(3, ‸', blocks, only: true, offers: ['copies='] },
  // Lines, comments and quotes.
  { text: 'Input(8) # (one\n  >> ‸ // two\n', offers: ['Relu'], lacks: ['LSTM('] },
  { text: "Input(8)\n  >> Relu(8, name='fc >> (1)') # '\n  >> ‸Tah¦(3) // >>\n  >> Softmax", offers: ['Tanh'] },
  // Texts without an open place.
  { text: 'Input(8) >> Relu(3)‸', only: true, offers: [] },
]

const placed = completions.map(({ text, ...rest }) => {
  const [before = '', after = ''] = text.split('‸')
  return {
    ...rest,
    before,
    typed: after.includes('¦') ? (after.split('¦')[0] ?? '') : '',
    after: after.split('¦').at(-1),
  }
})
const header = "import { Convolution, net, Relu, repeat } from '../../../src/index.ts'\n"
/** A call of each text over as many lines as the text has, and the place in it. */
const source = placed.reduce(
  ({ text, places }, { before, typed, after, blocks: own }) => {
    const start = `${text}net(\`${before}${typed}`
    const lines = start.split('\n')
    const place = { line: lines.length - 1, column: (lines.at(-1) ?? '').length }
    return {
      text: `${start}${after}\`${own === undefined ? '' : `, ${own}`})\n`,
      places: [...places, { ...place, texts: [] }],
    }
  },
  { text: header, places: [] as readonly Offer[] },
)
const asked: Case = {
  path: join(caseFolder, 'completions.ts'),
  source: source.text,
  errors: [],
  hovers: [],
  offers: source.places,
}

describe('What editors offer inside texts', () => {
  for (const { name, inspect } of compilers)
    it(`is what may stand there: ${name}`, async () => {
      const [found] = await inspect([asked])
      const differing = placed.flatMap(({ before, typed, after, offers, only = false, lacks = [] }, i) => {
        // Some servers repeat the text itself.
        const whole = `${before}${typed}${after}`
        const offered = (found?.offers?.[i] ?? []).filter(label => label !== whole)
        const isWhole = (word: string) => offered.includes(`${before}${word}${after}`)
        return [
          ...offers.filter(word => !isWhole(word)).map(word => `${whole}: lacks ${word}`),
          ...lacks.filter(isWhole).map(word => `${whole}: offers ${word}`),
          ...(only && offered.length !== offers.length ? [`${whole}: offers ${offered.join(' and ')}`] : []),
        ]
      })
      expect(differing).to.deep.equal([])
    }).timeout(300_000)
})
