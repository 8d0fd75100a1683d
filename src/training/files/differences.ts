import { WeightInitializationError } from '../../base/errors.ts'
import { showShape } from '../../base/shape.ts'
import { leavesOf, own, type VariableTree } from '../../base/trees.ts'
import type { PartsByName } from '../../network/networks.ts'
import type { Part } from '../../network/parts.ts'
import { wiringOf } from '../../network/wiring.ts'
import { variableRules } from '../../state/init.ts'
import { differing } from '../../storage/differences.ts'

interface Shaped {
  readonly shape: readonly number[]
}
type Shapes = ReadonlyMap<string, string>

/** The shapes of a network's variables by name; `undefined` where they depend on the input. */
const shapesOf = (part: Part): Shapes | undefined => {
  try {
    return new Map(
      leavesOf(variableRules(wiringOf(part))).map(
        ([layer, name, { shape }]) => [`${layer}/${name}`, showShape(shape)] as const,
      ),
    )
  } catch (error) {
    if (error instanceof WeightInitializationError) return undefined
    throw error
  }
}

interface Saved {
  readonly params: VariableTree<Shaped>
  readonly state: VariableTree<Shaped>
}

/** Which variables saved ones lack, or have otherwise than a network, or beyond it; `before` stands before their names. */
const differencesFrom = (part: Part, { params, state }: Saved, before = ''): readonly string[] => {
  const wanted = shapesOf(part)
  if (wanted === undefined) return []
  const saved: Shapes = new Map(
    [params, state].flatMap(tree =>
      leavesOf(tree).map(([layer, name, { shape }]) => [`${layer}/${name}`, showShape(shape)] as const),
    ),
  )
  return [
    ...[...wanted].flatMap(([name, shape]) => {
      const found = saved.get(name)
      if (found === undefined) return [`no ${before}${name} ${shape}`]
      return found === shape ? [] : [`${before}${name} ${found}, not ${shape}`]
    }),
    ...[...saved].flatMap(([name, shape]) =>
      wanted.has(name) ? [] : [`${before}${name} ${shape}, which the network has not`],
    ),
  ]
}

/**
 * Checks that saved variables are those of a network.
 *
 * @param file where they are from
 * @throws DocumentError that lists which names and shapes differ
 */
export const checkNetwork = (file: string, part: Part, saved: Saved): void => {
  const differences = differencesFrom(part, saved)
  if (differences.length > 0)
    throw differing(file, 'a checkpoint of this network', differences, 'Resume with the network that was trained.')
}

/**
 * Checks that saved variables are those of several networks.
 *
 * @param saved by the name of the network
 * @throws DocumentError that lists which networks, names and shapes differ, layers after their network
 */
export const checkNetworks = (file: string, parts: PartsByName, saved: Readonly<Record<string, Saved>>): void => {
  const differences = [
    ...Object.entries(parts).flatMap(([name, part]) => {
      const one = own(saved, name)
      if (one === undefined) return [`no network ${name}`]
      return differencesFrom(part, one, `${name}/`)
    }),
    ...Object.keys(saved).flatMap(name => (Object.hasOwn(parts, name) ? [] : [`a network ${name}, which is not here`])),
  ]
  if (differences.length > 0)
    throw differing(file, 'a checkpoint of these networks', differences, 'Resume with the networks that were trained.')
}
