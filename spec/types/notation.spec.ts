import { join } from 'node:path'
import { expect } from 'chai'
import { mistakes } from '../notation/mistakes.ts'
import { caseFolder, compilers } from './compilers.ts'
import { type Case, differences, type Fault } from './expectations.ts'

// What compilers say about mistakes in texts: the same as the run time, which spec/notation/net.spec.ts asks.

const header = "import { net } from '../../../src/index.ts'"
const lines = mistakes.map(({ text }) => `net(${JSON.stringify(text)})`)
const errors = mistakes.map(
  ({ quoted }, i): Fault => ({ line: i + 1, column: 4, length: (lines[i] as string).length - 5, text: quoted }),
)
/** What a compiler prints of a type that is a text: quotes in it after a backslash. */
const printed = ({ text, ...place }: Fault): Fault => ({ ...place, text: JSON.stringify(text).slice(1, -1) })
const mistaken: Case = {
  path: join(caseFolder, 'mistakes.ts'),
  source: [header, ...lines, ''].join('\n'),
  errors: errors.map(printed),
  hovers: [],
}

describe('What compilers say of mistakes in texts', () => {
  for (const { name, inspect } of compilers)
    it(`is what the run time says: ${name}`, async () => {
      const [found] = await inspect([mistaken])
      expect(found && differences(mistaken, found)).to.deep.equal([])
    })
})
