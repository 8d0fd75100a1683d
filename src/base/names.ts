import { InvalidOption, show } from './errors.ts'

// A layer's name is a text or a pattern with one field, which numbers the layers of one network: 'fc{}' gives fc1, fc2.

type Digits = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** N padded with zeros to Width, which is at most 6. */
type PadZeros<N extends string, Width> = `${Zeros<Width>}${N}` extends infer S extends string
  ? Shorten<S, N, Width>
  : never
interface ZerosOfWidth {
  [width: string]: string
  '1': ''
  '2': '0'
  '3': '00'
  '4': '000'
  '5': '0000'
  '6': '00000'
}
type Zeros<Width> = Width extends string ? ZerosOfWidth[Width] : never
/** Drops one leading zero for each digit of N beyond the first. */
type Shorten<S extends string, N extends string, Width> = N extends `${Digits}${infer More}`
  ? More extends ''
    ? S
    : S extends `0${infer Rest}`
      ? Shorten<Rest, More, Width>
      : S
  : S

/** The text before the number of a pattern: 'fc' of 'fc{}'. A pattern that does not end in '{}' is returned as it is. */
export type Before<Name extends string> = Name extends `${string}{${string}`
  ? Name extends `${infer B}{}`
    ? B
    : Name
  : never

/** The N-th name of a pattern; a name without a field stays as it is. */
export type Format<Pattern extends string, N extends string> = string extends Pattern
  ? string
  : Pattern extends `${infer A}{}${infer B}`
    ? `${A}${N}${B}`
    : Pattern extends `${infer A}{:${'' | '<' | '>'}0${infer Width}d}${infer B}`
      ? `${A}${PadZeros<N, Width>}${B}`
      : Pattern extends `${infer A}{0}${infer B}` | `${infer A}{:d}${infer B}`
        ? `${A}${N}${B}`
        : Pattern extends `${string}{${string}`
          ? string
          : Pattern

/** A name that is explicit; `never` for a pattern, or a name that the compiler does not know. */
export type ExplicitName<Name extends string> = string extends Name
  ? never
  : Name extends `${string}{${string}`
    ? never
    : Name

/** The pattern for layers without a name: `convolution-{}` for Convolution, `p-relu-{}` for PRelu, `lstm-{}` for LSTM. */
export const automaticPattern = (kind: string): string =>
  `${kind.replace(/(?<!^)(?=[A-Z][a-z_])/g, '-').toLowerCase()}-{}`

const field = /(?<!\{)\{([^{}]*)\}(?!\})/g
// At most two digits of width: a name should not have a million zeros.
const specification = /^(?:0)?(?::([<>]?)(0?)(\d{0,2})d?)?$/

/**
 * Checks a name or pattern.
 *
 * @throws InvalidOption if it is not a string, has several fields, or a field other than `{}`, `{0}` or `{:03d}`
 */
export const checkName = (layer: string, name: unknown): string => {
  const fault = (expected: string, remedy: string) =>
    new InvalidOption({ layer, option: 'name', expected, got: show(name), remedy })
  if (typeof name !== 'string') throw fault('a string', "Write { name: 'fc' } or { name: 'fc{}' }.")
  const fields = [...name.matchAll(field)]
  if (fields.length > 1)
    throw fault('a name with at most one field', 'Keep one pair of braces: it numbers the layers of the network.')
  if (fields[0] && !specification.test(fields[0][1] ?? ''))
    throw fault('a field of the form {} or {:03d}', "Write 'fc{}' for fc1, fc2 or 'fc-{:03d}' for fc-001, fc-002.")
  return name
}

/** What is said of a name that two layers have: at run time, and by the compiler where it knows the names. */
export const takenName = { expected: 'a name that no other layer of the network has' } as const
/** What came instead. */
export const takenTwice = <const Name extends string>(name: Name): Twice<Name> => `'${name}' twice`
export type Twice<Name extends string> = `'${Name}' twice`
/** What to do about it. */
export const takenRemedy = <const Name extends string>(name: Name): NumberThem<Name> =>
  `Give one of them another name, or number them with a pattern: '${name}-{}'.`

export type NumberThem<Name extends string> =
  `Give one of them another name, or number them with a pattern: '${Name}-{}'.`

/** What is said of layers that are shared under one name and differ, at run time and by the compiler. */
export const sharedTwice = {
  got: 'two that differ',
  remedy: 'Share one layer in every place, or give each a name of its own.',
} as const
/** What is expected instead. */
export const sharedOnce = <const Name extends string>(name: Name): SharedOnce<Name> =>
  `one layer that is shared as '${name}'`
export type SharedOnce<Name extends string> = `one layer that is shared as '${Name}'`

/** Whether a name has a field, so that layers with it are numbered. */
export const isPattern = (name: string): boolean => [...name.matchAll(field)].length === 1

/** The n-th name of a pattern. Zeros are always before the number, even for `<`, as the original documents it. */
export const formatName = (pattern: string, n: number): string =>
  pattern.replace(field, (_, inner: string) => {
    const [, align = '', zero = '', width = ''] = specification.exec(inner) ?? []
    const digits = String(n)
    if (zero) return digits.padStart(Number(width), '0')
    return align === '<' ? digits.padEnd(Number(width), ' ') : digits.padStart(Number(width), ' ')
  })
