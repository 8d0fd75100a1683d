import { DocumentError } from '../base/errors.ts'

/** How many differences a message lists. */
const mostListed = 6

/**
 * The error of a file that has other tensors than a network has variables.
 *
 * @param differences each as a text; the error's field of this name has all of them
 */
export const differing = (
  file: string,
  expected: string,
  differences: readonly string[],
  remedy: string,
): DocumentError => {
  const listed = differences.slice(0, mostListed).join('; ')
  const got =
    differences.length > mostListed ? `${listed}; and ${differences.length - mostListed} differences more` : listed
  return new DocumentError({ file, expected, got, remedy, differences })
}
