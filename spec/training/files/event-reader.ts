import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// A reader of TensorBoard's files of its own: framing, checksums and protocol buffers from their definitions alone.

/** CRC-32C, bit by bit. */
export const checksum = (bytes: Uint8Array): number => {
  let crc = 0xffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n
  }
  return Number(crc ^ 0xffffffffn)
}
/** Rotated right by 15 bits, plus a constant. */
const masked = (bytes: Uint8Array): number => {
  const crc = BigInt(checksum(bytes))
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn)
}

/** The records of a file; throws where a checksum is wrong or one breaks off. */
export const recordsIn = (bytes: Uint8Array): readonly Uint8Array[] => {
  const records: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    if (masked(bytes.subarray(at, at + 8)) !== view.getUint32(at + 8, true)) throw new Error(`length at ${at}`)
    if (masked(data) !== view.getUint32(at + 12 + length, true)) throw new Error(`data at ${at}`)
    records.push(data)
    at += 16 + length
  }
  return records
}

/** The fields of a message, by number, in order. */
type Fields = Readonly<Record<number, readonly (number | Uint8Array)[]>>
export const fieldsIn = (bytes: Uint8Array): Fields => {
  const fields: Record<number, (number | Uint8Array)[]> = {}
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const take = (): number | Uint8Array => {
      switch (tag & 7) {
        case 0:
          return varint()
        case 1:
          at += 8
          return view.getFloat64(at - 8, true)
        case 2: {
          const length = varint()
          at += length
          return bytes.subarray(at - length, at)
        }
        case 5:
          at += 4
          return view.getFloat32(at - 4, true)
        default:
          throw new Error(`wire type ${tag & 7}`)
      }
    }
    fields[tag >> 3] = [...(fields[tag >> 3] ?? []), take()]
  }
  if (at !== bytes.length) throw new Error('a message that breaks off')
  return fields
}

const first = (fields: Fields, number: number): number | Uint8Array | undefined => fields[number]?.[0]
const message = (fields: Fields, number: number): Fields =>
  fieldsIn((first(fields, number) ?? new Uint8Array()) as Uint8Array)
const messages = (fields: Fields, number: number): readonly Fields[] =>
  (fields[number] ?? []).map(bytes => fieldsIn(bytes as Uint8Array))
const textIn = (fields: Fields, number: number): string =>
  new TextDecoder().decode((first(fields, number) ?? new Uint8Array()) as Uint8Array)
const doublesIn = (fields: Fields, number: number): readonly number[] => {
  const bytes = (first(fields, number) ?? new Uint8Array()) as Uint8Array
  return [...new Float64Array(bytes.slice().buffer)]
}

export interface Value {
  readonly tag: string
  readonly step: number
  readonly scalar?: number
  readonly histogram?: {
    readonly least: number
    readonly most: number
    readonly count: number
    readonly sum: number
    readonly squares: number
    readonly limits: readonly number[]
    readonly counts: readonly number[]
  }
  readonly image?: {
    readonly rows: number
    readonly cols: number
    readonly channels: number
    readonly bytes: Uint8Array
  }
  readonly text?: string
  readonly plugin?: string
  readonly content?: Fields
}

export interface Events {
  readonly version: string
  /** The step that the file starts again from, where it does. */
  readonly restart?: number
  readonly values: readonly Value[]
}

const valueIn = (step: number, fields: Fields): Value => {
  const metadata = message(message(fields, 9), 1)
  const [histo, picture, tensor] = [5, 4, 8].map(number => (fields[number] ? message(fields, number) : undefined))
  const plugin = textIn(metadata, 1)
  return {
    tag: textIn(fields, 1),
    step,
    ...(fields[2] && { scalar: first(fields, 2) as number }),
    ...(histo && {
      histogram: {
        least: first(histo, 1) as number,
        most: first(histo, 2) as number,
        count: first(histo, 3) as number,
        sum: first(histo, 4) as number,
        squares: first(histo, 5) as number,
        limits: doublesIn(histo, 6),
        counts: doublesIn(histo, 7),
      },
    }),
    ...(picture && {
      image: {
        rows: first(picture, 1) as number,
        cols: first(picture, 2) as number,
        channels: first(picture, 3) as number,
        bytes: first(picture, 4) as Uint8Array,
      },
    }),
    ...(tensor?.[8] && { text: textIn(tensor, 8) }),
    ...(plugin !== '' && { plugin, content: message(metadata, 2) }),
  }
}

/** What files of events say, in the order of their names. */
export const eventsIn = (folder: string): readonly Events[] =>
  readdirSync(folder)
    .filter(name => name.includes('tfevents'))
    .sort()
    .map(name => {
      const [head, ...rest] = recordsIn(new Uint8Array(readFileSync(join(folder, name)))).map(fieldsIn)
      const restart = rest.find(fields => fields[7] !== undefined)
      if (restart !== undefined && first(message(restart, 7), 1) !== 1) throw new Error('no start')
      return {
        version: textIn(head as Fields, 3),
        ...(restart && { restart: first(restart, 2) as number }),
        values: rest.flatMap(fields =>
          fields[5] === undefined
            ? []
            : messages(message(fields, 5), 1).map(value => valueIn((first(fields, 2) ?? 0) as number, value)),
        ),
      }
    })

/** Hyperparameters, and what is compared by them: of HParamsPluginData. */
export const startIn = (content: Fields): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    messages(message(content, 3), 1).map(entry => {
      const value = message(entry, 2)
      const [number, string, boolean] = [first(value, 2), value[3] && textIn(value, 3), first(value, 4)]
      return [textIn(entry, 1), string ?? (boolean === undefined ? number : boolean === 1)]
    }),
  )
export interface Experiment {
  /** Name and type of each. */
  readonly hyperparameters: readonly (readonly unknown[])[]
  /** Group and tag of each. */
  readonly metrics: readonly (readonly string[])[]
}
export const experimentIn = (content: Fields): Experiment => {
  const experiment = message(content, 2)
  return {
    hyperparameters: messages(experiment, 4).map(info => [textIn(info, 1), first(info, 4)]),
    metrics: messages(experiment, 5).map(info => [textIn(message(info, 1), 1), textIn(message(info, 1), 2)]),
  }
}
export const statusIn = (content: Fields): number | undefined => first(message(content, 4), 1) as number | undefined
