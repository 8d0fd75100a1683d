import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { InvalidOption, isClass, JoineryError, show } from './errors.ts'
import { expectedNumbers, orNullFor } from './limits.ts'
import { isTensorLike, isTyped, readFlat, readNested, readTensor } from './nested.ts'
import type { Initializer, Parameter, Values } from './parameters.ts'
import { isList, isRecord, isShortList, merged, own } from './trees.ts'

// Options are parsed once, when a layer is made, into a normal form that everything after trusts. A codec's name is the
// text that an error gives as the expectation; its encoding is the short form in which a layer prints.

/** One option: how it is read, and what it is when it is left out. */
export interface Option<A> {
  readonly codec: t.Type<A, unknown, unknown>
  /** Given as a user would write it; absent for an option that must be there. */
  readonly default?: unknown
  /**
   * Whether documents leave it out where it has its default: for options that a layer got later, whose names readers of
   * earlier documents do not know.
   */
  readonly later?: boolean
  /** What to do about a value that is rejected, where there is more to say than an example. */
  readonly remedy?: (value: unknown) => string | undefined
}

/**
 * A codec from a description, a parser that gives `undefined` for what it rejects, and a short form. What throws while it
 * is parsed, such as a getter of the user's, is rejected too.
 */
export const codec = <A>(
  expected: string,
  parse: (value: unknown) => A | undefined,
  encode: (value: A) => unknown = value => value,
): t.Type<A, unknown, unknown> => {
  for (const [option, given, type] of [
    ['expected', expected, 'string'],
    ['parse', parse, 'function'],
    ['encode', encode, 'function'],
  ] as const)
    if (typeof given !== type)
      throw new InvalidOption({
        layer: 'codec',
        option,
        expected: `a ${type}`,
        got: show(given),
        remedy: "For example: codec('a number', value => (typeof value === 'number' ? value : undefined)).",
      })
  const read = (value: unknown): A | undefined => {
    try {
      return parse(value)
    } catch (error) {
      if (error instanceof JoineryError) throw error
      return undefined
    }
  }
  return new t.Type<A, unknown, unknown>(
    expected,
    (value): value is A => read(value) !== undefined,
    (value, context) => {
      const parsed = read(value)
      return parsed === undefined ? t.failure(value, context) : t.success(parsed)
    },
    encode,
  )
}

/** What a codec reads a value as; `undefined` if it rejects it. */
export const parsed = <A>(codec: t.Type<A, unknown, unknown>, value: unknown): A | undefined =>
  E.getOrElse<unknown, A | undefined>(() => undefined)(codec.decode(value))

/** What a codec reads, or `null`, which stands for `meaning`. */
export const orNull = <A>(own: t.Type<A, unknown, unknown>, meaning: string): t.Type<A | null, unknown, unknown> =>
  codec<A | null>(
    `${own.name}${orNullFor}${meaning}`,
    value => (value === null ? null : parsed(own, value)),
    value => (value === null ? null : own.encode(value)),
  )

/** Any value: it is checked where it is used. */
export const anything: t.Type<unknown, unknown, unknown> = codec<unknown>('a value', value => value ?? null)

/** True or false. */
export const boolean: t.Type<boolean, unknown, unknown> = codec('true or false', value =>
  typeof value === 'boolean' ? value : undefined,
)

/** Whole numbers from `least` on, as far as a double counts exactly. */
export const integer = (least: number): t.Type<number, unknown, unknown> => {
  if (typeof least !== 'number')
    throw new InvalidOption({
      layer: 'integer',
      option: 'least',
      expected: 'a number',
      got: show(least),
      remedy: 'For example: integer(1).',
    })
  return codec(
    least === 0 ? expectedNumbers.whole : least === 1 ? expectedNumbers.count : `an integer >= ${least}`,
    value => (Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : undefined),
  )
}

/** A place among others, such as an axis; negative ones count from the end. */
export const index: t.Type<number, unknown, unknown> = codec(expectedNumbers.integer, value =>
  Number.isSafeInteger(value) ? (value as number) : undefined,
)

/** Finite numbers that pass a test; `expected` describes them. */
export const number = (
  expected: string,
  test: (value: number) => boolean = () => true,
): t.Type<number, unknown, unknown> =>
  codec(expected, value => (typeof value === 'number' && Number.isFinite(value) && test(value) ? value : undefined))

/** Any finite number. */
export const finite: t.Type<number, unknown, unknown> = number('a finite number')
/** Numbers above 0. */
export const positive: t.Type<number, unknown, unknown> = number(expectedNumbers.positive, value => value > 0)
/** Numbers from 0 on. */
export const notNegative: t.Type<number, unknown, unknown> = number(expectedNumbers.notNegative, value => value >= 0)
/** Parts of a whole, from 0 to 1. */
export const part: t.Type<number, unknown, unknown> = number(expectedNumbers.part, value => value >= 0 && value <= 1)

/** One of some texts. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[]): t.Type<Choice, unknown, unknown> => {
  const given: unknown = choices
  if (!isList(given) || given.length === 0 || !given.every(choice => typeof choice === 'string'))
    throw new InvalidOption({
      layer: 'oneOf',
      option: 'choices',
      expected: 'an array of strings',
      got: show(choices),
      remedy: "For example: oneOf(['sum', 'mean']).",
    })
  return codec(choices.map(choice => `'${choice}'`).join(' or '), value => choices.find(choice => choice === value))
}

/** Whether no value comes twice. */
export const areDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length

/**
 * Lists of values that each pass a test, such as axes, dimensions or names.
 *
 * @param least how many values there are at least
 * @param single one value stands for a list of it, and a list of one prints as its value
 * @param check a test of the whole list
 */
export const listOf = <A>(
  expected: string,
  test: (value: unknown) => boolean,
  {
    least = 0,
    single = false,
    check = () => true,
  }: {
    readonly least?: number
    readonly single?: boolean
    readonly check?: (values: readonly NoInfer<A>[]) => boolean
  } = {},
): t.Type<readonly A[], unknown, unknown> =>
  codec<readonly A[]>(
    expected,
    value => {
      const all = single && !isShortList(value) ? [value] : value
      return isShortList(all) &&
        all.length >= least &&
        all.every(one => test(one)) &&
        check(all as readonly NoInfer<A>[])
        ? Object.freeze([...(all as readonly A[])])
        : undefined
    },
    all => (single && all.length === 1 ? all[0] : all),
  )

const isInitializer = (value: unknown): value is Parameter =>
  typeof value === 'object' &&
  value !== null &&
  (value as Partial<Initializer>).kind === 'Initializer' &&
  typeof (value as Partial<Initializer>).sample === 'function'

/** A copy, so later writes to the original do not change the layer. */
const toValues = (value: object): Values | undefined => {
  const make = (shape: readonly number[] | null, data: Float32Array): Values | undefined =>
    data.every(Number.isFinite) ? Object.freeze({ kind: 'Values', shape, data }) : undefined
  const read = isTensorLike(value) ? readTensor(value) : isTyped(value) ? readFlat(value) : readNested(value)
  if (E.isLeft(read)) return undefined
  const { shape, data } = read.right
  return make(shape && Object.freeze(shape), data)
}

/** Values that were read before, such as those of another layer. */
const isValues = (value: object): value is Values => {
  const { kind, shape, data } = value as Partial<Values>
  if (kind !== 'Values' || !(data instanceof Float32Array)) return false
  return shape === null || (Array.isArray(shape) && shape.reduce<number>((n, d) => n * d, 1) === data.length)
}

/** Where the initial value of a variable comes from. */
export const parameter: t.Type<Parameter, unknown, unknown> = codec(
  'an initializer, a finite number, or an array or tensor of finite numbers',
  value => {
    if (isInitializer(value)) return value
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
    if (typeof value !== 'object' || value === null) return undefined
    return isValues(value) ? value : toValues(value)
  },
  value =>
    typeof value === 'object' && value.kind === 'Values' ? `<${value.shape?.join('x') ?? value.data.length}>` : value,
)

/** The same, or `null` for none. */
export const optionalParameter: t.Type<Parameter | null, unknown, unknown> = orNull(parameter, 'none')

/** Any function that can be called: a class cannot. */
export const isFunction = (value: unknown): value is (...args: never[]) => unknown =>
  typeof value === 'function' && !isClass(value)

/** A function by its name, or one of the user's own; `own` describes that. */
export const functionOf = <F>(named: Readonly<Record<string, unknown>>, own: string): t.Type<F, unknown, unknown> => {
  const names = Object.keys(named)
  return codec(`${names.map(name => `'${name}'`).join(', ')} or ${own}`, value =>
    isFunction(value) || names.some(name => name === value) ? (value as F) : undefined,
  )
}

/** What to do about a class in place of what it makes, also in a list; nothing for anything else. */
const instead = (value: unknown): string | undefined =>
  (isShortList(value) ? value : [value]).some(isClass)
    ? 'A class is not called: give a function, or an instance made with new.'
    : undefined

/** The options that a definition names, each in its normal form. */
export type Options<Normal> = { readonly [K in keyof Normal]-?: Option<Normal[K]> }

/** What options are read into: all of them are there, and initial values are in their normal form. */
export type Parsed<O> = {
  readonly [K in keyof O]-?: Initializer extends O[K] ? Parameter | Extract<O[K], null> : O[K]
}
/** The same of the options of a layer, whose name is read apart. */
export type ParsedOptions<O> = Parsed<Omit<O, 'name'>>

/** How far two words are apart, for "did you mean" (Levenshtein 1966). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] as number
}

/** The nearest of some words, when they are near enough to be meant: several when they are equally near. */
export const nearestOf = (word: string, words: readonly string[]): readonly string[] => {
  const ranked = words
    .filter(candidate => Math.abs(candidate.length - word.length) <= 2)
    .map(candidate => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= 2)
    .sort((a, b) => a.far - b.far)
  return ranked.filter(({ far }) => far === ranked[0]?.far).map(({ candidate }) => candidate)
}

/** The nearest of some words, when it is near enough to be meant: also one that is cut short. */
export const nearest = (word: string, words: readonly string[]): string | undefined => {
  const near = nearestOf(word, words)
  const swapped = near.find(found => letters(word) === letters(found))
  if (swapped !== undefined) return swapped
  const begun = words.filter(candidate => word.length >= 3 && candidate.toLowerCase().startsWith(word.toLowerCase()))
  const [shortest] = begun.toSorted((a, b) => a.length - b.length)
  // Half of a short word is no slip of the pen.
  return shortest ?? near.find(found => 2 * distance(word.toLowerCase(), found.toLowerCase()) < word.length)
}
const letters = (word: string): string => [...word.toLowerCase()].sort().join('')

/**
 * A copy of an options object, of its own options only; of nothing, no options.
 *
 * @throws InvalidOption when it is no object of options, or throws when it is read, as a getter or a proxy may
 */
export const ownOptions = (
  owner: string,
  example: string,
  given: unknown,
  expected = 'an object of options',
  option = 'options',
): Readonly<Record<string, unknown>> => {
  const fault = (got: string, cause?: unknown) =>
    new InvalidOption(
      { layer: owner, option, expected, got, remedy: `For example: ${example}.` },
      cause === undefined ? {} : { cause },
    )
  let read: Readonly<Record<string, unknown>> | undefined
  try {
    read = given === undefined ? merged() : isRecord(given) && !(given instanceof Promise) ? merged(given) : undefined
  } catch (error) {
    throw fault('an object that throws when it is read', error)
  }
  if (read === undefined) throw fault(show(given))
  return read
}

/**
 * Options as a call has them: those that do not have their default.
 *
 * @param normal all of them, as {@link parseOptions} reads them
 */
export const toldOptions = <Normal extends object>(options: Options<Normal>, normal: Normal): string => {
  const told = (Object.keys(options) as (keyof Normal & string)[]).flatMap(name => {
    const { codec, ...rest } = options[name]
    const value = show(codec.encode(normal[name]))
    const standard = 'default' in rest ? parsed(codec, rest.default) : undefined
    return standard !== undefined && show(codec.encode(standard)) === value ? [] : [`${name}: ${value}`]
  })
  return told.length === 0 ? '' : `{ ${told.join(', ')} }`
}

/** The faults of options beside the one that is thrown. */
const others = new WeakMap<InvalidOption, readonly InvalidOption[]>()

/** Some faults of the options of a call as the error to throw: the first, which knows the others. */
export const firstOf = ([first, ...rest]: readonly [InvalidOption, ...InvalidOption[]]): InvalidOption => {
  if (rest.length > 0) others.set(first, rest)
  return first
}

/** An error of options, and those of the other options of the same call that are wrong. */
export const faultsOfOptions = (error: InvalidOption): readonly [InvalidOption, ...InvalidOption[]] => [
  error,
  ...(others.get(error) ?? []),
]

/**
 * Reads given options into their normal form.
 *
 * @param owner the kind of the layer, or the name of the function
 * @param example a right call, for the remedy
 * @param meant options that the caller reads itself
 * @throws InvalidOption that names the option; `faultsOfOptions` has those of all others that are wrong
 */
export const parseOptions = <Normal extends object>(
  owner: string,
  example: string,
  options: Options<Normal>,
  given: unknown = {},
  meant: readonly string[] = [],
): Normal => {
  const known = Object.keys(options)
  const expected = known.length ? `an object of options (${known.join(', ')})` : 'no options'
  const values = ownOptions(owner, example, given, expected)
  const faults: InvalidOption[] = []
  for (const option of Object.keys(values))
    if (!known.includes(option)) {
      const near = nearest(option, [...known, ...meant])
      faults.push(
        new InvalidOption({
          layer: owner,
          option,
          expected: known.length ? `an option of ${known.join(', ')}` : 'no options',
          got: show(option),
          remedy: near ? `Did you mean ${near}?` : `For example: ${example}.`,
        }),
      )
    }
  const read = known.flatMap(option => {
    const { codec, remedy, ...rest } = options[option as keyof Normal]
    const found = own(values, option)
    const value = found === undefined && 'default' in rest ? rest.default : found
    try {
      const parsed = codec.decode(value)
      if (E.isRight(parsed)) return [[option, parsed.right] as const]
    } catch (error) {
      // A codec may say more than that it rejects a value.
      if (!(error instanceof InvalidOption)) throw faults[0] ?? error
      faults.push(error)
      return []
    }
    faults.push(
      new InvalidOption({
        layer: owner,
        option,
        expected: codec.name,
        got: show(value),
        remedy: remedy?.(value) ?? instead(value) ?? `For example: ${example}.`,
      }),
    )
    return []
  })
  const [first, ...rest] = faults
  if (first !== undefined) throw firstOf([first, ...rest])
  return Object.freeze(Object.fromEntries(read)) as Normal
}
