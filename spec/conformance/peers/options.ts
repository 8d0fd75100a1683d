import { cannot } from './verdict.ts'

// Options of the peers' classes. What nobody read is no option of the library, and is never passed over.

/** A class's options as the peer wrote them, names in camelCase. */
export type Config = Readonly<Record<string, unknown>>

/** The type of an option, from that of its default. */
type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T

/** Reads options; notes which. */
export interface Options {
  /** An option's value; `otherwise` where it is absent or null. */
  readonly read: <T>(name: string, otherwise: T) => Widened<T>
  /** Whether an option is given and not null. */
  readonly has: (name: string) => boolean
  /** An option of which the library has these values only (besides absent and null). */
  readonly only: (name: string, ...values: readonly unknown[]) => void
  /** Options that change nothing of what is compared. */
  readonly ignore: (...names: readonly string[]) => void
  /** Refuses a case of which an option was not read. */
  readonly done: () => void
}

/** Names, types and seeds say nothing about numbers. */
const harmless = [
  'name',
  'dtype',
  'trainable',
  'seed',
  'batchInputShape',
  'inputDtype',
  'registeredName',
  'buildConfig',
]

const camelCase = (name: string): string => name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The same with every name in camelCase, also of objects within. */
export const camelCased = (x: unknown): unknown => {
  if (Array.isArray(x)) return x.map(camelCased)
  if (typeof x !== 'object' || x === null) return x
  return Object.fromEntries(Object.entries(x).map(([name, value]) => [camelCase(name), camelCased(value)]))
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const shown = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** The options of something, for messages by its name. */
export const optionsOf = (what: string, given: unknown): Options => {
  const config = (camelCased(given ?? {}) ?? {}) as Config
  const unread = new Set(Object.keys(config))
  for (const name of harmless) unread.delete(name)
  const value = (name: string): unknown => {
    unread.delete(name)
    return Object.hasOwn(config, name) ? config[name] : undefined
  }
  return {
    read: <T>(name: string, otherwise: T) => (value(name) ?? otherwise) as Widened<T>,
    has: name => (value(name) ?? null) !== null,
    only: (name, ...values) => {
      const found = value(name) ?? null
      if (found !== null && !values.some(allowed => isSame(allowed, found)))
        cannot(`${what} with ${name} ${shown(found)}`)
    },
    ignore: (...names) => {
      for (const name of names) unread.delete(name)
    },
    done: () => {
      for (const name of unread) if ((config[name] ?? null) !== null) cannot(`${what}: option ${name}`)
    },
  }
}

/** A number for every axis: from one for all, a list of one, or a list. */
export const forAxes = (value: number | readonly number[], axes: number): readonly number[] => {
  const list = typeof value === 'number' ? [value] : value
  return list.length === 1 ? new Array<number>(axes).fill(list[0] as number) : list
}

/** An option of a layer of one axis is a number, of several a list. */
export const perAxis = (values: readonly number[]): number | readonly number[] =>
  values.length === 1 ? (values[0] as number) : values
