import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { wasm } from '../src/wasm.ts'
import { comparing } from './conformance/bits.ts'
import { type CaseFile, readCases } from './conformance/data.ts'
import { eager } from './conformance/engine.ts'
import { judgeFile } from './conformance/peers/report.ts'
import { runFile } from './conformance/run.ts'

const folderOf = (name: string): string => fileURLToPath(new URL(`../../shared/conformance/${name}`, import.meta.url))

/** A test for each file of a folder; one that says that there is none. */
const each = (folder: string, what: string, test: (file: CaseFile) => Promise<void>): void => {
  if (existsSync(folder)) for (const file of readCases(folder)) it(`${file.name}: ${what}`, () => test(file))
  else
    it('cannot be checked, as there is no folder of cases beside the project', function () {
      this.skip()
    })
}

describe('Conformance data', () => {
  each(folderOf('cases'), 'every case of what exists is right', async file => {
    expect((await runFile(file)).failures).to.deep.equal([])
  })
})

describe('What the tests of the peers expect', () => {
  // Eagerly; the other backends, and each case made wrong, have their turn at night.
  each(folderOf('peers'), 'every case that can be expressed is right', async file => {
    const { verdicts } = await judgeFile(file, eager)
    expect(verdicts.filter(({ is }) => is === 'failed')).to.deep.equal([])
    expect(verdicts).to.have.length(file.cases.length)
  })
})

describe('What runs at once on tfjs, and a program of the same operations', () => {
  each(folderOf('cases'), 'the same bits', async file => {
    expect((await runFile(file, comparing)).failures).to.deep.equal([])
  })
  each(folderOf('peers'), 'the same bits', async file => {
    const { verdicts } = await judgeFile(file, comparing)
    expect(verdicts.filter(({ is }) => is === 'failed')).to.deep.equal([])
  })
})

describe('What runs at once on WebAssembly by the kernels of tfjs alone, and a program of the same operations', () => {
  /** Programs join products with what follows, and the kernels that do so add up in another order. */
  const isJoined = ({ name }: CaseFile): boolean => name === 'networks' || name.startsWith('optimizers')
  let before = ''
  beforeEach(async () => {
    await ready()
    before = getBackend()
    await wasm()
    await setBackend('wasm')
  })
  afterEach(() => setBackend(before))
  each(folderOf('cases'), 'the same bits', async file => {
    if (!isJoined(file)) expect((await runFile(file, comparing)).failures).to.deep.equal([])
  })
})
