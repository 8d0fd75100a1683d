import { join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers } from './compilers.ts'
import { type Findings, readCase } from './expectations.ts'

// Of a mistake, compilers say the sentence after their own words, and once: it is the type of the parameter.

const image = (got: string) =>
  `Convolution expects a 4-dimensional input [batch, rows, cols, channels], got ${got}. Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.`
const taken = "Two layers are named 'fc': give one of them another name"

const mistakes: readonly (readonly [code: string, sentence: string])[] = [
  ['join(Input(10), Relu(5), Convolution([3, 3, 16]), Relu())', image('(?, 5)')],
  ['join(Input(10), parallel(Relu(5), Convolution([3, 3, 16])))', image('(?, 10)')],
  ['to(Convolution([3, 3, 16]))(Input(10))', image('(?, 10)')],
  ["join(Relu(3, { name: 'fc' }), Relu(2, { name: 'fc' }))", taken],
  ["repeat(Relu(4, { name: 'fc' }), 2)", "Every copy would be named 'fc': write a pattern, such as 'fc-{}'"],
  ["net('Input(10) >> Convolution(3,3,16)')", `… >> Convolution(3,3,16) ⟵ ${image('(?, 10)')}`],
  ['Input(10).to(Convolution([3, 3, 16]))', image('(?, 10)')],
  ["join(Input(10), Relu(5))['>>'](Convolution([3, 3, 16]))", image('(?, 5)')],
  ["Relu(3, { name: 'fc' }).to(Relu(2, { name: 'fc' }))", taken],
]
const imports = "import { Convolution, Input, join, net, parallel, Relu, repeat, to } from '../../../src/index.ts'"
const source = [imports, ...mistakes.map(([code]) => code)].join('\n')

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
      for (const [i, [code, sentence]] of mistakes.entries())
        it(`is what it says of ${code}`, () => {
          expect(saidOf(i + 1)).to.equal(`${sentence}"'.`)
        })
    })
})
