import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../base/errors.ts'
import { codec } from '../base/options.ts'
import { type Flow, known } from '../base/shape.ts'
import { isRecord, isShortList } from '../base/trees.ts'
import type { GraphNode } from '../graph/graph.ts'
import { placeholder, plainOps } from '../graph/ops.ts'
import type { Part, Wiring } from '../network/parts.ts'
import { outgoing } from '../network/wiring.ts'
import { inputsFor } from '../state/any-batch.ts'
import { wireFor } from '../state/check.ts'
import { checkTraining } from '../training/network-subject.ts'
import type { UpdateRule } from '../training/options.ts'
import { lossOf, outputNames, type Scoring, scoringOf } from '../training/scoring.ts'
import type { Structure } from '../training/traced.ts'
import { owner } from './names.ts'

// The shapes of what stands beside the inputs of a network in its training step.

/** A shape without the batch, such as `[]` for a number of each example; or one for each output. */
export type ExampleShape = readonly number[] | readonly (readonly number[])[]

/** The shapes of examples beside `x`, without the batch. */
export interface Examples {
  /** Default: as the loss takes it, of the shape of the output, class numbers, or a number of each example. */
  readonly y?: ExampleShape
  /** Default: there are none. */
  readonly weights?: ExampleShape
  /** Default: there is none. */
  readonly mask?: ExampleShape
}
const fields = ['y', 'weights', 'mask'] as const

export type NormalExamples = Readonly<Partial<Record<(typeof fields)[number], readonly (readonly number[])[]>>>

const isShape = (value: unknown): value is readonly number[] =>
  isShortList(value) && value.every(d => Number.isSafeInteger(d) && (d as number) > 0)
const shapesOf = (value: unknown): readonly (readonly number[])[] | undefined => {
  if (isShape(value)) return [value]
  return isShortList(value) && value.every(isShape) ? value : undefined
}

export const examplesOption: t.Type<NormalExamples, unknown, unknown> = codec(
  'shapes of one example, { y, weights, mask }, each a list of positive integers or one for each output',
  value => {
    if (!isRecord(value) || Object.keys(value).some(name => !fields.includes(name as 'y'))) return undefined
    const own = fields.flatMap(name => (value[name] === undefined ? [] : [[name, shapesOf(value[name])] as const]))
    return own.every(([, shapes]) => shapes !== undefined) ? (Object.fromEntries(own) as NormalExamples) : undefined
  },
)

const named = (name: string, shapes: readonly (readonly number[])[]): readonly GraphNode[] =>
  shapes.map((shape, i) => placeholder(`${name} ${i}`, shape))

/** Whether the loss of an output takes expected values of a shape. */
const takes = (scoring: Scoring, output: number, x: Flow, predicted: Flow, shape: readonly number[]): boolean => {
  const losses = scoring.losses.filter(own => own.output === output)
  const outputs = named(
    'predicted',
    predicted.map(each => known(each ?? [])),
  )
  const expected = named(
    'expected',
    predicted.map((each, i) => (i === output ? shape : known(each ?? []))),
  )
  const outcome = {
    x: named(
      'x',
      x.map(each => known(each ?? [])),
    ),
    expected,
    predicted: outputs,
    weights: [],
    mask: [],
  }
  try {
    lossOf<GraphNode>(plainOps, { losses }, outcome)
    return true
  } catch (error) {
    if (error instanceof InvalidOption) return false
    throw error
  }
}

/** The shapes of expected outputs as losses take them: those of the outputs, class numbers, or a number of each example. */
const expectedShapes = (
  rule: Pick<UpdateRule, 'owner'>,
  scoring: Scoring,
  wiring: Wiring,
  x: Flow,
): readonly (readonly number[])[] => {
  if (scoring.metrics.length === 0 && scoring.losses.every(({ loss }) => !loss.expects)) return []
  const predicted = outgoing(wiring)
  return predicted.map((shape, output) => {
    const own = known(shape ?? [])
    const found = [own, own.slice(0, -1), own.slice(0, 1)].find(candidate =>
      takes(scoring, output, x, predicted, candidate),
    )
    if (found !== undefined) return found.slice(1)
    throw new InvalidOption({
      layer: rule.owner,
      option: 'examples',
      expected: `the shape of y for ${scoring.losses.map(({ loss }) => loss.name).join(', ')}, which does not follow from the outputs`,
      got: 'none',
      remedy: 'Give it without the batch, for example: examples: { y: [10] }.',
    })
  })
}

/** A size of the batch to ask for shapes with: no dimension of a network is likely to be it. */
const probe = 61

/**
 * The shapes of x, y, weights and mask for a batch.
 *
 * @throws InvalidOption if the loss, or a metric, does not take them
 */
export const exampleShapes = (
  part: Part,
  rule: UpdateRule & { readonly examples: NormalExamples; readonly batchSize: number | null },
  inputs: Flow,
  structure: Structure,
): ((batch: number) => readonly (readonly (readonly number[])[])[]) => {
  const size = rule.batchSize ?? probe
  const x = inputsFor(owner, inputs, size)
  const wiring = wireFor(part, x)
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const { y = expectedShapes(rule, scoring, wiring, x), weights = [], mask = [] } = rule.examples
  const beside = (batch: number) =>
    [y, weights, mask].map(shapes => shapes.map(shape => [batch, ...shape])) as [number[][], number[][], number[][]]
  const shaped = (shapes: readonly (readonly number[])[]) => shapes.map(shape => ({ shape }))
  const [ofY, ofWeights, ofMask] = beside(size)
  const batch = { x: shaped(x), y: shaped(ofY), weights: shaped(ofWeights), mask: shaped(ofMask) }
  checkTraining(rule.owner, part, structure, batch, rule)
  return each => [inputsFor(owner, inputs, each), ...beside(each)]
}
