import { PackageError } from '../base/errors.ts'
import { importOptional } from '../base/optional.ts'

/**
 * Imports an optional package that a function needs.
 *
 * @param owner the function, as errors name it
 * @throws PackageError with the command that installs it
 */
export const importPackage = async (owner: string, name: string): Promise<object> => {
  try {
    return await importOptional(name)
  } catch (cause) {
    const [reason = ''] = String((cause as Partial<Error> | null)?.message ?? cause).split('\n')
    throw new PackageError(
      {
        owner,
        package: name,
        expected: `the package ${name}`,
        got: `none that can be imported (${reason})`,
        remedy: `Install it with npm install ${name}.`,
      },
      { cause },
    )
  }
}
