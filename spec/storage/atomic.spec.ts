import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import {
  removeAtomically,
  removePartial,
  writeFileAtomically,
  writeFolderAtomically,
} from '../../src/storage/atomic.ts'
import { bytesIn, namesIn, openDisk } from '../../src/storage/disk.ts'
import { fileFault, folders, withoutRights } from './folders.ts'

const root = new URL('../..', import.meta.url)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textIn = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')
const left = `.a.${crypto.randomUUID()}.partial`

describe('A file or folder that is written whole', () => {
  const newFolder = folders()
  const disk = openDisk('a')

  it('is there with its bytes, and nothing beside it', async () => {
    const folder = join(newFolder(), 'runs', 'first')
    await writeFolderAtomically(await disk, folder, 'a', { 'x.bin': bytes('x'), 'y.json': bytes('{}') })
    await writeFileAtomically(await disk, join(folder, 'b.csv'), bytes('b'))
    expect(readdirSync(folder).sort()).to.deep.equal(['a', 'b.csv'])
    expect([textIn(folder, 'a/x.bin'), textIn(folder, 'a/y.json'), textIn(folder, 'b.csv')]).to.deep.equal([
      'x',
      '{}',
      'b',
    ])
  })

  it('takes the place of another', async () => {
    const folder = newFolder()
    for (const text of ['first', 'second']) {
      await writeFolderAtomically(await disk, folder, 'a', { [text]: bytes(text) })
      await writeFileAtomically(await disk, join(folder, 'b'), bytes(text))
    }
    expect([readdirSync(join(folder, 'a')), textIn(folder, 'b')]).to.deep.equal([['second'], 'second'])
    expect(readdirSync(folder)).to.have.length(2)
  })

  it('can be taken away, and need not be there for that', async () => {
    const folder = newFolder()
    await writeFolderAtomically(await disk, folder, 'a', { x: bytes('x') })
    for (let i = 0; i < 2; i++) await removeAtomically(await disk, folder, 'a')
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('leaves alone what has another name than what was left behind', async () => {
    const folder = newFolder()
    const others = ['.a.partial', '.hidden', 'a.partial', left.replace('.a.', '.b.')]
    for (const name of [left, ...others]) mkdirSync(join(folder, name))
    await removePartial(await disk, folder, name => name === 'a')
    expect(readdirSync(folder).sort()).to.deep.equal([...others].sort())
    await removePartial(await disk, join(folder, 'nowhere'), () => true)
  })
})

describe('Where the system does not let files be written, what was there still is, and nothing else', () => {
  const newFolder = folders()
  const disk = openDisk('a')
  const write = async (folder: string, size = 1) =>
    writeFolderAtomically(await disk, folder, 'a', { x: bytes('new'), y: new Uint8Array(size) })
  const written = async () => {
    const folder = newFolder()
    await writeFolderAtomically(await disk, folder, 'a', { x: bytes('old'), y: new Uint8Array(1) })
    return folder
  }
  const unchanged = (folder: string): void => {
    expect(readdirSync(folder)).to.deep.equal(['a'])
    expect(textIn(folder, 'a', 'x')).to.equal('old')
  }

  it('without permission', async () => {
    const folder = await written()
    chmodSync(folder, 0o555)
    expect(await withoutRights(() => fileFault(() => write(folder)))).to.equal(
      `EACCES: ${folder}/a: expected a folder that can be written, got no permission. ` +
        'Give the process permission, or choose another place.',
    )
    expect(await withoutRights(() => fileFault(async () => removeAtomically(await disk, folder, 'a')))).to.match(
      /^EACCES/,
    )
    expect(
      await withoutRights(() => fileFault(async () => writeFileAtomically(await disk, join(folder, 'b'), bytes('b')))),
    ).to.contain(`EACCES: ${folder}/b: expected a file that can be written, got no permission.`)
    chmodSync(folder, 0o755)
    unchanged(folder)
  })

  it('with a file in the place of a folder', async () => {
    const folder = newFolder()
    const file = join(folder, 'file')
    writeFileSync(file, 'old')
    for (const [at, code] of [
      [file, 'EEXIST'],
      [join(file, 'deeper'), 'ENOTDIR'],
    ] as const)
      expect(await fileFault(() => write(at))).to.equal(
        `${code}: ${at}/a: expected a folder that can be written, got a file in the place of a folder. Choose another place.`,
      )
    expect(await fileFault(async () => namesIn(await disk, file))).to.match(/^ENOTDIR: .*expected a folder, got a file/)
    expect(await bytesIn(await disk, join(file, 'deeper'))).to.equal(undefined)
    expect(textIn(file)).to.equal('old')
  })

  it('with a folder in the place of a file, or a name that is too long', async () => {
    const folder = await written()
    expect(await fileFault(async () => writeFileAtomically(await disk, join(folder, 'a'), bytes('b')))).to.contain(
      'expected a file that can be written, got a folder.',
    )
    expect(await fileFault(async () => bytesIn(await disk, join(folder, 'a')))).to.match(/^EISDIR: .*got a folder/)
    expect(
      await fileFault(async () => writeFileAtomically(await disk, join(folder, 'n'.repeat(300)), bytes('b'))),
    ).to.contain('got a name that is too long.')
    unchanged(folder)
  })

  it('on a link that leads nowhere', async () => {
    const folder = newFolder()
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    expect(await fileFault(() => write(join(folder, 'link')))).to.match(
      /^E[A-Z]+: .*expected a folder that can be written/,
    )
    expect(readdirSync(folder)).to.deep.equal(['link'])
  })

  it('with a limit on the size of files', async () => {
    const folder = await written()
    const program = `
      import { writeFolderAtomically } from './src/storage/atomic.ts'
      import { openDisk } from './src/storage/disk.ts'
      const [, folder] = process.argv
      await writeFolderAtomically(await openDisk('a'), folder, 'a', { x: new Uint8Array(10), y: new Uint8Array(2 ** 26) })
        .catch(({ name, code, got, remedy }) => console.log([name, code, got, remedy].join('; ')))`
    const node = `exec ${process.execPath} --import tsx --input-type module --eval "$1" "$2"`
    const limited = ['-c', `ulimit -f ${2 ** 15}; ${node}`, 'bash', program, folder]
    const { stdout } = await promisify(execFile)('bash', limited, { cwd: root })
    expect(stdout).to.equal(
      'FileError; EFBIG; a limit on the size of files; Raise the limit, or choose another disk.\n',
    )
    unchanged(folder)
  })

  it('on a full disk, or on one that is read-only, where the system lets a test have a disk of its own', async () => {
    const small = newFolder()
    const mount = (...options: readonly string[]) => spawnSync('mount', [...options, small]).status === 0
    if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs')) return
    try {
      await writeFolderAtomically(await disk, small, 'a', { x: bytes('old') })
      expect(await fileFault(() => write(small, 2 ** 20))).to.equal(
        `ENOSPC: ${small}/a: expected a folder that can be written, got a full disk. ` +
          'Free some space, or choose another disk.',
      )
      unchanged(small)
      if (mount('-o', 'remount,ro')) {
        expect(await fileFault(() => write(small))).to.match(/^EROFS: .*got a disk that is read-only\./)
        unchanged(small)
        mount('-o', 'remount,rw')
      }
      // The space is free again.
      await write(small, 2 ** 14)
      expect(textIn(small, 'a', 'x')).to.equal('new')
    } finally {
      spawnSync('umount', [small])
    }
  })
})
