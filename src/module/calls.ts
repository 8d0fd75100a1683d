// What a module does: calls of kernels, whose arguments are numbers and places in memory.

/** The file of each kernel; the text of modules has `fill` itself. */
export const kernels = {
  angles: 'angles',
  argMax: 'softmax',
  argSort: 'sort',
  averagePoolGradient: 'pool-gradient',
  change: 'elementwise',
  clear: 'copy',
  combine: 'elementwise',
  contract: 'contract',
  contractPacked: 'contract',
  copyRuns: 'copy',
  depthwise: 'depthwise',
  evaluate: 'functions',
  fill: null,
  gatherRows: 'rows',
  maxPoolGradient: 'pool',
  maxRows: 'largest',
  packAll: 'contract',
  pool: 'pool',
  power: 'power',
  scatterRows: 'rows',
  select: 'elementwise',
  softmax: 'softmax',
  sumRows: 'sum',
} as const
export type Kernel = keyof typeof kernels

/** A value: by the number of its node in the order of the graph, or room that a step needs for itself. */
export type Value = `value ${number}` | `room ${number}` | `packed ${number}` | 'scratch'

/** An address: a place in a value, in elements. */
export interface Address {
  readonly of: Value
  readonly plus: number
  /** How far the repetitions of the call go on along each axis, the outermost first. */
  readonly steps: readonly number[]
}

/** A table of offsets: how far elements along some axes lie from the first, the last axis innermost. */
export interface Table {
  readonly axes: readonly { readonly size: number; readonly step: number }[]
  /** How many elements are left out. */
  readonly from: number
}

export type Argument = number | Address | Table

/** A call of a kernel. */
export interface Call {
  readonly kernel: Kernel
  readonly given: readonly Argument[]
  /** The sizes of the axes along which it is repeated, the outermost first. */
  readonly sizes: readonly number[]
  /** How many rows there are, and where the indices that name them are, of a kernel that looks rows up. */
  readonly looksUp: { readonly rows: number; readonly indices: Address } | null
}

/** A call that is not repeated. */
export const call = (kernel: Kernel, ...given: readonly Argument[]): Call => ({
  kernel,
  given,
  sizes: [],
  looksUp: null,
})

/** An address some elements on, and how it goes on. */
export const onward = ({ of, plus }: Address, elements: number, steps: readonly number[] = []): Address => ({
  of,
  plus: plus + elements,
  steps,
})

/** The address of a value. */
export const at = (of: Value): Address => ({ of, plus: 0, steps: [] })
