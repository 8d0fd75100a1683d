/** What is wrong, in the four parts that every message of joinery has. */
export interface Fault {
  /** What was expected, as the continuation of "expected …". */
  readonly expected: string
  /** What came instead, printed. */
  readonly got: string
  /** What to do about it: a sentence. */
  readonly remedy: string
  /** The layer within the one at fault, where it is that layer's: its kind, and its name where it has one. */
  readonly within?: { readonly kind: string; readonly path?: string }
}

const message = (subject: string, { expected, got, remedy }: Fault): string =>
  `${subject}: expected ${expected}, got ${got}. ${remedy}`

/** Fields that are read by name, but not printed with the error: its message says them. */
const hidden = (fields: object): PropertyDescriptorMap =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value, configurable: true }]))

/** What every error of joinery is. Classes, because errors are told apart by `instanceof` and carry a stack. */
export class JoineryError extends Error {
  declare readonly expected: string
  declare readonly got: string
  declare readonly remedy: string
  /**
   * @param name of the class, as a text: programs may be minified
   * @param fields what an error of the class has beside the fault
   */
  constructor(
    name: string,
    subject: string,
    fault: Fault,
    fields: object = {},
    { text = message(subject, fault), ...options }: ErrorOptions & { readonly text?: string } = {},
  ) {
    super(text, options)
    const { expected, got, remedy } = fault
    Object.defineProperties(this, hidden({ name, expected, got, remedy, ...fields }))
  }
  /** The message and all fields, for logs. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { stack, cause, ...rest } = Object.getOwnPropertyDescriptors(this)
    return Object.fromEntries(Object.entries(rest).map(([name, { value }]) => [name, value]))
  }
}

/** Which layer a fault belongs to, by its name in the network or the kind of a layer that has none yet. */
export interface LayerFault extends Fault {
  readonly layer: string
}

/** Shapes that do not fit together. */
export class LayerConnectionError extends JoineryError {
  declare readonly layer: string
  /** The kind of the layer, after what is around it: `res{} > TimeDistributed > Relu`. */
  declare readonly kind: string | undefined
  constructor(fault: LayerFault & { readonly kind?: string }) {
    const { layer, kind } = fault
    super('LayerConnectionError', layer, fault, { layer, kind })
  }
}

/** A variable that cannot be made: of an unknown or another shape, or with values that are not numbers. */
export class WeightInitializationError extends JoineryError {
  declare readonly layer: string
  constructor(fault: LayerFault) {
    const { layer } = fault
    super('WeightInitializationError', layer, fault, { layer })
  }
}

/** A bad option or argument, found when a value is made. */
export class InvalidOption extends JoineryError {
  declare readonly layer: string
  declare readonly option: string
  constructor(fault: LayerFault & { readonly option: string }) {
    const { layer, option } = fault
    super('InvalidOption', `${layer}, ${option}`, fault, { layer, option })
  }
}

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
    const { line, column, text } = fault
    const subject = `line ${line}, column ${column}, ${text}`
    super(
      'NotationError',
      subject,
      fault,
      { line, column, text },
      { ...options, ...(complete ? { text: subject } : {}) },
    )
  }
}

/** A file or document that cannot be read. */
export class DocumentError extends JoineryError {
  declare readonly file: string
  declare readonly line: number | undefined
  constructor(fault: Fault & { readonly file: string; readonly line?: number }) {
    const { file, line } = fault
    super('DocumentError', line === undefined ? file : `${file}, line ${line}`, fault, { file, line })
  }
}

/** A backend that is not installed, or that cannot run a graph. */
export class BackendError extends JoineryError {
  /** The backend's name. */
  declare readonly backend: string
  /** The layer that the node it cannot run comes from, where it is one node. */
  declare readonly layer: string | undefined
  constructor(fault: Fault & { readonly backend: string; readonly layer?: string }) {
    const { backend, layer } = fault
    super('BackendError', layer === undefined ? backend : `${backend}, ${layer}`, fault, { backend, layer })
  }
}

/** A text as the source of a program would have it. */
const quoted = (text: string): string =>
  text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`

/** Values within values are printed this deep: a value may hold itself. */
const deepest = 4

const shown = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'function') return `a function ${value.name}`.trim()
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as unknown as ArrayLike<number>).length}`
  if (depth === deepest && value !== null && typeof value === 'object') return '…'
  if (Array.isArray(value)) {
    const parts = value.slice(0, 8).map(part => shown(part, depth + 1))
    return value.length > 8 ? `[${parts.join(', ')}, … ${value.length - 8} more]` : `[${parts.join(', ')}]`
  }
  if (value !== null && typeof value === 'object') {
    const prototype = Object.getPrototypeOf(value)
    if (Object.hasOwn(value, 'toString') || (prototype !== Object.prototype && prototype !== null)) return String(value)
    const parts = Object.entries(value).map(([name, entry]) => `${name}: ${shown(entry, depth + 1)}`)
    return parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}'
  }
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Prints any value on one line, for the "got" of a message. */
export const show = (value: unknown): string => shown(value, 0)
