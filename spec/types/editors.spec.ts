import { join } from 'node:path'
import { expect } from 'chai'
import * as blocks from '../../src/blocks/index.ts'
import * as layers from '../../src/layers/index.ts'
import { caseFolder, compilers } from './compilers.ts'
import type { Case, Findings, Help } from './expectations.ts'

// What editors offer after the dot of a network, a block and a layer: what a user may use, and none of the compiler's own keys.

const ofNetworks = ['nodes', 'inputs', 'outputs', 'ports', 'kind', 'to', '>>']
const ofLayers = ['to', '>>', 'name', 'rules', 'kind']
const offered: readonly { readonly value: string; readonly members: readonly string[] }[] = [
  { value: 'join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))', members: ofNetworks },
  { value: "block('tower', join(Relu(8), Relu(4)))", members: ofNetworks },
  { value: 'parallel(Relu(8), Relu(4))', members: ofNetworks },
  { value: "net('Input(28) >> Relu(5)')", members: ofNetworks },
  {
    value: 'Convolution([3, 3, 16])',
    members: [...ofLayers, 'size', 'padding', 'stride', 'dilation', 'groups', 'weight', 'bias'],
  },
  { value: 'Dropout(0.5)', members: [...ofLayers, 'proba'] },
]
const imports = [
  "import { block, Convolution, Dropout, Input, join, net, parallel, Relu, Reshape, Softmax } from '../../../src/index.ts'",
]
const values: Case = {
  path: join(caseFolder, 'members.ts'),
  source: [...imports, ...offered.map(({ value }) => `${value}.;`)].join('\n'),
  errors: [],
  hovers: [],
  offers: offered.map(({ value }, i) => ({
    line: imports.length + i,
    column: value.length + 1,
    texts: [],
    members: true,
  })),
}

// What they say of a layer: every argument, where its name stands and while a call is written, and an example.

const constructors = Object.entries({ ...layers, ...blocks })
  .filter(([, value]) => typeof value === 'function')
  .map(([name]) => name)

/** What the label of the first argument names. */
const labels: Readonly<Record<string, string>> = {
  Convolution: '[rows: number, cols: number, channels: number]',
  Convolution1D: '[steps: number, channels: number]',
  Convolution3D: '[depth: number, rows: number, cols: number, channels: number]',
  Deconvolution: '[rows: number, cols: number, channels: number]',
  DepthwiseConvolution: '[rows: number, cols: number]',
  SeparableConvolution: '[rows: number, cols: number, channels: number]',
  MaxPooling: '[rows: number, cols: number]',
  MaxPooling3D: '[depth: number, rows: number, cols: number]',
  RandomCrop: '[rows: number, cols: number]',
  Upscale: '[rows: number, cols: number]',
}

const header = `import { ${constructors.join(', ')} } from '../../../src/index.ts'`
const functions: Case = {
  path: join(caseFolder, 'documentation.ts'),
  source: [header, ...constructors.map(name => `${name}()`)].join('\n'),
  errors: [],
  hovers: [],
  calls: constructors.map((name, i) => ({ line: i + 1, column: 1, open: name.length + 1 })),
}

/** What is missing in the help for a layer. */
const missing = (name: string, { documentation, signatures }: Help): readonly string[] => {
  const said = new Map([...documentation.matchAll(/@param `(\w+)` — (.+)/g)].map(([, word = '', text]) => [word, text]))
  const named = signatures.map(own =>
    own.map(argument => ({ ...argument, argument: /^\w+/.exec(argument.label)?.[0] ?? '' })),
  )
  const all = new Set(named.flat().map(({ argument }) => argument))
  const label = labels[name] ?? ''
  return [
    ...(signatures.length === 0 ? ['a signature'] : []),
    ...[...all].filter(argument => !said.get(argument)).map(argument => `@param ${argument}`),
    ...[...said.keys()].filter(argument => !all.has(argument)).map(argument => `an argument ${argument}, of @param`),
    ...(/@example\s+```ts\n\S/.test(documentation) ? [] : ['@example']),
    ...named
      .flat()
      .flatMap(own => (own.documentation === '' ? [`a comment on ${own.argument} in its constructor`] : [])),
    ...(named.some(([first]) => first?.label.includes(label)) ? [] : [`the label ${label}`]),
  ].map(what => `${name} lacks ${what}`)
}

describe('Editors', () => {
  it('are asked about all layers', () => {
    expect(constructors).to.include.members(['Convolution', 'Conv', 'TransformerEncoder'])
  })

  for (const { name, inspect } of compilers)
    describe(name, () => {
      let found: readonly Findings[] = []
      before(async function () {
        this.timeout(300_000)
        found = await inspect([values, functions])
      })

      it('offer of values what users may use', () => {
        // Some servers mark what may be absent.
        const sorted = (words: readonly string[] = []) => words.map(word => word.replace(/\?$/, '')).toSorted()
        expect(found[0]?.offers?.map(sorted)).to.deep.equal(offered.map(({ members }) => sorted(members)))
      })

      it('say of layers what each argument is, with an example', () => {
        const helps = found[1]?.helps ?? []
        expect(helps).to.have.length(constructors.length)
        expect(helps.flatMap((help, i) => missing(constructors[i] ?? '', help))).to.deep.equal([])
      })
    })
})
