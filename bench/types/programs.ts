import { readdirSync, readFileSync } from 'node:fs'

/** A program that is checked: its name, and its source. */
export interface Program {
  readonly name: string
  readonly source: string
}

const folder = new URL('programs/', import.meta.url)
const written: readonly Program[] = readdirSync(folder)
  .filter(file => file.endsWith('.ts'))
  .map(file => ({ name: file.slice(0, -3), source: readFileSync(new URL(file, folder), 'utf8') }))

/** Pairs of a convolution and an activation, in one join. */
const long = (layers: number): Program => {
  const pairs = Array.from({ length: layers / 2 - 1 }, (_, i) => {
    const channels = [16, 32, 64, 128][i % 4]
    return `  Convolution([3, 3, ${channels}], { padding: ${i % 2 ? "'same'" : '1'} }),\n  Relu(),`
  })
  return {
    name: `join-${layers}`,
    source: `import { Convolution, GlobalPooling, Input, init, join, key, Relu } from 'joinery'

const network = join(
  Input([32, 32, 3]),
${pairs.join('\n')}
  GlobalPooling('avg'),
)
const { params } = init(network, key(0))
export const first: [3, 3, 3, 16] = params['convolution-1'].weight.shape
export const last = params['convolution-${pairs.length}'].weight.shape
`,
  }
}

/** The same pairs as one text, which the compiler reads first; with the parameters' shapes, or only the output's. */
const text = (layers: number, params: boolean): Program => {
  const pairs = Array.from({ length: layers / 2 - 1 }, (_, i) => {
    const channels = [16, 32, 64, 128][i % 4]
    return `  >> Convolution(3,3,${channels}, padding=${i % 2 ? 'same' : '1'})\n  >> Relu`
  })
  const network = `const network = net(\`
  Input(32,32,3)
${pairs.join('\n')}
  >> GlobalPooling(avg)
\`)`
  if (!params)
    return {
      name: `net-shapes-${layers}`,
      source: `import { net, type OutputOf } from 'joinery'

${network}
export const output: OutputOf<typeof network> = [1, ${[16, 32, 64, 128][(pairs.length - 1) % 4]}]
`,
    }
  return {
    name: `net-${layers}`,
    source: `import { init, key, net } from 'joinery'

${network}
const { params } = init(network, key(0))
export const first: [3, 3, 3, 16] = params['convolution-1'].weight.shape
export const last = params['convolution-${pairs.length}'].weight.shape
`,
  }
}

/** Blocks in blocks: each is a join of a convolution and the one before. */
const nested = (depth: number): Program => ({
  name: `nested-${depth}`,
  source: `import { Convolution, Elementwise, Identity, Input, init, join, key, parallel } from 'joinery'

const block0 = Convolution([3, 3, 8], { padding: 'same' })
${Array.from(
  { length: depth },
  (_, i) =>
    `const block${i + 1} = join(parallel(Identity(), [Convolution([3, 3, 8], { padding: 'same' }), block${i}]), Elementwise('add'))`,
).join('\n')}
const { params } = init(join(Input([32, 32, 8]), block${depth}), key(0))
export const first: [3, 3, 8, 8] = params['convolution-1'].weight.shape
export const last: [3, 3, 8, 8] = params['convolution-${depth + 1}'].weight.shape
`,
})

/** Every program, the shortest first. */
export const programs: readonly Program[] = [
  ...written,
  ...[50, 100, 200, 500].map(long),
  text(200, false),
  ...[50, 200, 500].map(n => text(n, true)),
  ...[5, 20].map(nested),
]
