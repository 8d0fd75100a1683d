import { codec, type Option } from '../../base/options.ts'
import { matching, matchNames, namePatterns, variableName } from '../../base/patterns.ts'
import { leavesOf, type VariableTree } from '../../base/trees.ts'

// What is made small or bounded, unless told otherwise, are weights: what inputs are multiplied by. Offsets, scales of
// normalizations and slopes of activations keep a layer's output in its range whatever size they have.

/** A parameter as it is told apart from others. */
export interface ParameterName {
  readonly layer: string
  readonly name: string
}

/** The names of all parameters. */
export type Names = readonly (readonly [layer: string, name: string])[]

/** The names of all parameters of a tree. */
export const namesIn = (params: VariableTree<unknown>): Names =>
  leavesOf(params).map(([layer, name]) => [layer, name] as const)

const others = ['bias', 'biases', 'gamma', 'beta', 'alpha']
const endings = ['Bias', 'Biases', 'Gain', 'Init']

/**
 * Whether a parameter is a weight, by its role: not a bias, the gamma or beta of a normalization, the alpha of a PRelu, the
 * gain of a weight's direction, or an initial state.
 */
export const isWeight = (name: string): boolean => {
  // Within a layer that holds others, names are paths.
  const own = name.slice(name.lastIndexOf('/') + 1)
  return !others.includes(own) && !endings.some(ending => own.endsWith(ending))
}

/** The option that says which parameters are left out: by patterns of their names, or by role. */
export const exclude: Option<readonly string[] | null> = {
  codec: codec(`${namePatterns.name}; or null to leave out all but weights`, value => {
    if (value === null) return null
    const read = namePatterns.decode(value)
    return read._tag === 'Right' ? read.right : undefined
  }),
  default: null,
}

/** Which of some parameters are meant, when those that patterns name, or all but weights, are left out. */
export const meantBy = (
  owner: string,
  excluded: readonly string[] | null,
  names: Names,
): ((at: ParameterName) => boolean) => {
  if (excluded === null) return ({ name }) => isWeight(name)
  const out = matchNames(owner, 'exclude', excluded, names)
  return ({ layer, name }) => !out.has(variableName(layer, name))
}

/** Whether a parameter is meant, wherever the others are not known. */
export const isMeant = (excluded: readonly string[] | null, { layer, name }: ParameterName): boolean =>
  excluded === null ? isWeight(name) : !excluded.some(pattern => matching(pattern)(layer, name))
