import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { expect } from 'chai'
import { Input, init, join, key, Relu, resnet50 } from '../../src/index.ts'
import { save } from '../../src/storage.ts'
import { printed } from '../process.ts'

describe('Loading a large network', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(path(tmpdir(), 'joinery-memory-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('holds hardly more than the file', async function () {
    this.timeout(300_000)
    if (process.platform !== 'linux') {
      console.log('      skipped: only Linux tells the most memory that a program took')
      this.skip()
    }
    const file = path(folder, 'resnet50.safetensors')
    const network = resnet50()
    await save(file, network, init(network, key(1)))
    const { size } = await stat(file)
    const small = path(folder, 'small.safetensors')
    const one = join(Input(1), Relu(1))
    await save(small, one, init(one, key(1)))
    const program = `import { readFileSync } from 'node:fs'
import { fromDocumentOrThrow, load, toDocument } from './src/storage.ts'
// What the library itself takes, and the description of such a network, is there before the file is.
await load('${small}')
fromDocumentOrThrow(toDocument(joinery.resnet50()))
gc()
const before = process.memoryUsage().rss
const loaded = await load('${file}')
// Of this program alone: what resourceUsage tells begins with the memory of the process that started it.
const most = Number(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
console.log(JSON.stringify({ before, most, layers: Object.keys(loaded.variables.params).length }))`
    const { before, most, layers } = JSON.parse(await printed(program, '--expose-gc'))
    expect(layers).to.equal(107)
    const held = (most - before) / size
    expect(held, `${held.toFixed(3)} times the file of ${size} bytes`).to.be.lessThan(1.1)
  })
})
