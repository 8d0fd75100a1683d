import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDisk } from '../../../src/storage/disk.ts'
import { newestIn, prepareFolder, writeCheckpoint } from '../../../src/training/files/checkpoint-folder.ts'
import { folders } from '../../storage/folders.ts'

const root = new URL('../../..', import.meta.url)
const saved = (value: number) => ({ tensors: { 'params/a/w': { data: [value], shape: [1] } }, content: { value } })

describe('A folder of checkpoints', () => {
  const newFolder = folders()
  const disk = openDisk('a')
  const write = async (folder: string, update: number, keep = 2, value = update) =>
    writeCheckpoint(await disk, folder, 'checkpoint', update, saved(value), keep)
  const newest = async (folder: string) => {
    const found = await newestIn(await disk, folder, 'checkpoint')
    return 'faults' in found ? found.faults.map(({ message }) => message) : [found.update, found.content.value]
  }

  it('gives the newest, and keeps as many as were asked for', async () => {
    const folder = newFolder()
    for (const update of [1, 20, 300]) await write(folder, update)
    expect(readdirSync(folder).sort()).to.deep.equal(['checkpoint-000020', 'checkpoint-000300'])
    expect(await newest(folder)).to.deep.equal([300, 300])
    await write(folder, 1_000_000, 1)
    expect(readdirSync(folder)).to.deep.equal(['checkpoint-1000000'])
    expect(await newest(folder)).to.deep.equal([1_000_000, 1_000_000])
  })

  it('gives bits back as they were', async () => {
    const folder = newFolder()
    const data = Float32Array.of(0.1, -0, 1e-45, Number.NaN, 3e38)
    const content = { loss: [Number.NaN, 1 / 3, Number.POSITIVE_INFINITY], key: [1, -2, 3, 4] }
    const state = { tensors: { a: { data, shape: [5] } }, content }
    await writeCheckpoint(await disk, folder, 'best', 7, state, 1)
    const found = await newestIn(await disk, folder, 'best')
    if ('faults' in found) throw found.faults[0]
    expect(found).to.include({ name: 'best-000007', update: 7 })
    expect(found.tensors.a?.data).to.deep.equal(data)
    expect({ ...found.content }).to.deep.equal(content)
    expect(await newest(folder)).to.deep.equal([])
  })

  const damages: Readonly<Record<string, (at: string) => void>> = {
    'cut off tensors': at => truncateSync(join(at, 'state.safetensors'), 50),
    'changed tensors': at => {
      const bytes = readFileSync(join(at, 'state.safetensors'))
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
      writeFileSync(join(at, 'state.safetensors'), bytes)
    },
    'a cut off document': at => truncateSync(join(at, 'state.json'), 50),
    'an empty document': at => truncateSync(join(at, 'state.json'), 0),
    'a changed document': at => {
      const text = readFileSync(join(at, 'state.json'), 'utf8')
      writeFileSync(join(at, 'state.json'), text.replace(/"value": \d/, '"value": 9'))
    },
    'another document': at => writeFileSync(join(at, 'state.json'), '[]'),
    'a later version': at => {
      const text = readFileSync(join(at, 'state.json'), 'utf8')
      writeFileSync(join(at, 'state.json'), text.replace('"version": 1', '"version": 2'))
    },
  }
  const said: Readonly<Record<string, string>> = {
    'cut off tensors': 'bytes, got 50.',
    'changed tensors': 'expected the bytes that were written, got others.',
    'a cut off document': 'expected a document in JSON, got 50 bytes that are none.',
    'an empty document': 'expected a document in JSON, got 0 bytes that are none.',
    'a changed document': 'expected the document that was written, got one that has changed.',
    'another document': "expected a document with format 'joinery checkpoint', got undefined.",
    'a later version': 'expected version 1, got 2.',
  }
  for (const [title, damage] of Object.entries(damages))
    it(`passes over one with ${title}`, async () => {
      const folder = newFolder()
      for (const update of [1, 2]) await write(folder, update)
      damage(join(folder, 'checkpoint-000002'))
      expect(await newest(folder)).to.deep.equal([1, 1])
      damage(join(folder, 'checkpoint-000001'))
      const [first] = (await newest(folder)) as string[]
      expect(first).to.contain(join(folder, 'checkpoint-000002')).and.to.contain(said[title])
      // And writes another in its place.
      await write(folder, 2, 1)
      expect(await newest(folder)).to.deep.equal([2, 2])
      expect(readdirSync(folder)).to.deep.equal(['checkpoint-000002'])
    })

  it('has only what has its names, whatever else lies there', async () => {
    const folder = newFolder()
    await write(folder, 5)
    for (const other of [
      'checkpoint-5',
      'checkpoint-0000006',
      'checkpoint-000007.old',
      'notes.txt',
      'checkpoint-000008',
    ])
      writeFileSync(join(folder, other), 'x')
    expect(await newest(folder)).to.deep.equal([5, 5])
    await prepareFolder(await disk, folder)
    await write(folder, 9, 1)
    expect(readdirSync(folder).sort()).to.deep.equal(
      ['checkpoint-000009', 'checkpoint-0000006', 'checkpoint-000007.old', 'checkpoint-5', 'notes.txt'].sort(),
    )
    expect(await newest(join(folder, 'nowhere'))).to.deep.equal([])
  })

  it('writes no file again that it has', async () => {
    const folder = newFolder()
    await write(folder, 3)
    const file = () => statSync(join(folder, 'checkpoint-000003', 'state.json')).ino
    const before = file()
    await write(folder, 3)
    expect(file()).to.equal(before)
    await write(folder, 3, 2, 4)
    expect(await newest(folder)).to.deep.equal([3, 4])
    expect(readdirSync(folder)).to.have.length(1)
  })

  it('has a complete one, no older than was said, whenever the process is killed', async () => {
    const program = `
      import { openDisk } from './src/storage/disk.ts'
      import { newestIn, prepareFolder, writeCheckpoint } from './src/training/files/checkpoint-folder.ts'
      const [, folder] = process.argv
      const disk = await openDisk('a')
      await prepareFolder(disk, folder)
      const found = await newestIn(disk, folder, 'checkpoint')
      for (let update = (found.update ?? 0) + 1; ; update++) {
        const tensors = { w: { data: new Float32Array(20000).fill(update), shape: [20000] } }
        await writeCheckpoint(disk, folder, 'checkpoint', update, { tensors, content: { update } }, 1)
        console.log(update)
      }`
    const folder = newFolder()
    let last = 0
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type', 'module', '--eval', program, folder], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      await new Promise<void>(resolve => {
        child.stdout.on('data', chunk => {
          // Somewhere within what follows the first few.
          if (said === '') setTimeout(() => child.kill('SIGKILL'), 3 + 17 * Math.random())
          said += chunk
        })
        child.on('close', () => resolve())
      })
      const reached = Number(said.split('\n').at(-2) ?? 0)
      const found = await newestIn(await disk, folder, 'checkpoint')
      if ('faults' in found) throw found.faults[0] ?? new Error('no checkpoint')
      expect(reached).to.be.greaterThan(last)
      expect(found.update).to.be.within(reached, reached + 1)
      expect(found.content.update).to.equal(found.update)
      expect(new Set(found.tensors.w?.data)).to.deep.equal(new Set([found.update]))
      last = found.update
    }
    await prepareFolder(await disk, folder)
    expect(readdirSync(folder).filter(name => name.startsWith('.'))).to.deep.equal([])
  })
})
