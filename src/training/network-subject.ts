import { InvalidOption, WeightInitializationError } from '../base/errors.ts'
import { type Flow, known } from '../base/shape.ts'
import { leavesOf, mergeTrees, type VariableTree } from '../base/trees.ts'
import type { VariableRule } from '../core/variables.ts'
import { asGraph } from '../graph/build.ts'
import type { GraphNode } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, plainOps, tracer } from '../graph/ops.ts'
import type { Part, Wiring } from '../network/parts.ts'
import { run } from '../network/run.ts'
import { outgoing, wiringOf } from '../network/wiring.ts'
import { checkedLeaves, checkedWiring, wireFor } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { asShown, type Shaped, type Trees } from '../state/variables.ts'
import { type Examples, type Fields, readNumbers, valuesIn } from './batches.ts'
import { checkNetwork } from './files/differences.ts'
import { culpritOf } from './loops/not-finite.ts'
import { targetCount, targetsWanted } from './losses/words.ts'
import type { NormalRule } from './options.ts'
import { namesIn } from './penalties/roles.ts'
import { asVector, layoutOf, type Reader, readerOf } from './report.ts'
import { type Asked, lossOf, metricsOf, outputNames, type Scoring, scoringOf } from './scoring.ts'
import type { GradientsAbout, StepAbout, Subject } from './subject.ts'
import { placedExamples, type Structure, traceUpdate, variableShapes, withLeaves } from './traced.ts'
import { type Measured, score, trainedOf } from './update.ts'

// A network that is trained by a loss.

/** The variables of a network, where their shapes are known before it has seen an input. */
export const knownRules = (wiring: Wiring): VariableTree<VariableRule> | undefined => {
  try {
    return variableRules(wiring)
  } catch (error) {
    if (error instanceof WeightInitializationError) return undefined
    throw error
  }
}

/** Nodes of given shapes, for what is traced to see whether it fits. */
const placed = (name: string, tensors: readonly Shaped[]): readonly GraphNode[] =>
  tensors.map(({ shape }, i) => placeholder(`${name} ${i}`, shape))

/**
 * Checks that examples and variables fit the network, and the expected outputs its loss and metrics, before anything is
 * computed: that is known when they are traced.
 *
 * @throws LayerConnectionError if the examples do not fit the network
 * @throws WeightInitializationError if the variables are not those of the network
 * @throws InvalidOption if the targets do not fit the loss or a metric
 */
export const checkTraining = (
  owner: string,
  part: Part,
  variables: Trees<Shaped>,
  batch: Fields<Shaped>,
  asked: Asked,
): void => {
  const wiring = checkedWiring(part, variables, batch.x)
  const scoring = scoringOf(owner, asked, outputNames(wiring))
  const count = wiring.outputs.length
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: 'network', option: 'y', expected, got, remedy })
  if (batch.y.length === 0) {
    const { expected, got, remedy } = targetsWanted
    if (scoring.losses.some(({ loss }) => loss.expects)) throw fault(expected, got, remedy)
    const [metric] = scoring.metrics
    if (metric !== undefined)
      throw fault(`targets: the metric ${metric.name} compares with them`, got, 'Give { x, y }.')
  } else if (batch.y.length !== count)
    throw fault(`${targetCount.expected} ${count} outputs`, String(batch.y.length), targetCount.remedy)
  const predicted = outgoing(wiring).map(shape => placeholder('predicted', shape ?? []))
  const outcome = {
    x: placed('x', batch.x),
    expected: placed('expected', batch.y),
    predicted,
    weights: placed('weights', batch.weights),
    mask: placed('mask', batch.mask),
  }
  lossOf<GraphNode>(plainOps, scoring, outcome)
  metricsOf<GraphNode>(plainOps, scoring, outcome)
}

/** How what a program has measured is read, and the tensors that it measures. */
const readerAndTensors = (
  scoring: Scoring,
  { groups, extras }: Measured<GraphNode>,
): readonly [Reader, readonly GraphNode[]] => {
  const [layout, tensors] = layoutOf(groups, (node: GraphNode) => node.shape)
  return [readerOf(scoring, extras, layout), tensors]
}

const traceStep = (part: Part, rule: NormalRule, structure: Structure, shapes: readonly Flow[]) => {
  const ops = tracer(interner())
  const { inputs, changed, scoring, measured, numbers } = traceUpdate(ops, part, rule, structure, shapes)
  const [reader, tensors] = readerAndTensors(scoring, measured)
  const graph = asGraph(inputs, [...changed.map(([, node]) => node), asVector(ops, tensors)])
  const about: StepAbout = { reader, changed: changed.map(([i]) => i), numbers }
  return [graph, about] as const
}

const traceGradients = (part: Part, rule: NormalRule, structure: Structure, shapes: readonly Flow[]) => {
  const { inputs, numbers, grads } = traceUpdate(tracer(interner()), part, rule, structure, shapes)
  const leaves = leavesOf(grads)
  const of = leaves.map(([layer, name, { shape }]) => [null, layer, name, known(shape)] as const)
  const about: GradientsAbout = { numbers, of }
  return [
    asGraph(
      inputs,
      leaves.map(([, , leaf]) => leaf),
    ),
    about,
  ] as const
}

const traceScore = (part: Part, rule: NormalRule, structure: Structure, shapes: readonly Flow[]) => {
  const ops = tracer(interner())
  const leaves = variableShapes(structure).map((shape, i) => placeholder(`variable ${i}`, shape))
  const { params, state } = withLeaves<GraphNode>(structure, leaves)
  const batch = placedExamples(shapes)
  const wiring = wireFor(part, shapes[0] ?? [])
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const [predicted] = run(ops, wiring, mergeTrees(params, state), batch.x, { training: false, key: undefined })
  const measured = score<GraphNode>(ops, scoring, rule, params, { ...batch, expected: batch.y, predicted })
  const [reader, tensors] = readerAndTensors(scoring, measured)
  return [asGraph([...leaves, ...valuesIn(batch)], [asVector(ops, tensors)]), reader] as const
}

/** A network that is trained by the loss, optimizer and metrics of a rule. */
export const networkSubject = (part: Part, rule: NormalRule): Subject => {
  const { owner, optimizer } = rule
  return Object.freeze<Subject>({
    owner,
    backend: rule.backend,
    paced: rule.paced,
    memory: {
      name: optimizer.name,
      rule: {
        init: (ops, params) => {
          const trained = trainedOf(rule, params)
          for (const part of [rule.regularizer, rule.constraint]) part?.check(namesIn(trained))
          return optimizer.rule.init(ops, trained)
        },
      },
    },
    asTrees: value => asVariables(owner, value),
    checkKnown: given => {
      checkedLeaves(knownRules(wiringOf(part)) ?? {}, given)
    },
    asGiven: ({ params, state }) => asShown(params, state),
    // What examples are is checked where they are read: a call from JavaScript may give anything.
    read: (whose, batch, check, isLent) => readNumbers(whose, part, batch as Examples, check, isLent),
    check: (variables, batch) => checkTraining(owner, part, variables, batch, rule),
    checkSaved: (file, variables) => checkNetwork(file, part, variables),
    traceStep: (structure, shapes) => traceStep(part, rule, structure, shapes),
    traceGradients: (structure, shapes) => traceGradients(part, rule, structure, shapes),
    traceScore: (structure, shapes) => traceScore(part, rule, structure, shapes),
    culprit: (state, batch, key) => culpritOf(part, rule, state, batch, key),
  })
}
