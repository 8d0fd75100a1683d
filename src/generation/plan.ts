import { isLeft } from 'fp-ts/lib/Either.js'
import { InvalidOption } from '../base/errors.ts'
import { showFlow, showShape } from '../base/shape.ts'
import type { Decoded, Decoding } from '../core/layer.ts'
import { idReaders } from '../network/ids.ts'
import type { Node, Part, Wiring } from '../network/parts.ts'
import { outgoing, wiringOf } from '../network/wiring.ts'

// How a network reads a sequence part by part: what each of its layers does, checked before anything runs.

/** Where a value comes from: a node (its index) and which of its outputs, or an input of the network (~ its index). */
export type Source = `${number}.${number}`
export const sourceOf = (from: number, port = 0): Source => `${from}.${port}`

/** A layer in its place, and how it decodes. */
export interface Planned {
  readonly node: Node
  /** Its inputs, in order. */
  readonly sources: readonly Source[]
  /** Which of them have the steps of the sequence. */
  readonly steps: readonly boolean[]
  /** Whether its inputs are those of the network, unchanged. */
  readonly isGiven: boolean
  readonly decoded: Decoded
}

/** A network as it is decoded. Its first input is the sequence. */
export interface Plan {
  readonly part: Part
  readonly wiring: Wiring
  readonly nodes: readonly Planned[]
  /** What layers with steps take of values without, in every part. */
  readonly carried: readonly Source[]
  /** The most steps; infinite if no layer sets a limit. */
  readonly most: number
  /** The node whose output is the network's, and which of its outputs. */
  readonly output: number
  readonly port: number
  readonly vocabulary: number
}

export const isDecoding = (decoded: Decoded): decoded is Decoding => typeof decoded === 'object'
/** Whether the output of a layer has the steps of the sequence. */
export const hasSteps = ({ decoded }: Planned): boolean => decoded !== 'whole'

/** @throws InvalidOption */
export const refuse = (layer: string, option: string, expected: string, got: string, remedy: string): never => {
  throw new InvalidOption({ layer, option, expected, got, remedy })
}

/** What is expected of a network. The compiler says the same, as far as it knows. */
export const readable = {
  ids: 'a first input of ids [batch, time], which an Embedding takes',
  tokens: 'one output [batch, time, vocabulary]',
  steps: 'an output for each step of the first input',
  remedy:
    'For example: join(Input(64), Embedding(50, 32), LSTM(32, { onlyReturnFinal: false }), TimeDistributed(Softmax(50))).',
} as const

/** What is expected of an Embedding that takes the tokens that a network gives. */
export const oneVocabulary = {
  expected: 'at least {count} ids, as the network gives so many tokens',
  remedy: 'Use one vocabulary.',
} as const

const unable = {
  expected: 'a layer that acts on each step alone, or looks back only',
  remedy: 'Leave it out, or say how it decodes in its definition: decode.',
} as const

/** How a node decodes. */
const decodedOf = ({ path, layer, inputShapes }: Node, steps: readonly boolean[]): Decoded => {
  if (!steps.includes(true)) return 'whole'
  const decoded = layer.rules.decode?.(inputShapes, steps)
  // A step gives one output.
  const isPartial = decoded?._tag === 'Right' && isDecoding(decoded.right) && layer.rules.further !== undefined
  if (decoded === undefined || isPartial) return refuse(path, 'decode', unable.expected, layer.kind, unable.remedy)
  if (!isLeft(decoded)) return decoded.right
  const { expected, got, remedy } = decoded.left
  return refuse(path, 'decode', expected, `${layer.kind} of ${got}`, remedy)
}

/** The nodes with how they decode, in order. */
const plannedOf = ({ nodes }: Wiring): readonly Planned[] => {
  const planned: Planned[] = []
  const passed: boolean[] = []
  for (const node of nodes) {
    const sources = [
      ...node.externals.map(k => sourceOf(~k)),
      ...node.inputs.map((from, i) => sourceOf(from, node.ports?.[i])),
    ]
    const steps = [...node.externals.map(k => k === 0), ...node.inputs.map(from => hasSteps(planned[from] as Planned))]
    const isGiven = node.inputs.every(i => passed[i])
    passed.push(isGiven && node.layer.rules.passes === true)
    planned.push({ node, sources, steps, isGiven, decoded: decodedOf(node, steps) })
  }
  return planned
}

/**
 * Plans how a network decodes.
 *
 * @param owner the function that was called
 * @throws InvalidOption if it has not one output [batch, time, vocabulary], its first input is not [batch, time], or a layer
 *   looks at later steps; names the layer
 */
export const planOf = (owner: string, part: Part): Plan => {
  const wiring = wiringOf(part)
  const [first = null] = wiring.inputs
  const { ids, tokens, steps, remedy } = readable
  const isOfIds = (idReaders(wiring)[0] ?? []).length > 0
  if (first === null || first.length !== 2 || !isOfIds)
    return refuse(owner, 'network', ids, showFlow(wiring.inputs), remedy)
  const outputs = outgoing(wiring)
  const [output = 0] = wiring.outputs
  const vocabulary = outputs[0]?.[2] ?? null
  if (outputs.length !== 1 || outputs[0]?.length !== 3 || vocabulary === null)
    return refuse(owner, 'network', tokens, showFlow(outputs), remedy)
  const nodes = plannedOf(wiring)
  const last = nodes[output] as Planned
  if (!hasSteps(last)) refuse(owner, 'network', steps, showShape(last.node.shape), remedy)
  const carried = new Set<Source>()
  for (const { sources, steps, decoded } of nodes)
    if (decoded !== 'whole') for (const [i, from] of sources.entries()) if (steps[i] !== true) carried.add(from)
  const limits = nodes.map(({ decoded }) => (isDecoding(decoded) ? (decoded.most ?? Infinity) : Infinity))
  return {
    part,
    wiring,
    nodes,
    carried: [...carried],
    most: Math.min(...limits),
    output,
    port: wiring.ports?.[0] ?? 0,
    vocabulary,
  }
}
