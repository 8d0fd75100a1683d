import type { Wiring } from './parts.ts'

// Names of what goes into a network and comes out of it, in files.

/** Gives each name once: a name that is taken gets a mark behind it. */
export type Unique = (name: string) => string
export const uniqueBeside = (taken: Iterable<string>): Unique => {
  const used = new Set(taken)
  const unique: Unique = name => {
    if (used.has(name)) return unique(`${name}'`)
    used.add(name)
    return name
  }
  return unique
}

const numbered = (word: string, all: readonly unknown[], i: number) => (all.length === 1 ? word : `${word}-${i + 1}`)

/** Names of inputs: those of Input layers, or `input`. */
export const inputNames = ({ nodes, inputs }: Wiring, unique: Unique): readonly string[] =>
  inputs.map((_, i) => {
    const layer = nodes.find(({ layer, externals }) => layer.kind === 'Input' && externals.includes(i))
    const isNamed = layer !== undefined && !/^input-\d+$/.test(layer.name)
    return unique(isNamed ? layer.name : numbered('input', inputs, i))
  })

/** A word as the name of each of some values: alone, or with their numbers. */
export const numberedNames = (word: string, all: readonly unknown[], unique: Unique): readonly string[] =>
  all.map((_, i) => unique(numbered(word, all, i)))

/** Names of the inputs and outputs: those of Input layers, or `input` and `output`. */
export const portNames = (
  wiring: Wiring,
  taken: ReadonlySet<string> = new Set(),
): readonly [inputs: readonly string[], outputs: readonly string[]] => {
  const unique = uniqueBeside(taken)
  return [inputNames(wiring, unique), numberedNames('output', wiring.outputs, unique)]
}
