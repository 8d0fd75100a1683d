import { join } from 'node:path'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import { caseFolder, compilers } from './compilers.ts'
import { type Findings, readCase } from './expectations.ts'
import { messageOf, probes } from './probes.ts'

// A number that a layer refuses is underlined, with the message of the error that the call throws.

const calls = [
  'Input(0)',
  'Input([28, -1, 1])',
  'Convolution([3, 3, 0])',
  'MaxPooling([2, 1.5])',
  'AveragePooling1D(0)',
  'Dropout(50)',
  'SpatialDropout(1)',
  'AlphaDropout(-0.1)',
  'Relu(-5)',
  'Softmax(0)',
  'PRelu(2.5)',
  'Relu(0, { alpha: 0.1 })',
  'Reshape([-1, -1])',
  'Reshape([4, -2])',
  'Embedding(0, 3)',
  'Embedding(3, -1)',
  'LSTM(0)',
  'GRU(1.5)',
  'SimpleRNN(-1)',
  'GroupNorm(0)',
  'MultiHeadAttention(-2)',
  'RepeatVector(0)',
  'Select(-1)',
  "Input(['time', '3x', 4])",
  'TransformerEncoder(8, 3)',
  'TransformerEncoder(0, 1)',
  'TransformerDecoder(8.5, 1)',
  'TransformerDecoder(8, -2)',
  'repeat(Relu(4), 0)',
  'repeat(Relu(4), 1.5)',
]
const valid = [
  'Dropout(0)',
  'Dropout(0.5)',
  'Dropout(1e-7)',
  'Relu(5)',
  'Relu(null)',
  "Relu(undefined, { name: 'a' })",
  'Reshape([-1, 4])',
  'Reshape(-1)',
  "Input(['time', null, 4])",
  'Input(null)',
  'TransformerEncoder(12, 3, { hidden: null, dropout: 0 })',
  '((n: number, all: readonly number[], s: string) => [Input(n), Input(all), Input(s), TransformerEncoder(n, 3)])',
  '(<const N extends number>(n: N) => [Input(n), Input([n, 3]), TransformerDecoder(8, 2, { hidden: n })])',
  'repeat(Relu(4), 1000)',
  'repeat(Relu(4), 1)',
  "Input([28, null, 'time'])",
  "Convolution([3, 3, 8], { stride: [1, 2], padding: 'same' })",
  'MaxPooling([2, 2], { stride: null })',
  '((n: number) => [Input(n), Input([n, null]), Convolution([n, 3, n], { stride: n, padding: [n, 1] }), MaxPooling([n, n], { stride: n })])',
  "(<const N extends number>(n: N) => [Input(n), Input([n, 'time']), Convolution([3, 3, n], { stride: n, padding: n }), MaxPooling([n, n], { stride: n })])",
  '((n: number) => [Relu(n), Dropout(n), Reshape([n, -1]), repeat(Relu(4), n), LSTM(n), Embedding(n, n)])',
  '(<const N extends number>(n: N) => [Relu(n), Dropout(n), Reshape([n]), repeat(Relu(4), n), LSTM(n), Embedding(n, n)])',
]
const words = [...new Set([...calls, ...valid].flatMap(call => call.match(/\b[A-Za-z]\w*(?=\()/g) ?? []))]
const source = [`import { ${words.join(', ')} } from '../../../src/index.ts'`, ...calls, ...valid].join(';\n')

/** Everything that a layer's definition says of numbers, and the compiler of the same calls. */
const all = probes()
const named = Object.keys(joinery).filter(name => all.some(({ call }) => new RegExp(`\\b${name}\\(`).test(call)))
const allSource = [`import { ${named.join(', ')} } from '../../../src/index.ts'`, ...all.map(({ call }) => call)].join(
  ';\n',
)

describe('Numbers that a layer refuses', () => {
  for (const { name, inspect } of compilers)
    describe(name, () => {
      let found: Findings | undefined
      before(async () => {
        ;[found] = await inspect([readCase(join(caseFolder, 'limits.ts'), source)])
      })
      for (const [i, call] of calls.entries())
        it(`refuses ${call} with the message of its error`, () => {
          const said = (found?.errors ?? []).filter(({ line }) => line === i + 1)
          expect(said.length).to.be.greaterThan(0)
          for (const { column, length, text } of said) {
            expect(call.slice(column, column + length)).to.match(/^(-?[\d.]+|\[.*\])$/)
            expect(text).to.contain(`"${messageOf(call)}"`)
          }
        })
      it('refuses of each number in each layer what the run time refuses, with its message', async () => {
        const [said] = await inspect([readCase(join(caseFolder, 'probes.ts'), allSource)])
        const wrong = all.flatMap(({ call, message }, i) => {
          const texts = (said?.errors ?? []).filter(({ line }) => line === i + 1).map(({ text }) => text)
          const agree = message === null ? texts.length === 0 : texts.some(text => text.includes(`"${message}"`))
          return agree ? [] : [`${call}: ${message ?? 'no error'}, but ${texts.join(' ') || 'accepted'}`]
        })
        expect(wrong).to.deep.equal([])
      }).timeout(300_000)
      it('accepts the others', () => {
        expect(found?.errors.filter(({ line }) => line > calls.length).map(({ text }) => text)).to.deep.equal([])
      })
    })
})
