import type { Attributes, Initializer, ModelNode } from '../backends/onnxruntime/model.ts'
import { elementTypes } from '../backends/onnxruntime/model.ts'

// Numbers that depend on that of the update alone, such as learning rates: functions of JavaScript's, of which a file holds the
// values.

/** How a number is found for an update. */
type Found =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'update' }
  | { readonly kind: 'table'; readonly values: Float32Array; readonly beyond: 'repeated' | 'settled' | 'refused' }

/** The shortest period of a sequence that it has at least twice, by the failure function of Knuth, Morris and Pratt (1977). */
const periodOf = (values: Float32Array): number | undefined => {
  const n = values.length
  const failures = new Int32Array(n)
  for (let i = 1, k = 0; i < n; i++) {
    while (k > 0 && values[i] !== values[k]) k = failures[k - 1] as number
    if (values[i] === values[k]) k++
    failures[i] = k
  }
  const period = n - (failures[n - 1] as number)
  return 2 * period <= n ? period : undefined
}

/** The first place from which on all values are the same. */
const settledAt = (values: Float32Array): number => {
  let at = values.length - 1
  while (at > 0 && values[at - 1] === values.at(-1)) at--
  return at
}

const found = (values: Float32Array): Found => {
  if (values.every(value => value === values[0])) return { kind: 'constant', value: values[0] as number }
  if (values.every((value, update) => value === Math.fround(update))) return { kind: 'update' }
  const period = periodOf(values)
  if (period !== undefined) return { kind: 'table', values: values.slice(0, period), beyond: 'repeated' }
  const at = settledAt(values)
  return 2 * at < values.length
    ? { kind: 'table', values: values.slice(0, at + 1), beyond: 'settled' }
    : { kind: 'table', values, beyond: 'refused' }
}

/** What a file has for a number. */
export interface Tabled {
  readonly nodes: readonly ModelNode[]
  readonly initializers: readonly Initializer[]
}

/**
 * A number under a name, for the update that is the value `update` of the model.
 *
 * @param values for each update, from 0 on. Later ones have the same, or are repeated, if they are so for half of these;
 *   otherwise runtimes refuse them, as they are beyond a table.
 */
export const tabled = (name: string, update: string, values: Float32Array): Tabled => {
  const node = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Attributes = {},
  ): ModelNode => ({
    name: `update, ${operator} ${output}`,
    operator,
    domain: '',
    inputs,
    outputs: [output],
    attributes,
  })
  const one = found(values)
  if (one.kind === 'constant')
    return { nodes: [], initializers: [{ name, shape: [], values: Float32Array.of(one.value) }] }
  if (one.kind === 'update')
    return { nodes: [node('Cast', [update], name, { to: { int: elementTypes.float } })], initializers: [] }
  const [table, bound, place] = [`${name} table`, `${name} bound`, `${name} place`]
  const limit = one.beyond === 'repeated' ? one.values.length : one.values.length - 1
  const isBound = one.beyond !== 'refused'
  return {
    nodes: [
      ...(isBound ? [node(one.beyond === 'repeated' ? 'Mod' : 'Min', [update, bound], place)] : []),
      node('Gather', [table, isBound ? place : update], name),
    ],
    initializers: [
      { name: table, shape: [one.values.length], values: one.values },
      ...(isBound ? [{ name: bound, shape: [], values: BigInt64Array.of(BigInt(limit)) }] : []),
    ],
  }
}
