/** Values by key, of which those used last are kept. */
export interface Recent<V> {
  /** The value of a key, which is made if there is none. It is the one used last now. */
  readonly use: (key: string, make: () => V) => V
  readonly has: (key: string) => boolean
  /** Removes a value, if it is still the one of its key. */
  readonly remove: (key: string, value: V) => void
  readonly values: () => readonly V[]
  /** Removes all values and returns them. */
  readonly clear: () => readonly V[]
}

/**
 * Values by key, of which those used last are kept.
 *
 * @param most how many
 * @param end is called with a value that others have displaced
 */
export const recent = <V>(most: number, end: (value: V) => void): Recent<V> => {
  // Maps are ordered by insertion: the value used last comes last.
  const kept = new Map<string, V>()
  const values = (): readonly V[] => [...kept.values()]
  return Object.freeze<Recent<V>>({
    use: (key, make) => {
      const known = kept.get(key)
      if (known !== undefined && kept.size === 1) return known
      const value = known ?? make()
      kept.delete(key)
      kept.set(key, value)
      for (const [other, eldest] of kept) {
        if (kept.size <= most) break
        kept.delete(other)
        end(eldest)
      }
      return value
    },
    has: key => kept.has(key),
    remove: (key, value) => {
      if (kept.get(key) === value) kept.delete(key)
    },
    values,
    clear: () => {
      const all = values()
      kept.clear()
      return all
    },
  })
}
