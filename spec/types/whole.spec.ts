import { join } from 'node:path'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import { caseFolder, compilers } from './compilers.ts'
import { type Findings, readCase } from './expectations.ts'

// Mistakes about whole networks: what compilers say of the text of a call is what the error says of the call.

const setup = [
  "const network = join(Input(4), Relu(8), block('head', join(Relu(8), BatchNorm())), Softmax(3))",
  'const other = init(join(Input(4), Relu(8), Softmax(3)), key(1))',
  "const wider = init(join(Input(4), Relu(9), block('head', join(Relu(8), BatchNorm())), Softmax(3)), key(1))",
  'const x = [[1, 2, 3, 4]]',
]
const again = 'Make the variables of this network with init(network, key).'
const none = `expected variables of this layer, got none: the variables are of another network. ${again}`

const mistakes: readonly (readonly [code: string, sentence: string])[] = [
  ['apply(network, other, x)', `head/relu-1: ${none}`],
  ['predict(network, other, x)', `head/relu-1: ${none}`],
  ['evaluate(network, other, { x, y: x })', `head/relu-1: ${none}`],
  ['compile(network)(other, x)', `head/relu-1: ${none}`],
  ['apply(network, { params: {}, state: {} }, x)', `relu-1: ${none}`],
  ["apply(start(network, 'softmax-1'), { params: {}, state: {} }, [[1, 2, 3, 4, 5, 6, 7, 8]])", `softmax-1: ${none}`],
  ['apply(network, wider, x)', `relu-1: expected weight of shape (4, 8), got (4, 9). ${again}`],
  [
    "apply(network, { ...other, params: { ...other.params, 'head/relu-1': { weight: tensor(new Float32Array(64), [8, 8]) } } }, x)",
    `head/relu-1: expected bias of shape (8,), got none. ${again}`,
  ],
  ['repeat(Relu(8), 0)', 'repeat, n: expected a positive integer, got 0. For example: repeat(Relu(8), 3).'],
  [
    'join(Input([8, 8, 4]), Convolution([3, 3, 6], { groups: 3 }))',
    'Convolution expects input channels that 3 groups divide, got (?, 8, 8, 4). Use a number of groups that divides 4.',
  ],
  ...[
    ['Convolution', 'join(Input([8, 8, 4]), Convolution([3, 3, 9], { groups: 2 }))'],
    ['Convolution1D', 'join(Input([8, 4]), Convolution1D([3, 9], { groups: 2 }))'],
    ['Convolution3D', 'join(Input([8, 8, 8, 4]), Convolution3D([3, 3, 3, 9], { groups: 2 }))'],
  ].map(
    ([kind, code = '']) =>
      [
        code,
        `${kind}, groups: expected a number that divides the 9 channels that come out, got 2. Use another number of groups, or a multiple of 2 channels.`,
      ] as const,
  ),
]

const names = [...new Set([...setup, ...mistakes.flat()].join(' ').match(/\b[A-Za-z]\w*/g))].filter(
  name => name in joinery,
)
const source = [
  `import { ${names.join(', ')} } from '../../../src/index.ts'`,
  ...setup,
  ...mistakes.map(([code]) => code),
].join('\n')
const run = new Function('code', ...names, `${setup.join('\n')}\nreturn eval(code)`)
const exported: Readonly<Record<string, unknown>> = joinery
const values = names.map(name => exported[name])

/** An error names the layer by its name in the network, where the compiler may know its kind only. */
const bySubject = (sentence: string): string => sentence.replace(/^\S+ expects /, ': expected ')

describe('A mistake about a whole network', () => {
  for (const [code, sentence] of mistakes)
    it(`is an error of ${code}`, async () => {
      const error: unknown = await (async () => run(code, ...values))().catch((fault: unknown) => fault)
      expect(error).to.be.instanceOf(joinery.JoineryError)
      const { message } = error as Error
      expect(message.slice(-bySubject(sentence).length)).to.equal(bySubject(sentence))
    })
  for (const { name, inspect } of compilers)
    describe(`is said by ${name}`, () => {
      let found: Findings | undefined
      before(async () => {
        ;[found] = await inspect([readCase(join(caseFolder, 'whole.ts'), source)])
      })
      for (const [i, [code, sentence]] of mistakes.entries())
        it(`of ${code}`, () => {
          const said = (found?.errors ?? []).filter(({ line }) => line === setup.length + 1 + i).map(({ text }) => text)
          expect(said).to.have.length(1)
          expect(said[0]).to.include(`"${sentence}"`)
        })
    })
})
