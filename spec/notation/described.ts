import type { Layer } from '../../src/index.ts'
import type { Node, Wiring } from '../../src/network/parts.ts'

// What a network is, apart from how it was written: layers with their options, names, shapes and connections.

const plain = (value: unknown): unknown => {
  if (value instanceof Float32Array) return [...value]
  if (typeof value === 'function') return value
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  // The rules and what samples are functions of the options.
  const rest = Object.entries(value).filter(([name]) => name !== 'rules' && name !== 'sample' && name !== 'toString')
  return Object.fromEntries(rest.map(([name, inner]) => [name, plain(inner)]))
}
/** Without its path, which is for errors only: an architecture puts its title before it. */
const describedNode = ({ layer, path: _, ...place }: Node): unknown => ({
  ...place,
  options: plain(layer),
  print: String(layer),
})

/** A network as plain data. */
export const described = (network: Layer): unknown => {
  const { nodes, inputs, outputs } = network as unknown as Wiring
  return { nodes: nodes.map(describedNode), inputs, outputs }
}
