import { join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers } from './compilers.ts'
import type { Case } from './expectations.ts'

// What editors offer after the dot of a network, a block and a layer: what a user may use, and none of the compiler's own keys.

const networks = ['nodes', 'inputs', 'outputs', 'kind', 'to', '>>']
const layers = ['to', '>>', 'name', 'rules', 'kind']
const offered: readonly { readonly value: string; readonly members: readonly string[] }[] = [
  { value: 'join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))', members: networks },
  { value: "block('tower', join(Relu(8), Relu(4)))", members: networks },
  { value: 'parallel(Relu(8), Relu(4))', members: networks },
  { value: "net('Input(28) >> Relu(5)')", members: networks },
  {
    value: 'Convolution([3, 3, 16])',
    members: [...layers, 'size', 'padding', 'stride', 'dilation', 'groups', 'weight', 'bias'],
  },
  { value: 'Dropout(0.5)', members: [...layers, 'proba'] },
]
const header = [
  "import { block, Convolution, Dropout, Input, join, net, parallel, Relu, Reshape, Softmax } from '../../../src/index.ts'",
]
const asked: Case = {
  path: join(caseFolder, 'members.ts'),
  source: [...header, ...offered.map(({ value }) => `${value}.;`)].join('\n'),
  errors: [],
  hovers: [],
  offers: offered.map(({ value }, i) => ({
    line: header.length + i,
    column: value.length + 1,
    texts: [],
    members: true,
  })),
}

describe('What editors offer of values', () => {
  for (const { name, inspect } of compilers)
    it(`is what users may use: ${name}`, async () => {
      const [found] = await inspect([asked])
      const sorted = (words: readonly string[] = []) => words.toSorted()
      expect(found?.offers?.map(sorted)).to.deep.equal(offered.map(({ members }) => sorted(members)))
    }).timeout(300_000)
})
