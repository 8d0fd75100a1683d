import { isRight } from 'fp-ts/lib/Either.js'
import { sizeOf } from '../base/shape.ts'
import { grouped } from '../base/shown.ts'
import { byName } from '../base/trees.ts'
import type { VariableRules } from '../core/variables.ts'
import type { Node } from '../network/parts.ts'

/** The variables of one node: `null` if an unknown input decides on them, and none where a shared layer occurs again. */
export const rulesOfEach = (nodes: readonly Node[]): readonly (VariableRules | null)[] => {
  const seen = new Set<string>()
  return nodes.map(({ name, layer, inputShapes }) => {
    if (seen.has(name)) return byName([])
    seen.add(name)
    const found = layer.rules.variables(inputShapes)
    return isRight(found) ? found.right : null
  })
}

/** How many numbers variables are; `null` if that is unknown. */
export const countOf = (rules: VariableRules | null): number | null =>
  rules && Object.values(rules).reduce((sum, { shape }) => sum + sizeOf(shape), 0)

/** The sum of some numbers; `null` if one of them is unknown. */
export const sumOf = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce((sum, n) => (sum === null || n === null ? null : sum + n), 0)

/** A number for a table; `?` for an unknown one. */
export const count = (n: number | null): string => (n === null ? '?' : grouped(n))
