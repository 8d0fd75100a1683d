import { definitionOf } from '../../src/core/constructor.ts'
import * as joinery from '../../src/index.ts'

// Calls of every layer with numbers that it may take or not, from what its definition says: one argument or option of its
// own example is another number, or a list with another number.

/** A call, and the message of its error; `null` if it throws none. */
export interface Probe {
  readonly call: string
  readonly message: string | null
}

const names = Object.keys(joinery)
const values = Object.values(joinery)
/** The value of an expression in which the names of the library are known. */
export const evaluated = (expression: string): unknown => new Function(...names, `return ${expression}`)(...values)

/** The message of the error that a call throws; `null` if it throws none. */
export const messageOf = (call: string): string | null => {
  try {
    evaluated(call)
    return null
  } catch (error) {
    if (error instanceof joinery.InvalidOption) return error.message
    throw error
  }
}

export const numbers = ['-1', '0', '0.5', '1', '1.5', '3', '2000', '1e-7'] as const
/** Lists that options may take, each of which is tried with other numbers. */
const lists = [[2], [2, 2], [2, 2, 2], [2, 2, 2, 2], [0.5, 0.5], [-1], [1, -1], [0, 2, 1]] as const

/** The arguments of a call without nested ones, as texts: `Relu(8), 4, { alpha: 8 }` are three. */
const splitArguments = (text: string): readonly string[] => {
  const found: string[] = []
  let [depth, from] = [0, 0]
  for (const [i, c] of [...text].entries()) {
    if ('([{'.includes(c)) depth += 1
    if (')]}'.includes(c)) depth -= 1
    if (c !== ',' || depth > 0) continue
    found.push(text.slice(from, i).trim())
    from = i + 1
  }
  const last = text.slice(from).trim()
  return last === '' ? found : [...found, last]
}

/** The example of a layer with one argument or option of another value. */
const changed = (example: string, positional: readonly string[], option: string, value: string): string => {
  const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/s.exec(example) ?? []
  const all = splitArguments(inner)
  const options = all.at(-1)?.startsWith('{') ? (all.at(-1) as string) : undefined
  const given = options === undefined ? all : all.slice(0, -1)
  const at = positional.indexOf(option)
  if (at >= 0) return `${name}(${[...given.slice(0, at), value, ...given.slice(at + 1)].join(', ')})`
  return `${name}(${[...given, `{ ${option}: ${value} }`].join(', ')})`
}

/** Every list with one number replaced by another. */
const variants = (list: readonly number[]): readonly string[] =>
  list.flatMap((_, at) => numbers.map(other => `[${list.map((d, i) => (i === at ? other : d)).join(', ')}]`))

const probesOf = (make: object): readonly string[] => {
  const definition = definitionOf(make)
  if (definition === undefined) return []
  const { example, positional = [], options } = definition
  return Object.keys(options).flatMap(option => {
    const { codec } = options[option] as (typeof options)[string]
    const call = (value: string) => changed(example, positional, option, value)
    const single = numbers.some(value => codec.is(Number(value))) ? numbers.map(call) : []
    const several = lists.filter(list => codec.is(list)).flatMap(variants)
    const calls = [...single, ...new Set(several.map(call))]
    // Most options that take any number are initial values of variables.
    return calls.some(one => messageOf(one) !== null) ? calls : []
  })
}

/** What only the run time checks: the shape that a function gives. */
const unchecked = [/^Lambda\(/]

/** Probes of every layer. */
export const probes = (): readonly Probe[] =>
  [...new Set(values)].flatMap(make =>
    typeof make === 'function'
      ? probesOf(make)
          .filter(call => unchecked.every(form => !form.test(call)))
          .map(call => ({ call, message: messageOf(call) }))
          // Of groups that do not divide the channels compilers tell where the layer is joined.
          .filter(({ message }) => message?.includes('that divides') !== true)
      : [],
  )
