import { DataError } from '../../base/errors.ts'
import { type Content, contentError, unpacked } from './content.ts'

// Text files in parts that end where a line does, so that each part can be parsed alone.

/** Some whole lines, and the number of the first of them, from 1. */
export interface Lines {
  readonly text: string
  readonly line: number
}

/** How long a line is at most, in bytes: what is longer is not the file that it is taken for. */
const longest = 2 ** 24

const [newline, carriage, quote] = [10, 13, 34]

/** The text of bytes in UTF-8. */
const decoded = (content: Content, bytes: Uint8Array, line: number): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new DataError(
      {
        owner: content.name,
        file: content.name,
        line,
        expected: 'text in UTF-8',
        got: 'other bytes after it',
        remedy: 'Convert the file to UTF-8.',
      },
      { cause: error },
    )
  }
}

/**
 * The lines of a content, unpacked where they are packed with gzip. Where quotes count, a line break between two of them
 * belongs to the line.
 *
 * @throws DataError if the text is not UTF-8, or a line is longer than 16 MiB
 */
export async function* linesOf(
  content: Content,
  { quoted }: { readonly quoted: boolean },
): AsyncGenerator<Lines, void, undefined> {
  let rest = new Uint8Array(0)
  let line = 1
  // Whether there were an odd number of quotes: what follows is in quotes.
  let inside = false
  let scanned = 0
  let end = 0
  let [breaks, breaksAtEnd] = [0, 0]
  for await (const chunk of unpacked(content)) {
    const bytes = new Uint8Array(rest.length + chunk.length)
    bytes.set(rest)
    bytes.set(chunk, rest.length)
    for (; scanned < bytes.length; scanned++) {
      const byte = bytes[scanned]
      if (quoted && byte === quote) inside = !inside
      // The last byte may be half of a line break: it is looked at again with the next chunk.
      if (byte === carriage && scanned + 1 === bytes.length) break
      if (byte !== newline && (byte !== carriage || bytes[scanned + 1] === newline)) continue
      breaks++
      if (!inside) [end, breaksAtEnd] = [scanned + 1, breaks]
    }
    if (end > 0) {
      yield { text: decoded(content, bytes.subarray(0, end), line), line }
      line += breaksAtEnd
      breaks -= breaksAtEnd
    }
    rest = bytes.slice(end)
    scanned -= end
    ;[end, breaksAtEnd] = [0, 0]
    if (rest.length > longest)
      throw contentError(
        content,
        'lines of at most 16 MiB',
        new Error(inside ? 'a quote that nothing closes' : 'a longer one'),
        {
          line,
        },
      )
  }
  if (rest.length > 0) yield { text: decoded(content, rest, line), line }
}
