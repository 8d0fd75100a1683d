import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript-6'

// The source is held to the plan of docs/house.md: which room a file is in, and what each room may know.

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface Room {
  readonly name: string
  /** Files, and folders with all that is in them. */
  readonly paths: readonly string[]
  readonly knows: readonly string[]
}

/** What stands in backquotes; `a/{b,c}.ts` is two. */
const quoted = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => {
    const [, before = '', inner, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(text) ?? []
    return inner === undefined ? [text] : inner.split(',').map(part => `${before}${part.trim()}${after}`)
  })

const guide = read('docs/house.md')
const [, planned = ''] = /^## Rooms\n([\s\S]*?)^## /m.exec(guide) ?? []
/** The rows of the tables, whose cells are: room, where, what it holds, what it knows. */
const rooms: readonly Room[] = planned
  .split('\n')
  .filter(line => line.startsWith('| `'))
  .map(line => line.split('|').map(cell => cell.trim()))
  .map(([, name = '', where = '', , knows = '']) => ({
    name: quoted(name)[0] ?? '',
    paths: quoted(where),
    knows: quoted(knows),
  }))

/** The room with the longest path to a file. */
const roomOf = (file: string): string | undefined =>
  rooms
    .flatMap(({ name, paths }) => paths.map(path => ({ name, path })))
    .filter(({ path }) => file === path || file.startsWith(`${path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]?.name

const files: readonly string[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => join('src', file))
  .sort()

interface Arrow {
  readonly from: string
  readonly to: string
}
const arrows: readonly Arrow[] = files.flatMap(from =>
  ts
    .preProcessFile(read(from), true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({ from, to: join(dirname(from), fileName) })),
)
const textOf = ({ from, to }: Arrow): string => `${from} -> ${to}`

/** The arrows between rooms that the plan does not have. */
const against: readonly string[] = [
  ...new Set(
    arrows
      .filter(({ from, to }) => {
        const [own, other] = [roomOf(from), roomOf(to)]
        const room = rooms.find(({ name }) => name === own)
        return own !== other && room !== undefined && own !== 'entries' && !room.knows.includes(other ?? '')
      })
      .map(textOf),
  ),
].sort()

/** What still goes against the plan, and how it ends. The list only gets shorter. */
const exceptions: readonly { readonly until: string; readonly arrows: readonly string[] }[] = [
  {
    until: 'messages of protobuf are written in the room of files',
    arrows: ['src/training/files/summaries.ts -> src/backends/onnxruntime/protobuf.ts'],
  },
]

/** Indices that hold more than re-exports: each is the one function of its backend. The list only gets shorter. */
const fuller: readonly string[] = [
  'src/backends/onnxruntime/index.ts',
  'src/backends/tfjs/index.ts',
  'src/backends/wasm/index.ts',
]

/** Whether each statement of a file is a re-export. */
const onlyReExports = (file: string): boolean =>
  ts
    .createSourceFile(file, read(file), ts.ScriptTarget.ES2022)
    .statements.every(statement => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)

/** What each room knows, and what those know. */
const reach = new Map<string, ReadonlySet<string>>()
for (const { name, knows } of rooms)
  reach.set(name, new Set(knows.flatMap(other => [other, ...(reach.get(other) ?? [])])))
/** The arrows that do not follow from others: those of the drawing. */
const drawn: readonly string[] = rooms.flatMap(({ name, knows }) =>
  knows.filter(other => !knows.some(between => reach.get(between)?.has(other))).map(other => `${name} --> ${other}`),
)

describe('The house', () => {
  it('has every file in a room, and every path of the plan', () => {
    expect(files.filter(file => roomOf(file) === undefined)).to.deep.equal([])
    const has = (path: string): boolean => files.some(file => file === path || file.startsWith(`${path}/`))
    expect(rooms.flatMap(({ paths }) => paths).filter(path => !has(path))).to.deep.equal([])
  })

  it('has no circle: a room knows only rooms that stand before it in the plan', () => {
    const before = new Set<string>()
    for (const { name, knows } of rooms) {
      expect(knows.filter(other => !before.has(other))).to.deep.equal([], `${name} knows`)
      before.add(name)
    }
  })

  it('has no arrow against the plan', () => {
    const allowed = new Set(exceptions.flatMap(exception => exception.arrows))
    expect(against.filter(arrow => !allowed.has(arrow))).to.deep.equal([], 'see docs/house.md for what a room may know')
  })

  it('has no exception that is not needed any more', () => {
    const left = exceptions.flatMap(exception => exception.arrows).filter(arrow => !against.includes(arrow))
    expect(left).to.deep.equal([], 'take these out of the exceptions')
  })

  it('has no arrow in the plan that no file needs', () => {
    const used = new Set(arrows.map(({ from, to }) => `${roomOf(from)} -> ${roomOf(to)}`))
    const unused = rooms.flatMap(({ name, knows }) => knows.map(other => `${name} -> ${other}`))
    expect(unused.filter(arrow => !used.has(arrow))).to.deep.equal([], 'take these out of docs/house.md')
  })

  it('is drawn as it is planned', () => {
    const found = [...guide.matchAll(/^ *(\S+ --> \S+)$/gm)].map(([, arrow = '']) => arrow)
    expect(found.sort()).to.deep.equal([...drawn].sort())
  })

  it('has entries and indices that only re-export', () => {
    const faces = files.filter(file => roomOf(file) === 'entries' || file.endsWith('/index.ts'))
    expect(faces.filter(file => !onlyReExports(file))).to.deep.equal(fuller)
  })

  it('has entries that no other room imports', () => {
    const taken = arrows.filter(({ from, to }) => roomOf(to) === 'entries' && roomOf(from) !== 'entries')
    expect(taken.map(textOf)).to.deep.equal([])
  })
})
