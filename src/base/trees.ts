// A layer may be named `__proto__` or `constructor`. So records by name have no prototype, and only own keys are read.

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** More axes, dimensions or names than any layer has. */
const mostEntries = 1024

/** What a test says of a value; no, if it cannot be read, such as a revoked proxy. */
const holds = (value: unknown, test: (array: readonly unknown[]) => boolean): boolean => {
  try {
    return Array.isArray(value) && test(value)
  } catch {
    return false
  }
}

/** Whether a value is an array that can be read. Billions of holes cannot: that takes minutes, or all memory. */
export const isList = (value: unknown): value is readonly unknown[] =>
  holds(value, array => array.length <= mostEntries || (0 in array && array.length - 1 in array))
/** Whether a value is an array that may list axes, dimensions or names. */
export const isShortList = (value: unknown): value is readonly unknown[] => isList(value) && value.length <= mostEntries

/** Whether a value is an object but not an array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !holds(value, () => true)

/** Whether a value is a record that a literal made, of any realm, and no promise or other instance of a class. */
export const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) return false
  try {
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === null || Object.getPrototypeOf(prototype) === null
  } catch {
    // A proxy of the user's.
    return false
  }
}

/**
 * A frozen record of names and values, in order; the last of equal names counts.
 *
 * @param properties further properties, such as those of `shownAs`
 */
export const byName = <V>(
  entries: Iterable<readonly [name: string, value: V]>,
  properties?: PropertyDescriptorMap,
): Readonly<Record<string, V>> => {
  const record: Record<string, V> = Object.create(null, properties ?? {})
  for (const [name, value] of entries) record[name] = value
  return Object.freeze(record)
}

/** Several records as one; the last of equal names counts. */
export const merged = <V>(
  ...records: readonly (Readonly<Record<string, V>> | undefined)[]
): Readonly<Record<string, V>> => Object.freeze(Object.assign(Object.create(null), ...records))

/** The own value of a name; `undefined` if there is none. */
export const own = <V>(record: Readonly<Record<string, V>> | null | undefined, name: string): V | undefined =>
  record !== null && record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined

/** Changes every value of a record. */
export const mapRecord = <A, B>(
  record: Readonly<Record<string, A>>,
  f: (value: A, name: string) => B,
): Readonly<Record<string, B>> => byName(Object.entries(record).map(([name, value]) => [name, f(value, name)] as const))

/** Tensors by layer name and variable name. */
export type VariableTree<T> = Readonly<Record<string, Readonly<Record<string, T>>>>

/** The value of a layer and variable; `undefined` if there is none. */
export const leafOf = <T>(tree: VariableTree<T> | undefined, layer: string, variable: string): T | undefined =>
  own(own(tree, layer), variable)

/** Changes every value of a tree. */
export const mapTree = <A, B>(
  tree: VariableTree<A>,
  f: (value: A, layer: string, variable: string) => B,
): VariableTree<B> => mapRecord(tree, (own, layer) => mapRecord(own ?? {}, (value, name) => f(value, layer, name)))

/** The values of a tree in order, with their layers and variables. */
export const leavesOf = <T>(tree: VariableTree<T>): readonly (readonly [layer: string, variable: string, value: T])[] =>
  Object.entries(tree).flatMap(([layer, own]) =>
    // Calls from JavaScript may give null for a layer.
    Object.entries(own ?? {}).map(([variable, value]) => [layer, variable, value] as const),
  )

/** The tree of values with their layers and variables: the inverse of {@link leavesOf}. */
export const treeOf = <T>(leaves: Iterable<readonly [layer: string, variable: string, value: T]>): VariableTree<T> => {
  const layers = new Map<string, [string, T][]>()
  for (const [layer, variable, value] of leaves) {
    const own = layers.get(layer) ?? []
    own.push([variable, value])
    layers.set(layer, own)
  }
  return byName([...layers].map(([layer, own]) => [layer, byName(own)] as const))
}

/** Two trees as one, such as parameters and state. */
export const mergeTrees = <T>(a: VariableTree<T>, b: VariableTree<T>): VariableTree<T> =>
  byName([...Object.keys(a), ...Object.keys(b)].map(layer => [layer, merged(own(a, layer), own(b, layer))] as const))
