import { type ChildProcess, spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { Case, Fault, Findings, Help } from './expectations.ts'

// The part of the Language Server Protocol that asks a compiler for errors, hovers, completions and help in calls.

interface Position {
  readonly line: number
  readonly character: number
}
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly items?: readonly unknown[] }
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
interface Diagnostics {
  readonly items: readonly {
    readonly range: { readonly start: Position; readonly end: Position }
    readonly severity: number
    readonly message: string
  }[]
}
interface HoverResult {
  readonly contents: { readonly value: string }
}

interface Documented {
  readonly label: string
  readonly documentation?: { readonly value: string }
}
interface SignatureHelp {
  readonly signatures: readonly { readonly parameters: readonly Documented[] }[]
}

interface Completions {
  readonly items: readonly { readonly label: string; readonly kind?: number }[]
}
/** The kind of completions that are texts: constants in TypeScript's server. */
const texts: readonly (number | undefined)[] = [21]

/** A language server that was started. */
export interface Connection {
  readonly request: <T>(method: string, params: unknown) => Promise<T>
  readonly notify: (method: string, params: unknown) => void
}

const connect = (server: ChildProcess): Connection => {
  const { stdin, stdout } = server
  if (!stdin || !stdout) throw new Error('the language server has no pipes')
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const send = (message: object) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))
    stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]))
  }
  const receive = ({ id, method, params, result, error }: Message) => {
    if (id === undefined) return
    // The server's own requests ask for settings or announce capabilities; both may go without.
    if (method !== undefined) return send({ id, result: params?.items?.map(() => ({ enable: true })) ?? null })
    const answer = waiting.get(id)
    waiting.delete(id)
    if (error) answer?.reject(new Error(error.message))
    else answer?.resolve(result)
  }
  let pending: Buffer = Buffer.alloc(0)
  stdout.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const header = pending.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/i.exec(pending.toString('latin1', 0, Math.max(header, 0)))?.[1])
      if (header < 0 || pending.length < header + 4 + length) return
      const body = pending.toString('utf8', header + 4, header + 4 + length)
      pending = pending.subarray(header + 4 + length)
      receive(JSON.parse(body))
    }
  })
  server.on('exit', code => {
    for (const { reject } of waiting.values()) reject(new Error(`the language server ended with code ${code}`))
  })
  let requests = 0
  return {
    request: <T>(method: string, params: unknown) =>
      new Promise<T>((resolve, reject) => {
        requests += 1
        waiting.set(requests, { resolve: value => resolve(value as T), reject })
        send({ id: requests, method, params })
      }),
    notify: (method, params) => send({ method, params }),
  }
}

/** The name and type in a hover, without the fence that some servers put around it. */
const plain = (hover: HoverResult | null): string =>
  (hover?.contents.value ?? '').replace(/^```\w*\n|\n```\s*[\s\S]*$/g, '').trim()

/** What follows the type in a hover, each tag at the beginning of a line. */
const documentation = (hover: HoverResult | null): string =>
  (hover?.contents.value ?? '').replaceAll(/\*(@\w+)\*/g, '$1')

const inspectOne = async (
  { request, notify }: Connection,
  { path, source, hovers, offers = [], calls = [] }: Case,
): Promise<Findings> => {
  const textDocument = { uri: pathToFileURL(path).href }
  notify('textDocument/didOpen', {
    textDocument: { ...textDocument, languageId: 'typescript', version: 1, text: source },
  })
  const { items } = await request<Diagnostics>('textDocument/diagnostic', { textDocument })
  const lines = source.split('\n')
  const errors = items
    .filter(({ severity }) => severity === 1)
    .map(({ range: { start, end }, message }): Fault => {
      const last = end.line === start.line ? end.character : (lines[start.line]?.length ?? 0)
      return { line: start.line, column: start.character, length: last - start.character, text: message }
    })
  const shown: string[] = []
  for (const { line, column } of hovers) {
    const position = { line, character: column }
    shown.push(plain(await request<HoverResult | null>('textDocument/hover', { textDocument, position })))
  }
  const offered: (readonly string[])[] = []
  for (const { line, column, members = false } of offers) {
    const position = { line, character: column }
    const found = await request<Completions | Completions['items'] | null>('textDocument/completion', {
      textDocument,
      position,
      context: { triggerKind: 1 },
    })
    const items = found === null ? [] : 'items' in found ? found.items : found
    offered.push(items.filter(({ kind }) => members || texts.includes(kind)).map(({ label }) => label))
  }
  const helps: Help[] = []
  for (const { line, column, open } of calls) {
    const at = (character: number) => ({ textDocument, position: { line, character } })
    const hover = await request<HoverResult | null>('textDocument/hover', at(column))
    const help = await request<SignatureHelp | null>('textDocument/signatureHelp', at(open))
    const signatures = (help?.signatures ?? []).map(({ parameters }) =>
      parameters.map(({ label, documentation: said }) => ({ label, documentation: (said?.value ?? '').trim() })),
    )
    helps.push({ documentation: documentation(hover), signatures })
  }
  notify('textDocument/didClose', { textDocument })
  return { errors, hovers: shown, offers: offered, helps }
}

/** Some work with a language server, which it starts and ends. */
export const withServer = async <R>(
  command: string,
  args: readonly string[],
  root: string,
  work: (connection: Connection) => Promise<R>,
): Promise<R> => {
  const server = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    const connection = connect(server)
    const rootUri = pathToFileURL(root).href
    await connection.request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'joinery' }],
      initializationOptions: { enable: true },
      capabilities: {
        textDocument: { hover: { contentFormat: ['plaintext', 'markdown'] }, diagnostic: {} },
        workspace: { configuration: true },
      },
    })
    connection.notify('initialized', {})
    return await work(connection)
  } finally {
    // A server ends with its input, also one that a wrapper started.
    server.stdin?.end()
  }
}

/** Asks a language server about files; their text need not be on disk. */
export const inspectByServer = (
  command: string,
  args: readonly string[],
  root: string,
  cases: readonly Case[],
): Promise<readonly Findings[]> =>
  withServer(command, args, root, async connection => {
    const findings: Findings[] = []
    for (const one of cases) findings.push(await inspectOne(connection, one))
    return findings
  })
