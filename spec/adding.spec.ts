import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

// What docs/adding.md shows is carried out in a copy of the source: it checks, it passes its specs, it touches as few files
// as the page says, and whoever forgets a part is told.

const root = fileURLToPath(new URL('..', import.meta.url))
const guide = readFileSync(join(root, 'docs/adding.md'), 'utf8')

/** Some lines of a file in place of others; or all lines of a new one, in place of `null`. */
interface Change {
  readonly path: string
  readonly before: string | null
  readonly after: string
  readonly isPlace: boolean
}
interface Forgotten {
  readonly what: string
  readonly path: string
  /** What is in the change that is forgotten, where it is not the whole file. */
  readonly part: string | undefined
  readonly command: string
  readonly message: string
}
interface Recipe {
  readonly title: string
  readonly changes: readonly Change[]
  readonly forgotten: readonly Forgotten[]
}

/** The changes of a block of lines that begin with `+`, `-` or a space; `@@` stands between changes. */
const hunks = (path: string, block: string): readonly Change[] =>
  block.split(/^@@\n/m).map(text => {
    const lines = text.split('\n').slice(0, -1)
    const without = (sign: string): string =>
      lines
        .filter(line => !line.startsWith(sign))
        .map(line => `${line.slice(1)}\n`)
        .join('')
    const edited = lines.filter(line => /^[+-]/.test(line))
    return { path, before: without('+'), after: without('-'), isPlace: edited.some(line => !/^.import /.test(line)) }
  })

const recipes: readonly Recipe[] = guide
  .split(/^## /m)
  .slice(1)
  .map(section => ({
    title: (section.split('\n')[0] as string).toLowerCase(),
    changes: [...section.matchAll(/`([^`\n]+)`[^`\n]*:\n\n```(typescript|diff)\n([\s\S]*?)^```/gm)].flatMap(
      ([, path = '', language, block = '']) =>
        language === 'diff' ? hunks(path, block) : [{ path, before: null, after: block, isPlace: false }],
    ),
    forgotten: [...section.matchAll(/^\| ([^|`]+) \| `([^`]+)`(?:: `([^`]+)`)? \| `(np[^`]+)` \| `([^`]+)` \|$/gm)].map(
      ([, what = '', path = '', part, command = '', message = '']) => ({ what, path, part, command, message }),
    ),
  }))

const changes = recipes.flatMap(recipe => recipe.changes)
const specs = changes.flatMap(({ path }) => (path.endsWith('.spec.ts') ? [path] : []))

/** Specs of all files, which what is added has to pass as well. */
const held = ['spec/house.spec.ts', 'spec/layers/listed.spec.ts', 'spec/graph/exact.spec.ts']

/** A page that `npm run docs` writes from the source. */
const page = 'docs/layers.md'

/** A file after changes, each of which has one place in it. */
const changed = (path: string, own: readonly Change[]): string =>
  own.reduce(
    (text, { before, after }) => {
      const parts = text.split(before ?? '\0')
      if (before !== null && parts.length !== 2)
        throw new Error(`docs/adding.md: ${parts.length - 1} places in ${path} that read\n${before}`)
      return before === null ? after : parts.join(after)
    },
    own[0]?.before === null ? '' : readFileSync(join(root, path), 'utf8'),
  )

/** All changes but a part that is forgotten. */
const without = ({ changes: own }: Recipe, { path, part }: Forgotten): readonly Change[] =>
  changes.flatMap(change => {
    if (change.path !== path || !own.includes(change) || !change.after.includes(part ?? '')) return [change]
    return change.before === null ? [{ ...change, after: change.after.replace(part ?? change.after, '') }] : []
  })

/** What the page says: files of the source, and places in those that were there before. */
const said = new Map(
  [...guide.matchAll(/^\| \[([^\]]+)\]\(#[a-z-]+\) \| (\d+) \| (\d+) \|$/gm)].map(([, title = '', files, places]) => [
    title,
    { files: Number(files), places: Number(places) },
  ]),
)

describe('Adding', () => {
  let folder = ''
  let written = ''
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const apply = (path: string, all: readonly Change[]): void => {
    const own = all.filter(change => change.path === path)
    write(path, own.length > 0 ? changed(path, own) : readFileSync(join(root, path), 'utf8'))
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'joinery-adding-'))
    for (const part of ['src', 'docs', 'scripts', 'package.json', '.mocharc.json', 'biome.json'])
      cpSync(join(root, part), join(folder, part), { recursive: true })
    // Of the specs what others import, and those that hold all files to the docs.
    cpSync(join(root, 'spec'), join(folder, 'spec'), {
      recursive: true,
      filter: path => !/\.(json|py|spec\.ts)$/.test(path) || held.some(spec => path.endsWith(spec)),
    })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src', 'spec/drawn.ts', ...held, ...specs] }))
    for (const path of new Set(changes.map(change => change.path))) apply(path, changes)
    await run('--import', 'tsx', 'scripts/docs.ts')
    written = readFileSync(join(folder, page), 'utf8')
  })
  after(() => rmSync(folder, { recursive: true }))

  const run = async (...command: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      cwd: folder,
      maxBuffer: 1e8,
    }).catch((error: { readonly stdout: string; readonly stderr: string }) => error)
    return `${stdout}${stderr}`
  }
  /** What the type check writes, or that of specs. */
  const check = (): Promise<string> =>
    run('node_modules/typescript/bin/tsc', '--project', '.', '--pretty', 'false', '--incremental')
  const test = (...files: readonly string[]): Promise<string> => run('node_modules/mocha/bin/mocha.js', ...files)

  it('is what the compiler takes', async () => expect(await check()).to.equal(''))

  it('is written as the formatter has it', async () => {
    const files = new Set(changes.flatMap(({ path }) => (path.endsWith('.ts') ? [path] : [])))
    const biome = 'node_modules/@biomejs/biome/bin/biome'
    expect(await run(biome, 'check', '--error-on-warnings', '--vcs-enabled=false', ...files)).not.to.match(/^Found /m)
  })

  it('is what the specs show', async () => {
    const output = await test(...specs, ...held)
    expect(output).to.match(/ passing/)
    expect(output, output).not.to.match(/ failing/)
  })

  for (const recipe of recipes) {
    it(`${recipe.title} takes as many files and places as the page says`, () => {
      const source = recipe.changes.filter(({ path }) => path.startsWith('src/'))
      const files = new Set(source.map(({ path }) => path)).size
      expect(said.get(recipe.title)).to.deep.equal({ files, places: source.filter(({ isPlace }) => isPlace).length })
    })

    for (const forgotten of recipe.forgotten)
      it(`${recipe.title} without ${forgotten.what} is noticed`, async () => {
        const { path, command, message } = forgotten
        try {
          apply(path, without(recipe, forgotten))
          const output = command.startsWith('npx mocha ') ? await test(...command.split(' ').slice(2)) : await check()
          expect(output.includes(message), `${message}, not\n${output}`).to.equal(true)
        } finally {
          if (path === page) write(path, written)
          else apply(path, changes)
        }
      })
  }
})
