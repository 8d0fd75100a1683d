import { InvalidOption, JoineryError, show } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import { variableNames } from '../base/patterns.ts'
import { showShape } from '../base/shape.ts'
import { leavesOf, own, type VariableTree } from '../base/trees.ts'
import type { VariableRule } from '../core/variables.ts'
import type { Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import { checkVariable } from '../state/check.ts'
import { variableRules } from '../state/init.ts'
import { isTrained, type Trees, variablesBy } from '../state/variables.ts'
import { differing } from '../storage/differences.ts'
import { joinedName } from '../storage/tree-names.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'

// Which tensor of a file is which variable of a network.

/** A variable of a network. */
export interface Wanted {
  readonly layer: string
  readonly variable: string
  readonly rule: VariableRule
  readonly shape: readonly number[]
}

/** The rules of the variables of a network. */
export const rulesOf = (part: Part): VariableTree<VariableRule> => variableRules(wiringOf(part))

/** The variables of a network in the order in which its layers run. */
export const wantedOf = (rules: VariableTree<VariableRule>): readonly Wanted[] =>
  leavesOf(rules).map(([layer, variable, rule]) => ({ layer, variable, rule, shape: rule.shape }))

/** What errors and `rename` call a variable. */
export const nameOf = ({ layer, variable }: Wanted): string => `${layer}/${variable}`
/** What a file calls it. */
const fileNameOf = ({ layer, variable, rule }: Wanted): string =>
  joinedName([isTrained(rule) ? 'params' : 'state', layer, variable])

/** A tensor of a file, as its header tells of it. */
export interface Found {
  readonly name: string
  readonly shape: readonly number[]
}

/** The name of a variable's tensor by the name of the variable, such as `relu-1/weight`. */
export type Rename = Readonly<Record<string, string>> | ((variable: string) => string | undefined)

/** How tensors are matched with variables. */
export interface Matching {
  readonly by: 'name' | 'order'
  readonly rename: Rename | null
  /** Whether variables may have no tensor. */
  readonly partial: boolean
  /** Whether every tensor has to be a variable's. */
  readonly strict: boolean
}

/**
 * Checks that names of tensors are given for variables that there are.
 *
 * @throws InvalidOption for another name
 */
const checkRename = (rename: Rename | null, wanted: readonly Wanted[]): void => {
  if (rename === null || typeof rename === 'function') return
  const names = wanted.map(nameOf)
  const other = Object.keys(rename).find(name => !names.includes(name))
  if (other === undefined) return
  const meant = nearest(other, names)
  throw new InvalidOption({
    layer: 'loadVariables',
    option: 'rename',
    expected: variableNames.expected,
    got: show(other),
    remedy: meant ? `Did you mean '${meant}'?` : variableNames.remedy,
  })
}

const renamed = (rename: Rename | null, wanted: Wanted): string => {
  const name = nameOf(wanted)
  if (rename === null) return fileNameOf(wanted)
  const other = typeof rename === 'function' ? calling(rename, name) : own(rename, name)
  return other ?? fileNameOf(wanted)
}
const calling = (rename: (variable: string) => string | undefined, name: string): string | undefined => {
  const fault = (got: string, cause?: unknown) =>
    new InvalidOption(
      {
        layer: 'loadVariables',
        option: 'rename',
        expected: 'a function that gives names of tensors, or undefined',
        got,
        remedy: "For example: rename: name => name.replace('relu-', 'fc.').",
      },
      cause === undefined ? {} : { cause },
    )
  try {
    const other: unknown = rename(name)
    if (other === undefined || typeof other === 'string') return other
    throw fault(`one that gives ${show(other)} for '${name}'`)
  } catch (error) {
    throw error instanceof JoineryError ? error : fault('one that throws', error)
  }
}

/** Which variables have a tensor, and which. */
export const matched = <F extends Found>(
  file: string,
  wanted: readonly Wanted[],
  found: readonly F[],
  { by, rename, partial, strict }: Matching,
): readonly (readonly [Wanted, F])[] => {
  checkRename(rename, wanted)
  const named = new Map(found.map(one => [one.name, one]))
  const tensorOf = (one: Wanted, i: number): F | undefined =>
    by === 'order' ? found[i] : named.get(renamed(rename, one))
  const pairs = wanted.map((one, i) => [one, tensorOf(one, i)] as const)
  const used = new Set(pairs.map(([, tensor]) => tensor))
  const missing = partial ? [] : pairs.filter(([, tensor]) => tensor === undefined)
  const surplus = strict ? found.filter(tensor => !used.has(tensor)) : []
  const differences = [
    ...missing.map(([one]) => `no ${nameOf(one)} ${showShape(one.shape)}`),
    ...pairs.flatMap(([one, tensor]) =>
      tensor === undefined || tensor.shape.join() === one.shape.join()
        ? []
        : [`${nameOf(one)} ${showShape(tensor.shape)}, not ${showShape(one.shape)}`],
    ),
    ...surplus.map(({ name, shape }) => `${name} ${showShape(shape)}, which the network has not`),
  ]
  if (differences.length > 0)
    throw differing(
      file,
      'the variables of this network',
      differences,
      'Load it into the network that was saved; or say which tensor is which variable: rename, by, into, strict.',
    )
  return pairs.flatMap(([one, tensor]) => (tensor === undefined ? [] : [[one, tensor] as const]))
}

/** Variables of values, and of tensors that there are already for those that have none. */
export const madeOf = (
  rules: VariableTree<VariableRule>,
  values: ReadonlyMap<VariableRule, Float32Array>,
  into: Trees | null,
): Trees =>
  variablesBy(rules, (layer, name, rule) => {
    const data = values.get(rule)
    if (data !== undefined) return handOver(tensorOf(data, rule.shape))
    // Values may be missing only where there are variables to read into.
    return checkVariable(layer, name, rule.shape, into as Trees)
  })
