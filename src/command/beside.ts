import { isLeft } from 'fp-ts/lib/Either.js'
import { show } from '../base/errors.ts'
import { isList, isRecord } from '../base/trees.ts'
import { readBeside } from '../documents/beside.ts'

// What a document holds beside the network, for people.

/** What something is called, and its text. */
export type Told = readonly [name: string, text: string]

/** A value as the call that makes it; lists and records of values as such. */
const text = (value: unknown): string => {
  if (isList(value)) return `[${value.map(text).join(', ')}]`
  if (typeof value === 'function' || (isRecord(value) && Object.getPrototypeOf(value) !== null)) return String(value)
  if (!isRecord(value)) return show(value)
  return `{ ${Object.entries(value)
    .map(([name, own]) => `${name}: ${text(own)}`)
    .join(', ')} }`
}

/** The text of a part, as the value that it is; as it stands where that takes a registry. */
const textOf = async (part: 'training' | 'preprocessing', name: string | null, json: unknown): Promise<string> => {
  const read = await readBeside({ [part]: name === null ? json : { [name]: json } }, {})
  if (isLeft(read)) return show(json)
  const value: unknown = read.right[part]
  return text(name === null ? value : (value as Readonly<Record<string, unknown>>)[name])
}

/** What a document says of training and preprocessing. */
export const toldBeside = async (document: unknown): Promise<readonly Told[]> => {
  const { training, preprocessing } = isRecord(document) ? document : {}
  const told: Told[] = []
  if (isRecord(training))
    for (const [name, json] of Object.entries(training)) told.push([name, await textOf('training', name, json)])
  if (preprocessing !== undefined) told.push(['preprocessing', await textOf('preprocessing', null, preprocessing)])
  return told
}
