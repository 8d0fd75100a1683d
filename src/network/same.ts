// Layers are values: two that are equal are the same layer, wherever they were made.

/** Functions of the other fields, made for each layer. */
const derived: ReadonlySet<string> = new Set(['rules', 'sample', 'toString'])
/** The fields to compare; a composition is given by its arrangement. */
const fieldsOf = (value: object): readonly string[] =>
  'arrangement' in value ? ['arrangement'] : Object.keys(value).filter(name => !derived.has(name))

/** Whether two parts are equal: of one kind, with equal options, made of equal parts. */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) || Array.isArray(a)) {
    const [own, other] = [a, b] as readonly unknown[] as readonly [ArrayLike<unknown>, ArrayLike<unknown>]
    if (a.constructor !== b.constructor || own.length !== other.length) return false
    return Array.from(own).every((value, i) => isSame(value, other[i]))
  }
  const names = fieldsOf(a)
  return (
    names.length === fieldsOf(b).length &&
    names.every(
      name =>
        Object.hasOwn(b, name) &&
        isSame((a as Readonly<Record<string, unknown>>)[name], (b as Readonly<Record<string, unknown>>)[name]),
    )
  )
}
