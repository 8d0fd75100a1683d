import type { Part } from './parts.ts'

// Whether two parts are one and the same layer: values have no identity, so equal ones are, wherever they were made.

/** Closures over the other fields, made anew for each layer. */
const derived: ReadonlySet<string> = new Set(['rules', 'sample', 'toString'])
/** What a composition is made of says all that it is. */
const fieldsOf = (value: object): readonly string[] =>
  'arrangement' in value ? ['arrangement'] : Object.keys(value).filter(name => !derived.has(name))

const equal = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) || Array.isArray(a)) {
    const [own, other] = [a, b] as readonly unknown[] as readonly [ArrayLike<unknown>, ArrayLike<unknown>]
    if (a.constructor !== b.constructor || own.length !== other.length) return false
    return Array.from(own).every((value, i) => equal(value, other[i]))
  }
  const names = fieldsOf(a)
  return (
    names.length === fieldsOf(b).length &&
    names.every(
      name =>
        Object.hasOwn(b, name) &&
        equal((a as Readonly<Record<string, unknown>>)[name], (b as Readonly<Record<string, unknown>>)[name]),
    )
  )
}

/** Whether two parts are equal: of one kind, with equal options, made of equal parts. */
export const isSame = (a: Part, b: Part): boolean => equal(a, b)
