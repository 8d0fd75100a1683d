import { InvalidOption, show } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import { matching } from '../base/patterns.ts'
import { grouped } from '../base/shown.ts'
import { endOf, firstOf, type Item, isFramed, isRegion, type Region } from './regions.ts'

/** Which parts are folded: all, none, as many as needed for a diagram that can be seen at once, or those of some names. */
export type Fold = boolean | 'auto' | readonly string[]

/** The most boxes of a diagram that is folded until it can be seen at once. */
export const mostBoxes = 40
/** The most parts of one part that are all shown then; of more, the first and last. */
const mostItems = 24

/** The parts that are open; all others are folded. */
export type Open = ReadonlySet<Region>

/** All parts within a part, level by level, from the outside. */
const levelsOf = (whole: Region): readonly (readonly Region[])[] => {
  const levels: (readonly Region[])[] = []
  for (let level: readonly Region[] = [whole]; level.length > 0; ) {
    levels.push(level)
    level = level.flatMap(({ items }) => items.filter(isRegion))
  }
  return levels
}

/** Some consecutive parts as one that is folded. */
const asOne = (items: readonly Item[], kind: Region['kind']): Region => {
  const [first, end] = [firstOf(items[0] ?? 0), endOf(items.at(-1) ?? 0)]
  const label = kind === 'branches' ? `${grouped(items.length)} branches` : `${grouped(end - first)} layers`
  return { kind: 'layers', label, first, end, items }
}

/** A part of which the middle is folded if it has too many parts; where those within begin, so do they. */
const shortened = (whole: Region): Region => {
  const items = whole.items.map(item => (isRegion(item) ? shortened(item) : item))
  if (items.length <= mostItems) return { ...whole, items }
  const half = mostItems / 2
  return {
    ...whole,
    items: [...items.slice(0, half), asOne(items.slice(half, -half), whole.kind), ...items.slice(-half)],
  }
}

/** The parts within a part whose frames are the next ones, and those without frames around them. */
const nextFrames = ({ items }: Region): { readonly frames: readonly Region[]; readonly between: readonly Region[] } => {
  const own = items.filter(isRegion)
  const between = own.filter(region => !isFramed(region))
  const deeper = between.map(nextFrames)
  return {
    frames: [...own.filter(isFramed), ...deeper.flatMap(({ frames }) => frames)],
    between: [...between, ...deeper.flatMap(one => one.between)],
  }
}

/** How many boxes there are in a part when it and all without a frame are open. */
const boxesIn = ({ items }: Region): number =>
  items.reduce<number>((sum, item) => sum + (isRegion(item) && !isFramed(item) ? boxesIn(item) : 1), 0)

/** Opens the outermost parts first, those of a level and size together, while there are few enough boxes. */
const openedToFit = (whole: Region): Open => {
  const open = new Set<Region>([whole])
  let boxes = whole.items.length
  /** Opens those parts that fit, and tells which they are. */
  const openSome = (level: readonly Region[], sizeOf: (region: Region) => number): readonly Region[] => {
    const opened: Region[] = []
    for (const size of [...new Set(level.map(sizeOf))].sort((a, b) => a - b)) {
      const alike = level.filter(region => sizeOf(region) === size)
      const more = alike.length * (size - 1)
      if (boxes + more > mostBoxes) break
      boxes += more
      opened.push(...alike)
    }
    for (const region of opened) open.add(region)
    return opened
  }
  // What has no frame has no name either: it is folded only where it is too large.
  const outside: Region[] = []
  for (let level: readonly Region[] = [whole]; level.length > 0; ) {
    const inside = level.flatMap(({ items }) => items.filter(isRegion))
    outside.push(...inside.filter(isFramed))
    level = openSome(
      inside.filter(region => !isFramed(region)),
      ({ items }) => items.length,
    )
  }
  for (let level: readonly Region[] = outside; level.length > 0; ) {
    const within = openSome(level, boxesIn).map(nextFrames)
    for (const { between } of within) for (const region of between) open.add(region)
    level = within.flatMap(({ frames }) => frames)
  }
  return open
}

/** The parts that are open: each but those that a pattern names. */
const openedButFor = (owner: string, whole: Region, patterns: readonly string[]): Open => {
  const all = levelsOf(whole).flat()
  const named = [...new Set(all.flatMap(({ name }) => (name === undefined ? [] : [name])))]
  const folded = patterns.flatMap(pattern => {
    const isMeant = matching(pattern)
    const found = named.filter(name => isMeant(name, ''))
    if (found.length > 0) return found
    const meant = nearest(pattern, named)
    throw new InvalidOption({
      layer: owner,
      option: 'fold',
      expected: named.length > 0 ? `names of ${named.join(', ')}` : 'a network with blocks or other named parts',
      got: show(pattern),
      remedy: meant ? `Did you mean '${meant}'?` : 'Name a part with block(name, layer); * stands for any characters.',
    })
  })
  const isFolded = new Set(folded)
  return new Set(all.filter(({ name }) => name === undefined || !isFolded.has(name)))
}

/** A network's parts, and those of them that are open. */
export const folded = (owner: string, whole: Region, fold: Fold): readonly [whole: Region, open: Open] => {
  if (fold === 'auto') {
    const boxes = levelsOf(whole).flatMap(level =>
      level.flatMap(({ items }) => items.filter(item => !isRegion(item))),
    ).length
    const short = boxes > mostBoxes ? shortened(whole) : whole
    return [short, openedToFit(short)]
  }
  if (typeof fold !== 'boolean') return [whole, openedButFor(owner, whole, fold)]
  // Branches have no name by which they could be told from others when they are folded.
  return [
    whole,
    new Set(
      levelsOf(whole)
        .flat()
        .filter(region => !fold || region === whole || !isFramed(region)),
    ),
  ]
}
