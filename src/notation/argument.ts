import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { byName } from '../base/trees.ts'
import { type Because, type Mistake, mistake } from './faults.ts'
import { type Split, type Stretch, show, split, type Trim, textOf, trimmed } from './text.ts'
import { readValue, type Value, type Wrong } from './value.ts'

// The arguments of a call: values by place, then by name.

// For the compiler.

/** An argument that cannot be read: the rest of the arguments from it on, itself, and why. */
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

/** Reads arguments: [positional ones, options], or the first that cannot be read. */
export type ReadArguments<S extends string> = S extends `${string}${'(' | '['}${string}`
  ? ReadNested<S, [], {}>
  : ReadFlat<S, [], {}>
/** Arguments without brackets, as nearly all are: first the numbers. */
type ReadFlat<S extends string, P extends readonly unknown[], O> = S extends `${infer N extends number},${infer T}`
  ? number extends N
    ? ReadMore<S, P, O>
    : ReadFlat<T, [...P, N], O>
  : ReadMore<S, P, O>
type ReadMore<S extends string, P extends readonly unknown[], O> = S extends `${infer H},${infer T}`
  ? ReadArgument<H> extends readonly [infer A extends readonly unknown[], infer B]
    ? keyof B & keyof O extends never
      ? ReadMore<T, [...P, ...A], O & B>
      : BadArgument<S, H, Because<'twice'>>
    : BadArgument<S, H, WhyNot<H>>
  : ReadLast<S, P, O>
type ReadNested<S extends string, P extends readonly unknown[], O> =
  Split<S> extends [infer H extends string, infer T]
    ? T extends string
      ? ReadArgument<H> extends readonly [infer A extends readonly unknown[], infer B]
        ? keyof B & keyof O extends never
          ? ReadNested<T, [...P, ...A], O & B>
          : BadArgument<S, H, Because<'twice'>>
        : BadArgument<S, H, WhyNot<H>>
      : ReadLast<S, P, O>
    : never
type ReadLast<S extends string, P extends readonly unknown[], O> =
  ReadArgument<S> extends readonly [infer A extends readonly unknown[], infer B]
    ? keyof B & keyof O extends never
      ? [[...P, ...A], O & B]
      : BadArgument<S, S, Because<'twice'>>
    : Trim<S> extends ''
      ? [P, O]
      : BadArgument<S, S, WhyNot<S>>
/** Why an argument cannot be read. */
type WhyNot<H extends string> = Trim<H> extends '' ? Because<'noArgument'> : ReadArgument<H>

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

/** The arguments as a function gets them: options as an object, where there are some. */
export const allOf = (
  positional: readonly unknown[],
  named: readonly Pick<Option, 'name' | 'value'>[],
): readonly unknown[] =>
  named.length > 0 ? [...positional, byName(named.map(({ name, value }) => [name, value] as const))] : positional

const refused = (at: Stretch, { fault, fields, ...rest }: Wrong): Either<Mistake, never> => {
  const got = rest.cause?.got ?? (textOf(at) === '' ? 'nothing' : `'${show(textOf(at))}'`)
  return left(mistake({ layer: null, from: at.from, to: at.to }, fault, got, fields, rest))
}

/** Reads each argument of a call in its own way; a comma may stand after the last. */
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
  const value = readValue(trimmed({ ...at, from: at.from + equals + 1 }))
  return isLeft(value) ? refused(at, value.left) : right({ name, value: value.right, at })
}

/** Reads the arguments of a call. */
export const readArguments = (stretch: Stretch): Either<Mistake, Arguments> => readEach(stretch, readArgument)
