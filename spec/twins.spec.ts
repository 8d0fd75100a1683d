import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { dimsOf } from '../src/base/dimensions.ts'
import {
  apply,
  Input,
  init,
  key,
  type Layer,
  LayerConnectionError,
  notation,
  type Ops,
  outputShape,
  type Shape,
  type VariableTree,
} from '../src/index.ts'
import * as layers from '../src/layers/index.ts'
import type { LayerValue } from '../src/network/parts.ts'
import { type Drawn, drawnWith, initial, layerOf } from './drawn.ts'
import { untyped } from './running.ts'

// Law 2: the type-level shape, the run-time shape and the shape of the tensor that comes out are one. Layers with random
// options meet random inputs; what the run time says becomes a program, whose every line the compiler has to agree with.

const seed = 20_26
/** How many draws of each layer. */
const draws = 12

const constructors = Object.entries(layers)
  .filter(([name, make]) => typeof make === 'function' && /^[A-Z]/.test(name))
  .map(([name]) => name)
const table: Readonly<Record<string, fc.Arbitrary<Drawn>>> = {
  ...drawnWith(initial),
  Lambda: fc.constantFrom(
    { name: 'Lambda', given: [(ops: Ops<unknown>, x: unknown) => ops.relu(x)], inputs: [[3, 2]] },
    {
      name: 'Lambda',
      given: [(ops: Ops<unknown>, x: unknown) => ops.sum(x, [1], true), [1], { name: 'total' }],
      inputs: [[5]],
    },
  ),
}

// A program that says what the run time says.

const source = (value: unknown): string => {
  if (typeof value === 'function') return String(value)
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('arrangement' in value) return `net(${JSON.stringify(notation(value as unknown as Layer))})`
  if ('rules' in value || (value as { kind?: unknown }).kind === 'Initializer') return `j.${value}`
  return `{ ${Object.entries(value)
    .map(([name, part]) => `${name}: ${source(part)}`)
    .join(', ')} }`
}
const dimension = (d: number | null, name: string | undefined): string | number =>
  d ?? (name === undefined ? 'number' : `Dim<'${name}'>`)
const type = (shape: Shape): string => `[${shape.map((d, axis) => dimension(d, dimsOf(shape)[axis])).join(', ')}]`
const flowType = (shape: Shape | readonly Shape[]): string =>
  Array.isArray(shape[0]) ? `[${(shape as readonly Shape[]).map(type).join(', ')}]` : type(shape as Shape)

/** Shapes of inputs, some of whose dimensions have names. */
type Inputs = readonly (readonly (number | string)[])[]
const networkOf = (layer: Layer, inputs: Inputs): Layer => {
  const starts = inputs.map(shape => Input([...shape]))
  return untyped.join(starts.length === 1 ? starts[0] : untyped.parallel(...starts), layer)
}

type Tree = VariableTree<TfTensor>
/** What the run time makes of a draw: the shape that comes out and those of the variables, or why there are none. */
type Outcome =
  | { readonly shape: Shape; readonly network: Layer; readonly params: Tree; readonly state: Tree }
  | { readonly refused: LayerConnectionError }
const outcomeOf = ({ inputs, ...call }: Drawn): Outcome => {
  try {
    const network = networkOf(layerOf({ inputs, ...call }), inputs)
    const { params, state } = init(network, key(seed)) as unknown as { readonly params: Tree; readonly state: Tree }
    return { shape: outputShape(network) as Shape, network, params, state }
  } catch (error) {
    if (error instanceof LayerConnectionError) return { refused: error }
    throw error
  }
}

/** What the type of a layer may say of its variables in `' has'`: what is there, or nothing. */
const hintType = (params: Tree, state: Tree): string => {
  const [some, others] = [params, state].map(tree => Object.keys(tree).length > 0)
  return some && others ? "'both' | 'some'" : some ? "'params' | 'some'" : others ? "'state' | 'some'" : "'some'"
}

const variablesType = (variables: Tree): string => {
  const layersOf = Object.entries(variables).map(([layer, own]) => {
    const shapes = Object.entries(own).map(([name, { shape }]) => `${JSON.stringify(name)}: ${type(shape)}`)
    return `${JSON.stringify(layer)}: { ${shapes.join('; ')} }`
  })
  return `{ ${layersOf.join('; ')} }`
}

/** The lines about one draw. */
const linesOf = ({ name, given, inputs }: Drawn, outcome: Outcome, i: number): readonly string[] => {
  const starts = inputs.map(shape => `Input([${shape.join(', ')}])`)
  const start = starts.length === 1 ? starts[0] : `parallel(${starts.join(', ')})`
  const made = `const layer${i} = j.${name}(${given.map(source).join(', ')})`
  if ('refused' in outcome)
    return [made, `// @ts-expect-error ${outcome.refused.message.replace(/\s+/g, ' ')}`, `join(${start}, layer${i})`]
  // A function has no text.
  const text = given.some(value => typeof value === 'function') ? null : JSON.stringify(notation(outcome.network))
  const texts = [
    `const text${i} = net(${text})`,
    `holds<Same<OutputOf<typeof text${i}>, ${flowType(outcome.shape)}>>()`,
    `holds<Alike<Shapes<ParamsOf<typeof text${i}>>, ${variablesType(outcome.params)}>>()`,
  ]
  return [
    made,
    `const network${i} = join(${start}, layer${i})`,
    `holds<Same<OutputOf<typeof network${i}>, ${flowType(outcome.shape)}>>()`,
    `holds<Alike<Shapes<ParamsOf<typeof network${i}>>, ${variablesType(outcome.params)}>>()`,
    `holds<Alike<Shapes<StateOf<typeof network${i}>>, ${variablesType(outcome.state)}>>()`,
    `holds<Within<(typeof layer${i})[' has'], ${hintType(outcome.params, outcome.state)}>>()`,
    ...(text === null ? [] : texts),
  ]
}

/** A draw with names in the place of the sizes of an axis: one name where inputs have one size there, as a rule. */
const namedOf = (drawn: Drawn, i: number): Inputs => {
  const { inputs } = drawn
  // The units of a state are known.
  const { starts = 0 } = (layerOf(drawn) as unknown as LayerValue).rules
  const last = inputs.length - starts
  const axis = i % Math.max(1, inputs[0]?.length ?? 1)
  const size = inputs[0]?.[axis]
  const other = i % 3 === 2 ? 'other' : 'time'
  return inputs.map((shape, k) =>
    shape.map((d, at) => (k < last && at === axis && d === size ? (k === 0 ? 'time' : other) : d)),
  )
}
/** The line about the shape of a draw whose inputs have names. */
const namedLines = (drawn: Drawn, i: number): readonly string[] => {
  const inputs = namedOf(drawn, i)
  const starts = inputs.map(shape => `Input([${shape.map(d => JSON.stringify(d)).join(', ')}])`)
  const start = starts.length === 1 ? starts[0] : `parallel(${starts.join(', ')})`
  try {
    const shape = outputShape(networkOf(layerOf(drawn), inputs)) as Shape
    return [
      `const named${i} = join(${start}, layer${i})`,
      `holds<Same<OutputOf<typeof named${i}>, ${flowType(shape)}>>()`,
    ]
  } catch (error) {
    if (!(error instanceof LayerConnectionError)) throw error
    return [`// @ts-expect-error ${error.message.replace(/\s+/g, ' ')}`, `join(${start}, layer${i})`]
  }
}

const index = new URL('../src/index.ts', import.meta.url)
const header = `import * as j from ${JSON.stringify(fileURLToPath(index))}
import { constant, heNormal, heUniform, Input, join, net, normal, parallel, uniform, xavierNormal, xavierUniform, type Dim, type OutputOf, type ParamsOf, type StateOf, type Tensor } from ${JSON.stringify(fileURLToPath(index))}
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Within<A, B> = A extends B ? true : false
type Alike<A, B> = [A, B] extends [B, A] ? true : false
type Shapes<P> = { [L in keyof P]: { [V in keyof P[L]]: P[L][V] extends Tensor<infer S> ? S : never } }
declare const holds: <_ extends true>() => void`

/** What the compiler says, by line. */
const faultsOf = async (program: string): Promise<ReadonlyMap<number, string>> => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-twins-'))
  try {
    const options = {
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
      module: 'NodeNext',
      types: ['node'],
      typeRoots: [fileURLToPath(new URL('../node_modules/@types', import.meta.url))],
      strict: true,
      // As the sources that it reads are checked.
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['twins.ts'] }))
    writeFileSync(join(folder, 'twins.ts'), program)
    const require = createRequire(import.meta.url)
    const manifest = require.resolve('typescript/package.json')
    const compiler = join(dirname(manifest), require(manifest).bin.tsc)
    const run = promisify(execFile)(process.execPath, [compiler, '--project', folder, '--pretty', 'false'], {
      cwd: folder,
      maxBuffer: 1e8,
    })
    const { stdout } = await run.catch((error: { stdout: string }) => error)
    const found = [...stdout.matchAll(/^(.*?)\((\d+),\d+\): error (.*)$/gm)]
    const elsewhere = found.find(([, file]) => file !== 'twins.ts')
    if (elsewhere) throw new Error(elsewhere[0])
    return new Map(found.map(([, , line, text]) => [Number(line), text as string]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe(`Twins (seed ${seed})`, () => {
  const drawn = constructors.flatMap(name => {
    const arbitrary = table[name]
    return arbitrary === undefined ? [] : fc.sample(arbitrary, { seed, numRuns: draws })
  })
  const outcomes = drawn.map(outcomeOf)
  const blocks = drawn.map((one, i) => [
    ...linesOf(one, outcomes[i] as Outcome, i),
    ...(i % 2 === 0 ? namedLines(one, i) : []),
  ])
  let faults: ReadonlyMap<number, string> = new Map()

  /** Lines that are wrong, so that the compiler has to say so: then it looks at the others too. */
  const wrong = [
    'holds<Same<OutputOf<typeof control>, [number, 4]>>()',
    '// @ts-expect-error nothing is wrong',
    'join(Input(3))',
  ]

  before(async () => {
    const control = ['const control = join(Input(3))', ...wrong]
    faults = await faultsOf([header, ...blocks.flat(), ...control, ''].join('\n'))
  })

  it('are looked at: what is wrong is found', () => {
    const first = header.split('\n').length + blocks.flat().length + 2
    expect(faults.get(first)).to.contain("does not satisfy the constraint 'true'")
    expect(faults.get(first + 1)).to.contain("Unused '@ts-expect-error' directive")
  })

  it('are all layers', () => {
    for (const name of constructors) expect(table[name], `draws of ${name} in spec/drawn.ts`).not.to.equal(undefined)
  })

  for (const name of constructors) {
    const mine = drawn
      .map((one, i) => ({ one, i, outcome: outcomes[i] as Outcome }))
      .filter(({ one }) => one.name === name)

    it(`of ${name} agree at run time: its rule and its tensors`, () => {
      expect(mine.length).to.be.greaterThan(0)
      expect(
        mine.some(({ outcome }) => 'shape' in outcome),
        'draws that fit',
      ).to.equal(true)
      for (const { one, outcome } of mine) {
        if ('refused' in outcome) continue
        const zeros = one.inputs.map(shape => ({
          shape: [2, ...shape],
          data: new Float32Array(2 * shape.reduce((n, d) => n * d, 1)),
        }))
        for (const training of [false, true]) {
          const variables = init(outcome.network, key(1)) as never
          const { output } = apply(outcome.network, variables, (zeros.length === 1 ? zeros[0] : zeros) as never, {
            training,
            key: key(2),
          }) as unknown as { readonly output: TfTensor | readonly TfTensor[] }
          const found = [output].flat().map(({ shape }) => shape)
          const said = (Array.isArray(outcome.shape[0]) ? outcome.shape : [outcome.shape]) as readonly Shape[]
          const expected = said.map((shape, k) => shape.map((d, axis) => d ?? found[k]?.[axis] ?? null))
          expect(found, `${source(one)} (seed ${seed})`).to.deep.equal(expected)
        }
      }
    })

    it(`of ${name} agree in types, written as a call and as a text`, () => {
      for (const { i } of mine) {
        const first = header.split('\n').length + 1 + blocks.slice(0, i).reduce((n, lines) => n + lines.length, 0)
        for (const [k, line] of (blocks[i] as readonly string[]).entries())
          expect(
            faults.get(first + k),
            `${(blocks[i] as readonly string[]).join('\n')}\n  at ${line} (seed ${seed})`,
          ).to.equal(undefined)
      }
    })
  }
})
