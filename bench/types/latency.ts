import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { executable, serviceOf } from '../../spec/types/compilers.ts'
import { withServer } from '../../spec/types/language-server.ts'

// How long an editor waits after a key is pressed in a file of ten networks, beside a plain file of as many lines: for errors,
// and for the type under the pointer. Times are noise on a busy machine, so they are told and no gate.

/** A file that is edited: its text by a number in it, and where a name stands whose type is asked for. */
interface Edited {
  readonly text: (units: number) => string
  readonly hover: { readonly line: number; readonly character: number }
}

const count = 10
const edited = (head: string, part: (i: number, units: number) => readonly string[]): Edited => {
  const lines = (units: number) => [
    head,
    ...Array.from({ length: count }, (_, i) => part(i, i === 4 ? units : 32)).flat(),
  ]
  const line = lines(32).findIndex(text => text.startsWith('const own5 '))
  return { text: units => `${lines(units).join('\n')}\n`, hover: { line, character: 'const '.length } }
}

const networks = edited(
  "import { Convolution, init, Input, join, key, MaxPooling, Relu, Reshape, Softmax } from 'joinery'",
  (i, units) => [
    `const own${i} = join(`,
    '  Input([28, 28, 1]),',
    "  Convolution([3, 3, 16], { padding: 'same' }),",
    '  Relu(),',
    '  MaxPooling([2, 2]),',
    "  Convolution([3, 3, 32], { padding: 'same' }),",
    '  Relu(),',
    '  MaxPooling([2, 2]),',
    '  Reshape(),',
    `  Relu(${units}, { name: 'hidden' }),`,
    '  Softmax(10),',
    ')',
    `export const hidden${i} = init(own${i}, key(${i})).params.hidden.weight.shape`,
  ],
)
const plain = edited("import type { Layer } from 'joinery'", (i, units) => [
  `const own${i} = [`,
  "  { kind: 'input', shape: [28, 28, 1] },",
  "  { kind: 'convolution', window: [3, 3, 16], padding: 'same' },",
  "  { kind: 'relu' },",
  "  { kind: 'pooling', window: [2, 2] },",
  "  { kind: 'convolution', window: [3, 3, 32], padding: 'same' },",
  "  { kind: 'relu' },",
  "  { kind: 'pooling', window: [2, 2] },",
  "  { kind: 'reshape' },",
  `  { kind: 'relu', units: ${units}, name: 'hidden' },`,
  "  { kind: 'softmax', units: 10 },",
  '] as const',
  `export const hidden${i}: readonly [Layer | undefined, number] = [undefined, own${i}.length]`,
])

/** Milliseconds from an edit to all errors of the file, and to the type of a name. */
interface Latency {
  readonly errors: number
  readonly hover: number
}

const rounds = 15
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number

/**
 * Edits a file again and again, and waits for one answer each time.
 *
 * @param edit gives the file another text
 * @param ask waits for errors, of which there are to be none, or for a type
 */
const measured = async (
  { text }: Edited,
  edit: (text: string) => void,
  ask: Readonly<Record<keyof Latency, () => Promise<unknown>>>,
): Promise<Latency> => {
  const times: Record<keyof Latency, number[]> = { errors: [], hover: [] }
  for (let round = -2; round < rounds; round++)
    for (const [k, what] of (['errors', 'hover'] as const).entries()) {
      edit(text(50 + 2 * round + k))
      const start = performance.now()
      const answer = await ask[what]()
      if (round >= 0) times[what].push(performance.now() - start)
      // Nothing is measured of a file that cannot be read.
      if (what === 'errors' ? (answer as readonly unknown[]).length > 0 : !String(answer).includes('own5'))
        throw new Error(`${what}: ${JSON.stringify(answer)}`)
    }
  return { errors: median(times.errors), hover: median(times.hover) }
}

/** In the language server of the native compiler. */
const byServer = (project: string, file: string, own: Edited): Promise<Latency> =>
  withServer(process.execPath, [executable('typescript'), '--lsp', '--stdio'], project, async ({ request, notify }) => {
    const textDocument = { uri: pathToFileURL(file).href }
    let version = 1
    const opened = { ...textDocument, languageId: 'typescript', version, text: own.text(32) }
    notify('textDocument/didOpen', { textDocument: opened })
    const edit = (text: string) => {
      version += 1
      notify('textDocument/didChange', { textDocument: { ...textDocument, version }, contentChanges: [{ text }] })
    }
    return measured(own, edit, {
      errors: async () =>
        (await request<{ items: readonly unknown[] }>('textDocument/diagnostic', { textDocument })).items,
      hover: async () => JSON.stringify(await request('textDocument/hover', { textDocument, position: own.hover })),
    })
  })

/** In the language service that the server of an older compiler runs. */
const byService = (project: string, file: string, own: Edited): Promise<Latency> => {
  const sources = new Map([[file, { text: own.text(32), version: 1 }]])
  const [ts, service] = serviceOf('typescript-5.9', project, sources)
  const edit = (text: string): void => {
    sources.set(file, { text, version: (sources.get(file)?.version ?? 0) + 1 })
  }
  return measured(own, edit, {
    errors: async () => [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)],
    hover: async () => {
      const at = service
        .getProgram()
        ?.getSourceFile(file)
        ?.getPositionOfLineAndCharacter(own.hover.line, own.hover.character)
      return ts.displayPartsToString(service.getQuickInfoAtPosition(file, at ?? 0)?.displayParts)
    },
  })
}

/** What it may take more than in the plain file, in milliseconds. */
const servers = [
  { name: 'typescript', measure: byServer, bars: { errors: 60, hover: 60 } },
  { name: 'typescript-5.9', measure: byService, bars: { errors: 500, hover: 200 } },
] as const

/** Tells how long editors wait, in a project that has the library and a configuration. */
export const tellLatencies = async (project: string): Promise<void> => {
  for (const { name, measure, bars } of servers) {
    const [own, peer] = [join(project, 'networks.ts'), join(project, 'plain.ts')]
    writeFileSync(own, networks.text(32))
    writeFileSync(peer, plain.text(32))
    const [found, beside] = [await measure(project, own, networks), await measure(project, peer, plain)]
    for (const what of ['errors', 'hover'] as const) {
      const over = found[what] - beside[what]
      const times = `${found[what].toFixed(0)} ms beside ${beside[what].toFixed(0)} ms`.padStart(24)
      const bar = `${over.toFixed(0)} ms over, at most ${bars[what]}: ${over <= bars[what] ? 'kept' : 'exceeded'}`
      console.log(`${name.padEnd(16)} ${what.padEnd(7)} ${times}   ${bar}`)
    }
  }
}
