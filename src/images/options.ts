import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../base/errors.ts'
import type { Read } from '../base/nested.ts'
import { codec } from '../base/options.ts'
import { isKey, type Key } from '../base/random.ts'
import { isList } from '../base/trees.ts'
import { toNumbers } from '../state/data.ts'
import type { Ends } from './bitmap.ts'

// Options that several pictures have, and how those are refused that fit no data.

/** The error of an option. */
export const faultOf =
  (owner: string) =>
  (option: string, expected: string, got: string, remedy: string): InvalidOption =>
    new InvalidOption({ layer: owner, option, expected, got, remedy })

/** @throws InvalidOption if a batch has no such example; an empty batch has none to show */
export const checkExample = (owner: string, example: number, batch: number): void => {
  if (example >= batch && batch > 0)
    throw faultOf(owner)(
      'example',
      `one of ${batch} examples, from 0 on`,
      String(example),
      `The last one is ${batch - 1}.`,
    )
}

/** @throws InvalidOption if there is not a label for each of some things */
export const checkLabels = (owner: string, labels: Labels | null, count: number, things: string): void => {
  if (labels !== null && labels.length !== count)
    throw faultOf(owner)(
      'labels',
      `a label for each of ${count} ${things}`,
      String(labels.length),
      `Give as many labels as ${things}.`,
    )
}

/** Names of things in order, after they have been read. */
export type Labels = readonly (string | number)[]

const isEnds = (value: unknown): value is Ends =>
  isList(value) && value.length === 2 && value.every(Number.isFinite) && (value[0] as number) < (value[1] as number)
/** What black and white are. */
export const rangeOption: t.Type<Ends | 'auto', unknown, unknown> = codec<Ends | 'auto'>(
  "[low, high], two numbers with low < high, or 'auto'",
  value => (value === 'auto' ? value : isEnds(value) ? Object.freeze([...value] as const) : undefined),
)
/** The heading of a picture. */
export const titleOption: t.Type<string | null, unknown, unknown> = codec<string | null>(
  'a text, or null for one that says what is shown',
  value => (value === null || typeof value === 'string' ? value : undefined),
)
/** Names of things in order: of classes, images, tokens. */
export const labelsOption: t.Type<Labels | null, unknown, unknown> = codec<Labels | null>(
  'an array of texts or numbers, or null for none',
  value => {
    const all: unknown = ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value
    if (all === null) return null
    const isLabel = (label: unknown) => typeof label === 'string' || typeof label === 'number'
    return isList(all) && all.every(isLabel) ? Object.freeze([...(all as readonly (string | number)[])]) : undefined
  },
)

/** What is drawn with, if anything is. */
export const keyOrNone: t.Type<Key | null, unknown, unknown> = codec<Key | null>('a key, such as key(1)', value =>
  value === null || isKey(value) ? (value as Key | null) : undefined,
)
/** The name of a layer, or `null`. */
export const nameOrNone = (meaning: string): t.Type<string | null, unknown, unknown> =>
  codec<string | null>(`the name of a layer, or null for ${meaning}`, value =>
    value === null || typeof value === 'string' ? value : undefined,
  )

/** The numbers of any input; an empty array has none. */
export const numbersOrNone = (given: unknown): Read =>
  isList(given) && given.length === 0 ? { data: new Float32Array(), shape: [0] } : toNumbers(given)
