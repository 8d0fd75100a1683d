import { glanceOf, sameBits } from '../base/lists.ts'
import { bodyOf } from './enclosed.ts'
import { type GraphNode, type Loop, operands, type Scan, topological } from './graph.ts'

// Hash-consing: equal nodes become one, so equality is identity.

/** Numbers as a text that also tells 0 from -0. */
export const textOfNumbers = (numbers: ArrayLike<number>): string =>
  Array.from(numbers, value => (Object.is(value, -0) ? '-0' : String(value))).join()

/**
 * A function that returns the first node it has seen that equals a node: same operation, attributes, shape and operands
 * (which it must have seen before). Layers do not count.
 */
export const interner = (): ((node: GraphNode) => GraphNode) => {
  const numbers = new Map<unknown, number>()
  const nodes = new Map<string, GraphNode>()
  const lists = new Map<string, Float32Array[]>()
  const numberOf = (value: unknown): number => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  }
  /** Equal lists have the same number. */
  const numberOfList = (values: Float32Array): number => {
    const known = numbers.get(values)
    if (known !== undefined) return known
    const glance = glanceOf(values)
    const alike = lists.get(glance) ?? []
    const before = alike.find(list => sameBits(list, values))
    const number = numberOf(before ?? values)
    if (before === undefined) lists.set(glance, [...alike, values])
    else numbers.set(values, number)
    return number
  }
  const detailsOf = (node: GraphNode): string => {
    switch (node.kind) {
      case 'placeholder':
        return ''
      case 'constant': {
        const { values } = node
        if (typeof values === 'number') return textOfNumbers([values])
        return `array ${numberOfList(values)}`
      }
      case 'draw':
        return `${node.distribution} ${node.key.words} ${JSON.stringify(node.key.path ?? null)}`
      case 'application':
        return node.operation + JSON.stringify(node.attributes)
      case 'fused':
        return `${node.operation} ${node.activation} ${JSON.stringify(node.attributes)}`
      case 'own': {
        const { kernels, given } = node.call
        return [kernels, ...given].map(value => (Object.is(value, -0) ? '-0' : numberOf(value))).join()
      }
      case 'scan':
        return bodyText(node)
      case 'loop':
        return `${node.limit} ${bodyText(node)}`
      case 'scan result':
      case 'loop result':
        return String(node.result)
    }
  }
  const textOf = (node: GraphNode, number: (node: GraphNode) => number): string =>
    `${node.kind} ${operands(node).map(number)} ${node.shape.join('x')} ${detailsOf(node)}`
  /** The nodes of a body by position: equal bodies have the same text. */
  const bodyText = (node: Scan | Loop): string => {
    const { inputs, outputs } = bodyOf(node)
    const places = new Map<GraphNode, number>()
    const place = (own: GraphNode): number => places.get(own) as number
    const lines = topological([...inputs, ...outputs]).map(own => {
      places.set(own, places.size)
      return textOf(own, place)
    })
    return `{ ${lines.join('; ')} -> ${outputs.map(place)} }`
  }
  return node => {
    if (node.kind === 'placeholder') return node
    const text = textOf(node, numberOf)
    const known = nodes.get(text)
    if (known !== undefined) return known
    nodes.set(text, node)
    return node
  }
}
