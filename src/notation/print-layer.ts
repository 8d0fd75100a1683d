import { InvalidOption, show } from '../base/errors.ts'
import { automaticPattern } from '../base/names.ts'
import type { Definition } from '../core/constructor.ts'
import { isPart, type LayerValue, type Part } from '../network/parts.ts'
import { mostNumbers, printText, printValue } from './print-value.ts'

// One layer as the notation writes it: the call that makes it, without what is as it would be anyway.

/** How a layer is called. */
export interface Spelling {
  readonly word: string
  readonly definition: Definition
  /** Whether its first argument may be written as several. */
  readonly together: boolean
}

const ownLayer = (layer: LayerValue, path: string): InvalidOption =>
  new InvalidOption({
    layer: path,
    option: 'kind',
    expected: 'a layer of the library',
    got: show(layer.kind),
    remedy: 'Pass it, or its constructor, as a block: notation(network, { block: layer }).',
  })

const noText = (path: string, option: string, value: unknown): InvalidOption =>
  new InvalidOption({
    layer: path,
    option,
    expected: `a value that has a text: a number, a text, a list of at most ${mostNumbers} numbers or an initializer of the library`,
    got: show(value),
    remedy:
      typeof value === 'function'
        ? 'Give the layer a name: notation(network, { block: layer }), and the same to net.'
        : 'Pass the layer as a block, notation(network, { block: layer }), or give such values as variables.',
  })

/** The short form of an option; values of variables are written out. */
const shortForm = ({ options }: Definition, name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value : options[name]?.codec.encode(value)

/** Writes a layer; `print` writes the layers that it has as options. */
export const printLayer = (
  layer: LayerValue,
  spelling: Spelling | undefined,
  path: string,
  print: (part: Part) => string,
): string => {
  if (spelling === undefined) throw ownLayer(layer, path)
  const { word, definition, together } = spelling
  const values = layer as unknown as Readonly<Record<string, unknown>>
  const spell = (name: string, short: unknown): string => {
    const text = isPart(short) ? print(short) : printValue(short)
    if (text === undefined) throw noText(path, name, values[name])
    return text
  }
  const write = (name: string, value: unknown): string => spell(name, shortForm(definition, name, value))
  const isDefault = (name: string): boolean => {
    const { codec, ...rest } = definition.options[name] as Definition['options'][string]
    const standard = 'default' in rest ? codec.decode(rest.default) : undefined
    return standard?._tag === 'Right' && write(name, standard.right) === write(name, values[name])
  }

  const first = [...(definition.positional ?? [])]
  while (first.length > 0 && isDefault(first.at(-1) as string)) first.pop()
  const short = first.length === 1 ? shortForm(definition, first[0] as string, values[first[0] as string]) : undefined
  const placed =
    together && Array.isArray(short) && short.length > 1
      ? short.map(part => spell(first[0] as string, part))
      : first.map(name => write(name, values[name]))
  const named = Object.keys(definition.options)
    .filter(name => !definition.positional?.includes(name) && !isDefault(name))
    .map(name => `${name}=${write(name, values[name])}`)
  if (layer.name !== automaticPattern(layer.kind)) named.push(`name=${printText(layer.name)}`)
  const given = [...placed, ...named]
  return given.length === 0 ? word : `${word}(${given.join(', ')})`
}
