import { cut, shownAs } from './shown.ts'

/** What is wrong, in the four parts that every message of joinery has. */
export interface Fault {
  /** What was expected, as the continuation of "expected …". */
  readonly expected: string
  /** What came instead, printed. */
  readonly got: string
  /** What to do about it: a sentence. */
  readonly remedy: string
  /** The layer within another one that the fault belongs to: its kind, and its name if it has one. */
  readonly within?: { readonly kind: string; readonly path?: string }
}

/** Escapes characters that break the line or move the cursor of a terminal: names and texts may come from anyone. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, sign =>
    JSON.stringify(sign).length > 3
      ? JSON.stringify(sign).slice(1, -1)
      : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** A text that fits a terminal, whatever a call from JavaScript gave. */
const bounded = (text: unknown, most = 400): string => printable(cut(String(text), most))

/** Fields that can be read, but are not printed with the error: its message says them. */
const hidden = (fields: object): PropertyDescriptorMap =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value, configurable: true }]))

/** The stack of an error, and the message of its cause. */
const traced = ({ name, message, stack, cause }: Error): string => {
  const because = cause instanceof Error ? `\n  because of ${cause.name}: ${cause.message}` : ''
  return `${stack ?? `${name}: ${message}`}${because}`
}

/** The base class of all errors of joinery. */
export class JoineryError extends Error {
  declare readonly expected: string
  declare readonly got: string
  declare readonly remedy: string
  /**
   * @param name of the class, as a text: programs may be minified
   * @param subject what the fault belongs to: the message begins with it
   * @param fault what is wrong; further properties become fields of the error
   * @param text the whole message, if the fault is not to be said again
   */
  constructor(
    name: string,
    subject: string,
    { within, ...fault }: Fault,
    { text, ...options }: ErrorOptions & { readonly text?: string | undefined } = {},
  ) {
    const [expected, got, remedy] = [bounded(fault.expected), bounded(fault.got), bounded(fault.remedy)]
    super(text ?? `${bounded(subject, 500)}: expected ${expected}, got ${got}. ${remedy}`, options)
    Object.defineProperties(this, hidden({ name, ...fault, expected, got, remedy }))
  }
  static {
    Object.defineProperties(JoineryError.prototype, shownAs(traced))
  }
  /** The message and all fields, for logs. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { stack, cause, ...rest } = Object.getOwnPropertyDescriptors(this)
    return Object.fromEntries(Object.entries(rest).map(([name, { value }]) => [name, value]))
  }
}

/** A fault of a layer, given by its name in the network, or by its kind if it has no name yet. */
export interface LayerFault extends Fault {
  readonly layer: string
}

/** Shapes that do not fit together. */
export class LayerConnectionError extends JoineryError {
  declare readonly layer: string
  /** The kind of the layer, after what is around it: `res{} > TimeDistributed > Relu`. */
  declare readonly kind: string | undefined
  constructor(fault: LayerFault & { readonly kind?: string }, options: ErrorOptions = {}) {
    super('LayerConnectionError', fault.layer, fault, options)
  }
}

/** A variable that cannot be made: of an unknown or another shape, or with values that are not numbers. */
export class WeightInitializationError extends JoineryError {
  declare readonly layer: string
  constructor(fault: LayerFault, options: ErrorOptions = {}) {
    super('WeightInitializationError', fault.layer, fault, options)
  }
}

/** An invalid option or argument. */
export class InvalidOption extends JoineryError {
  declare readonly layer: string
  declare readonly option: string
  /** The name that two layers have, if that is the error. */
  declare readonly twice?: string
  constructor(fault: LayerFault & { readonly option: string; readonly twice?: string }, options: ErrorOptions = {}) {
    super('InvalidOption', `${fault.layer}, ${fault.option}`, fault, options)
  }
}

/** What has the class and the place of an error of layers, or of options. */
type Placed = LayerConnectionError | WeightInitializationError | InvalidOption

/**
 * Runs some work within something larger: errors of layers, and of options, say their place in it, and are otherwise the same.
 *
 * @param placed the place of an error in what is larger: the layer, and the option of an invalid one; `undefined` for an error
 *   that stays as it is
 */
export const placing = <R>(
  placed: (error: Placed) => { readonly layer: string; readonly option?: string } | undefined,
  work: () => R,
): R => {
  try {
    return work()
  } catch (cause) {
    if (
      !(
        cause instanceof LayerConnectionError ||
        cause instanceof WeightInitializationError ||
        cause instanceof InvalidOption
      )
    )
      throw cause
    const place = placed(cause)
    if (place === undefined) throw cause
    const { expected, got, remedy } = cause
    const fault = { expected, got, remedy, ...place }
    if (cause instanceof InvalidOption) throw new InvalidOption({ option: cause.option, ...fault }, { cause })
    if (cause instanceof WeightInitializationError) throw new WeightInitializationError(fault, { cause })
    throw new LayerConnectionError({ ...fault, ...(cause.kind !== undefined && { kind: cause.kind }) }, { cause })
  }
}

/**
 * The error for an argument that its function does not take.
 *
 * @param got what came instead, printed
 * @param example a right call
 */
export const wrongArgument = (
  layer: string,
  option: string,
  expected: string,
  got: string,
  example: string,
): InvalidOption => new InvalidOption({ layer, option, expected, got, remedy: `For example: ${example}.` })

/**
 * Text in the `>>` notation that cannot be read, or whose layers cannot be made or do not fit. What is wrong with a layer
 * or between layers is the `cause`: the InvalidOption or LayerConnectionError that the same network gives without a text.
 */
export class NotationError extends JoineryError {
  /** From 1 on, as editors count. */
  declare readonly line: number
  declare readonly column: number
  /** What is wrong where, as the compiler says it: `… >> Convlution(3,3 ⟵ unknown layer; did you mean Convolution?`. */
  declare readonly text: string
  /** @param complete whether the text says all of the fault already, so that the message does not say it again */
  constructor(
    fault: Fault & { readonly line: number; readonly column: number; readonly text: string },
    { complete = false, ...options }: ErrorOptions & { readonly complete?: boolean } = {},
  ) {
    const shown = { ...fault, text: bounded(fault.text, 800) }
    const subject = `line ${fault.line}, column ${fault.column}, ${shown.text}`
    super('NotationError', subject, shown, { ...options, text: complete ? subject : undefined })
  }
}

/** Where in a file a fault is. */
interface DocumentPlace {
  readonly file: string
  readonly line?: number
  readonly place?: string
  readonly differences?: readonly string[]
}

/** A file or document that cannot be read. */
export class DocumentError extends JoineryError {
  declare readonly file: string
  declare readonly line: number | undefined
  /** The place in a document of plain data, as a program would reach it: `network.join[2].options.size`. */
  declare readonly place: string | undefined
  /** What a file has otherwise than a network, each difference as a text. */
  declare readonly differences: readonly string[] | undefined
  constructor(fault: Fault & DocumentPlace) {
    const { file, line, place } = fault
    const where = line === undefined ? place : `line ${line}`
    super('DocumentError', where ? `${file}, ${where}` : file, fault)
  }
}

/** A file or folder that cannot be read or written: a full disk, no permission, a file in place of a folder. */
export class FileError extends JoineryError {
  declare readonly file: string
  /** The system's code of the error, such as `ENOSPC`, if there is one. */
  declare readonly code: string | undefined
  constructor(
    fault: Fault & { readonly file: string; readonly code?: string | undefined },
    options: ErrorOptions = {},
  ) {
    super('FileError', fault.file, fault, options)
  }
}

/** A fault in data, and where it is. */
export interface DataFault extends Fault {
  /** The function that reads the data: the error names it if there is no file. */
  readonly owner: string
  /** The file that the data come from. */
  readonly file?: string
  /** The line of a text file, from 1. */
  readonly line?: number
  /** The number of the example, from 0. */
  readonly row?: number
  /** The field of the example, and the place in it: `x[3]`; the column of a text file. */
  readonly column?: string
}

/** Data that cannot be read, or whose examples do not fit together. */
export class DataError extends JoineryError {
  declare readonly file: string | undefined
  declare readonly line: number | undefined
  declare readonly row: number | undefined
  declare readonly column: string | undefined
  constructor(fault: DataFault, options: ErrorOptions = {}) {
    const { owner, ...rest } = fault
    const place = (['line', 'row', 'column'] as const).flatMap(at =>
      rest[at] === undefined ? [] : `${at} ${rest[at]}`,
    )
    super('DataError', [rest.file ?? owner, ...place].join(', '), rest, options)
  }
}

/** A backend that is not installed, or that cannot run a graph. */
export class BackendError extends JoineryError {
  /** The backend's name. */
  declare readonly backend: string
  /** The layer of the node that it cannot run, if it is one node. */
  declare readonly layer: string | undefined
  constructor(fault: Fault & { readonly backend: string; readonly layer?: string }) {
    const { backend, layer } = fault
    super('BackendError', layer === undefined ? backend : `${backend}, ${layer}`, fault)
  }
}

/** An optional package that a function needs, and that cannot be imported. */
export class PackageError extends JoineryError {
  /** The package's name. */
  declare readonly package: string
  constructor(fault: Fault & { readonly owner: string; readonly package: string }, options: ErrorOptions = {}) {
    const { owner, ...rest } = fault
    super('PackageError', owner, rest, options)
  }
}

/** A string as a literal. */
const quoted = (text: string): string =>
  text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`

/** The most levels, elements and characters that are printed: a value may contain itself, or a million others. */
const [deepest, widest, longest] = [4, 8, 200]

const more = (count: number): string => (count > 0 ? `, … ${count} more` : '')

const shownObject = (value: object, depth: number): string => {
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise'
  const { dataSync, isDisposed, shape } = value as Readonly<Record<string, unknown>>
  if (typeof dataSync === 'function')
    return isDisposed === true ? 'a disposed tensor' : `a tensor of shape ${shown(shape, depth)}`
  // It would be printed as an array of whatever length it says.
  if (value.toString === Array.prototype.toString) return 'an object that inherits from an array'
  const prototype = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || prototype === null
  if (Object.hasOwn(value, 'toString') || !plain) {
    const text = String(value)
    return text.startsWith('[object ') ? `an instance of ${value.constructor.name || 'a class'}` : cut(text, longest)
  }
  const names = Object.keys(value)
  const parts = names
    .slice(0, widest)
    .map(name => `${cut(name, 40)}: ${shown((value as Record<string, unknown>)[name], depth + 1)}`)
  return parts.length > 0 ? `{ ${parts.join(', ')}${more(names.length - widest)} }` : '{}'
}

/** Whether a value is a class, which throws if it is called without new. */
export const isClass = (value: unknown): value is new (...args: never[]) => unknown =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))

const shown = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return quoted(cut(value, longest))
  if (typeof value === 'bigint') return `${cut(String(value), 40)}n`
  if (typeof value === 'function') {
    return `a ${isClass(value) ? 'class' : 'function'} ${cut(String(value.name), 40)}`.trim()
  }
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : cut(String(value), longest)
  if (ArrayBuffer.isView(value)) {
    const { length } = value as unknown as { readonly length?: number }
    return `${value.constructor.name} of ${length ?? `${value.byteLength} bytes`}`
  }
  if (depth === deepest) return '…'
  if (!Array.isArray(value)) return shownObject(value, depth)
  const parts = value.slice(0, widest).map(part => shown(part, depth + 1))
  return `[${parts.join(', ')}${more(value.length - widest)}]`
}

/** Prints any value on one line, for the "got" of a message. Long texts are cut off. */
export const show = (value: unknown): string => {
  try {
    return printable(cut(shown(value, 0), longest * 2))
  } catch {
    return 'a value that throws when it is read'
  }
}
