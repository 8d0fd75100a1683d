import * as E from 'fp-ts/lib/Either.js'
import { InvalidOption, type LayerConnectionError } from '../base/errors.ts'
import { formatName, isPattern, sharedOnce, sharedTwice, takenName, takenRemedy, takenTwice } from '../base/names.ts'
import type { Shape } from '../base/shape.ts'
import type { Node, Part } from './parts.ts'
import { isSame } from './same.ts'

// How layers get their names while a composition is made into a graph.

/** Why a composition cannot be wired: shapes that do not fit, or a name taken twice. */
export type WiringError = LayerConnectionError | InvalidOption

/** What is known while a part is wired: the graph so far, and how its layers are named. */
export interface Scope {
  /** The nodes so far; nodes are added in place. */
  readonly nodes: Node[]
  /** The shapes of the network's inputs so far. */
  readonly inputs: (Shape | null)[]
  /** Which part is being wired: its index, that of the part within it, and so on. */
  readonly at: number[]
  /** The prefix of names: the blocks around. */
  readonly prefix: string
  /** The prefix of names of shared layers, without blocks: they belong to the whole network. */
  readonly sharedPrefix: string
  /** The path of the block around, for errors; empty if there is none. */
  readonly path: string
  /** The same, with patterns as they are given instead of numbered names. */
  readonly given: string
  readonly counts: Map<string, number>
  readonly taken: Set<string>
  /** Shared parts by name. */
  readonly shared: Map<string, Part>
}
/** The scope of a network, with the shapes of its inputs if they are given. */
export const newScope = (inputs: readonly (Shape | null)[] = []): Scope => ({
  nodes: [],
  inputs: [...inputs],
  at: [],
  prefix: '',
  sharedPrefix: '',
  path: '',
  given: '',
  counts: new Map(),
  taken: new Set(),
  shared: new Map(),
})

/** A name in the network, and its path for errors. */
export interface Place {
  readonly name: string
  readonly path: string
}
const after = (path: string, name: string): string => (path === '' ? name : `${path} > ${name}`)
/** The path of a name within a scope. */
export const along = ({ path }: Scope, name: string): string => after(path, name)
/** The kind of a layer, after the blocks around it. */
export const kindAlong = ({ given }: Scope, kind: string): string => after(given, kind)

/** The scope within a block: numbers begin anew, but names are still unique in the network. */
export const within = (scope: Scope, { name, path }: Place, given?: string): Scope => ({
  ...scope,
  prefix: `${name}/`,
  path,
  given: given === undefined ? scope.given : after(scope.given, given),
  counts: new Map(),
})
/** The scope within a composition with a title, which is for errors only. */
export const titled = (scope: Scope, title: string | undefined): Scope =>
  title === undefined ? scope : { ...scope, path: along(scope, title) }
/** The scope within a shared composition: its layers have the same names wherever it occurs. */
export const withinShared = (scope: Scope, place: Place): Scope => {
  const inner = within(scope, place)
  return { ...inner, sharedPrefix: inner.prefix, taken: new Set(), shared: new Map() }
}

const taken = ({ name, path }: Place, remedy: string = takenRemedy(name)): E.Either<WiringError, never> =>
  E.left(
    new InvalidOption({
      layer: path,
      option: 'name',
      expected: takenName.expected,
      got: takenTwice(name),
      twice: name,
      remedy,
    }),
  )

/** Takes a name for one layer. */
export const claim = (place: Place, scope: Scope, remedy?: string): E.Either<WiringError, Place> => {
  if (scope.taken.has(place.name) || scope.shared.has(place.name)) return taken(place, remedy)
  scope.taken.add(place.name)
  return E.right(place)
}

/** Takes a name for all occurrences of a layer. */
export const claimAlways = (place: Place, part: Part, scope: Scope): E.Either<WiringError, Place> => {
  const { name, path } = place
  if (scope.taken.has(name)) return taken(place)
  const before = scope.shared.get(name)
  if (before !== undefined && !isSame(before, part))
    return E.left(
      new InvalidOption({
        layer: path,
        option: 'name',
        expected: sharedOnce(name),
        ...sharedTwice,
      }),
    )
  scope.shared.set(name, part)
  return E.right(place)
}
/** Takes the name of a shared layer. */
export const claimShared = (name: string, part: Part, scope: Scope): E.Either<WiringError, Place> =>
  claimAlways({ name: scope.sharedPrefix + name, path: along(scope, name) }, part, scope)

/** Takes the name of a layer or block; a pattern is numbered. */
export const resolveName = (name: string, scope: Scope): E.Either<WiringError, Place> => {
  const n = (scope.counts.get(name) ?? 0) + 1
  scope.counts.set(name, n)
  const own = isPattern(name) ? formatName(name, n) : name
  return claim({ name: scope.prefix + own, path: along(scope, own) }, scope)
}
