import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  DocumentError,
  Elementwise,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  type Layer,
  LSTM,
  normals,
  type Ops,
  parallel,
  Relu,
  Softmax,
  Tanh,
  type VariableTree,
} from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors, toPyTorch } from '../../src/storage.ts'
import { type Case, composedCases, drawnCases, nodesOf } from './cases.ts'
import { runner, torchPython } from './python.ts'

const execute = promisify(execFile)

interface Numbers {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}
interface Dense {
  readonly shape: readonly number[]
  readonly dataSync: () => ArrayLike<number>
}
interface Trees {
  readonly params: VariableTree<Dense>
  readonly state: VariableTree<Dense>
}
const numbersOf = (tensor: Dense): Numbers => ({ shape: tensor.shape, data: tensor.dataSync() })
const listed = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])
const flat = (tree: VariableTree<Dense>): readonly (readonly [string, Numbers])[] =>
  Object.entries(tree).flatMap(([layer, own]) =>
    Object.entries(own).map(([name, tensor]) => [`${layer}/${name}`, numbersOf(tensor)] as const),
  )

/** The largest difference, relative to the largest number if that is above 1. */
const distance = (a: Numbers, b: Numbers): number => {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY
  let [most, scale] = [0, 1]
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [a.data[i] as number, b.data[i] as number]
    if (Number.isNaN(x) && Number.isNaN(y)) continue
    most = Math.max(most, Math.abs(x - y) || (x === y ? 0 : Number.isNaN(x - y) ? Number.POSITIVE_INFINITY : 0))
    scale = Math.max(scale, Math.abs(y))
  }
  return most / scale
}

const rows = 3
/** An input for each of a network's: ids, masks of zeros and ones, or numbers. */
const inputsFor = (network: Layer): readonly Numbers[] => {
  const { inputs, nodes } = nodesOf(network)
  const sizes = nodes.flatMap(({ layer }) => (layer.kind === 'Embedding' ? [layer.inputSize as number] : []))
  const masked = nodes.find(({ layer }) => layer.mask === true)?.layer
  // A mask is the last input but for an initial state.
  const maskAt = masked === undefined ? -1 : inputs.length - 1 - (masked.rules.starts ?? 0)
  return inputs.map((input, i) => {
    const shape = [rows, ...input.slice(1).map(d => d ?? 2)]
    if (i === maskAt && input[0] !== null) shape[0] = input[0] as number
    const size = shape.reduce((n, d) => n * d, 1)
    const drawn = normals(key(i + 5), size)
    const least = Math.min(...sizes)
    const data =
      sizes.length > 0
        ? drawn.map(value => Math.floor(Math.abs(value) * 1000) % least)
        : i === maskAt
          ? drawn.map(value => (value > -0.5 ? 1 : 0))
          : drawn
    return { shape, data }
  })
}
const tensor = ({ shape, data }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])
const random = /Dropout|AlphaDropout|Noise|DropBlock|Random|MixUp|CutMix/

/** Variables that are not what layers begin with: no mean of 0, no variance of 1. */
const stirred = (network: Layer): Trees => {
  const { params, state } = init(network as never, key(3)) as unknown as Trees
  const drawn = (tree: VariableTree<Dense>, isState: boolean): VariableTree<Dense> =>
    Object.fromEntries(
      Object.entries(tree).map(([layer, own], i) => [
        layer,
        Object.fromEntries(
          Object.entries(own).map(([name, one], j) => {
            const noise = normals(key(100 * i + j), one.dataSync().length, 0, 0.1)
            const isFixed = isState && /Left|Right|Init$/.test(name)
            const data = Float32Array.from(one.dataSync(), (value, k) =>
              isFixed
                ? value
                : isState && /nning/.test(name)
                  ? Math.abs(value + (noise[k] as number)) + 0.1
                  : value + (noise[k] as number),
            )
            return [name, tensor({ shape: one.shape, data })]
          }),
        ),
      ]),
    ) as unknown as VariableTree<Dense>
  return { params: drawn(params, false), state: drawn(state, true) }
}

interface Prepared extends Case {
  readonly folder: string
  readonly variables: Trees
  readonly inputs: readonly Numbers[]
  readonly cotangents: readonly Numbers[]
  readonly isDeterministic: boolean
  readonly read: (weights: Uint8Array) => unknown
}

const given = (inputs: readonly Numbers[]): never => (inputs.length === 1 ? inputs[0] : inputs) as never

const prepare = async (work: string, { name, network, isDeep }: Case, at: number): Promise<Prepared> => {
  const folder = path(work, String(at).padStart(4, '0'))
  await mkdir(folder)
  const variables = stirred(network)
  const { source, weights, read } = toPyTorch(network as never, variables as never)
  const inputs = inputsFor(network)
  const outputs = listed(
    (apply(network as never, variables as never, given(inputs)) as unknown as { output: Dense }).output,
  )
  const cotangents = outputs.map(({ shape }, i) => ({
    shape,
    data: normals(
      key(50 + i),
      shape.reduce((n, d) => n * d, 1),
    ),
  }))
  const data = Object.fromEntries([
    ...inputs.map((one, i) => [`input${i}`, one]),
    ...cotangents.map((one, i) => [`cotangent${i}`, one]),
  ])
  const isDeterministic =
    isDeep !== true &&
    !nodesOf(network).nodes.some(({ layer }) => random.test(layer.kind) || (layer.dropout ?? 0) !== 0)
  await writeFile(path(folder, 'network.py'), source)
  await writeFile(path(folder, 'weights.safetensors'), weights)
  await writeFile(path(folder, 'data.safetensors'), encodeSafetensors(data))
  if (isDeterministic) await writeFile(path(folder, 'deterministic'), '')
  return { name, network, folder, variables, inputs, cotangents, isDeterministic, read }
}

/** Without these, PyTorch 1.13's launcher fails under Python 3.11: it finds no name for 0. */
const python311 = ['--redirects=1', '--tee=1']

const rate = 0.1
/** Everything in which PyTorch differs. */
const differencesOf = async (one: Prepared): Promise<readonly string[]> => {
  const error = path(one.folder, 'error')
  if (existsSync(error)) return [(await readFile(error, 'utf8')).trim().split('\n').slice(-3).join(' | ')]
  const found: string[] = []
  const file = (name: string) => readFile(path(one.folder, `${name}.safetensors`))
  const compare = (what: string, a: Numbers | undefined, b: Numbers, most: number): void => {
    const apart = a === undefined ? Number.POSITIVE_INFINITY : distance(a, b)
    if (!(apart <= most)) found.push(`${what}: ${apart}`)
  }
  for (const mode of one.isDeterministic ? ['inference', 'training'] : ['inference']) {
    const options = (mode === 'training' ? { training: true, key: key(9) } : {}) as never
    const { tensors } = decodeSafetensors(await file(mode))
    const ran = apply(one.network as never, one.variables as never, given(one.inputs), options) as unknown as {
      readonly output: Dense | readonly Dense[]
      readonly state: VariableTree<Dense>
    }
    // A normalization of one number is 316 times its rounding: 1 / sqrt(1e-5).
    for (const [i, y] of listed(ran.output).entries())
      compare(`${mode}, output ${i}`, tensors[`output${i}`], numbersOf(y), 2e-5)
    const expected = gradients(
      one.network as never,
      one.variables as never,
      given(one.inputs),
      given(one.cotangents),
      options,
    ) as unknown as { readonly input: Dense | readonly Dense[]; readonly params: VariableTree<Dense> }
    for (const [i, slope] of listed(expected.input).entries()) {
      const found = tensors[`input${i}`]
      // PyTorch has none of masks and ids.
      if (found !== undefined) compare(`${mode}, gradient of input ${i}`, found, numbersOf(slope), 1e-4)
    }
    const slopes = one.read(await file(`${mode}-gradients`)) as Trees
    const after = one.read(await file(`${mode}-stepped`)) as Trees
    for (const [name, slope] of flat(expected.params)) {
      compare(`${mode}, gradient of ${name}`, Object.fromEntries(flat(slopes.params))[name], slope, 1e-4)
      const before = Object.fromEntries(flat(one.variables.params))[name] as Numbers
      const data = Array.from(before.data, (value, i) => value - rate * (slope.data[i] as number))
      compare(
        `${mode}, ${name} after a step`,
        Object.fromEntries(flat(after.params))[name],
        { shape: slope.shape, data },
        1e-4,
      )
    }
    const states = Object.fromEntries(flat(after.state))
    for (const [name, state] of flat(mode === 'training' ? ran.state : one.variables.state))
      compare(`${mode}, state ${name}`, states[name], state, 1e-5)
  }
  return found
}

describe('toPyTorch', () => {
  it('writes the module, its weights and a script', () => {
    const network = join(Input(4), Relu(8), Softmax(3))
    const { source, weights, script } = toPyTorch(network, init(network, key(1)), { name: 'Iris' })
    expect(source).to.contain('class Iris(nn.Module):')
    expect(source).to.contain('self.relu_1 = nn.Linear(4, 8)')
    expect(source).to.contain('x = F.relu(self.relu_1(x))\n        return F.softmax(self.softmax_1(x), dim=-1)')
    expect(Object.entries(decodeSafetensors(weights).tensors).map(([name, { shape }]) => [name, shape])).to.deep.equal([
      ['relu_1.bias', [8]],
      ['relu_1.weight', [8, 4]],
      ['softmax_1.bias', [3]],
      ['softmax_1.weight', [3, 8]],
    ])
    expect(script).to.contain('from network import Iris, load_weights')
  })

  it('reads its weights back to the bit', () => {
    for (const { network, name } of [...drawnCases(1, 7), ...composedCases().slice(0, 20)]) {
      const variables = stirred(network)
      const { weights, read } = toPyTorch(network as never, variables as never)
      const back = read(weights) as unknown as Trees
      expect(
        flat(back.params).map(([n, { data }]) => [n, [...Array.from(data)]]),
        name,
      ).to.deep.equal(flat(variables.params).map(([n, { data }]) => [n, [...Array.from(data)]]))
    }
  })

  it('refuses what has no form in PyTorch, and says where it is', () => {
    const square = join(
      Input(4),
      Relu(3),
      Lambda((ops, x) => ops.square(x), { name: 'square' }),
    )
    expect(() => toPyTorch(square, init(square, key(1))))
      .to.throw(InvalidOption)
      .with.property('message')
      .that.contains('square (Lambda)')
    const own = join(Input([3, 4]), LSTM(2, { ingate: (ops, x) => ops.abs(x) }))
    expect(() => toPyTorch(own, init(own, key(1)))).to.throw(InvalidOption, 'gates by their names')
    const merge = join(
      Input(4),
      parallel(Relu(2), Tanh(2)),
      Elementwise(<T>(ops: Ops<T>, a: T, b: T) => ops.add(a, b)),
    )
    expect(() => toPyTorch(merge, init(merge, key(1)))).to.throw(InvalidOption, 'elementwise-1')
    const network = join(Input(4), Relu(3))
    expect(() => toPyTorch(network, init(network, key(1)), { name: 'two words' })).to.throw(InvalidOption)
    expect(() => toPyTorch(network, init(join(Input(5), Relu(3)), key(1)) as never)).to.throw('relu-1')
    const { read } = toPyTorch(network, init(network, key(1)))
    expect(() => read(new Uint8Array(3))).to.throw(DocumentError)
    expect(() => read(encodeSafetensors({ 'relu_1.weight': { data: [1], shape: [1] } }))).to.throw(
      DocumentError,
      'relu_1.weight',
    )
  })

  describe('under PyTorch', function () {
    this.timeout(600_000)
    let work: string
    before(async function () {
      // `apt-get install python3-torch` on Debian.
      if (torchPython === undefined) this.skip()
      work = await mkdtemp(path(tmpdir(), 'pytorch-'))
    })
    after(async () => {
      if (work !== undefined) await rm(work, { recursive: true, force: true })
    })

    it('gives equal outputs, gradients and steps for every layer and architecture', async () => {
      const cases = [...drawnCases(3, 20), ...composedCases()]
      const prepared: Prepared[] = []
      for (const [i, one] of cases.entries()) prepared.push(await prepare(work, one, i))
      await writeFile(path(work, 'run.py'), runner)
      execFileSync(torchPython as string, [path(work, 'run.py'), work], { stdio: ['ignore', 'inherit', 'pipe'] })
      const wrong: string[] = []
      for (const one of prepared) {
        const differences = await differencesOf(one)
        if (differences.length > 0)
          wrong.push(`${one.name} in ${one.folder}\n    ${differences.slice(0, 4).join('\n    ')}`)
      }
      expect(wrong.join('\n')).to.equal('')
    })

    it('trains on two processes as on one', async () => {
      const network = join(Input(4), Relu(6), Tanh(3))
      const variables = init(network, key(1))
      const { source, weights, script, read } = toPyTorch(network, variables)
      const folder = path(work, 'script')
      await mkdir(folder)
      const [inputs, targets] = [
        { shape: [8, 4], data: normals(key(1), 32) },
        { shape: [8, 3], data: normals(key(2), 24) },
      ]
      await writeFile(path(folder, 'network.py'), source)
      await writeFile(path(folder, 'weights.safetensors'), weights)
      await writeFile(path(folder, 'train.py'), script)
      await writeFile(path(folder, 'data.safetensors'), encodeSafetensors({ x: inputs, t: targets }))
      const data = ['--inputs', 'data.safetensors:x', '--targets', 'data.safetensors:t']
      const more = ['--batch-size', '8', '--lr', '0.1']
      const two = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2', ...python311, 'train.py']
      const env = { ...process.env, OMP_NUM_THREADS: '1' }
      const { stdout } = await execute(torchPython as string, [...two, ...data, ...more], { cwd: folder, env })
      expect(stdout).to.match(/epoch 1: loss \d/)
      const trained = read(await readFile(path(folder, 'trained.safetensors'))) as unknown as Trees

      const { output } = apply(network, variables, tensor(inputs) as never) as unknown as { output: Dense }
      const slope = Array.from(output.dataSync(), (y, i) => (2 * (y - (targets.data[i] as number))) / 24)
      const { params } = gradients(
        network,
        variables,
        tensor(inputs) as never,
        tensor({ shape: [8, 3], data: Float32Array.from(slope) }) as never,
      )
      const before = Object.fromEntries(flat(variables.params as never))
      const after = Object.fromEntries(flat(trained.params))
      for (const [name, { shape, data: own }] of flat(params as never)) {
        const wanted = Array.from((before[name] as Numbers).data, (value, i) => value - 0.1 * (own[i] as number))
        expect(distance(after[name] as Numbers, { shape, data: wanted }), name).to.be.below(1e-5)
      }
    })
  })
})
