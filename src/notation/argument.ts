import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { type Because, type Fault, type Followed, type Mistake, mistake } from './faults.ts'
import type { ReadPart } from './part.ts'
import { type Split, type Stretch, show, split, type Trim, textOf, trimmed } from './text.ts'
import { readValue, type Value, type Wrong } from './value.ts'

// The arguments of a call: values by place, then by name.

// For the compiler.

/** An argument that cannot be read: the rest of the text from the argument on, the argument, and why. */
export interface BadArgument<From extends string, Word extends string, Why> {
  readonly from: From
  readonly word: Word
  readonly why: Why
}

/** Reads one argument: [[value], {}] or [[], { name: value }], or why it is neither. */
export type ReadArgument<S extends string> = S extends ` ${infer R}`
  ? ReadArgument<R>
  : S extends `${infer N extends number}`
    ? number extends N
      ? Positional<Value<Trim<S>>>
      : [[N], unknown]
    : S extends `${infer Name}=${infer V}`
      ? Optional<Trim<Name>, Value<Trim<V>>>
      : Positional<Value<Trim<S>>>
type Positional<V> = V extends readonly [infer X] ? [[X], unknown] : V
type Optional<Name extends string, V> = V extends readonly [infer X] ? [[], { readonly [_ in Name]: X }] : V

/** Reads arguments: [positional ones, options], or the first that cannot be read. Numbers, as most are, come first. */
export type ReadArguments<
  S extends string,
  P extends readonly unknown[] = [],
> = S extends `${infer N extends number},${infer T}`
  ? number extends N
    ? ReadEach<S, P, {}>
    : ReadArguments<T, [...P, N]>
  : S extends `${infer N extends number}`
    ? number extends N
      ? ReadEach<S, P, {}>
      : [[...P, N], {}]
    : ReadEach<S, P, {}>
/**
 * Reads each argument; a trailing comma is allowed. If `B` is given, arguments may be networks of these blocks, and the
 * options in `Nets` must be.
 */
export type ReadEach<S extends string, P extends readonly unknown[], O, Nets = null, B = null> =
  Split<S> extends readonly [infer H extends string, infer T]
    ? (B extends null ? ReadArgument<H> : ReadPart<H, Nets, B>) extends infer X
      ? X extends readonly [infer A extends readonly unknown[], infer Z]
        ? keyof Z & keyof O extends never
          ? T extends string
            ? ReadEach<T, [...P, ...A], O & Z, Nets, B>
            : [[...P, ...A], O & Z]
          : BadArgument<S, H, Because<'twice'>>
        : Trim<H> extends ''
          ? T extends string
            ? BadArgument<S, H, Because<'noArgument'>>
            : [P, O]
          : X extends Fault<string, string, string, unknown>
            ? Followed<X, T extends string ? `,${T}` : ''>
            : BadArgument<S, H, X>
      : never
    : never

// For the run time.

/** One argument, and where it stands. */
export interface Argument {
  readonly name: string | null
  readonly value: unknown
  readonly at: Stretch
}
/** An argument with a name. */
export interface Option extends Argument {
  readonly name: string
}
/** The arguments of a call. */
export interface Arguments {
  readonly positional: readonly unknown[]
  readonly named: readonly Option[]
}

const refused = (at: Stretch, { fault, fields, ...rest }: Wrong): Either<Mistake, never> => {
  const got = rest.cause?.got ?? (textOf(at) === '' ? 'nothing' : `'${show(textOf(at))}'`)
  return left(mistake({ layer: null, from: at.from, to: at.to }, fault, got, fields, rest))
}

/** Reads each argument of a call by `read`; a trailing comma is allowed. */
export const readEach = (
  stretch: Stretch,
  read: (at: Stretch) => Either<Mistake, Argument>,
): Either<Mistake, Arguments> => {
  const pieces = split(stretch)
  const positional: unknown[] = []
  const named = new Map<string, Option>()
  for (const [i, at] of pieces.entries()) {
    if (textOf(at) === '') {
      if (i === pieces.length - 1) break
      return refused(at, { fault: 'noArgument' })
    }
    const argument = read(at)
    if (isLeft(argument)) return argument
    const { name, value } = argument.right
    if (name === null) positional.push(value)
    else if (named.has(name)) return refused(at, { fault: 'twice' })
    else named.set(name, { name, value, at })
  }
  return right({ positional, named: [...named.values()] })
}

/** Reads one argument: a value, or a name and a value. */
export const readArgument = (at: Stretch): Either<Mistake, Argument> => {
  const equals = textOf(at).indexOf('=')
  const name = equals < 0 ? null : textOf(at).slice(0, equals).trim()
  const value = readValue(trimmed({ ...at, from: at.from + equals + 1 }), readArguments)
  return isLeft(value) ? refused(at, value.left) : right({ name, value: value.right, at })
}

/** Reads the arguments of a call. */
export const readArguments = (stretch: Stretch): Either<Mistake, Arguments> => readEach(stretch, readArgument)
