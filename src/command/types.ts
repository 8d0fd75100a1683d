import { JoineryError } from '../base/errors.ts'
import { leavesOf } from '../base/trees.ts'
import { asPart } from '../network/parts.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import { notation } from '../notation/index.ts'
import { rulesOf } from '../saving/weights.ts'
import { isTrained } from '../state/variables.ts'
import type { OnnxValue } from './onnx.ts'
import type { Opened } from './opened.ts'

// `joinery types`: names and shapes of a file as a module in TypeScript, so that the editor knows them.

const quoted = (text: string): string => JSON.stringify(text)
const property = (name: string, type: string, indent = '  '): string => `${indent}readonly ${quoted(name)}: ${type}`
const tensorOf = (shape: readonly (number | string | null)[]): string =>
  `Tensor<[${shape.map(d => (typeof d === 'number' ? d : 'number')).join(', ')}]>`

const header = (file: string): string => `// Made by: joinery types ${file}. Do not edit: make it again.\n`

/** The variables of a network, by layer. */
const variablesTree = (network: AnyNetwork): string => {
  const rules = leavesOf(rulesOf(asPart('joinery', network)))
  const tree = (trained: boolean): string => {
    const layers = new Map<string, string[]>()
    for (const [layer, name, rule] of rules)
      if (isTrained(rule) === trained)
        layers.set(layer, [...(layers.get(layer) ?? []), `readonly ${quoted(name)}: ${tensorOf(rule.shape)}`])
    if (layers.size === 0) return '{}'
    return `{\n${[...layers].map(([layer, own]) => property(layer, `{ ${own.join('; ')} }`, '    ')).join('\n')}\n  }`
  }
  return `/** The variables of the network. */
export interface Variables {
  readonly params: ${tree(true)}
  readonly state: ${tree(false)}
}
`
}

/** The text of a network in the notation; nothing where it has none. */
const textOf = (network: AnyNetwork): string | undefined => {
  try {
    return notation(network)
  } catch (error) {
    // A network of more values than a text may hold.
    if (error instanceof JoineryError) return undefined
    throw error
  }
}

const ofNetwork = (network: AnyNetwork, path: string): string => {
  const text = textOf(network)
  const [imports, type, made] =
    text === undefined
      ? ["import type { AnyNetwork, Tensor } from 'joinery'", 'AnyNetwork', 'loaded.network']
      : ["import { net, type Tensor } from 'joinery'", 'typeof network', 'network']
  const own =
    text === undefined
      ? ''
      : `\n/** The network, whose shapes the compiler knows. */\nexport const network = net(${quoted(text)})\n`
  return `${imports}
import { load as loadAny } from 'joinery/storage'

${variablesTree(network)}${own}
/** The network and its variables, from the file. */
export const load = async (): Promise<{ readonly network: ${type}; readonly variables: Variables }> => {
  const loaded = await loadAny(new URL(${quoted(path)}, import.meta.url))
  return { network: ${made}, variables: loaded.variables as unknown as Variables }
}
`
}

const ofValues = (name: string, what: string, values: readonly OnnxValue[]): string => `/** ${what} */
export interface ${name} {
${values.map(value => property(value.name, tensorOf(value.shape))).join('\n')}
}
`

const ofTensors = (
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  path: string,
): string =>
  `import { decodeSafetensors } from 'joinery/storage'

/** The names of the tensors, and their shapes. */
export interface Shapes {
${tensors.map(({ name, shape }) => property(name, `readonly [${shape.join(', ')}]`)).join('\n')}
}

/** The tensors by name. */
export type Tensors = {
  readonly [Name in keyof Shapes]: { readonly data: Float32Array; readonly shape: Shapes[Name]; readonly dtype: string }
}

/** The tensors of ${quoted(path)}, from its bytes. */
export const decode = (bytes: Uint8Array): Tensors => decodeSafetensors(bytes).tensors as unknown as Tensors
`

/**
 * A module that says what a file holds.
 *
 * @param path of the file, from the module
 */
export const typesOf = (opened: Opened, file: string, path: string): string => {
  if (opened.form === 'network') return header(file) + ofNetwork(opened.network, path)
  if (opened.form === 'tensors') return header(file) + ofTensors(opened.tensors, path)
  const { inputs, outputs, initializers } = opened.model
  const values = new Set(initializers.map(({ name }) => name))
  return `${header(file)}import type { Tensor } from 'joinery'

${ofValues(
  'Inputs',
  'What the model takes.',
  inputs.filter(({ name }) => !values.has(name)),
)}
${ofValues('Outputs', 'What it gives.', outputs)}
${ofValues('Initializers', 'Its values.', initializers)}`
}
