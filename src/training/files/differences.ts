import { WeightInitializationError } from '../../base/errors.ts'
import { showShape } from '../../base/shape.ts'
import { leavesOf, type VariableTree } from '../../base/trees.ts'
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

/**
 * Checks that saved variables are those of a network.
 *
 * @param file where they are from
 * @throws DocumentError that lists which names and shapes differ
 */
export const checkNetwork = (
  file: string,
  part: Part,
  { params, state }: { readonly params: VariableTree<Shaped>; readonly state: VariableTree<Shaped> },
): void => {
  const wanted = shapesOf(part)
  if (wanted === undefined) return
  const saved: Shapes = new Map(
    [params, state].flatMap(tree =>
      leavesOf(tree).map(([layer, name, { shape }]) => [`${layer}/${name}`, showShape(shape)] as const),
    ),
  )
  const differences = [
    ...[...wanted].flatMap(([name, shape]) => {
      const own = saved.get(name)
      if (own === undefined) return [`no ${name} ${shape}`]
      return own === shape ? [] : [`${name} ${own}, not ${shape}`]
    }),
    ...[...saved].flatMap(([name, shape]) => (wanted.has(name) ? [] : [`${name} ${shape}, which the network has not`])),
  ]
  if (differences.length > 0)
    throw differing(file, 'a checkpoint of this network', differences, 'Resume with the network that was trained.')
}
