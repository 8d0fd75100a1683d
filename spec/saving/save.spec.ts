import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import {
  adam,
  BatchNorm,
  Convolution,
  DocumentError,
  defineLoss,
  FileError,
  Input,
  init,
  join,
  key,
  type Layer,
  Relu,
  Reshape,
  Softmax,
  standardize,
  type VariableTree,
  warmup,
} from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors, load, loadVariables, save } from '../../src/storage.ts'
import { described } from '../notation/described.ts'
import { architectures } from '../recipes.ts'
import { untyped } from '../running.ts'

interface Tensors {
  readonly shape: readonly number[]
  readonly dataSync: () => ArrayLike<number>
}
interface Trees {
  readonly params: VariableTree<Tensors>
  readonly state: VariableTree<Tensors>
}
/** Variables as numbers, to the bit. */
const bits = ({ params, state }: Trees): unknown =>
  JSON.stringify([params, state], (_, value) =>
    typeof value?.dataSync === 'function'
      ? [value.shape, [...new Uint32Array(Float32Array.from(value.dataSync()).buffer)]]
      : value,
  )
const messageOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
  } catch (error) {
    if (
      error instanceof DocumentError ||
      error instanceof FileError ||
      (error as Error).name.match(/^(InvalidOption|Weight)/)
    )
      return (error as Error).message
    throw error
  }
  throw new Error('no error came')
}

const network = join(
  Input([6, 6, 1]),
  Convolution([3, 3, 2]),
  BatchNorm(),
  Relu(),
  Reshape(),
  Relu(5, { name: 'hidden/layer' }),
  Softmax(3),
)
const variables = init(network, key(3)) as never as Trees

describe('save and load', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(path(tmpdir(), 'joinery-save-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('keep a network and its variables in one file, to the bit', async () => {
    const file = path(folder, 'one.safetensors')
    await save(file, network, variables as never, { metadata: { by: 'hand' } })
    const loaded = await load(pathToFileURL(file))
    expect(described(loaded.network)).to.deep.equal(described(network))
    expect(bits(loaded.variables)).to.equal(bits(variables))
    expect(loaded.metadata).to.deep.equal({ by: 'hand' })
    expect(loaded.tokenizer).to.equal(undefined)
  })

  it("keep it in a folder of Hugging Face's layout", async () => {
    const at = path(folder, 'models', 'digits')
    const history = { loss: [3, 2, 1.123456], validationLoss: [3, 2.5, 2], perClass: [[1, 2]] }
    await save(at, network, variables as never, {
      history,
      license: 'mit',
      tokenizer: { version: '1.0', model: { type: 'WordLevel' } },
      dtype: 'F16',
    })
    expect((await readdir(at)).sort()).to.deep.equal([
      'README.md',
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ])
    const config = JSON.parse(await readFile(path(at, 'config.json'), 'utf8'))
    expect(config).to.include({ model_type: 'joinery', torch_dtype: 'float16' })
    expect(config.joinery.format).to.equal('joinery')
    const card = await readFile(path(at, 'README.md'), 'utf8')
    expect(card).to.match(/^---\nlibrary_name: joinery\nlicense: "mit"\ntags:\n- joinery\n---\n\n# digits\n/)
    expect(card).to.contain('| convolution-1 | `Convolution([3, 3, 2])` | (?, 4, 4, 2) | 20 |')
    expect(card).to.contain('| epoch | loss | validationLoss |\n| --- | --- | --- |\n| 1 | 3 | 3 |')
    expect(card).to.contain('| 3 | 1.1235 | 2 |')
    const loaded = await load(at)
    expect(described(loaded.network)).to.deep.equal(described(network))
    expect(loaded.tokenizer).to.deep.equal({ version: '1.0', model: { type: 'WordLevel' } })
    const weight = (tree: Trees) => [
      ...Float32Array.from((tree.params['softmax-1'] as never as { weight: Tensors }).weight.dataSync()),
    ]
    for (const [i, value] of weight(variables).entries()) expect(weight(loaded.variables)[i]).to.be.closeTo(value, 1e-3)
  })

  it('keep how a network is trained and what prepares its data, in a file and in a folder', async () => {
    const distance = defineLoss('distance', (ops, y, p) => ops.mean(ops.abs(ops.subtract(p, y)), [1]))
    const optimizer = adam({ step: warmup({ to: 0.1, warmupIter: 5 }) })
    const scale = standardize([1, 2, 4])
    for (const name of ['trained.safetensors', 'trained']) {
      const at = path(folder, name)
      const registry = { distance }
      const training = { loss: distance, optimizer, metrics: ['accuracy'] }
      await save(at, network, variables as never, { training, preprocessing: { x: scale }, registry })
      const loaded = await load(at, { registry })
      expect(loaded.training?.loss).to.equal(distance)
      expect(String(loaded.training?.optimizer)).to.equal(String(optimizer))
      expect(JSON.stringify(loaded.preprocessing)).to.equal(JSON.stringify({ x: scale }))
      expect(bits(loaded.variables)).to.equal(bits(variables))
      expect(await messageOf(() => load(at))).to.match(
        /, training\.loss\.registered: expected a registry, got 'distance'\. Pass what it stands for/,
      )
      const without = await load(at, { training: false })
      expect([without.training, JSON.stringify(without.preprocessing)]).to.deep.equal([
        undefined,
        JSON.stringify({ x: scale }),
      ])
      expect(await messageOf(() => save(at, network, variables as never, { training }))).to.contain(
        'toDocument, training.loss: expected a value of the library or the registry',
      )
    }
    const plain = path(folder, 'plain.safetensors')
    await save(plain, network, variables as never)
    const { training, preprocessing } = await load(plain)
    expect([training, preprocessing]).to.deep.equal([undefined, undefined])
  })

  it('leave what else is in a folder', async () => {
    const at = path(folder, 'repository')
    await save(at, network, variables as never)
    await writeFile(path(at, '.gitattributes'), 'kept')
    await save(at, network, variables as never)
    expect(await readFile(path(at, '.gitattributes'), 'utf8')).to.equal('kept')
    expect(bits((await load(at)).variables)).to.equal(bits(variables))
    expect((await readdir(at)).filter(name => name.endsWith('.partial'))).to.deep.equal([])
  })

  it('read bytes, Blobs, files and what is behind a URL, by ranges where the server knows them', async () => {
    const file = path(folder, 'one.safetensors')
    await save(file, network, variables as never)
    const bytes = new Uint8Array(await readFile(file))
    const asked: string[] = []
    const serve = (ranges: boolean): Server =>
      createServer((request, response) => {
        asked.push(request.headers.range ?? '')
        if (!request.url?.startsWith('/one.safetensors')) {
          response.writeHead(404).end()
          return
        }
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
        if (!ranges || from === undefined) response.writeHead(200).end(bytes)
        else {
          const part = bytes.subarray(Number(from), Number(to) + 1)
          const end = Number(from) + part.length - 1
          response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${bytes.length}` }).end(part)
        }
      })
    for (const ranges of [true, false]) {
      const server = serve(ranges)
      await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      try {
        expect(bits((await load(new URL(`${address}/one.safetensors?download=true`))).variables)).to.equal(
          bits(variables),
        )
        expect(await messageOf(() => load(new URL(`${address}/none.safetensors`)))).to.contain('got status 404')
      } finally {
        server.close()
      }
    }
    expect(asked.filter(range => range !== '').length).to.be.greaterThan(3)
    for (const place of [bytes, bytes.buffer, new Blob([bytes]), new File([bytes], 'a.safetensors')])
      expect(bits((await load(place as never)).variables)).to.equal(bits(variables))
  })

  it("use a browser's own file system by its handles", async () => {
    const { handleOf, root, files, opened } = browserFolder()
    await save(handleOf('a.safetensors'), network, variables as never)
    expect(bits((await load(handleOf('a.safetensors'))).variables)).to.equal(bits(variables))
    await save(root, network, variables as never)
    expect([...files.keys()].sort()).to.deep.equal(['README.md', 'a.safetensors', 'config.json', 'model.safetensors'])
    opened.length = 0
    expect(bits((await load(root)).variables)).to.equal(bits(variables))
    expect(opened, 'each file once').to.deep.equal(['config.json', 'model.safetensors'])
  })

  // VGG's variables, half a gigabyte each, take a minute to draw.
  const smaller = Object.entries(architectures).filter(([name]) => !name.startsWith('vgg'))
  for (const [name, [make]] of smaller)
    it(`keep ${name}`, async function () {
      this.timeout(300_000)
      const built = (make as () => Layer)()
      const own = untyped.init(built, key(1)) as never as Trees
      const file = path(folder, `${name}.safetensors`)
      await save(file, built, own as never)
      const loaded = await load(file)
      expect(described(loaded.network)).to.deep.equal(described(built))
      const [before, after] = [own, loaded.variables as never as Trees].map(tree => encodeSafetensors(tree))
      expect(Buffer.compare(before as Uint8Array, after as Uint8Array)).to.equal(0)
      await rm(file)
    })
})

/** A folder of a browser's file system, in memory. */
const browserFolder = () => {
  const files = new Map<string, Blob>()
  const opened: string[] = []
  const handleOf = (name: string) => ({
    kind: 'file' as const,
    name,
    getFile: async () => {
      opened.push(name)
      return files.get(name) as Blob
    },
    createWritable: async () => {
      const parts: BlobPart[] = []
      return {
        write: async (part: BlobPart) => void parts.push(part),
        close: async () => void files.set(name, new Blob(parts)),
        abort: async () => undefined,
      }
    },
  })
  const getFileHandle = async (name: string, { create = false } = {}) => {
    if (!create && !files.has(name)) throw new DOMException('There is no such file.', 'NotFoundError')
    return handleOf(name)
  }
  return { files, opened, handleOf, root: { kind: 'directory' as const, name: 'models', getFileHandle } }
}

describe('loadVariables', () => {
  const backbone = join(Input(4), Relu(8, { name: 'hidden' }))
  const whole = join(backbone, Softmax(3))
  const [own, all] = [init(backbone, key(1)), init(whole, key(2))]
  const bytes = encodeSafetensors(own)

  it('finds tensors by the names that save gives', async () => {
    expect(bits((await loadVariables(encodeSafetensors(all), whole)) as never)).to.equal(bits(all as never))
  })
  it('gives variables of the type of the network', async () => {
    const { params } = await loadVariables(encodeSafetensors(all), whole)
    const shape: readonly [4, 8] = params.hidden.weight.shape
    expect(shape).to.deep.equal([4, 8])
    const [first]: readonly [8] = decodeSafetensors(encodeSafetensors(all), whole).params.hidden.bias.shape
    expect(first).to.equal(8)
    // @ts-expect-error there is no such layer
    expect(params.hiddn).to.equal(undefined)
  })
  it('puts a part into a network', async () => {
    const { params } = await loadVariables(bytes, whole, { into: all })
    expect(bits({ params, state: {} } as never)).to.equal(
      bits({ params: { ...all.params, hidden: own.params.hidden }, state: {} } as never),
    )
  })
  it('takes a part out of a file', async () => {
    const { params } = await loadVariables(encodeSafetensors(all), backbone, { strict: false })
    expect(params.hidden.weight.shape).to.deep.equal([4, 8])
  })
  it('finds tensors in their order, and by other names', async () => {
    const data = {
      b: { data: own.params.hidden.bias.dataSync(), shape: [8] },
      a: { data: own.params.hidden.weight.dataSync(), shape: [4, 8] },
    }
    const foreign = encodeSafetensors(data)
    for (const options of [
      { by: 'order' },
      { rename: { 'hidden/weight': 'a', 'hidden/bias': 'b' } },
      { rename: (name: string) => (name === 'hidden/weight' ? 'a' : 'b') },
    ] as const)
      expect(bits((await loadVariables(foreign, backbone, options)) as never)).to.equal(bits(own as never))
  })
  it('refuses other names for what is no variable, also where others stay', async () => {
    const bytes = encodeSafetensors(own)
    const said = (got: string, remedy: string) =>
      `loadVariables, rename: expected names of variables of the network, got '${got}'. ${remedy}`
    for (const [name, remedy] of [
      ['hiden/weight', "Did you mean 'hidden/weight'?"],
      ['conv1', "Write them as 'layer/variable'."],
    ] as const) {
      const options = { rename: { [name]: 'a' }, into: own, strict: false }
      expect(await messageOf(() => loadVariables(bytes, backbone, options as never))).to.equal(said(name, remedy))
      expect(() => decodeSafetensors(bytes, backbone, options as never)).to.throw(said(name, remedy))
    }
  })
  it("reads them in a browser's file system", async () => {
    const { root, files } = browserFolder()
    expect(await messageOf(() => loadVariables(root, backbone))).to.equal(
      'models/model.safetensors: expected a file that can be read, got none. Choose one that is there.',
    )
    files.set('model.safetensors.index.json', new Blob([JSON.stringify({ weight_map: { all: 'one.safetensors' } })]))
    files.set('one.safetensors', new Blob([bytes]))
    expect(bits((await loadVariables(root, backbone)) as never)).to.equal(bits(own as never))
  })
  it('reads weights that are spread over files', async () => {
    const at = await mkdtemp(path(tmpdir(), 'joinery-shards-'))
    try {
      const index = {
        weight_map: { 'params/hidden/weight': 'model-1.safetensors', 'params/hidden/bias': 'model-2.safetensors' },
      }
      await writeFile(path(at, 'model.safetensors.index.json'), JSON.stringify(index))
      await writeFile(
        path(at, 'model-1.safetensors'),
        encodeSafetensors({ 'params/hidden/weight': own.params.hidden.weight }),
      )
      await writeFile(
        path(at, 'model-2.safetensors'),
        encodeSafetensors({ 'params/hidden/bias': own.params.hidden.bias }),
      )
      expect(bits((await loadVariables(at, backbone)) as never)).to.equal(bits(own as never))
      for (const out of ['../a.safetensors', '/etc/passwd', 'a/b.safetensors', '..', 3]) {
        await writeFile(path(at, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: out } }))
        expect(await messageOf(() => loadVariables(at, backbone))).to.contain(
          'model.safetensors.index.json, weight_map: expected names of .safetensors files in this folder, got',
        )
      }
    } finally {
      await rm(at, { recursive: true, force: true })
    }
  })
  it('lists what differs', async () => {
    const other = join(Input(4), Relu(7, { name: 'hidden' }), Softmax(3))
    const message = await messageOf(() => loadVariables(bytes, other))
    expect(message).to.equal(
      'bytes: expected the variables of this network, got no softmax-1/weight (7, 3); no softmax-1/bias (3,); hidden/weight (4, 8), not (4, 7); hidden/bias (8,), not (7,). Load it into the network that was saved; or say which tensor is which variable: rename, by, into, strict.',
    )
    const error = await loadVariables(encodeSafetensors(all), backbone).catch(
      (error: unknown) => error as DocumentError,
    )
    expect((error as DocumentError).differences).to.deep.equal([
      'params/softmax-1/bias (3,), which the network has not',
      'params/softmax-1/weight (8, 3), which the network has not',
    ])
  })
})
