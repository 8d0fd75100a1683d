import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript-6'
import { show } from '../src/base/errors.ts'
import { parsed } from '../src/base/options.ts'
import { TransformerDecoder, TransformerEncoder } from '../src/blocks/index.ts'
import { definitionOf } from '../src/core/constructor.ts'
import * as layers from '../src/layers/index.ts'

// Writes what docs/layers.md says of each layer: its docstring, its options and what their types say of them. The page is
// written by hand but for what stands between two marks.

/** An argument of a layer, or one of its options. */
interface Argument {
  readonly name: string
  readonly meaning: string
  readonly isOptional: boolean
}
/** What a docstring says of a layer. */
interface Docstring {
  readonly text: string
  readonly shape: string
  readonly variables: string
  readonly category: string
  readonly parameters: readonly (readonly [name: string, meaning: string])[]
  /** Its names in other libraries, as in "`Conv2D` in Keras; `Conv2d` in PyTorch". */
  readonly peers: string
  readonly example: string
  /** Whether its category is that of a layer which it is otherwise like. */
  readonly isLike: boolean
}
/** All that the page says of a layer. */
interface Entry extends Docstring {
  readonly name: string
  readonly aliases: readonly string[]
  readonly positional: readonly Argument[]
  readonly options: readonly Argument[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
/** Where the page is. */
export const page: string = `${root}docs/layers.md`
const constructors: Readonly<Record<string, object>> = { ...layers, TransformerEncoder, TransformerDecoder }
const isLayer = (name: string): boolean => Object.hasOwn(constructors, name)

const indexes = ['src/layers/index.ts', 'src/blocks/index.ts']
/** A module that only the compiler sees: the arguments of all constructors, their type parameters at their widest. */
const asked = `${root}scripts/arguments.ts`
const questions = `${indexes.map((file, i) => `import * as room${i} from '../${file}'`).join('\n')}
declare const all: ${indexes.map((_, i) => `typeof room${i}`).join(' & ')}
${Object.keys(constructors)
  .map(name => `export declare const ${name}: Parameters<typeof all.${name}>`)
  .join('\n')}`

const programOf = (): ts.Program => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const host = ts.createCompilerHost(options)
  return ts.createProgram([asked], options, {
    ...host,
    fileExists: file => file === asked || host.fileExists(file),
    getSourceFile: (file, target) =>
      file === asked ? ts.createSourceFile(file, questions, target) : host.getSourceFile(file, target),
  })
}

/** What a module exports, by name. */
const exportsOf = (program: ts.Program, file: string): ReadonlyMap<string, ts.Symbol> => {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol
  return new Map(
    checker
      .getExportsOfModule(module)
      .map(symbol => [symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]),
  )
}

/** The docstring of a constructor; its type may have the same name and another one. */
const commentOf = (symbol: ts.Symbol | undefined): string =>
  ts
    .getJSDocCommentsAndTags(symbol?.valueDeclaration as ts.Declaration)
    .filter(ts.isJSDoc)
    .map(comment => comment.getText().replace(/^\/\*\*|^ *\*\/$|\*\/$|^ *\* ?/gm, ''))
    .join('')

const read = (comment: string): Docstring => {
  const [described = '', ...tags] = comment.trim().split(/^@(?=\w)/m)
  const paragraphs = described.trim().split(/\n{2,}/)
  const paragraph = (start: RegExp): string => paragraphs.find(text => start.test(text)) ?? ''
  const values = (tag: string): readonly string[] =>
    tags
      .filter(text => text.startsWith(`${tag} `) || text.startsWith(`${tag}\n`))
      .map(text => text.slice(tag.length + 1))
  return {
    text: paragraphs.filter(text => !/^(Shape|Variables)\b/.test(text)).join('\n\n'),
    shape: line(paragraph(/^Shape: /)).replace(/^Shape: |\.$/g, ''),
    variables: paragraph(/^Variables\b/),
    category: line(values('category').join()),
    parameters: values('param').map(text => [/^\w+/.exec(text)?.[0] ?? '', line(text.replace(/^\w+/, ''))]),
    peers: line(values('see').join('; ')),
    example: values('example').join('\n').trim(),
    isLike: false,
  }
}

/** A text in one line. */
const line = (text: string): string => text.trim().replace(/\s+/g, ' ')

/** What a docstring says, and where it has no category, what that of the layer says which it is otherwise like. */
const docstringOf = (name: string, comments: ReadonlyMap<string, string>): Docstring => {
  const comment = comments.get(name) ?? ''
  const own = read(comment)
  if (own.category !== '') return own
  const likened = [...comment.matchAll(/\{@link (\w+)\}|`(\w+)`/g)].map(([, link, word]) => link ?? word ?? '')
  const other = likened.find(word => word !== name && isLayer(word))
  if (other === undefined)
    throw new Error(`The docstring of ${name} has no @category, nor names a layer that it is like.`)
  const { category, parameters } = docstringOf(other, comments)
  return {
    ...own,
    category,
    isLike: true,
    shape: own.shape || `as {@link ${other}}`,
    parameters: own.parameters.length > 0 ? own.parameters : parameters,
  }
}

/** What is said of an argument; its default comes from its definition unless its description ends with it. */
const argument = (name: string, described: string, standard: string | undefined): Argument => {
  const said = line(described).replace(/[^.]$/, '$&.')
  const isSaid = / Default(,|:)/.test(said)
  const added = isSaid || standard === undefined || standard === 'null' ? '' : ` Default: \`${standard}\`.`
  return { name, meaning: said + added, isOptional: isSaid || standard !== undefined }
}

/** All layers, by their names. */
const entriesOf = (program: ts.Program): readonly Entry[] => {
  const checker = program.getTypeChecker()
  const given = exportsOf(program, asked)
  const comments = new Map(
    indexes
      .flatMap(file => [...exportsOf(program, root + file)])
      .filter(([name]) => isLayer(name))
      .map(([name, symbol]) => [name, commentOf(symbol)]),
  )
  const ownNames = Object.keys(constructors).filter(name => (constructors[name] as Function).name === name)
  return ownNames.sort().map(name => {
    const made = constructors[name] as object
    const docstring = docstringOf(name, comments)
    const { positional = [], options = {} } = definitionOf(made) ?? {}
    const standardOf = (option = ''): string | undefined => {
      const { codec, default: standard } = options[option] ?? {}
      return codec && standard !== undefined ? show(codec.encode(parsed(codec, standard))) : undefined
    }
    const last = checker
      .getTypeArguments(checker.getTypeOfSymbol(given.get(name) as ts.Symbol) as ts.TypeReference)
      .at(-1)
    // The options are said one by one.
    const ahead = docstring.parameters.filter(([parameter]) => parameter !== 'options')
    const named = last === undefined ? [] : checker.getPropertiesOfType(checker.getNonNullableType(last))
    return {
      ...docstring,
      name,
      aliases: Object.keys(constructors).filter(other => other !== name && constructors[other] === made),
      positional: ahead.map(([parameter, text], i) => argument(parameter, text, standardOf(positional[i]))),
      options: named
        .filter(({ name: option }) => option !== 'name' && ahead.every(([parameter]) => parameter !== option))
        .filter(({ declarations }) => declarations?.every(ts.isPropertySignature))
        .map(option => {
          const described = ts.displayPartsToString(option.getDocumentationComment(checker))
          return argument(option.name, described, standardOf(option.name))
        }),
    }
  })
}

// The page: sections, each with a mark `<!-- CATEGORY: LAYERS THAT COME FIRST -->` and the entries up to `<!-- end -->`.

interface Section {
  readonly heading: string
  readonly category: string
  readonly entries: readonly Entry[]
}
type Link = (name: string) => string

const sectionsOf = (text: string, entries: readonly Entry[]): readonly Section[] =>
  [...text.matchAll(/^## (.*)\n(?:(?!## |<!-- end).*\n)*?<!-- ([^:\n]+?)(?:: (.*))? -->$/gm)].map(
    ([, heading = '', category = '', first = '']) => {
      const order = first.split(', ')
      const place = ({ name }: Entry): number => (order.includes(name) ? order.indexOf(name) : order.length)
      return {
        heading,
        category,
        entries: entries.filter(entry => entry.category === category).sort((a, b) => place(a) - place(b)),
      }
    },
  )

const firstSentence = (text: string): string =>
  line(/^[\s\S]*?(\.(?=\s+[^\d\s])|\n\n|$)/.exec(text)?.[0] ?? '').replace(/:$/, '.')
/** Whether the row of a layer says all: it is another layer with another function. */
const isBrief = ({ text, example, isLike }: Entry): boolean => isLike && example === '' && !text.includes('\n\n')

const anchorOf = (heading: string): string =>
  `#${heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')}`

/** How a layer is linked: to its entry, or to the section whose row says all of it. */
const linkTo =
  (sections: readonly Section[]): Link =>
  name => {
    const own = (constructors[name] as Function).name
    const section = sections.find(({ entries }) => entries.some(entry => entry.name === own && isBrief(entry)))
    return `[\`${name}\`](${anchorOf(section?.heading ?? own)})`
  }

/** A text for the page: shapes as code, and names of layers as links. */
const marked = (text: string, link: Link): string =>
  text
    .split(/(`[^`]*`|\{@link \w+\})/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(/\[(?:[^[\]]|\[[^[\]]*\])*\]/g, '`$&`')
      const word = /\w+(?=[`}]$)/.exec(part)?.[0] ?? ''
      return isLayer(word) && /^(`\w+`|\{.*)$/.test(part) ? link(word) : part.replace(/^\{@link (\w+)\}$/, '`$1`')
    })
    .join('')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return rows.length === 0 ? '' : [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n')
}
const paragraphs = (parts: readonly string[]): string => parts.filter(part => part !== '').join('\n\n')

/** A call with the names of all that a layer takes. */
const callOf = ({ name, positional, options }: Entry): string => {
  const first = positional.map(argument => `${argument.name}${argument.isOptional ? '?' : ''}`)
  const rest = options.length > 0 ? [`{ ${options.map(option => option.name).join(', ')} }`] : []
  return `\`${name}(${[...first, ...rest].join(', ')})\``
}

const list = (options: readonly Argument[], link: Link, note: (option: Argument) => string = () => ''): string =>
  options.map(option => `- \`${option.name}\`${note(option)}: ${marked(option.meaning, link)}`).join('\n')

const entryOf = (entry: Entry, isShared: (option: Argument) => boolean, link: Link): string => {
  const { name, aliases, text, shape, variables, positional, options, example } = entry
  const own = [...positional, ...options.filter(option => !isShared(option))]
  return paragraphs([
    `### ${name}`,
    `${callOf(entry)}${aliases.map(alias => `, or \`${alias}\``).join('')}`,
    marked(text, link),
    `Shape: ${marked(shape, link)}.`,
    marked(variables, link),
    list(own, link),
    example,
  ])
}

const isSame = (a: Argument, b: Argument): boolean => a.name === b.name && a.meaning === b.meaning

/** The table of a section's layers, that of the options which several of them take, and the entries. */
const sectionText = ({ entries }: Section, link: Link): string => {
  const takers = (option: Argument): readonly Entry[] =>
    entries.filter(({ options }) => options.some(other => isSame(option, other)))
  const isShared = (option: Argument): boolean => takers(option).length > 1
  const all = entries.flatMap(({ options }) => options)
  const shared = all.filter((option, i) => isShared(option) && all.findIndex(other => isSame(option, other)) === i)
  return paragraphs([
    table(
      ['layer', 'shape', ''],
      entries.map(entry => [
        [link(entry.name), ...entry.aliases.map(alias => `\`${alias}\``)].join(', '),
        marked(entry.shape, link),
        marked(isBrief(entry) ? line(entry.text) : firstSentence(entry.text), link),
      ]),
    ),
    shared.length === 0 ? '' : 'Options that several of these layers take:',
    list(shared, link, option => {
      const names = takers(option).map(({ name }) => `\`${name}\``)
      return names.length === entries.length ? '' : ` of ${names.join(', ')}`
    }),
    ...entries.filter(entry => !isBrief(entry)).map(entry => entryOf(entry, isShared, link)),
  ])
}

/** The sections and the layers in them. */
const contents = (sections: readonly Section[], link: Link): string =>
  table(
    ['section', 'layers'],
    sections.map(({ heading, entries }) => [
      `[${heading}](${anchorOf(heading)})`,
      entries.map(({ name }) => link(name)).join(', '),
    ]),
  )

/** The names of layers in other libraries. */
const peersTable = (sections: readonly Section[], link: Link): string => {
  const libraries = ['Keras', 'PyTorch', 'NeuPy']
  return table(
    ['', ...libraries],
    sections.flatMap(({ entries }) =>
      entries.map(({ name, peers }) => [
        link(name),
        ...libraries.map(library => new RegExp(`(?:^|; )([^;]*) in ${library}(?:;|$)`).exec(peers)?.[1] ?? ''),
      ]),
    ),
  )
}

/** The page with all that stands between its marks written anew. */
export const documented = (old: string): string => {
  const entries = entriesOf(programOf())
  const sections = sectionsOf(old, entries).filter(section => section.entries.length > 0)
  const homeless = entries.find(({ category }) => sections.every(section => section.category !== category))
  if (homeless !== undefined)
    throw new Error(
      `docs/layers.md has no section marked <!-- ${homeless.category} -->, the @category of ${homeless.name}.`,
    )
  const link = linkTo(sections)
  return old.replace(
    /^(<!-- (?!end)([^:\n]+?)(?::.*)? -->\n)[\s\S]*?^(?=<!-- end -->)/gm,
    (_, start: string, mark: string) => {
      const section = sections.find(({ category }) => category === mark)
      const text = section ? sectionText(section, link) : (mark === 'Contents' ? contents : peersTable)(sections, link)
      return `${start}\n${text}\n\n`
    },
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(page, documented(readFileSync(page, 'utf8')))
