import * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../../backends/choose.ts'
import { InvalidOption } from '../../base/errors.ts'
import { foldIn, type Key, symbolicKey } from '../../base/random.ts'
import { type Flow, known } from '../../base/shape.ts'
import type { Form } from '../../base/tree.ts'
import { byName, isRecord, leavesOf, mapRecord, own, type VariableTree } from '../../base/trees.ts'
import { asGraph } from '../../graph/build.ts'
import type { GraphNode, Placeholder } from '../../graph/graph.ts'
import { interner } from '../../graph/intern.ts'
import { placeholder, plainOps, tracer } from '../../graph/ops.ts'
import { wiringOf } from '../../network/wiring.ts'
import type { Ops } from '../../ops/ops.ts'
import { checkedLeaves } from '../../state/check.ts'
import { asVariables, described, reading } from '../../state/given.ts'
import { asShown, type Shaped, type Trees } from '../../state/variables.ts'
import { tfjsOps, tidily } from '../../tfjs/index.ts'
import type { NumberBatch, ShapedBatch } from '../batches.ts'
import { checkNetworks } from '../files/differences.ts'
import { type Culprit, firstIn, isAllFinite, noting, ofBatch } from '../loops/not-finite.ts'
import { knownRules } from '../network-subject.ts'
import { asVector, layoutOf, type Reader, readSums } from '../report.ts'
import type { Remembering } from '../slots.ts'
import type { GradientsAbout, StepAbout, Subject } from '../subject.ts'
import {
  changedIn,
  placedOutside,
  type RawState,
  type Structure,
  shapesIn,
  variableShapes,
  withLeaves,
} from '../traced.ts'
import { trainedOf } from '../update.ts'
import { placeOf, readTree, type Taken } from './batch.ts'
import { slotsByNetwork } from './slots.ts'
import { joined, of, within } from './trees.ts'
import { judged, keyOfRule, type Ruled, type RuleStep, updateByRules } from './update.ts'

// Networks that are trained by rules.

/** How networks are trained by rules. */
export interface RulesOptions extends Ruled {
  readonly backend: BackendOption
  readonly paced: boolean
  readonly guarded: boolean
}

/** What a rule has measured: its loss, and what is reported with it. */
type MeasuredBy = Pick<RuleStep<GraphNode>, 'report'> & { readonly value: GraphNode }

/** How the scalars of all rules are read: each is a mean over the examples of its batch. */
const readerOf = (
  { rules }: Ruled,
  measured: readonly MeasuredBy[],
  flag: GraphNode | undefined,
): readonly [Reader, readonly GraphNode[]] => {
  const named = measured.flatMap(({ value, report }, i) => {
    const before = rules[i]?.name ?? null
    const called = (name: string): string => (before === null ? name : `${before}.${name}`)
    return [
      { name: called('loss'), node: value, isLoss: true },
      ...Object.entries(report).map(([name, node]) => ({ name: called(name), node, isLoss: false })),
    ]
  })
  const nodes = [...named.map(({ node }) => node), ...(flag === undefined ? [] : [flag])]
  const [layout] = layoutOf(
    nodes.map(node => [node, 1]),
    node => node.shape,
  )
  const reader: Reader = {
    // In 64 bits, where such products are exact.
    sumsOf: (numbers, size) =>
      readSums(layout, numbers).map(([sum], i) =>
        i < named.length ? [(sum as number) * size, size] : [sum ?? null, 1],
      ),
    reportOf: sums => {
      const values = named.map(({ name, isLoss }, i) => {
        const [sum, count] = sums[i] as readonly [number, number]
        return { name, isLoss, value: sum / count }
      })
      const total = values.reduce((all, { value, isLoss }) => (isLoss ? all + value : all), 0)
      return byName([['loss', total], ...values.map(({ name, value }) => [name, value] as const)]) as ReturnType<
        Reader['reportOf']
      >
    },
    isUndone: sums => flag !== undefined && sums[named.length]?.[0] === 0,
  }
  return [reader, nodes]
}

/** Placeholders for a batch, and the tree that they stand in. */
const placedBatch = ([shapes = []]: readonly Flow[], form: Form | undefined) => {
  const values = shapes.map((shape, i) => placeholder(`batch ${i}`, shape ?? []))
  return { values, batch: { form: form as Form, leaves: values } }
}

/** An update on placeholders. */
const traceUpdate = (options: RulesOptions, structure: Structure, shapes: readonly Flow[], form: Form | undefined) => {
  const ops = tracer(interner())
  const leaves = shapesIn(structure).map((shape, i) => placeholder(`variable ${i}`, shape))
  const { values, batch } = placedBatch(shapes, form)
  const { outside, placed, numbers } = placedOutside(options.paced)
  const before = withLeaves<GraphNode>(structure, leaves)
  const updated = updateByRules(ops, options, before, batch, outside, symbolicKey, options.guarded)
  const inputs: readonly Placeholder[] = [...leaves, ...placed(), ...values]
  return { ops, leaves, inputs, numbers: numbers(), ...updated }
}
type Tracing = Parameters<typeof traceUpdate>

const traceStep = (...tracing: Tracing) => {
  const { ops, leaves, inputs, numbers, after, steps, finite } = traceUpdate(...tracing)
  const [options] = tracing
  const changed = changedIn(ops, options.owner, leaves, after)
  const [reader, nodes] = readerOf(options, steps, finite)
  const about: StepAbout = { reader, changed: changed.map(([i]) => i), numbers }
  return [asGraph(inputs, [...changed.map(([, node]) => node), asVector(ops, nodes)]), about] as const
}

const traceGradients = (...tracing: Tracing) => {
  const { inputs, numbers, steps } = traceUpdate(...tracing)
  const [{ rules }] = tracing
  const leaves = steps.flatMap(({ grads }, i) =>
    leavesOf(grads).map(([layer, name, leaf]) => ({ leaf, of: [rules[i]?.name ?? null, layer, name] as const })),
  )
  const about: GradientsAbout = { numbers, of: leaves.map(({ leaf, of }) => [...of, known(leaf.shape)] as const) }
  return [
    asGraph(
      inputs,
      leaves.map(({ leaf }) => leaf),
    ),
    about,
  ] as const
}

/** What each rule measures, without learning from it. */
const judgedBy = <T>(
  ops: Ops<T>,
  ruled: Ruled,
  variables: Trees<T>,
  batch: Taken<T>,
  mode: { readonly training: boolean; readonly key: Key },
) =>
  ruled.rules.map((rule, i) => {
    const { loss, report } = judged(ops, ruled, rule, variables, batch, { ...mode, key: keyOfRule(mode.key, i) })
    return { value: loss, report }
  })

const traceScore = (options: RulesOptions, structure: Structure, shapes: readonly Flow[], form: Form | undefined) => {
  const ops = tracer(interner())
  const leaves = variableShapes(structure).map((shape, i) => placeholder(`variable ${i}`, shape))
  const { values, batch } = placedBatch(shapes, form)
  const variables = withLeaves<GraphNode>(structure, leaves)
  const measured = judgedBy(ops, options, variables, batch, { training: false, key: symbolicKey })
  const [reader, nodes] = readerOf(options, measured, undefined)
  return [asGraph([...leaves, ...values], [asVector(ops, nodes)]), reader] as const
}

/** Runs the losses of all rules on nodes of the shapes at hand: what does not fit is an error there. */
const check = (ruled: Ruled, { params, state }: Trees<Shaped>, { x, tree }: ShapedBatch): void => {
  const placed = (trees: VariableTree<Shaped>): VariableTree<GraphNode> =>
    mapRecord(trees, (variables, layer) =>
      mapRecord(variables, ({ shape }, name) => placeholder(`${layer}.${name}`, shape)),
    )
  const batch = {
    form: (tree as NonNullable<typeof tree>).form,
    leaves: x.map(({ shape }, i) => placeholder(placeOf(tree?.paths[i] ?? []), shape)),
  }
  const variables = { params: placed(params), state: placed(state) }
  judgedBy<GraphNode>(plainOps, ruled, variables, batch, { training: true, key: symbolicKey })
}

/** What all optimizers remember, in a list. */
export const memoryOf = ({ parts, rules }: Pick<Ruled, 'parts' | 'rules'>): Remembering => ({
  name: [...new Set(rules.map(({ optimizer }) => optimizer.name))].join(' and '),
  rule: { init: (ops, params) => rules.map(rule => rule.optimizer.rule.init(ops, trainedOf(rule, params))) },
  shown: slots => slotsByNetwork(Object.keys(parts), slots),
})

/** The variables of all networks as a user gives them. */
export const asTrees = ({ owner, parts }: Ruled, value: unknown): Trees => {
  const given = reading(owner, 'variables', () => {
    const names = Object.keys(parts)
    const fault = (got: string) =>
      new InvalidOption({
        layer: owner,
        option: 'variables',
        expected: `the variables of each network, { ${names.join(', ')} }`,
        got,
        remedy: 'Give init(networks, key), or what training has made of it.',
      })
    if (!isRecord(value)) throw fault(described(value))
    const missing = names.find(name => !isRecord(own(value, name)))
    if (missing !== undefined) throw fault(`none of ${missing}`)
    return names.map(name => [name, value[name]] as const)
  })
  const trees = given.map(([name, own]) => [name, asVariables(`${owner}, variables, ${name}`, own)] as const)
  return {
    params: joined(trees.map(([name, { params }]) => within(name, params))),
    state: joined(trees.map(([name, { state }]) => within(name, state))),
  }
}

/** What was not finite: a number of the batch, the output of a layer, its gradient, or the loss of a rule. */
const culprit = (ruled: Ruled, state: RawState, batch: NumberBatch, key: Key): Culprit => {
  const given = ofBatch(batch.x.map((numbers, i) => [placeOf(batch.tree?.paths[i] ?? []), numbers] as const))
  if (given !== undefined) return given
  return tidily((): Culprit => {
    const tensors = batch.x.map(({ data, shape }) => tf.tensor(data, [...shape]))
    const taken = { form: (batch.tree as NonNullable<typeof batch.tree>).form, leaves: tensors }
    const { update, slots } = state.optimizer
    const own = foldIn(key, update)
    const found: string[] = []
    const noted = noting(undefined, layer => found.push(layer))
    judgedBy(noted, ruled, state, taken, { training: true, key: own })
    const [first] = found
    if (first !== undefined) return { what: 'output', layer: first }

    const at = (f: (update: number) => number): tf.Tensor => tf.scalar(f(update))
    const before = { params: state.params, state: state.state, slots }
    const { steps } = updateByRules<tf.Tensor>(tfjsOps, ruled, before, taken, { at }, own, false)
    for (const [i, { grads, value }] of steps.entries()) {
      const name = ruled.rules[i]?.name ?? null
      const wrong = leavesOf(grads).find(([, , gradient]) => !isAllFinite(gradient))
      if (firstIn(value.dataSync<'float32'>()) >= 0) return { what: 'loss', ...(name !== null && { rule: name }) }
      if (wrong !== undefined) return { what: 'gradient', layer: wrong[0] }
    }
    return { what: 'loss' }
  })
}

/** Networks that are trained by rules. */
export const rulesSubject = (options: RulesOptions): Subject => {
  const { owner, parts, rules } = options
  const rulesOf = Object.entries(parts).map(([name, part]) => [name, knownRules(wiringOf(part))] as const)
  const known = joined(rulesOf.map(([name, own]) => within(name, own ?? {})))
  // Names of what is trained are checked at once, where all variables are known by name.
  if (rulesOf.every(([, own]) => own !== undefined)) for (const rule of rules) trainedOf(rule, known)
  return Object.freeze<Subject>({
    owner,
    backend: options.backend,
    paced: options.paced,
    memory: memoryOf(options),
    asTrees: value => asTrees(options, value),
    checkKnown: given => {
      checkedLeaves(known, given)
    },
    asGiven: ({ params, state }) => mapRecord(parts, (_, name) => asShown(of(name, params), of(name, state))),
    read: readTree,
    check: (variables, batch) => check(options, variables, batch),
    checkSaved: (file, { params, state }) => {
      checkNetworks(
        file,
        parts,
        mapRecord(parts, (_, name) => ({ params: of(name, params), state: of(name, state) })),
      )
    },
    traceStep: (structure, shapes, form) => traceStep(options, structure, shapes, form),
    traceGradients: (structure, shapes, form) => traceGradients(options, structure, shapes, form),
    traceScore: (structure, shapes, form) => traceScore(options, structure, shapes, form),
    culprit: (state, batch, key) => culprit(options, state, batch, key),
  })
}
