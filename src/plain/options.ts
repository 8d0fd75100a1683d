import { isLeft, left } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { byName } from '../base/trees.ts'
import { at, type Fields } from './faults.ts'
import type { Read } from './values.ts'

/** Reads options one by one, and makes something of them; or gives every fault of both. */
export const readOptions = <V>(
  options: Fields,
  context: t.Context,
  read: Read,
  make: (options: Fields) => t.Validation<V>,
): t.Validation<V> => {
  const values = Object.entries(options).map(([name, json]) => [name, read(json, at(context, name))] as const)
  const unread = values.flatMap(([name, value]) => (isLeft(value) ? [name] : []))
  const made = make(byName(values.flatMap(([name, value]) => (isLeft(value) ? [] : [[name, value.right] as const]))))
  if (unread.length === 0) return made
  // What cannot be read is missing, which is no other fault.
  const others = (isLeft(made) ? made.left : []).filter(
    fault => !unread.includes(fault.context[context.length]?.key ?? ''),
  )
  return left([...values.flatMap(([, value]) => (isLeft(value) ? value.left : [])), ...others])
}
