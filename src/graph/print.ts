import { showShape } from '../base/shape.ts'
import { bodyOf } from './enclosed.ts'
import { type Graph, type GraphNode, operands, topological } from './graph.ts'

const attributesOf = (attributes: readonly unknown[]): string =>
  attributes.map(attribute => `, ${JSON.stringify(attribute).replaceAll('"', '')}`).join('')

const described = (node: GraphNode, name: (node: GraphNode) => string): string => {
  const given = operands(node).map(name).join(', ')
  switch (node.kind) {
    case 'placeholder':
      return 'input'
    case 'constant':
      return typeof node.values === 'number'
        ? String(node.values)
        : node.values.length === 1
          ? String(node.values[0])
          : `constant of ${node.values.length}`
    case 'draw':
      return `${node.distribution} draw`
    case 'application':
      return `${node.operation}(${given}${attributesOf(node.attributes)})`
    case 'fused':
      return `${node.operation}(${given}${attributesOf(node.attributes)})${node.activation ? `, ${node.activation}` : ''}`
    case 'own':
      return `${node.call.name}(${given}${attributesOf(node.call.given)})`
    case 'scan':
      return `scan(${given}) { ${topological(bodyOf(node).outputs).length} nodes }`
    case 'loop':
      return `loop(${given}, ${node.limit}) { ${topological(bodyOf(node).outputs).length} nodes }`
    case 'scan result':
    case 'loop result':
      return `${given}.${node.result}`
  }
}

/**
 * A graph as text: a line per node with its name, shape, operation and layer.
 *
 * ```
 * x0 (?, 3) = input
 * %1 (?, 3) = square(x0)
 * %2 (?,) = sum(%1, [1], false)
 * -> %2
 * ```
 */
export const print = ({ inputs, outputs }: Graph): string => {
  const order = topological([...inputs, ...outputs])
  const names = new Map<GraphNode, string>()
  let count = 0
  for (const node of order) names.set(node, node.kind === 'placeholder' ? node.name : `%${++count}`)
  const name = (node: GraphNode): string => names.get(node) as string
  const lines = order.map(node => {
    const layer = 'layer' in node && node.layer !== undefined ? `  # ${node.layer}` : ''
    return `${name(node)} ${showShape(node.shape)} = ${described(node, name)}${layer}`
  })
  return [...lines, `-> ${outputs.map(name).join(', ')}`].join('\n')
}
