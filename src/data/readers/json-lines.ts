import { isLeft } from 'fp-ts/lib/Either.js'
import { type Decoder, unknown } from 'io-ts/lib/index.js'
import { DataError, show } from '../../base/errors.ts'
import { codec, isFunction, parseOptions } from '../../base/options.ts'
import type { Json } from '../../base/trees.ts'
import { isRecord } from '../../base/trees.ts'
import type { Dataset } from '../dataset.ts'
import { fromSource } from '../operations.ts'
import { dropped } from '../source.ts'
import { asContent, type Content, type DataSource } from './content.ts'
import { linesOf } from './lines.ts'

/** How JSON lines are read. */
export interface JsonLinesOptions<E> {
  /** A codec of io-ts that each value must pass. */
  readonly codec: Decoder<unknown, E>
}

/** Where in a text the parser of JSON stopped, from 1; engines say it in different words, or not at all. */
const columnOf = (message: string): { readonly column?: string } => {
  const at = /position (\d+)|column (\d+)/.exec(message)
  return at === null ? {} : { column: at[1] === undefined ? `${at[2]}` : `${Number(at[1]) + 1}` }
}

async function* valuesOf(
  content: Content,
  decoder: Decoder<unknown, unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let any = false
  for await (const { text, line } of linesOf(content, { quoted: false }))
    for (const [i, own] of text.split(/\r\n|\n|\r/).entries()) {
      if (own.trim() === '') continue
      any = true
      const place = { owner: 'fromJsonLines', file: content.name, line: line + i }
      let value: unknown
      try {
        value = JSON.parse(own)
      } catch (error) {
        const { message } = error as Error
        throw new DataError(
          {
            ...place,
            ...columnOf(message),
            expected: 'a value in JSON',
            got: message,
            remedy: 'Put one value on each line.',
          },
          { cause: error },
        )
      }
      const decoded = decoder.decode(value)
      if (isLeft(decoded)) {
        const path = decoded.left[0]?.context.flatMap(({ key }) => (key === '' ? [] : [key])) ?? []
        throw new DataError({
          ...place,
          ...(path.length > 0 ? { column: path.join('.') } : {}),
          expected: decoded.left[0]?.context.at(-1)?.type.name ?? 'what the codec reads',
          got: show(decoded.left[0]?.value),
          remedy: 'Correct the line, or use another codec.',
        })
      }
      yield decoded.right
    }
  if (!any)
    throw new DataError({
      owner: 'fromJsonLines',
      file: content.name,
      expected: 'at least one line',
      got: 'none',
      remedy: 'Check that it is the right file.',
    })
}

const isDecoder = (value: unknown): value is Decoder<unknown, unknown> =>
  isRecord(value) && isFunction(value.decode) && isFunction(value.validate)
const options = {
  codec: { codec: codec('a codec of io-ts', value => (isDecoder(value) ? value : undefined)), default: unknown },
}

/**
 * The values of a file with one JSON value per line, read lazily: a file can be larger than memory. It must be UTF-8,
 * and may be gzipped. Empty lines are skipped.
 *
 * @throws InvalidOption if an argument is invalid; while iterating, FileError if the file cannot be read, DataError
 *   with the line if it is not JSON, or not what the codec accepts
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode('{"x": [1, 2], "y": 0}\n{"x": [3, 4], "y": 1}\n')
 * await fromJsonLines(bytes).take(1).toArray() // [{ x: [1, 2], y: 0 }]
 * ```
 */
export function fromJsonLines<E>(source: DataSource, options: JsonLinesOptions<E>): Dataset<E>
export function fromJsonLines(source: DataSource): Dataset<Json>
export function fromJsonLines(source: unknown, given?: JsonLinesOptions<unknown>): Dataset<unknown> {
  const content = asContent('fromJsonLines', source)
  const { codec } = parseOptions(
    'fromJsonLines',
    'fromJsonLines(path, { codec: t.type({ x: t.number }) })',
    options,
    given,
  )
  return fromSource({
    text: content.name,
    size: undefined,
    batchSize: undefined,
    read: ({ from }) => dropped(valuesOf(content, codec), from),
  })
}
