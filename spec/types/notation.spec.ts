import { join } from 'node:path'
import { expect } from 'chai'
import { mistakes } from '../notation/mistakes.ts'
import { misfits } from '../notation/shapes.ts'
import { saidOf, valueTexts } from '../notation/values.ts'
import { caseFolder, compilers } from './compilers.ts'
import { type Case, differences, type Fault } from './expectations.ts'

// What compilers say about mistakes in texts: the same as the run time, which spec/notation/net.spec.ts asks.

const header = "import { net } from '../../../src/index.ts'"
/** What a compiler prints of a type that is a text: quotes in it after a backslash. */
const printed = (text: string): string => JSON.stringify(text).slice(1, -1)
/** Texts, and what a compiler has to say of each: nothing, or the quotation of a mistake. */
const caseOf = (name: string, texts: readonly (readonly [text: string, quoted: string | null])[]): Case => ({
  path: join(caseFolder, `${name}.ts`),
  source: [header, ...texts.map(([text]) => `net(${JSON.stringify(text)})`), ''].join('\n'),
  errors: texts.flatMap(([text, quoted], i): readonly Fault[] =>
    quoted === null
      ? []
      : [{ line: i + 1, column: 4, length: JSON.stringify(text).length, text: `'"${printed(quoted)}"'` }],
  ),
  hovers: [],
})

const mistaken = caseOf(
  'mistakes',
  mistakes.map(({ text, line, column, quoted }) => [
    text,
    text.includes('\n') ? `line ${line ?? 1}, column ${column}, ${quoted}` : quoted,
  ]),
)

describe('What compilers say of mistakes in texts', () => {
  for (const { name, inspect } of compilers)
    it(`is what the run time says: ${name}`, async () => {
      const [found] = await inspect([mistaken])
      expect(found && differences(mistaken, found)).to.deep.equal([])
    })
})

describe('What a compiler says of the values in texts', () => {
  it('is what the run time says, of every argument of every layer', async () => {
    const values = caseOf(
      'values',
      valueTexts.map(text => [text, saidOf(text)]),
    )
    expect(values.errors.length).to.be.greaterThan(1000)
    const [found] = await (compilers[0] as (typeof compilers)[number]).inspect([values])
    const differing = found === undefined ? ['nothing'] : differences(values, found)
    expect(differing.slice(0, 20)).to.deep.equal([])
  }).timeout(300_000)
})

describe('What a compiler says of shapes in texts', () => {
  const seed = 20_26
  it(`is what the run time says, of every layer (seed ${seed})`, async () => {
    const texts = [...misfits(seed).values()].flat()
    const shapes = caseOf(
      'shapes-of-texts',
      texts.map(text => [text, saidOf(text)]),
    )
    expect(texts.length).to.be.greaterThan(300)
    const [found] = await (compilers[0] as (typeof compilers)[number]).inspect([shapes])
    const differing = found === undefined ? ['nothing'] : differences(shapes, found)
    expect(differing).to.deep.equal([])
  }).timeout(300_000)
})
