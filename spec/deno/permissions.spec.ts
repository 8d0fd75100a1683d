import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { outputOf, root } from '../installed.ts'

// What programs may do under Deno is what docs/deno.md says that they need: no more, and no less.

const deno = join(root, 'node_modules/.bin/deno')
const guide = readFileSync(join(root, 'docs/deno.md'), 'utf8')
/** The rows of the table of permissions. */
const rows = [
  ...guide.matchAll(
    /^\| ([^|]+) \| (none|`[^`|]+`) \| \[`[\w-]+\.ts`\]\(\.\.\/(spec\/deno\/programs\/([\w-]+\.ts))\) \|$/gm,
  ),
].map(([, does = '', permissions = '', path = '', name = '']) => ({
  ...{ does, path, name },
  flags: permissions === 'none' ? [] : permissions.slice(1, -1).split(' '),
}))

describe('Programs under Deno', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-deno-'))
    writeFileSync(join(folder, 'rows.csv'), 'a,b\n1,2\n3,4\n')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const run = (path: string, flags: readonly string[]): Promise<string> => {
    // A file to read, or a new folder to write to.
    const given = path.endsWith('read.ts') ? join(folder, 'rows.csv') : mkdtempSync(join(folder, 'run-'))
    const own = ['run', '--no-prompt', '--no-check', '--config', 'deno.json', ...flags]
    return outputOf(root, deno, ...own, path, given)
  }
  /** What each prints, where it prints the same each time. */
  const says: Readonly<Record<string, string>> = {
    'memory.ts': '20 [ 4, 2 ] true\n',
    'wasm.ts': '2\n',
    'onnxruntime.ts': '2\n',
    'onnxruntime-web.ts': '2\n',
    'read.ts': '2\n',
    'save.ts': '1 [ 0, 1 ] (?, 2) -> [... 2 layers ...] -> (?, 2)\n',
    'module.ts': 'true true\ntrue\n',
    'svg.ts': 'true\n',
    'png.ts': 'true\n',
    'sweep.ts': '2 true\n',
  }

  it('are all in the guide', () => {
    const programs = readdirSync(join(root, 'spec/deno/programs')).filter(name => name !== 'trial.ts')
    expect(rows.map(({ name }) => name).sort()).to.deep.equal(programs.sort())
  })

  for (const { does, path, name, flags } of rows)
    it(`${does}: with ${flags.join(' ') || 'no permission'}, and with no less`, async () => {
      const output = await run(path, flags)
      if (says[name] !== undefined) expect(output).to.equal(says[name])
      for (const flag of flags) {
        const fewer = flags.filter(own => own !== flag)
        const failed = await run(path, fewer).then(
          () => '',
          (error: Error) => error.message,
        )
        expect(failed, `without ${flag}`).to.match(
          /NotCapable|--allow-|Requires|not allowed|BackendError|PackageError|FileError/,
        )
      }
    })
})
