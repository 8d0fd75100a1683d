import type { Wiring } from './parts.ts'

/** Names of the inputs and outputs: those of Input layers, or `input` and `output`. */
export const portNames = (
  { nodes, inputs, outputs }: Wiring,
  taken: ReadonlySet<string> = new Set(),
): readonly [inputs: readonly string[], outputs: readonly string[]] => {
  const used = new Set(taken)
  const unique = (name: string): string => {
    const own = used.has(name) ? unique(`${name}'`) : name
    used.add(own)
    return own
  }
  const numbered = (word: string, all: readonly unknown[], i: number) => (all.length === 1 ? word : `${word}-${i + 1}`)
  return [
    inputs.map((_, i) => {
      const layer = nodes.find(({ layer, externals }) => layer.kind === 'Input' && externals.includes(i))
      const isNamed = layer !== undefined && !/^input-\d+$/.test(layer.name)
      return unique(isNamed ? layer.name : numbered('input', inputs, i))
    }),
    outputs.map((_, i) => unique(numbered('output', outputs, i))),
  ]
}
