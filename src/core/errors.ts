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

// Classes, because errors are told apart by `instanceof` and carry a stack.
export class JoineryError extends Error {
  readonly expected: string
  readonly got: string
  readonly remedy: string
  constructor(subject: string, fault: Fault, options?: ErrorOptions, text: string = message(subject, fault)) {
    super(text, options)
    this.name = new.target.name
    this.expected = fault.expected
    this.got = fault.got
    this.remedy = fault.remedy
  }
}

/** Which layer a fault belongs to, by its name in the network or the kind of a layer that has none yet. */
export interface LayerFault extends Fault {
  readonly layer: string
}

/** Shapes that do not fit together. */
export class LayerConnectionError extends JoineryError {
  readonly layer: string
  /** The kind of the layer, after what is around it: `res{} > TimeDistributed > Relu`. */
  readonly kind: string | undefined
  constructor(fault: LayerFault & { readonly kind?: string }) {
    super(fault.layer, fault)
    this.layer = fault.layer
    this.kind = fault.kind
  }
}

/** A variable that cannot be made: of an unknown or another shape, or with values that are not numbers. */
export class WeightInitializationError extends JoineryError {
  readonly layer: string
  constructor(fault: LayerFault) {
    super(fault.layer, fault)
    this.layer = fault.layer
  }
}

/** A bad option or argument, found when a value is made. */
export class InvalidOption extends JoineryError {
  readonly layer: string
  readonly option: string
  constructor(fault: LayerFault & { readonly option: string }) {
    super(`${fault.layer}, ${fault.option}`, fault)
    this.layer = fault.layer
    this.option = fault.option
  }
}

/**
 * Text in the `>>` notation that cannot be read, or whose layers cannot be made or do not fit. What is wrong with a layer
 * or between layers is the `cause`: the InvalidOption or LayerConnectionError that the same network gives without a text.
 */
export class NotationError extends JoineryError {
  /** From 1 on, as editors count. */
  readonly line: number
  readonly column: number
  /** What is wrong where, as the compiler says it: `… >> Convlution(3,3 ⟵ unknown layer; did you mean Convolution?`. */
  readonly text: string
  /** @param complete whether the text says all of the fault already, so that the message does not say it again */
  constructor(
    fault: Fault & { readonly line: number; readonly column: number; readonly text: string },
    { complete = false, ...options }: ErrorOptions & { readonly complete?: boolean } = {},
  ) {
    const subject = `line ${fault.line}, column ${fault.column}, ${fault.text}`
    super(subject, fault, options, ...(complete ? [subject] : []))
    this.line = fault.line
    this.column = fault.column
    this.text = fault.text
  }
}

/** A file or document that cannot be read. */
export class DocumentError extends JoineryError {
  readonly file: string
  readonly line: number | undefined
  constructor(fault: Fault & { readonly file: string; readonly line?: number }) {
    super(fault.line === undefined ? fault.file : `${fault.file}, line ${fault.line}`, fault)
    this.file = fault.file
    this.line = fault.line
  }
}

/** A backend that is not installed, or that cannot run a graph. */
export class BackendError extends JoineryError {
  /** The backend's name. */
  readonly backend: string
  /** The layer that the node it cannot run comes from, where it is one node. */
  readonly layer: string | undefined
  constructor(fault: Fault & { readonly backend: string; readonly layer?: string }) {
    super(fault.layer === undefined ? fault.backend : `${fault.backend}, ${fault.layer}`, fault)
    this.backend = fault.backend
    this.layer = fault.layer
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
