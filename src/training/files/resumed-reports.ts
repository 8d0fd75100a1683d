import { InvalidOption } from '../../base/errors.ts'
import type { Session } from '../loops/session.ts'
import type { Said, Sums } from '../report.ts'

/** How many numbers a sum has. */
const sizeOf = (sum: Sums[number][number]): number => (sum === null ? -1 : typeof sum === 'number' ? 0 : sum.length)
const layoutOf = (sums: Sums): string => sums.map(group => group.map(sizeOf).join(' ')).join('; ')

/**
 * Checks that a run which is resumed reports what it did: else its history would have holes, and the sums of the epoch under
 * way could not be added to.
 *
 * @param said of its first batch
 * @throws InvalidOption if the loss, the metrics or whether there is validation differ
 */
export const checkReports = ({ rows, sums }: Session, { reader, sums: own }: Said, validates: boolean): void => {
  const described = (names: readonly string[], isValidated: boolean): string =>
    `${names.join(', ')} ${isValidated ? 'with' : 'without'} validation`
  const [first] = rows
  const names = Object.keys(reader.reportOf(own))
  const found = described(names, validates)
  const saved = first === undefined ? found : described(Object.keys(first.training), first.validation !== null)
  if (saved === found && (sums === null || layoutOf(sums) === layoutOf(own))) return
  throw new InvalidOption({
    layer: 'fit',
    option: 'resume',
    expected: `what the run reported before: ${saved}`,
    got: saved === found ? 'other metrics of these names' : found,
    remedy: 'Resume with its loss, metrics and validation, or begin anew with its variables and { trainState }.',
  })
}
