import { InvalidOption, show } from '../base/errors.ts'
import { ownOptions } from '../base/options.ts'
import { own } from '../base/trees.ts'
import { definitionOf } from '../core/constructor.ts'
import * as layers from '../layers/index.ts'
import type { LayerValue } from '../network/parts.ts'
import type { Registry } from '../plain/registry.ts'

/** The constructor of a kind of layers. */
export type Make = (options: object) => LayerValue

/** A copy of a registry, whose names are not those of the library's layers. */
export const checkRegistry = (owner: string, registry: unknown): Registry => {
  const example = `${owner}(…, { registry: { LayerScale, double } })`
  const own = ownOptions(owner, example, registry, 'an object of constructors and functions by name', 'registry')
  for (const name of Object.keys(own))
    if (Object.hasOwn(layers, name))
      throw new InvalidOption({
        layer: owner,
        option: 'registry',
        expected: 'names that no layer of the library has',
        got: show(name),
        remedy: 'Register it under another name.',
      })
  return own
}

const isMaker = (value: unknown): value is Make => typeof value === 'function' && definitionOf(value) !== undefined

/** The constructor that a document means. */
export const makerOf = (registry: Registry, name: string): Make | undefined => {
  const made = own(registry, name) ?? own(layers as Registry, name)
  return isMaker(made) ? made : undefined
}

/** The names of all constructors that a document may mean. */
export const makers = (registry: Registry): readonly string[] =>
  [...Object.entries(layers), ...Object.entries(registry)].flatMap(([name, value]) => (isMaker(value) ? [name] : []))

/** The name by which a document means the constructor of a layer. */
export const nameOfMaker = (registry: Registry, layer: LayerValue): string | undefined => {
  const definition = definitionOf(layer)
  if (definition === undefined) return undefined
  const isIts = (value: unknown): boolean => isMaker(value) && definitionOf(value) === definition
  if (isIts(own(layers as Registry, layer.kind))) return layer.kind
  return Object.entries(registry).find(([, value]) => isIts(value))?.[0]
}
