import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type TypeScript from 'typescript-6'
import type { Case, Fault, Findings } from './expectations.ts'
import { inspectByServer } from './language-server.ts'

/** Something that checks case files. */
export interface Compiler {
  readonly name: string
  /** Says what it finds in cases of one folder. */
  readonly inspect: (cases: readonly Case[]) => Promise<readonly Findings[]>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Where the case files are. */
export const caseFolder: string = fileURLToPath(new URL('cases/', import.meta.url))
/** Where those are that are checked without `exactOptionalPropertyTypes`, which users seldom set. */
export const looseFolder: string = join(caseFolder, 'loose')
const require = createRequire(import.meta.url)

/**
 * The language service of a compiler in JavaScript, TypeScript up to 6, in a folder with a configuration.
 *
 * @param sources texts by their paths; who changes one counts its version on
 */
export const serviceOf = (
  name: string,
  folder: string,
  sources: ReadonlyMap<string, { readonly text: string; readonly version: number }>,
): readonly [ts: typeof TypeScript, service: TypeScript.LanguageService] => {
  const ts: typeof TypeScript = require(name)
  const config = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, folder)
  const read = (path: string) => sources.get(path)?.text ?? ts.sys.readFile(path)
  const service = ts.createLanguageService({
    getScriptFileNames: () => [...sources.keys()],
    getScriptVersion: path => String(sources.get(path)?.version ?? 1),
    getScriptSnapshot: path => {
      const text = read(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: path => sources.has(path) || ts.sys.fileExists(path),
    readFile: read,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  })
  return [ts, service]
}

const byService = (name: string): Compiler => ({
  name,
  inspect: async cases => {
    const sources = new Map(cases.map(({ path, source }) => [path, { text: source, version: 1 }]))
    const [ts, service] = serviceOf(name, dirname(cases[0]?.path ?? caseFolder), sources)
    return cases.map(({ path, source, hovers, offers = [], calls = [] }): Findings => {
      const file = service.getProgram()?.getSourceFile(path)
      if (!file) throw new Error(`${name} does not see ${path}`)
      const lines = source.split('\n')
      const errors = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)].map(
        ({ start, length, messageText }): Fault => {
          const { line, character } = file.getLineAndCharacterOfPosition(start ?? 0)
          const rest = (lines[line]?.length ?? 0) - character
          const text = ts.flattenDiagnosticMessageText(messageText, '\n')
          return { line, column: character, length: Math.min(length ?? 0, rest), text }
        },
      )
      return {
        errors,
        hovers: hovers.map(({ line, column }) => {
          const position = file.getPositionOfLineAndCharacter(line, column)
          return ts.displayPartsToString(service.getQuickInfoAtPosition(path, position)?.displayParts)
        }),
        offers: offers.map(({ line, column, members = false }) => {
          const position = file.getPositionOfLineAndCharacter(line, column)
          // Editors take names that are no identifiers as texts in brackets, which they insert.
          const options = { includeCompletionsWithInsertText: members }
          const found = service.getCompletionsAtPosition(path, position, options)?.entries ?? []
          return found.filter(({ kind }) => members || kind === ts.ScriptElementKind.string).map(({ name }) => name)
        }),
        helps: calls.map(({ line, column, open }) => {
          const at = (character: number) => file.getPositionOfLineAndCharacter(line, character)
          const text = ts.displayPartsToString
          const hover = service.getQuickInfoAtPosition(path, at(column))
          const tags = (hover?.tags ?? []).map(tag => {
            const [{ kind, text: word } = { kind: '', text: '' }, ...rest] = tag.text ?? []
            // As language servers write it.
            return kind === 'parameterName'
              ? `@param \`${word}\` — ${text(rest).trim()}`
              : `@${tag.name}\n${text(tag.text)}`
          })
          return {
            documentation: [text(hover?.documentation), ...tags].join('\n'),
            signatures: (service.getSignatureHelpItems(path, at(open), {})?.items ?? []).map(({ parameters }) =>
              parameters.map(({ displayParts, documentation }) => ({
                label: text(displayParts),
                documentation: text(documentation),
              })),
            ),
          }
        }),
      }
    })
  },
})

/** The executable that a package brings. */
export const executable = (name: string): string => {
  const manifest = require.resolve(`${name}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin.tsc)
}

const byServer = (name: string, args: readonly string[]): Compiler => ({
  name,
  inspect: cases => inspectByServer(process.execPath, [executable(name), ...args], root, cases),
})

/** Every compiler that has to read the library alike. TypeScript 7 and Deno are asked as editors ask them. */
export const compilers: readonly Compiler[] = [
  byServer('typescript', ['--lsp', '--stdio']),
  byService('typescript-6'),
  byService('typescript-5.9'),
  byServer('deno', ['lsp']),
]
