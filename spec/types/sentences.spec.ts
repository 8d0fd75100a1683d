import { join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers } from './compilers.ts'
import { type Findings, readCase } from './expectations.ts'

// Of a mistake, compilers say the sentence after their own words, and once: it is the type of the parameter.

const image = (got: string) =>
  `Convolution expects a 4-dimensional input [batch, rows, cols, channels], got ${got}. Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.`
const taken =
  "fc, name: expected a name that no other layer of the network has, got 'fc' twice. Give one of them another name, or number them with a pattern: 'fc-{}'."
const foreign =
  'relu-1: expected variables of this layer, got none: the variables are of another network. Make the variables of this network with init(network, key).'

const mistakes: readonly (readonly [code: string, sentence: string])[] = [
  ['join(Input(10), Relu(5), Convolution([3, 3, 16]), Relu())', image('(?, 5)')],
  // Within a composition, all of which is underlined, the sentence says where.
  ['join(Input(10), parallel(Relu(5), Convolution([3, 3, 16])))', `${image('(?, 10)')} It is branch 2.`],
  ['join(Input(10), branch(Convolution([3, 3, 16]), Relu(5)))', `${image('(?, 10)')} It is branch 1.`],
  ['join(Input(10), Relu(5), join(Relu(), Tanh(), Convolution([3, 3, 16])))', `${image('(?, 5)')} It is layer 3.`],
  [
    'join(Input(10), parallel(Relu(5), [Tanh(), residual(join(Relu(), Convolution([3, 3, 16])))]))',
    `${image('(?, 10)')} It is layer 2 of branch 2 of layer 1 of layer 2 of branch 2.`,
  ],
  [
    "join(Input(10), block('a', parallel(Relu(5), block('b', join(Tanh(), Convolution([3, 3, 16]))))))",
    `a > b > ${image('(?, 10)')} It is layer 2 of branch 2.`,
  ],
  [
    'join(Input(10), repeat(join(Tanh(), Convolution([3, 3, 16])), 2))',
    `${image('(?, 10)')} It is layer 2 of layer 1.`,
  ],
  ["join(Input(10), shared('a', join(Tanh(), Convolution([3, 3, 16]))))", `${image('(?, 10)')} It is layer 2.`],
  [
    'join(parallel(Input(3), Input(4)), parallel(Relu(3), Convolution([3, 3, 16])))',
    `${image('(?, 4)')} It is branch 2.`,
  ],
  [
    'join(parallel(Input(3), Input(4)), parallel(Relu(3), Tanh(), Relu(4)))',
    'Parallel expects one input, or one for each of the 3 branches, got [(?, 3), (?, 4)]. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).',
  ],
  ['Input(10).to(parallel(Relu(5), Convolution([3, 3, 16])))', `${image('(?, 10)')} It is branch 2.`],
  ["join(Input(10), Relu(5))['>>'](join(Tanh(), Convolution([3, 3, 16])))", `${image('(?, 5)')} It is layer 2.`],
  ['to(Convolution([3, 3, 16]))(Input(10))', image('(?, 10)')],
  ["join(Relu(3, { name: 'fc' }), Relu(2, { name: 'fc' }))", taken],
  ["repeat(Relu(4, { name: 'fc' }), 2)", taken],
  ['repeat(join(Tanh(), Convolution([3, 3, 16]), Reshape()), 2)', `${image('(?, ?)')} It is layer 2 of layer 2.`],
  ["net('Input(10) >> Convolution(3,3,16)')", `… >> Convolution(3,3,16) ⟵ ${image('(?, 10)')}`],
  ['Input(10).to(Convolution([3, 3, 16]))', image('(?, 10)')],
  ["join(Input(10), Relu(5))['>>'](Convolution([3, 3, 16]))", image('(?, 5)')],
  ["Relu(3, { name: 'fc' }).to(Relu(2, { name: 'fc' }))", taken],
  // Of several overloads, a call has the errors of the one that it means.
  ['compile(network, other)', foreign],
  ["compile(network, other, { backend: 'wasm' })", foreign],
  ['fit(network, other, { x, y })', foreign],
  ["trainStep(network, { loss: 'mse' }).init(other, key(1))", foreign],
  ["compileTraining(network, { loss: 'mse' }).init(other, key(1))", foreign],
]
// In a parameter that the function goes on with, after the name of its type.
const onward: readonly (readonly [code: string, sentence: string])[] = [
  ['fitting(Convolution([3, 3, 16]))', image('(?, 10)')],
  ['fitting(join(Tanh(), Convolution([3, 3, 16])))', image('(?, 10)')],
  ['fitting(Relu(4))', 'An output (?, 5) is expected, got (?, 4)'],
]
const given = [
  "import { block, branch, compile, compileTraining, Convolution, fit, type Fits, Input, init, join, key, type Layer, Linear, net, parallel, Relu, repeat, residual, Reshape, shared, Tanh, to, trainStep } from '../../../src/index.ts'",
  'declare const fitting: <const L extends Layer>(features: Fits<L, [number, 10], [number, 5]>) => void',
  'const network = join(Input(4), Relu(8), Linear(3))',
  'const other = init(join(Input(4), Linear(5)), key(1))',
  'const [x, y] = [[[1, 2, 3, 4]], [[1, 2, 3]]]',
]
const source = [...given, ...[...mistakes, ...onward].map(([code]) => code)].join('\n')

describe('The sentence of a mistake', () => {
  for (const { name, inspect } of compilers)
    describe(`of ${name}`, () => {
      let found: Findings | undefined
      before(async () => {
        ;[found] = await inspect([readCase(join(caseFolder, 'sentences.ts'), source)])
      })
      const saidOf = (line: number): string => {
        const said = (found?.errors ?? []).filter(error => error.line === line).map(({ text }) => text)
        expect(said).to.have.length(1)
        expect(said[0]).to.match(/^Argument of type '/)
        return said[0]?.split("' is not assignable to parameter of type '\"")[1] ?? ''
      }
      for (const [i, [code, sentence]] of onward.entries())
        it(`is said once of ${code}`, () => {
          const said = (found?.errors ?? []).filter(({ line }) => line === mistakes.length + i + given.length)
          expect(said.map(({ text }) => text.split(sentence).length - 1)).to.deep.equal([1])
        })
      for (const [i, [code, sentence]] of mistakes.entries())
        it(`is what it says of ${code}`, () => {
          expect(saidOf(i + given.length)).to.equal(`${sentence}"'.`)
        })
    })
})
