import { isRight } from 'fp-ts/lib/Either.js'
import { key } from '../base/random.ts'
import { type Shape, showShape, sizeOf } from '../base/shape.ts'
import { shownAs, table } from '../base/shown.ts'
import { byName, mapRecord } from '../base/trees.ts'
import type { AnyLayer, Mode } from '../core/layer.ts'
import type { VariableRules } from '../core/variables.ts'
import { type Cost, cost } from '../graph/cost.ts'
import { placeholder, plainOps } from '../graph/ops.ts'
import { asPart, type Node, type Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import { outputsOnly, traceNetwork, variablesOf } from '../state/traced.ts'
import { count, countOf, rulesOfEach, sumOf } from './sizes.ts'

/** A text that prints as it is, also in notebooks, with the rows that it was made from. */
export type Summary = string & { readonly rows: readonly Row[] }

/** One line of a {@link summary}: `null` is unknown. */
export interface Row {
  readonly name: string
  readonly layer: string
  readonly shape: string
  readonly parameters: number | null
  readonly flops: number | null
  /** Of the output for one example, in 32-bit floats. */
  readonly bytes: number | null
}

/** The shape for one example: costs are given per example. */
const oneExample = (shape: Shape): Shape => shape.map((d, i) => (i === 0 && d === null ? 1 : d))

/** Inference draws nothing, but a layer may ask for a key. */
const mode: Mode = { training: false, key: key(0) }

/** The cost of one layer for one example, from its trace; unknown where a dimension is. */
const costOf = (node: Node, rules: VariableRules): Cost => {
  const unknown: Cost = { flops: null, bytes: null, peakBytes: null }
  if (node.inputShapes.some(shape => shape === null) && node.layer.kind !== 'Input') return unknown
  const inputs = node.inputShapes.map((shape, i) => placeholder(`input ${i}`, oneExample(shape ?? node.shape ?? [])))
  if (inputs.some(input => input.shape.includes(null))) return unknown
  const variables = mapRecord(rules, (rule, name) => placeholder(name, rule.shape))
  const [output] = node.layer.rules.forward(plainOps, variables, inputs, { ...mode, isGiven: true })
  return cost([output])
}

/** The peak memory of inference of one example, parameters included. */
const peakOf = (part: Part): number | null => {
  const inputs = wiringOf(part).inputs.map(shape => (shape === null ? null : oneExample(shape)))
  if (inputs.length === 0 || inputs.some(shape => shape === null || shape.includes(null))) return null
  const [{ outputs }] = traceNetwork(part, variablesOf(part, inputs), mode, inputs, [outputsOnly, []])
  return cost(outputs).peakBytes
}

/** The bytes of an output for one example; unknown where a dimension is. */
const bytesOf = (shape: Shape | null): number | null => {
  const known = shape === null ? [null] : oneExample(shape)
  return known.includes(null) ? null : 4 * sizeOf(known as readonly number[])
}

const total = (rows: readonly Row[], column: 'parameters' | 'flops'): number | null =>
  sumOf(rows.map(row => row[column]))

/**
 * A table of a network: each layer's name, call, output shape, parameters and floating-point operations for one
 * example, and their sums; and the peak memory of inference for one example in bytes, including the parameters. A
 * shared layer's parameters count at its first use; `?` is a size that depends on unknown inputs.
 *
 * @example
 * ```ts
 * console.log(summary(join(Input(4), Relu(8), Softmax(3))))
 * ```
 */
export const summary = (network: AnyLayer): Summary => {
  const part = asPart('summary', network)
  const { nodes } = wiringOf(part)
  const ownRules = rulesOfEach(nodes)
  const frozen = ownRules.map(rules =>
    countOf(rules && byName(Object.entries(rules).filter(([, rule]) => rule.trainable === false))),
  )
  const rows = nodes.map((node, i): Row => {
    const found = node.layer.rules.variables(node.inputShapes)
    return {
      name: node.name,
      layer: String(node.layer),
      shape: showShape(node.shape),
      parameters: countOf(ownRules[i] ?? null),
      flops: isRight(found) ? costOf(node, found.right).flops : null,
      bytes: bytesOf(node.shape),
    }
  })
  const head = ['name', 'layer', 'output shape', 'parameters', 'FLOPs']
  const cells = rows.map(row => [row.name, row.layer, row.shape, count(row.parameters), count(row.flops)])
  const sums = ['total', '', '', count(total(rows, 'parameters')), count(total(rows, 'flops'))]
  const [first, ...body] = table([head, ...cells, sums], 3)
  const rule = '─'.repeat([first ?? '', ...body].reduce((widest, line) => Math.max(widest, [...line].length), 0))
  const trainable = total(rows, 'parameters')
  const lines = [
    first,
    rule,
    ...body.slice(0, -1),
    rule,
    body.at(-1),
    `trainable parameters: ${count(trainable === null ? null : trainable - (sumOf(frozen) ?? 0))}`,
    `bytes at once, for one example: ${count(peakOf(part))}`,
  ]
  // An object, because a primitive string is shown in quotes.
  const text: unknown = Object.defineProperties(Object(lines.join('\n')), {
    ...shownAs(String),
    rows: { value: Object.freeze(rows.map(row => Object.freeze(row))) },
  })
  return Object.freeze(text) as Summary
}
