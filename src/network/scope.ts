import * as E from 'fp-ts/lib/Either.js'
import { InvalidOption, type LayerConnectionError } from '../base/errors.ts'
import { formatName, isPattern } from '../base/names.ts'
import type { Part } from './parts.ts'
import { isSame } from './same.ts'

// How layers get their names while a composition is wired.

/** Why a composition cannot be wired: shapes that do not fit, or a name taken twice. */
export type WiringError = LayerConnectionError | InvalidOption

/** How layers are named while a composition is wired. */
export interface Scope {
  /** What names begin with: those of the blocks around. */
  readonly prefix: string
  /** What names of shared layers begin with: a block leaves them as they are, for they belong to the whole network. */
  readonly sharedPrefix: string
  /** The path of the block around; empty for none. */
  readonly path: string
  /** The same in names as they are given: patterns are not numbered. */
  readonly given: string
  readonly counts: Map<string, number>
  readonly taken: Set<string>
  /** What is shared, by name. */
  readonly shared: Map<string, Part>
}
/** The scope of a whole network. */
export const newScope = (): Scope => ({
  prefix: '',
  sharedPrefix: '',
  path: '',
  given: '',
  counts: new Map(),
  taken: new Set(),
  shared: new Map(),
})

/** A name in the network, and the same for errors. */
export interface Place {
  readonly name: string
  readonly path: string
}
const after = (path: string, name: string): string => (path === '' ? name : `${path} > ${name}`)
/** What errors call something within a scope. */
export const along = ({ path }: Scope, name: string): string => after(path, name)
/** What errors call the kind of a layer within a scope. */
export const kindAlong = ({ given }: Scope, kind: string): string => after(given, kind)
const placed = (scope: Scope, name: string, full: string): Place => ({
  name: full,
  path: along(scope, name),
})

/** Within a block numbers begin anew, but names stay those of one network. */
export const within = (scope: Scope, { name, path }: Place, given?: string): Scope => ({
  ...scope,
  prefix: `${name}/`,
  path,
  given: given === undefined ? scope.given : after(scope.given, given),
  counts: new Map(),
})
/** Within something with a title only errors tell where they are: the names of its layers are its own. */
export const titled = (scope: Scope, title: string | undefined): Scope =>
  title === undefined ? scope : { ...scope, path: along(scope, title) }
/** Every occurrence of a shared composition names its layers alike. */
export const withinShared = (scope: Scope, place: Place): Scope => {
  const inner = within(scope, place)
  return { ...inner, sharedPrefix: inner.prefix, taken: new Set(), shared: new Map() }
}

const takenTwice = (
  { name, path }: Place,
  remedy = `Give one of them another name, or number them with a pattern: '${name}-{}'.`,
): E.Left<WiringError> =>
  E.left(
    new InvalidOption({
      layer: path,
      option: 'name',
      expected: 'a name that no other layer of the network has',
      got: `'${name}' twice`,
      twice: name,
      remedy,
    }),
  ) as E.Left<WiringError>

/** A name for one layer only. */
export const claim = (place: Place, scope: Scope, remedy?: string): E.Either<WiringError, Place> => {
  if (scope.taken.has(place.name) || scope.shared.has(place.name)) return takenTwice(place, remedy)
  scope.taken.add(place.name)
  return E.right(place)
}

const sharedByTwo = ({ name, path }: Place): E.Left<WiringError> =>
  E.left(
    new InvalidOption({
      layer: path,
      option: 'name',
      expected: `one layer that is shared as '${name}'`,
      got: 'two that differ',
      remedy: 'Share one layer in every place, or give each a name of its own.',
    }),
  ) as E.Left<WiringError>

/** A name for every occurrence of a layer. */
export const claimAlways = (place: Place, part: Part, scope: Scope): E.Either<WiringError, Place> => {
  if (scope.taken.has(place.name)) return takenTwice(place)
  const before = scope.shared.get(place.name)
  if (before !== undefined && !isSame(before, part)) return sharedByTwo(place)
  scope.shared.set(place.name, part)
  return E.right(place)
}
/** The name of a shared layer. */
export const claimShared = (name: string, part: Part, scope: Scope): E.Either<WiringError, Place> =>
  claimAlways(placed(scope, name, scope.sharedPrefix + name), part, scope)

/** The name of a layer or block without those around it, numbered when it is a pattern. */
const numbered = (name: string, scope: Scope): string => {
  const n = (scope.counts.get(name) ?? 0) + 1
  scope.counts.set(name, n)
  return isPattern(name) ? formatName(name, n) : name
}

/** The name of a layer or block in the network. */
export const resolveName = (name: string, scope: Scope): E.Either<WiringError, Place> => {
  const own = numbered(name, scope)
  return claim(placed(scope, own, scope.prefix + own), scope)
}
