import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../base/errors.ts'
import { areDistinct, listOf, orNull } from '../base/options.ts'

/** The names of classes. */
export const labelsOption: t.Type<readonly string[] | null, unknown, unknown> = orNull(
  listOf<string>('different names of classes', name => typeof name === 'string' && name !== '', {
    least: 1,
    check: areDistinct,
  }),
  'their numbers',
)

/**
 * The names of so many classes; their numbers where none are given.
 *
 * @throws InvalidOption if there are not as many
 */
export const labelsFor = (owner: string, classes: number, labels: readonly string[] | null): readonly string[] => {
  if (labels === null) return Array.from({ length: classes }, (_, i) => String(i))
  if (labels.length === classes) return labels
  throw new InvalidOption({
    layer: owner,
    option: 'labels',
    expected: `${classes} names, one for each class`,
    got: `${labels.length}`,
    remedy: 'Name all classes in the order of their numbers.',
  })
}
