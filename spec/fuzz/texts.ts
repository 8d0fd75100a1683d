import fc from 'fast-check'
import { NotationError, net, notation } from '../../src/index.ts'
import { descriptions, networkOf } from '../differential/networks.ts'
import { longest, type Part, polluted, thrown, timed } from './part.ts'

// Texts that are almost networks: a network, or a NotationError that says where; nothing else, in bounded time.

const examples = [
  'Input(28,28,1) >> Convolution(3,3,16, padding=same) >> (Relu | Tanh) >> Concatenate >> Softmax(10)',
  'Input(4) >> Relu(8, name=fc{}) * 3 >> Softmax(2)',
  'Input(20) >> Embedding(100, 8) >> LSTM(4, onlyReturnFinal=false) >> TimeDistributed(Relu(3))',
  'Input(4) | Input(4) >> Elementwise(add) # a comment',
]
const networks: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...examples),
  descriptions.map(given => {
    const drawing = networkOf(given)
    return drawing === null ? (examples[0] as string) : notation(drawing.layer)
  }),
)

const pieces = fc.constantFrom(
  ...[
    '>>',
    '|',
    '(',
    ')',
    '[',
    ']',
    ',',
    '=',
    '*',
    '#',
    '//',
    '"',
    "'",
    '\n',
    '\t',
    ' ',
    '{',
    '}',
    '{}',
    ':',
    '.',
    '-',
    '+',
  ],
  ...[
    'Input',
    'Input(4)',
    'Relu',
    'Relu(3)',
    'relu',
    'Rleu',
    'name=',
    'name=__proto__',
    'name=constructor',
    '__proto__',
  ],
  ...[
    'constructor',
    'toString',
    'prototype',
    'hasOwnProperty',
    'padding=same',
    'null',
    'true',
    'NaN',
    'Infinity',
    '1e400',
  ],
  ...[
    '0',
    '-0',
    '-1',
    '0.1',
    '1e9',
    '4294967295',
    '9007199254740993',
    '0x10',
    '1_000',
    '1n',
    '* 4294967295',
    '* 0',
    '* 2',
  ],
  ...['\u0000', '\ud800', '\u202e', 'é', '😀', '\uFEFF', 'name="a/b"', 'name="\\"', `"${'x'.repeat(5000)}"`],
  ...[
    'shared(a: Relu)',
    'block(a: Relu)',
    'Convolution',
    'Reshape(-1)',
    'Concatenate',
    'Softmax(',
    '=same',
    'weight=[1,2]',
  ],
  ...[
    '('.repeat(3000),
    ')'.repeat(3000),
    '['.repeat(3000),
    ' >> Relu'.repeat(1500),
    '>'.repeat(2000),
    ' | Relu'.repeat(500),
  ],
  ...['9'.repeat(2000), ' '.repeat(20_000), 'a'.repeat(20_000), '(Relu | Tanh) * 50', '((Relu * 99) * 99) * 99'],
)
type Change = readonly [at: number, cut: number, piece: string]
const change = (text: string, [at, cut, piece]: Change): string => {
  const from = at % (text.length + 1)
  return text.slice(0, from) + piece + text.slice(from + cut)
}

export const texts: Part<string> = {
  name: 'texts',
  few: 1000,
  cases: fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          networks,
          fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.oneof(pieces, fc.constant(''))), { minLength: 1, maxLength: 4 }),
        )
        .map(([text, changes]) => changes.reduce(change, text)),
    },
    { weight: 1, arbitrary: fc.array(pieces, { maxLength: 8 }).map(parts => parts.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  ),
  show: text => `net(${JSON.stringify(text.length > 3000 ? `${text.slice(0, 3000)}…` : text)})`,
  check: async text => {
    const [fault, time] = await timed(() => {
      try {
        const read = net(text as never) as never
        const again = notation(read)
        return notation(net(again as never) as never) === again
          ? null
          : `prints itself as ${again}, which is another network`
      } catch (error) {
        if (!(error instanceof NotationError)) return thrown(error)
        return error.message.length < 4000 ? null : `says ${error.message.length} characters`
      }
    })
    if (fault !== null) return fault
    if (time > longest) return `took ${time.toFixed(0)} ms`
    return polluted()
  },
}
