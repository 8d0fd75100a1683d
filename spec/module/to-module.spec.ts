import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import ts from 'typescript-6'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import {
  apply,
  BatchNorm,
  Convolution,
  compile,
  Dropout,
  Embedding,
  Identity,
  Input,
  init,
  join,
  key,
  Lambda,
  type Layer,
  LSTM,
  MaxPooling,
  type Ops,
  parallel,
  Relu,
  Reshape,
  Softmax,
  uniforms,
} from '../../src/index.ts'
import { at } from '../../src/module/calls.ts'
import { joined } from '../../src/module/linear.ts'
import { lowered } from '../../src/module/lower.ts'
import { programOf, uniformOf } from '../../src/module/sized.ts'
import { moduleText, written } from '../../src/module/source.ts'
import { base64 } from '../../src/module/text.ts'
import { perform } from '../../src/ops/operations.ts'
import {
  decodeSafetensors,
  encodeSafetensors,
  type NetworkModule,
  type ToModuleOptions,
  toModule,
} from '../../src/storage.ts'
import { type Drawn, drawnWith, initial } from '../drawn.ts'
import { outputOf, root } from '../installed.ts'
import { calls, meant } from '../ops/calls.ts'
import { reference } from '../ops/reference.ts'
import { architectures, begun, build, knowsInputs, networkOf, recipe } from '../recipes.ts'
import { draw, untyped } from '../running.ts'
import { type Imported, imported, inFolder, type Loading, type Numbers } from './modules.ts'

const convert = toModule as (network: Layer, variables: unknown, options?: ToModuleOptions) => NetworkModule

const [mlp, digits] = [
  join(Input(784), Relu(128), Softmax(10)),
  // What npm start trains.
  join(
    ...([Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), MaxPooling([2, 2]), Convolution([3, 3, 32])] as const),
    ...([Relu(), Reshape(), Dropout(0.4), Softmax(10)] as const),
  ),
] as const

/** Whole numbers from 0 to 1 where they are ids. */
const numbers = (shape: readonly number[], isIds: boolean, seed: number): Float32Array =>
  uniforms(
    key(seed),
    shape.reduce((all, d) => all * d, 1),
  ).map(value => (isIds ? Math.round(value) : 2 * value - 1))

/** That outputs have the same shapes, and the same numbers but for rounding. */
const near = (found: readonly Numbers[], expected: readonly tf.Tensor[], tolerance = 1e-5): void => {
  expect(found.map(({ shape }) => shape)).to.deep.equal(expected.map(({ shape }) => shape))
  for (const [i, tensor] of expected.entries()) {
    const values = tensor.dataSync() as Float32Array
    const scale = values.reduce((most, one) => (Number.isFinite(one) ? Math.max(most, Math.abs(one)) : most), 1)
    for (const [k, value] of values.entries()) {
      const own = found[i]?.[k] as number
      const isSame = own === value || (Number.isNaN(own) && Number.isNaN(value))
      if (!isSame && !(Math.abs(own - value) <= tolerance * scale)) throw new Error(`${own} at ${k}, not ${value}`)
    }
  }
}

const outputsOf = (network: Layer, variables: unknown, given: readonly unknown[]): readonly tf.Tensor[] => {
  const { output } = apply(network, variables as never, (given.length === 1 ? given[0] : given) as never)
  return [output].flat() as unknown as readonly tf.Tensor[]
}

/** That a module gives what the network gives, for batches of several sizes. */
const holds = async (network: Layer, isIds = false, batches: readonly number[] = [1, 5, 2]): Promise<void> => {
  const variables = init(network, key(1))
  const { predict } = await imported(convert(network, variables).source)
  const { inputs } = network as unknown as { readonly inputs: readonly (readonly number[])[] }
  for (const batch of batches) {
    const given = inputs.map((own, i) => {
      const shape = [batch, ...own.slice(1)]
      return { data: numbers(shape, isIds, i), shape }
    })
    const data = given.map(own => own.data)
    near([predict(data.length === 1 ? data[0] : data)].flat() as Numbers[], outputsOf(network, variables, given))
  }
}

const named = async (network: Layer, check: () => Promise<void>): Promise<void> => {
  try {
    await check()
  } catch (error) {
    throw new Error(`${network}: ${error}`, { cause: error })
  }
}

const fault = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  throw new Error('no error came')
}

describe('toModule', function () {
  this.timeout(300_000)

  for (const [name, f] of [
    [
      'solve systems of equations',
      (ops, x) => {
        const matrix = ops.reshape(ops.constant(Float32Array.from(numbers([16], false, 3))), [4, 4])
        return ops.transpose(ops.solve(matrix, ops.transpose(x, [1, 0])), [1, 0])
      },
    ],
    [
      'repeat operations as often as a count says, which does not depend on values',
      (ops, x) =>
        ops.loop(
          ([i]) => ops.less(i as typeof x, ops.constant(3)),
          ([i, y]) => [
            ops.add(i as typeof x, ops.constant(1)),
            ops.square(ops.subtract(y as typeof x, ops.constant(0.5))),
          ],
          [ops.constant(0), x],
          10,
        )[1] as typeof x,
    ],
    [
      'stop where a limit says',
      (ops, x) =>
        ops.loop(
          () => ops.constant(1),
          ([y]) => [ops.sin(y as typeof x)],
          [x],
          4,
        )[0] as typeof x,
    ],
    [
      'do not repeat anything where a condition is 0',
      (ops, x) =>
        ops.loop(
          () => ops.constant(0),
          ([y]) => [ops.sin(y as typeof x)],
          [x],
          4,
        )[0] as typeof x,
    ],
  ] as const satisfies readonly (readonly [string, <T>(ops: Ops<T>, x: T) => T])[])
    it(`writes networks that ${name}`, async () => {
      await holds(join(Input(4), Lambda(f, { name: 'own' }) as never) as never)
    })

  for (const [name, draws] of Object.entries(drawnWith(initial)))
    it(`writes ${name} with any options`, async () => {
      const runs = Number(process.env.MODULE_RUNS ?? 3)
      const all = fc.sample(draws as fc.Arbitrary<Drawn>, { numRuns: 40 * runs, seed: 7 })
      const networks = all.map(networkOf).filter(network => network !== undefined)
      expect(networks).to.not.be.empty
      for (const network of networks.slice(0, runs)) await named(network, () => holds(network, name === 'Embedding'))
    })

  it('writes networks of layers and combinators', async () => {
    const networks = fc
      .sample(recipe, { numRuns: 900, seed: 5 })
      .flatMap(given => begun(build(given)) ?? [])
      .filter(network => (network as unknown as { nodes: unknown[] }).nodes.length > 3)
    expect(networks.length).to.be.greaterThan(20)
    for (const network of networks.slice(0, 20)) {
      const isIds = JSON.stringify((network as unknown as { nodes: unknown[] }).nodes).includes('"Embedding"')
      await named(network, () => holds(network, isIds))
    }
  })

  for (const [name, made] of Object.entries(architectures)) {
    // Those of VGG are plain, and take minutes. Of the others, the smaller ones.
    const isLarge = /^(squeezenet|resnet|mobilenet|unet|gpt)/.test(name)
    const network = made
      .slice(isLarge && made.length > 1 ? 1 : 0)
      .map(make => make())
      .find(knowsInputs)
    if (network !== undefined && !name.startsWith('vgg'))
      it(`writes ${name}`, () => holds(network, name === 'gpt', /^(squeezenet|resnet)/.test(name) ? [1] : [1, 2]))
  }

  for (const [operation, arbitrary] of Object.entries(calls))
    it(`computes ${operation} as its definition says`, () =>
      fc.assert(
        fc.asyncProperty(arbitrary, async drawn => {
          const { inputs, attributes, ...call } = meant(drawn)
          // A batch of one example, which is the operand.
          const { graph } = prepare(
            trace(
              (ops, ...given) => {
                const operands = given.map((x, i) => ops.reshape(x, inputs[i]?.shape as readonly number[]))
                const result = perform(ops)(call.operation, operands, attributes as never)
                return [ops.reshape(result, [1, ...result.shape] as readonly number[])]
              },
              inputs.map(({ shape }) => [1, ...shape]),
            ),
          )
          const program = joined([1, 2, 3], Array(3).fill(programOf(graph, () => false)))
          if (program === undefined) throw new Error('no program')
          const constants = new Map<number, number | Float32Array>()
          const weights = new Map<number, { name: string; shape: readonly number[]; data: Float32Array }>()
          for (const [i, node] of program.values.entries())
            if (node.form !== 'input' && node.form !== 'computed' && node.form !== 'alias') expect.fail(`constant ${i}`)
          const ports = inputs.map(({ shape }, i) => ({ name: `x${i}`, shape: [null, ...shape] }))
          const described = { title: operation, notation: undefined, inputs: ports, outputs: [] }
          const { text } = written(described, { program, weights, numbers: constants })
          const { predict } = await imported(moduleText(described, text, 'inside', base64(encodeSafetensors({}))))
          const data = inputs.map(own => Float32Array.from(own.data))
          const expected = perform(reference)(call.operation, inputs, attributes as never)
          const wanted = tf.tensor([...expected.data], [1, ...expected.shape])
          near([predict(data.length === 1 ? data[0] : data) as Numbers], [wanted], 2e-5)
          wanted.dispose()
        }),
        { numRuns: 15 },
      ))

  it('computes elementary functions near the bounds of numbers, and of NaN and infinities', async () => {
    const points = [0, -0, 1e-30, -1e-30, 1e-6, -1e-4, 0.3, -0.7, 3, -5, 20, -30, 87, -87, 100, -120, 1e30, -1e30]
    const x = [...points, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
    const functions: Readonly<Record<string, readonly [(x: number) => number, number]>> = {
      exp: [Math.exp, 1e-6],
      log: [Math.log, 1e-6],
      sigmoid: [value => 1 / (1 + Math.exp(-value)), 1e-6],
      tanh: [Math.tanh, 1e-6],
      elu: [value => (value > 0 ? value : Math.expm1(value)), 1e-6],
      softplus: [value => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))), 1e-6],
      sqrt: [Math.sqrt, 1e-7],
      negative: [value => -value, 0],
      sin: [Math.sin, 2e-7],
      cos: [Math.cos, 2e-7],
      atan: [Math.atan, 2e-7],
      floor: [Math.floor, 0],
    }
    for (const [name, [f, tolerance]] of Object.entries(functions)) {
      const layer = Lambda(
        <T>(ops: Ops<T>, given: T): T =>
          (ops as unknown as Readonly<Record<string, (given: T) => T>>)[name]?.(given) as T,
      )
      const network = join(Input(x.length), layer) as unknown as Layer
      const { predict } = await imported(convert(network, init(network, key(1))).source)
      const found = predict(Float32Array.from(x)) as Numbers
      for (const [i, value] of Float32Array.from(x).entries()) {
        const [own, wanted] = [found[i] as number, Math.fround(f(value))]
        const isSame = Object.is(own, wanted) || own === wanted
        const isNear = Math.abs(own - wanted) <= tolerance * Math.abs(wanted) + 2 ** -126
        expect(isSame || isNear, `${name}(${value}) is ${own}, not ${wanted}`).to.equal(true)
      }
    }
  })

  it('gives the bits of the WebAssembly backend where both have the same kernels', async () => {
    const network = join(Input([9, 9, 3]), Convolution([3, 3, 5]), Relu(), MaxPooling([2, 2]), Reshape(), Relu(7))
    const variables = init(network, key(3))
    const model = compile(network, variables, { backend: 'wasm' })
    const { predict } = await imported(convert(network, variables).source)
    for (const batch of [1, 6]) {
      const x = { data: numbers([batch, 9, 9, 3], false, batch), shape: [batch, 9, 9, 3] }
      const expected = (await model(x as never)) as unknown as tf.Tensor
      expect(Array.from(predict(x.data) as Numbers)).to.deep.equal(Array.from(expected.dataSync()))
    }
    await model.dispose()
  })

  it('takes at most 40 kB without weights for an MLP and the CNN of digits, the same each time', () => {
    for (const network of [mlp, digits] as readonly unknown[] as readonly Layer[]) {
      const variables = init(network, key(1))
      const { source, types, weights } = convert(network, variables, { weights: 'beside' })
      expect(source.length).to.be.lessThan(40_000)
      const inside = convert(network, variables)
      expect(inside.source.length - Math.ceil((weights?.length ?? 0) / 3) * 4).to.be.lessThan(40_000)
      const again = convert(network, variables, { weights: 'beside' })
      expect([again.source, again.types]).to.deep.equal([source, types])
      expect(again.weights).to.deep.equal(weights)
    }
  })

  describe('a module', () => {
    const network = join(Input([2, 3]), Reshape(), Relu(4), Softmax(2))
    const variables = init(network, key(2))
    let own: Imported
    before(async () => {
      own = await imported(toModule(network, variables).source)
    })

    it('says its inputs and outputs', () => {
      expect(own.inputs).to.deep.equal([{ name: 'input', shape: [null, 2, 3] }])
      expect(own.outputs).to.deep.equal([{ name: 'output', shape: [null, 2] }])
    })

    it('takes typed arrays and nested ones, and leaves them as they are', () => {
      const data = Float32Array.from({ length: 12 }, (_, i) => i - 5)
      const nested = [0, 1].map(n => [0, 1].map(i => [0, 1, 2].map(k => 6 * n + 3 * i + k - 5)))
      const expected = own.predict(data)
      expect(data).to.deep.equal(Float32Array.from({ length: 12 }, (_, i) => i - 5))
      const rows = nested.map(one => one.map(row => Int8Array.from(row)))
      const shaped = Object.assign(data.slice(), { shape: [2, 2, 3] })
      for (const given of [nested, rows, shaped, Int32Array.from(data), Float64Array.from(data)])
        expect(own.predict(given)).to.deep.equal(expected)
      expect((expected as Numbers).shape).to.deep.equal([2, 2])
    })

    it('gives empty outputs for empty batches, and NaN for NaN', () => {
      const none = own.predict(new Float32Array(0)) as Numbers
      expect([none.length, none.shape]).to.deep.equal([0, [0, 2]])
      expect((own.predict([]) as Numbers).shape).to.deep.equal([0, 2])
      const [first, ...rest] = own.predict([
        [
          [Number.NaN, 0, 0],
          [0, 0, 0],
        ],
        [
          [1, 1, 1],
          [1, 1, 1],
        ],
      ]) as Numbers
      expect(first).to.be.NaN
      expect(rest[1]).to.be.greaterThan(0)
    })

    it('gives the same bits at each call, in outputs of their own', () => {
      const [small, large] = [numbers([1, 6], false, 1), numbers([70, 6], false, 2)]
      const expected = [small, large].map(x => own.predict(x))
      for (let i = 0; i < 3; i++)
        for (const [k, x] of [small, large].entries()) {
          const found = own.predict(x)
          expect(found).to.not.equal(expected[k])
          expect(found).to.deep.equal(expected[k])
        }
    })

    it('takes no more memory with each call', async () => {
      const made: WebAssembly.Memory[] = []
      const before = WebAssembly.Memory
      try {
        WebAssembly.Memory = class extends before {
          constructor(descriptor: WebAssembly.MemoryDescriptor) {
            super(descriptor)
            made.push(this)
          }
        }
        const { predict } = await imported(toModule(network, variables).source)
        for (const batch of [3000, 1]) predict(new Float32Array(6 * batch))
        expect(made).to.have.length(1)
        const taken = made[0]?.buffer.byteLength
        for (let i = 0; i < 20; i++) for (const batch of [1, 2999, 3000]) predict(new Float32Array(6 * batch))
        expect(made[0]?.buffer.byteLength).to.equal(taken)
      } finally {
        WebAssembly.Memory = before
      }
    })

    it('says what it expected, and what came', () => {
      const says = (given: unknown) => fault(() => own.predict(given))
      const wanted = 'TypeError: predict, input: expected numbers of shape (?, 2, 3), got'
      expect(says(new Float32Array(7))).to.equal(`${wanted} 7 of them`)
      expect(says(Object.assign(new Float32Array(6), { shape: [1, 3, 2] }))).to.equal(`${wanted} (1, 3, 2)`)
      expect(says(Object.assign(new Float32Array(7), { shape: [1, 2, 3] }))).to.equal(`${wanted} 7 of them`)
      expect(says([[1, 2, 3]])).to.equal(`${wanted} 3 elements at [0]`)
      expect(
        says([
          [
            [1, 2, 3],
            [1, 2],
          ],
        ]),
      ).to.equal(`${wanted} 2 elements at [0,1]`)
      expect(
        says([
          [
            [1, 2, 3],
            [1, 2, '3'],
          ],
        ]),
      ).to.equal(`${wanted} string at [0,1,2]`)
      expect(says(undefined)).to.equal(`${wanted} undefined`)
      expect(says(new BigInt64Array(6))).to.match(/got object$/)
    })
  })

  it('names the layer whose index names no row', async () => {
    const network = join(Input([3]), Embedding(4, 2, { name: 'words' }))
    const { predict } = await imported(toModule(network, init(network, key(1))).source)
    expect((predict(Int32Array.of(0, 3, 1)) as Numbers).shape).to.deep.equal([1, 3, 2])
    expect(fault(() => predict([[0, 4, 1]]))).to.equal('RangeError: words: expected whole numbers from 0 to 3, got 4')
    // What came before does not matter.
    expect((predict([[0, 3, 1]]) as Numbers).shape).to.deep.equal([1, 3, 2])
  })

  it('names weights as the variables are called, or after the layer that they are folded into', () => {
    const network = join(Input([6, 6, 1]), Convolution([3, 3, 4]), BatchNorm(), Relu(), Reshape(), Softmax(3))
    const { weights } = toModule(network, init(network, key(4)), { weights: 'beside' })
    expect(Object.keys(decodeSafetensors(weights as Uint8Array).tensors).sort()).to.deep.equal([
      'convolution-1/constant-1',
      'softmax-1/weight',
    ])
  })

  it('says that a batch is too large for memory, and goes on with others', async () => {
    const network = join(Input(1), Relu(4096))
    const { predict } = await imported(toModule(network, init(network, key(1))).source)
    expect(fault(() => predict(new Float32Array(2 ** 19)))).to.equal(
      'RangeError: predict: expected memory for a batch of 524288, got none; give smaller batches',
    )
    expect((predict(Float32Array.of(1, 2)) as Numbers).shape).to.deep.equal([2, 4096])
  })

  it('takes names of any signs', async () => {
    const names = ["it's \\ `$1`", '*/ // \n\r', 'a\u2028b\u2029', '__proto__', '"'] as const
    for (const name of names) {
      const network = untyped.join(untyped.Input(3, { name }), untyped.Relu(2, { name: `${name}!` }))
      const { source, types } = convert(network, init(network, key(1)))
      const own = await imported(source)
      expect(own.inputs[0]?.name).to.equal(name)
      expect((own.predict([[1, 2, 3]]) as Numbers).shape).to.deep.equal([1, 2])
      expect(ts.transpileModule(types, { reportDiagnostics: true }).diagnostics).to.deep.equal([])
    }
  })

  it('takes several inputs of one batch, and gives several outputs', async () => {
    const network = join(parallel(Input(4, { name: 'left' }), Input(2)), parallel(Relu(3), Softmax(2)))
    const { predict, inputs, outputs } = await imported(toModule(network, init(network, key(1))).source)
    expect([inputs, outputs].map(all => all.map(({ name }) => name))).to.deep.equal([
      ['left', 'input-2'],
      ['output-1', 'output-2'],
    ])
    const found = predict([new Float32Array(8), new Float32Array(4)]) as readonly Numbers[]
    expect(found.map(({ shape }) => shape)).to.deep.equal([
      [2, 3],
      [2, 2],
    ])
    expect(fault(() => predict([new Float32Array(8), new Float32Array(6)]))).to.match(/inputs of one batch, got 2, 3/)
    expect(fault(() => predict([new Float32Array(8)]))).to.match(/an array of 2 inputs, got 1/)
    expect(fault(() => predict(undefined))).to.match(/an array of 2 inputs, got undefined/)
  })

  it('reads weights beside it, of every type', () =>
    inFolder(async folder => {
      const network = join(Input([6, 6, 1]), Convolution([3, 3, 4]), BatchNorm(), Relu(), Reshape(), Softmax(3))
      const variables = init(network, key(4))
      const x = draw(3, [2, 6, 6, 1])
      const expected = outputsOf(network as never, variables, [x])
      for (const [dtype, tolerance] of [['F32', 1e-5] as const, ['F16', 1e-2] as const, ['BF16', 5e-2] as const]) {
        const { source, weights } = toModule(network, variables, {
          weights: 'beside',
          file: `${dtype}.safetensors`,
          dtype,
        })
        if (weights === null) throw new Error('no weights')
        const [module, file] = [path.join(folder, `${dtype}.mjs`), path.join(folder, `${dtype}.safetensors`)]
        await writeFile(module, source)
        await writeFile(file, weights)
        const { load } = (await import(pathToFileURL(module).href)) as Loading
        const sources = [
          undefined,
          `./${dtype}.safetensors`,
          pathToFileURL(file),
          weights,
          weights.buffer,
          Buffer.from(weights),
        ]
        for (const place of sources) {
          const { predict } = await load(place)
          near([predict(Float32Array.from(x.data)) as Numbers], expected, tolerance)
        }
        const says = async (place: unknown): Promise<string> =>
          load(place).then(
            () => 'nothing',
            error => String(error),
          )
        expect(await says(new Uint8Array(3))).to.equal(
          'TypeError: the weights: expected a file in the safetensors format, got 3 bytes that are none',
        )
        expect(await says(encodeSafetensors({}))).to.match(/the weights: expected \S+ \(.*\), got none/)
        expect(await says(weights.subarray(0, weights.length - 2))).to.match(/the weights: expected .* got \d+ bytes/)
        expect(await says('missing.safetensors')).to.match(/ENOENT|missing/)
      }
    }))

  it('is one text in Node and Deno, and computes the same there', () =>
    inFolder(async folder => {
      const network = join(Input([5, 3]), LSTM(4), Softmax(2))
      const { source, types, weights } = toModule(network, init(network, key(5)), { weights: 'beside' })
      const [program, made] = ['program.mjs', 'network.mjs'].map(name => path.join(folder, name)) as [string, string]
      const library = (file: string) => JSON.stringify(pathToFileURL(path.join(root, 'src', file)).href)
      const x = Array.from({ length: 30 }, (_, i) => i / 8 - 2)
      await writeFile(made, source)
      await writeFile(path.join(folder, 'weights.safetensors'), weights as Uint8Array)
      await writeFile(
        program,
        `import { Input, init, join, key, LSTM, Softmax } from ${library('index.ts')}
import { toModule } from ${library('storage.ts')}
import { load } from './network.mjs'
const network = join(Input([5, 3]), LSTM(4), Softmax(2))
const { source, types } = toModule(network, init(network, key(5)), { weights: 'beside' })
const { predict } = await load()
const output = predict(Float32Array.from(${JSON.stringify(x)}))
console.log(JSON.stringify({ source, types, output: [...output] }))
`,
      )
      const deno = path.join(root, 'node_modules/.bin/deno')
      const config = path.join(root, 'deno.json')
      const text = await outputOf(root, deno, 'run', '--allow-all', '--quiet', '--config', config, program)
      const other = JSON.parse(text.trim().split('\n').at(-1) as string)
      expect([other.source, other.types]).to.deep.equal([source, types])
      const { load } = (await import(pathToFileURL(made).href)) as Loading
      const { predict } = await load()
      for (const [i, value] of Array.from(predict(Float32Array.from(x)) as Numbers).entries())
        expect(other.output[i]).to.be.closeTo(value, 1e-6)
    }))

  it('writes the same module as before', async () => {
    const weight = tf.tensor([0, 1, 2, 3, 4, 5, 6, 7], [4, 2])
    const network = join(Input(4), Relu(2), Softmax(2))
    const given = {
      params: {
        'relu-1': { weight, bias: tf.tensor1d([0.5, -0.5]) },
        'softmax-1': { weight: tf.tensor2d([1, -1, 0.25, 2], [2, 2]), bias: tf.tensor1d([0, 1]) },
      },
      state: {},
    }
    const { source, types } = convert(network as never, given)
    const golden = (file: string) => readFile(new URL(`golden/${file}`, import.meta.url), 'utf8')
    expect(source).to.equal(await golden('mlp.mjs'))
    expect(types).to.equal(await golden('mlp.d.mts'))
  })

  it('has types that every compiler reads, and that refuse other shapes', () =>
    inFolder(async folder => {
      const network = join(parallel(Input([2, 3]), Input([])), parallel(Reshape(), Identity()))
      const one = join(Input([2, 3]), Reshape(), Softmax(2))
      await writeFile(path.join(folder, 'one.d.mts'), toModule(one, init(one, key(1))).types)
      const beside = toModule(network as never, init(network as never, key(1)) as never, { weights: 'beside' })
      await writeFile(path.join(folder, 'two.d.mts'), beside.types)
      await writeFile(
        path.join(folder, 'use.mts'),
        `import { inputs, type Output, predict } from './one.mjs'
import { load } from './two.mjs'
const output: Output = predict(new Float32Array(6))
const classes: 2 = output.shape[1]
const columns: 3 = inputs[0].shape[2]
predict([[[1, 2, 3], new Float32Array(3)]])
predict(Object.assign(new Float32Array(6), { shape: [1, 2, 3] as const }))
const { predict: both } = await load(new URL('file:///weights.safetensors'))
const [first, second] = both([new Float32Array(6), [1]])
const six: 6 = first.shape[1]
export { classes, columns, second, six }
// @ts-expect-error of another shape
predict(output)
// @ts-expect-error of another rank
predict([[1, 2, 3]])
// @ts-expect-error no numbers
predict(['1'])
// @ts-expect-error two inputs
both(new Float32Array(6))
// @ts-expect-error no third output
second.shape[2]
`,
      )
      for (const compiler of ['typescript', 'typescript-6', 'typescript-5.9'])
        await outputOf(
          folder,
          process.execPath,
          ...[path.join(root, 'node_modules', compiler, 'bin/tsc'), '--noEmit', '--strict', '--target', 'es2022'],
          ...['--module', 'nodenext', '--lib', 'es2023,dom', 'use.mts'],
        )
    }))

  it('refuses what it cannot write, and says what to do', () => {
    const network = join(Input(4), Softmax(3))
    const variables = init(network, key(1))
    expect(fault(() => toModule(network, variables, { weights: 'elsewhere' as never }))).to.match(
      /InvalidOption: toModule, weights.*'inside'.*'beside'.*elsewhere/,
    )
    expect(fault(() => toModule(network, variables, { file: '' }))).to.match(/InvalidOption: toModule, file/)
    expect(fault(() => toModule(network, variables, { dtype: 'F64' as never }))).to.match(
      /InvalidOption: toModule, dtype/,
    )
    expect(fault(() => convert(Relu(3) as never, { params: {}, state: {} }))).to.match(
      /InvalidOption: toModule, network.*shapes of its inputs.*Input/,
    )
    expect(fault(() => convert(network as never, { params: {}, state: {} }))).to.match(
      /WeightInitializationError: softmax-1/,
    )
    const one = (f: <T>(ops: Ops<T>, x: T) => T, name = 'own'): Layer =>
      join(Input(4), Lambda(f, { name }) as never) as never
    const uneven = one(<T>(ops: Ops<T>, x: T): T => ops.multiply(x, ops.constant(1 / (ops.shape(x)[0] ?? 1))))
    expect(fault(() => convert(uneven, { params: {}, state: {} }))).to.match(/a constant that depends on its size/)
    const looped = one(
      <T>(ops: Ops<T>, x: T): T =>
        ops.loop(
          ([y]) => ops.greater(ops.sum(y as T, [0, 1]), ops.constant(1)),
          ([y]) => [ops.multiply(y as T, ops.constant(0.5))],
          [x],
          10,
        )[0] as T,
    )
    const error = fault(() => convert(looped, { params: {}, state: {} }))
    expect(error).to.match(/InvalidOption: own, network: .*a loop whose length depends on values/)
    const foreign = { kind: 'application', operation: 'sinh', inputs: [], attributes: [], shape: [2], layer: 'waves' }
    const place = { from: [], to: at('value 0'), room: () => at('room 0'), pack: null }
    expect(fault(() => lowered(foreign as never, place))).to.match(
      /InvalidOption: waves, network: expected operations that modules have a kernel for, got sinh/,
    )
  })
})

const isConstant = (node: GraphNode) => node.kind === 'constant' && uniformOf(node) !== undefined
describe('uniform constants', () => {
  it('are told from others, with the sign of zero', () => {
    const constant = (values: number | Float32Array, shape: readonly number[]): GraphNode =>
      ({ kind: 'constant', values, shape }) as GraphNode
    expect(isConstant(constant(3, [2]))).to.equal(true)
    expect(isConstant(constant(Float32Array.of(1, 1), [2]))).to.equal(true)
    expect(isConstant(constant(Float32Array.of(0, -0), [2]))).to.equal(false)
  })
})
