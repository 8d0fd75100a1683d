import { InvalidOption, show } from '../base/errors.ts'
import { automaticPattern } from '../base/names.ts'
import { ownOptions } from '../base/options.ts'
import { own } from '../base/trees.ts'
import { type Definition, definitionOf } from '../core/constructor.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type CompositionValue, isComposition, isPart, type LayerValue, type Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Blocks } from './chain.ts'
import { mostNumbers, printText, printValue } from './print-value.ts'
import { words } from './words.ts'

// From a network to its text: what net reads back as the same network.

/** What may stand at a place without brackets: a network, a chain, one part of a chain, or the operand of `*`. */
type Place = 'network' | 'branch' | 'part' | 'copied'
type Print = (part: Part, place: Place) => string
type Names = ReadonlyMap<unknown, string>

/** The layers of a chain, flattened; chains that the user passes as blocks stay whole. */
const chained = (part: Part, names: Names): readonly Part[] => {
  const parts: Part[] = []
  // A stack instead of recursion: a chain of `to` is as deep as it is long.
  const next: Part[] = [part]
  for (let at = next.pop(); at !== undefined; at = next.pop())
    if (isComposition(at) && at.arrangement.form === 'sequence' && (at === part || !names.has(at)))
      for (const inner of [...at.arrangement.parts].reverse()) next.push(inner)
    else parts.push(at)
  return parts
}

const bracketed = (text: string, place: Place, allowed: readonly Place[]): string =>
  allowed.includes(place) ? text : `(${text})`

const printComposition = (part: CompositionValue, place: Place, names: Names, print: Print): string => {
  const { arrangement } = part
  switch (arrangement.form) {
    case 'sequence': {
      const parts = chained(part, names)
      if (parts.length === 1) return printOnly(parts[0] as Part, place, print)
      return bracketed(parts.map(inner => print(inner, 'part')).join(' >> '), place, ['network', 'branch'])
    }
    case 'parallel':
      if (arrangement.parts.length === 1) return `parallel(${print(arrangement.parts[0] as Part, 'network')})`
      return bracketed(arrangement.parts.map(inner => print(inner, 'branch')).join(' | '), place, ['network'])
    case 'branch':
      return `branch(${arrangement.parts.map(inner => print(inner, 'network')).join(', ')})`
    case 'repeat':
      return `${print(arrangement.part, 'copied')} * ${arrangement.times}`
    case 'shared':
      return `shared(${printText(arrangement.name, true)}, ${printShared(arrangement.part, names, print)})`
    case 'block':
      return `block(${printText(arrangement.name, true)}, ${print(arrangement.part, 'network')})`
    case 'slice': {
      const { at, names } = arrangement.cut
      return `${at}(${[print(arrangement.of, 'network'), ...names.map(name => printText(name, true))].join(', ')})`
    }
  }
}

/** A chain of one layer. A slice needs `join`: as a chain it has other shapes. */
const printOnly = (part: Part, place: Place, print: Print): string =>
  isSlice(part) ? `join(${print(part, 'network')})` : print(part, place)
const isSlice = (part: Part): boolean => isComposition(part) && part.arrangement.form === 'slice'

/** A shared composition of one layer keeps its `join`: its variables have other names than those of the layer alone. */
const printShared = (part: Part, names: Names, print: Print): string => {
  const parts = names.has(part) ? [part] : chained(part, names)
  const alone = isComposition(part) && parts.length === 1 && !isComposition(parts[0] as Part)
  return alone ? `join(${print(parts[0] as Part, 'network')})` : print(part, 'network')
}

const longestLine = 100

/** The text of a network, over several lines if one would be long. */
const broken = (part: Part, names: Names, print: Print): string => {
  const line = print(part, 'network')
  if (line.length <= longestLine || !isComposition(part)) return line
  const { arrangement } = part
  if (arrangement.form === 'parallel' && arrangement.parts.length > 1)
    return arrangement.parts.map(inner => print(inner, 'branch')).join('\n  | ')
  const parts = chained(part, names)
  const [first = part] = parts
  if (parts.length === 1) return first === part || isSlice(first) ? line : broken(first, names, print)
  return parts.map(inner => print(inner, 'part')).join('\n  >> ')
}

/** The name of a layer's constructor: the user's, or the library's. */
const wordOf = (definition: Definition, blocks: Blocks): string | undefined => {
  const isMade = (make: unknown): boolean => typeof make === 'function' && definitionOf(make) === definition
  const [mine] = Object.entries(blocks).find(([, block]) => isMade(block)) ?? []
  return mine ?? (isMade(own(words, definition.kind)?.make) ? definition.kind : undefined)
}

/** A layer as a call, without defaults; `print` writes layers among its options. */
const printLayer = (layer: LayerValue, blocks: Blocks, path: string, print: (part: Part) => string): string => {
  const definition = definitionOf(layer)
  const word = definition && wordOf(definition, blocks)
  if (definition === undefined || word === undefined)
    throw new InvalidOption({
      layer: path,
      option: 'kind',
      expected: 'a layer of the library',
      got: show(layer.kind),
      remedy: 'Pass it, or its constructor, as a block: notation(network, { block: layer }).',
    })
  const { options, positional = [] } = definition
  const values = layer as unknown as Readonly<Record<string, unknown>>
  // Values of variables are written out, everything else in the codec's short form.
  const shortForm = (name: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'kind' in value ? value : options[name]?.codec.encode(value)
  const spell = (name: string, short: unknown): string => {
    const text = isPart(short) ? print(short) : printValue(short)
    if (text === undefined) throw noText(path, name, values[name])
    return text
  }
  const write = (name: string, value = values[name]): string => spell(name, shortForm(name, value))
  const isDefault = (name: string): boolean => {
    const { codec, ...rest } = options[name] as Definition['options'][string]
    const standard = 'default' in rest ? codec.decode(rest.default) : undefined
    return standard?._tag === 'Right' && write(name, standard.right) === write(name)
  }

  const first = [...positional]
  while (first.length > 0 && isDefault(first.at(-1) as string)) first.pop()
  const [only = ''] = first
  const short = first.length === 1 && own(words, word)?.together ? shortForm(only, values[only]) : undefined
  const placed =
    Array.isArray(short) && short.length > 1 ? short.map(part => spell(only, part)) : first.map(name => write(name))
  const named = Object.keys(options)
    .filter(name => !positional.includes(name) && !isDefault(name))
    .map(name => `${name}=${write(name)}`)
  if (layer.name !== automaticPattern(layer.kind)) named.push(`name=${printText(layer.name)}`)
  const given = [...placed, ...named]
  return given.length === 0 ? word : `${word}(${given.join(', ')})`
}

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

/** Whether a text can use a name as a word. */
const isWord = (name: string): boolean => name !== '' && name.trim() === name && !/[()[\],=>|*'"#]|\/\//.test(name)

const checkBlocks = (blocks: unknown): Blocks => {
  const example = 'notation(network, { block: layer })'
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: 'notation', option: 'blocks', expected, got, remedy })
  const all = ownOptions('notation', example, blocks, 'an object of layers by name', 'blocks')
  for (const [name, block] of Object.entries(all)) {
    if (!isWord(name)) throw fault('names without brackets, quotes or signs', show(name), "For example: 'block'.")
    if (Object.hasOwn(words, name))
      throw fault('names that no layer of the library has', show(name), 'Give the block another name.')
    if (!isPart(block) && typeof block !== 'function')
      throw fault('layers, or constructors of layers', show(block), `For example: ${example}.`)
  }
  return all
}

/**
 * The text of a network, which `net` reads back as the same network: its layers with their options, names and order.
 *
 * @param network a network or layer
 * @param blocks layers, compositions and constructors of your own, by the names that they get in the text; give the same
 *   to `net`
 * @throws InvalidOption if a layer is not of the library, an option is a function, or a value has more than 256
 *   numbers; the error names the layer
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16], { padding: 'same' }), repeat(Relu(), 2))
 * notation(network) // Input(28, 28, 1) >> Convolution(3, 3, 16, padding=same) >> Relu * 2
 * ```
 */
export const notation = (network: AnyLayer, blocks: Blocks = {}): string => {
  const whole = asPart('notation', network)
  const checked = checkBlocks(blocks)
  const names = new Map(Object.entries(checked).map(([name, block]) => [block, name]))
  const { nodes } = wiringOf(whole)
  const paths = new Map([...nodes].reverse().map(({ layer, path }) => [layer, path]))
  const pathOf = (layer: LayerValue): string => paths.get(layer) ?? layer.kind
  const print: Print = (part, place) => {
    const word = names.get(part)
    if (word !== undefined) return word
    if (isComposition(part)) return printComposition(part, place, names, print)
    return printLayer(part, checked, pathOf(part), inner => print(inner, 'network'))
  }
  return broken(whole, names, print)
}
