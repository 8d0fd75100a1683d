import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as runtime from 'onnxruntime-node'
import { readOnnx } from '../../src/command/onnx.ts'
import {
  apply,
  BatchNorm,
  Convolution,
  end,
  GRU,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  type Layer,
  Linear,
  MaxPooling,
  normals,
  type Ops,
  parallel,
  predict,
  Relu,
  Reshape,
  Softmax,
  start,
  vgg16,
  vgg19,
} from '../../src/index.ts'
import { type ToOnnxOptions, toOnnx } from '../../src/storage.ts'
import { type Drawn, drawnWith, initial } from '../drawn.ts'
import { architectures, begun, build, knowsInputs, networkOf, recipe } from '../recipes.ts'
import { untyped } from '../running.ts'
import { printed, pythonWith, said, withChecker } from './python.ts'
import { quiet } from './steps.ts'

const convert = toOnnx as (network: Layer, variables: unknown, options?: ToOnnxOptions) => Uint8Array

/** Numbers of some shape; whole ones where they are ids. */
const numbers = (shape: readonly number[], isIds: boolean, seed: number): tf.Tensor => {
  const size = shape.reduce((all, d) => all * d, 1)
  const data = Float32Array.from({ length: size }, (_, i) =>
    isIds ? 0 : Math.sin(1.7 * i + seed) + 0.01 * ((i * 7 + seed) % 13),
  )
  return tf.tensor(data, [...shape])
}

/**
 * That a file gives what the network gives, for batches of several sizes.
 *
 * @returns the inputs and outputs of the last batch
 */
const equals = async (
  bytes: Uint8Array,
  network: Layer,
  variables: unknown,
  isIds = false,
  batches: readonly number[] = [1, 5],
): Promise<unknown> => {
  let answers: unknown
  const session = await runtime.InferenceSession.create(bytes, quiet)
  try {
    const { inputs } = network as unknown as { readonly inputs: readonly (readonly (number | null)[])[] }
    for (const batch of batches) {
      const given = inputs.map((shape, i) => numbers([batch, ...(shape.slice(1) as number[])], isIds, i))
      const own = isIds ? given.map(x => tf.cast(x, 'int32')) : given
      const { output } = apply(network, variables as never, (own.length === 1 ? own[0] : own) as never)
      const expected = [output].flat() as unknown as readonly tf.Tensor[]
      const feeds = given.map((x, i) => [
        session.inputNames[i] as string,
        new runtime.Tensor('float32', x.dataSync() as Float32Array, x.shape),
      ])
      const found = await session.run(Object.fromEntries(feeds))
      expect(session.outputNames).to.have.lengthOf(expected.length)
      for (const [i, tensor] of expected.entries()) {
        const { data, dims } = found[session.outputNames[i] as string] as runtime.Tensor
        expect(dims).to.deep.equal(tensor.shape)
        const values = Array.from(tensor.dataSync() as Float32Array)
        const scale = values.reduce((most, one) => (Number.isFinite(one) ? Math.max(most, Math.abs(one)) : most), 1)
        const off = Array.from(data as Float32Array).findIndex((one, k) => {
          const other = values[k] as number
          const isSame = Object.is(one, other) || one === other || (Number.isNaN(one) && Number.isNaN(other))
          return !(isSame || Math.abs(one - other) <= 1e-4 * scale)
        })
        if (off >= 0) throw new Error(`batch ${batch}: ${data[off]} at ${off}, not ${values[off]}`)
      }
      const written = (names: readonly string[], tensors: readonly tf.Tensor[]) =>
        tensors.map((tensor, i) => [names[i], tensor.shape, Array.from(tensor.dataSync())])
      answers = [written(session.inputNames, given), written(session.outputNames, expected)]
    }
    return answers
  } finally {
    await session.release()
  }
}

const old = 17
/** The newest operator set of the ONNX that `.ci/onnx-python` fetches. */
const recent = 22

describe('toOnnx', function () {
  this.timeout(300_000)

  let folder = ''
  let [count, evaluated] = [0, 0]
  before(async () => {
    folder = await mkdtemp(path(tmpdir(), 'joinery-onnx-'))
    for (const opset of [old, recent]) await mkdir(path(folder, String(opset)))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** @param isSmall whether Python, which takes long, evaluates it too */
  const holds = async (
    network: Layer,
    isIds = false,
    batches?: readonly number[],
    isSmall = batches === undefined,
  ): Promise<void> => {
    const variables = init(network, key(1))
    await equals(convert(network, variables), network, variables, isIds, batches)
    const bytes = convert(network, variables, { opset: old })
    const answers = await equals(bytes, network, variables, isIds, batches)
    await writeFile(path(folder, String(old), `${count}.onnx`), bytes)
    if (isSmall) {
      evaluated++
      await writeFile(path(folder, String(recent), `${count}.onnx`), convert(network, variables, { opset: recent }))
      for (const opset of [old, recent])
        await writeFile(path(folder, String(opset), `${count}.json`), JSON.stringify(answers))
    }
    count++
  }

  for (const [name, draws] of Object.entries(drawnWith(initial)))
    it(`writes ${name} with any options`, async () => {
      const runs = Number(process.env.ONNX_RUNS ?? 3)
      const all = fc.sample(draws as fc.Arbitrary<Drawn>, { numRuns: 40 * runs, seed: 7 })
      const networks = all.map(networkOf).filter(network => network !== undefined)
      expect(networks).to.not.be.empty
      for (const network of networks.slice(0, runs))
        try {
          await holds(network, name === 'Embedding')
        } catch (error) {
          throw new Error(`${network}: ${error}`, { cause: error })
        }
    })

  it('writes networks of layers and combinators', async () => {
    const networks = fc
      .sample(recipe, { numRuns: 600, seed: 3 })
      .flatMap(given => begun(build(given)) ?? [])
      .filter(network => (network as unknown as { nodes: unknown[] }).nodes.length > 3)
    expect(networks.length).to.be.greaterThan(20)
    for (const network of networks.slice(0, 20)) {
      const isIds = JSON.stringify((network as unknown as { nodes: unknown[] }).nodes).includes('"Embedding"')
      try {
        await holds(network, isIds)
      } catch (error) {
        throw new Error(`${network}: ${error}`, { cause: error })
      }
    }
  })

  for (const [name, made] of Object.entries(architectures)) {
    // Those of VGG take minutes. Of the others, the smaller ones.
    const isLarge = /^(squeezenet|resnet|mobilenet|unet|gpt)/.test(name)
    const networks = made.slice(isLarge && made.length > 1 ? 1 : 0).map(make => make())
    const network = networks.find(knowsInputs)
    if (network !== undefined && !name.startsWith('vgg'))
      it(`writes ${name}`, () => holds(network, name === 'gpt', /^(squeezenet|resnet)/.test(name) ? [2] : [1, 2]))
  }

  for (const [name, made] of Object.entries({ vgg16, vgg19 }))
    it(`writes ${name} for small images`, async () => {
      const layers = start(end(made() as never, 'max-pooling-5' as never) as never, 'conv1_1' as never)
      await holds(untyped.join(Input([32, 32, 3]), layers as never, Reshape(), Softmax(3)), false, [2])
    })

  it('writes functions of a user', async () => {
    const three = parallel(Input([2, 3]), Input([2, 3]), Input([2, 3]))
    const halving = <T>(ops: Ops<T>, x: T): T =>
      ops.loop(
        ([own]) => ops.greater(ops.max(ops.abs(own as T), [0, 1]), ops.constant(0.1)),
        ([own]) => [ops.multiply(own as T, ops.constant(0.5))],
        [x],
        20,
      )[0] as T
    const networks = [
      untyped.join(
        three,
        Lambda((ops, ...[a, b, c]) => ops.where(ops.greater(a as never, b as never), ops.exp(c as never), b as never)),
      ),
      untyped.join(
        Input([3, 4]),
        Lambda(<T>(ops: Ops<T>, x: T): T => ops.softmax(ops.reverse(ops.transpose(x, [0, 2, 1]), [1])), [4, 3]),
        Lambda(<T>(ops: Ops<T>, x: T): T => ops.matmul(x, ops.transpose(x, [0, 2, 1])), [4, 4]),
        Lambda(
          <T>(ops: Ops<T>, x: T): T =>
            ops.pad(ops.sum(x, [1]), [
              [0, 0],
              [1, 2],
            ]),
          [7],
        ),
      ),
      untyped.join(Input(3), Lambda(halving), Relu(2)),
    ]
    for (const own of networks) await holds(own)
  })

  const network = join(Input(4), Relu(8), Softmax(3))
  const variables = init(network, key(1))
  const shapes = (bytes: Uint8Array) => {
    const { inputs, outputs, initializers, opset } = readOnnx(bytes, 'model.onnx')
    const text = ({ name, shape }: { name: string; shape: readonly unknown[] }) => `${name} ${shape.join('x')}`
    return { opset, inputs: inputs.map(text), outputs: outputs.map(text), weights: initializers.map(text) }
  }

  it('names the inputs, the outputs, the batch and every variable', () => {
    expect(shapes(toOnnx(network, variables, { opset: 17 }))).to.deep.equal({
      opset: 17,
      inputs: ['input batchx4'],
      outputs: ['output batchx3'],
      weights: ['relu-1/weight 4x8', 'relu-1/bias 8', 'softmax-1/weight 8x3', 'softmax-1/bias 3'],
    })
    const two = join(parallel(Input(4, { name: 'left' }), Input(2)), parallel(Relu(3), Softmax(2)))
    const { inputs, outputs, opset } = shapes(toOnnx(two, init(two, key(1))))
    expect({ inputs, outputs, opset }).to.deep.equal({
      opset: 25,
      inputs: ['left batchx4', 'input-2 batchx2'],
      outputs: ['output-1 batchx3', 'output-2 batchx2'],
    })
  })

  it('keeps names apart that the model has for other values', async () => {
    for (const name of ['output', 'v0', 'v1', 'c0', 'batch size']) {
      const own = join(Input([2, 3], { name }), Reshape(), Relu(3), Softmax(2))
      await equals(toOnnx(own, init(own, key(1))), own, init(own, key(1)))
    }
  })

  it('writes networks of large images', async () => {
    for (const size of [224, 1024]) {
      const photos = join(Input([size, size, 3]), Convolution([3, 3, 64]), Relu())
      const { inputs } = shapes(toOnnx(photos, init(photos, key(1))))
      expect(inputs).to.deep.equal([`input batchx${size}x${size}x3`])
    }
  })

  it('writes every operator set that it offers, for ONNX Runtime', async () => {
    const digits = join(
      Input([6, 6, 1]),
      Convolution([3, 3, 2]),
      BatchNorm(),
      Relu(),
      MaxPooling([2, 2]),
      Reshape(),
      Softmax(3),
    )
    const own = init(digits, key(1))
    for (const opset of [17, 18, 19, 20, 21, 22, 23, 24, 25]) {
      const bytes = toOnnx(digits, own, { opset })
      expect(readOnnx(bytes, 'model.onnx').opset).to.equal(opset)
      await equals(bytes, digits, own)
    }
  })

  it('writes the same file as before', async () => {
    const golden = await readFile(new URL('golden/mlp.onnx', import.meta.url))
    const known = { data: [0, 1, 2, 3, 4, 5, 6, 7], shape: [4, 2] }
    const weight = tf.tensor(known.data, [4, 2])
    const mlp = join(Input(4), Relu(2), Softmax(2))
    const given = {
      params: {
        'relu-1': { weight, bias: tf.tensor1d([0.5, -0.5]) },
        'softmax-1': { weight: tf.tensor2d([1, -1, 0.25, 2], [2, 2]), bias: tf.tensor1d([0, 1]) },
      },
      state: {},
    }
    const bytes = convert(mlp, given, { opset: 17 })
    expect(Buffer.from(bytes).equals(golden)).to.equal(true)
    await equals(golden, mlp, given)
  })

  /** A layer whose output is multiplied by a function of the size of the batch. */
  const byBatch = (f: (batch: number) => number): Layer =>
    untyped.join(
      Input(4),
      Lambda(<T>(ops: Ops<T>, x: T): T => ops.multiply(x, ops.constant(f(ops.shape(x)[0] ?? 1)))) as never,
    )
  it('computes numbers from the batch', async () => {
    const functions = [
      (n: number) => 1 / n,
      (n: number) => 0.3 / n,
      (n: number) => 2 * n,
      (n: number) => 0.1 * n + 3,
      (n: number) => 1 - 1 / (4 * n),
      (n: number) => (4 * n) / (4 * n - 1),
      (n: number) => 1 / (n + 2),
    ]
    for (const f of functions) await holds(byBatch(f), false, [1, 2, 300])
  })

  it('computes numbers that count the examples', async () => {
    const counting = Lambda(<T>(ops: Ops<T>, x: T): T => {
      const n = ops.shape(x)[0] ?? 1
      return ops.add(
        x,
        ops.constant(
          Float32Array.from({ length: n }, (_, i) => 3 + 0.5 * i),
          [n, 1],
        ),
      )
    })
    await holds(untyped.join(Input(4), counting as never), false, [1, 2, 300])
  })

  it('refuses what an ONNX file cannot hold, and says what to do', () => {
    const fault = (make: () => unknown): string => {
      try {
        make()
      } catch (error) {
        expect(error).to.be.instanceOf(InvalidOption)
        return (error as Error).message
      }
      throw new Error('no error came')
    }
    expect(fault(() => convert(network, variables, { opset: 12 }))).to.match(
      /opset.*one of 17, 18, 19, 20, 21, 22, 23, 24, 25.*12/,
    )
    expect(fault(() => convert(Relu(3), { params: {}, state: {} }))).to.match(/network.*shapes of its inputs.*Input/)
    const wide = join(Input(2), Relu(2 ** 15, { name: 'wide' }), Relu(2 ** 15))
    const tensors = Object.fromEntries(
      [['wide', 2] as const, ['relu-1', 2 ** 15] as const].map(([name, rows]) => [
        name,
        { weight: { shape: [rows, 2 ** 15] }, bias: { shape: [2 ** 15] } },
      ]),
    )
    expect(fault(() => convert(wide, { params: tensors, state: {} }))).to.match(/less than 2 GiB.*4\.0 GiB/)
    expect(fault(() => convert(byBatch(Math.sqrt), { params: {}, state: {} }))).to.match(
      /every batch.*a constant that depends on its size/,
    )
  })

  it('is valid under the official checker of Debian', async function () {
    const python = await withChecker()
    if (python === undefined) {
      console.log('      needs python3-onnx: apt-get install python3-onnx')
      return this.skip()
    }
    expect(count).to.be.greaterThan(100)
    expect(await said(python, 'check.py', path(folder, String(old)))).to.match(new RegExp(`^checked ${count}\\b`))
  })

  for (const opset of [old, recent])
    it(`gives the same under the reference evaluator of ONNX, opset ${opset}`, async function () {
      const python = await pythonWith('onnx.reference')
      if (python === undefined) {
        console.log('      needs the reference evaluator: .ci/onnx-python')
        return this.skip()
      }
      const found = await said(python, 'check.py', path(folder, String(opset)))
      expect(found).to.equal(`checked ${opset === old ? count : evaluated}, evaluated ${evaluated}\n`)
    })

  it('runs a network of more steps than are unrolled under ONNX Runtime of Python, for any batch', async function () {
    this.timeout(60_000)
    const python = await pythonWith('onnxruntime')
    if (python === undefined) {
      console.log('      needs onnxruntime: .ci/onnx-python')
      return this.skip()
    }
    const network = join(Input([1200, 2]), GRU(3), Linear(2))
    const variables = init(network, key(1))
    await writeFile(path(folder, 'long.onnx'), toOnnx(network, variables, { opset: old }))
    const x = Array.from(normals(key(2), 3 * 1200 * 2))
    await writeFile(path(folder, 'long.json'), JSON.stringify(x))
    const code = `import json, numpy, onnxruntime
x = numpy.array(json.load(open('long.json')), dtype=numpy.float32).reshape(3, 1200, 2)
session = onnxruntime.InferenceSession('long.onnx', providers=['CPUExecutionProvider'])
name = session.get_inputs()[0].name
print(json.dumps([session.run(None, {name: x[:n]})[0].ravel().tolist() for n in (3, 1)]))`
    const found = JSON.parse(await printed(python, code, folder)) as readonly (readonly number[])[]
    const expected = await predict(network, variables, { data: Float32Array.from(x), shape: [3, 1200, 2] })
    const numbers = Array.from(await expected.data())
    for (const [i, part] of [numbers, numbers.slice(0, 2)].entries())
      for (const [k, value] of part.entries()) expect(found[i]?.[k]).to.be.closeTo(value, 1e-5)
  })
})
