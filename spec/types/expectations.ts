// What a case file expects of the compiler stands in comments below the line that it is about:
//
//   join(Input(10), Convolution([3, 3, 16]))
//   //              ~~~~~~~~~~~~~~~~~~~~~~~ expects a 4-dimensional input        an error here, with this text
//   const network = join(Input(10))
//   //    ^? const network: Network<[number, 10], [number, 10], ...              the hover here begins so
//   end(network, 'relu')
//   //            ^| relu-1, relu-2                                               editors offer these texts here, in any order

/** A place in a file; lines and columns count from 0, as compilers count them. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** An error, expected or found: where it stands, how many characters it underlines, and what it says. */
export interface Fault extends Place {
  readonly length: number
  readonly text: string
}

/** What is shown for a name. A text that ends in `...` is the beginning only. */
export interface Hover extends Place {
  readonly text: string
}

/** The texts that are offered within quotes, with commas between them. */
export interface Offer extends Place {
  readonly texts: readonly string[]
  /** Whether the members of a value are asked for, after its dot, in place of texts. */
  readonly members?: boolean
}

/** The name of a function in a call, and the column after the parenthesis that opens its arguments. */
export interface Call extends Place {
  readonly open: number
}

/** A file, and what it expects. */
export interface Case {
  readonly path: string
  readonly source: string
  readonly errors: readonly Fault[]
  readonly hovers: readonly Hover[]
  readonly offers?: readonly Offer[]
  /** Calls that help is asked for. */
  readonly calls?: readonly Call[]
}

/** An argument, as editors show it while it is written. */
export interface Argument {
  /** Its name and type. */
  readonly label: string
  readonly documentation: string
}

/** What editors show of a function. */
export interface Help {
  /** What a hover says under the type: the docstring, its tags at the beginning of lines. */
  readonly documentation: string
  /** The arguments of each signature. */
  readonly signatures: readonly (readonly Argument[])[]
}

/** What a compiler says about a case: its errors, and hovers, offers and help in the order in which they are expected. */
export interface Findings {
  readonly errors: readonly Fault[]
  readonly hovers: readonly string[]
  readonly offers?: readonly (readonly string[])[]
  readonly helps?: readonly Help[]
}

/** No hover may be longer, even of a large network: it has to be read. */
export const longestHover = 120

const marker = /^\s*\/\/\s*(~+|\^\?|\^\|)(.*)$/

/** Reads what a file expects. */
export const readCase = (path: string, source: string): Case => {
  const errors: Fault[] = []
  const hovers: Hover[] = []
  const offers: Offer[] = []
  let line = -1
  for (const [index, text] of source.split('\n').entries()) {
    const [, sign = '', rest = ''] = marker.exec(text) ?? []
    if (sign === '') line = index
    else {
      const expected = rest.trim()
      if (line < 0 || expected === '') throw new Error(`${path}:${index + 1}: a text and a line above it are needed`)
      const column = text.indexOf(sign)
      if (sign === '^?') hovers.push({ line, column, text: expected })
      else if (sign === '^|') offers.push({ line, column, texts: expected.split(', ') })
      else errors.push({ line, column, length: sign.length, text: expected })
    }
  }
  return { path, source, errors, hovers, offers }
}

const shown = ({ line, column, length, text }: Fault): string => `${line + 1}:${column + 1} (${length} long): ${text}`

const sorted = (texts: readonly string[]): string => [...texts].sort().join(', ')

const begins = (found: string, expected: string): boolean =>
  expected.endsWith('...') ? found.startsWith(expected.slice(0, -3)) : found === expected

/** What differs between what a case expects and what a compiler finds, a sentence for each; empty when all is well. */
export const differences = (expected: Case, found: Findings): readonly string[] => {
  const matched = new Set<Fault>()
  const missing = expected.errors.filter(error => {
    const match = found.errors.find(
      other =>
        !matched.has(other) &&
        other.line === error.line &&
        other.column === error.column &&
        other.length === error.length &&
        other.text.includes(error.text),
    )
    if (match) matched.add(match)
    return match === undefined
  })
  return [
    ...missing.map(error => `missing error ${shown(error)}`),
    ...found.errors.filter(error => !matched.has(error)).map(error => `unexpected error ${shown(error)}`),
    ...expected.hovers.flatMap(({ line, column, text }, i) => {
      const hover = found.hovers[i] ?? ''
      const place = `hover at ${line + 1}:${column + 1}`
      if (!begins(hover, text)) return [`${place}: expected ${text}, got ${hover}`]
      return hover.length > longestHover ? [`${place}: ${hover.length} characters are too long: ${hover}`] : []
    }),
    ...(expected.offers ?? []).flatMap(({ line, column, texts }, i) => {
      const [wanted, offered] = [sorted(texts), sorted(found.offers?.[i] ?? [])]
      return wanted === offered ? [] : [`offer at ${line + 1}:${column + 1}: expected ${wanted}, got ${offered}`]
    }),
  ]
}
