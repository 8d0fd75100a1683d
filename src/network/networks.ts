import { InvalidOption, show } from '../base/errors.ts'
import { byName, isPlain } from '../base/trees.ts'
import { asPart, isPart, type Part } from './parts.ts'

/** Several networks by name. */
export type PartsByName = Readonly<Record<string, Part>>

/** Whether a value is a record of networks: at least one of its values is one. */
export const isNetworks = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (isPart(value) || !isPlain(value)) return false
  try {
    return Object.values(value).some(isPart)
  } catch {
    // A getter of the user's.
    return false
  }
}

/** Names that stand for something else where networks are named. */
const taken: readonly string[] = ['params', 'state']

/**
 * Checks networks by name, as a call from JavaScript may give anything.
 *
 * @throws InvalidOption if a name cannot be one, or stands for anything but a network
 */
export const asParts = (owner: string, networks: Readonly<Record<string, unknown>>): PartsByName =>
  byName(
    Object.entries(networks).map(([name, value]) => {
      // Layers are named after their network, and patterns name both.
      if (name === '' || /[/.*]/.test(name) || taken.includes(name))
        throw new InvalidOption({
          layer: owner,
          option: 'networks',
          expected: `names without /, . and *, other than ${taken.join(' and ')}`,
          got: show(name),
          remedy: 'For example: { generator, discriminator }.',
        })
      return [name, asPart(`${owner}, networks, ${name}`, value)] as const
    }),
  )
