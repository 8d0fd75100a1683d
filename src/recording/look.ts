import type { Tensor } from '@tensorflow/tfjs-core'
import type { Numbers } from '../backends/programs.ts'
import { digits, shownAs, table } from '../base/shown.ts'
import { unflatten } from '../base/tree.ts'
import { byName, mapRecord, mapTree, treeOf, type VariableTree } from '../base/trees.ts'
import { type GradientNorms, gradientNorms } from '../introspection/index.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { fields, type NumberBatch } from '../training/batches.ts'
import type { Gradient } from '../training/engine.ts'
import { of } from '../training/rules/trees.ts'
import { mapSlots, shownSlots, slotTensors } from '../training/slots.ts'
import type { Subject } from '../training/subject.ts'
import type { RawState } from '../training/traced.ts'
import type { Asked } from './asked.ts'
import { rateAt } from './rates.ts'
import type { Replayed, Seen } from './replay.ts'

// An update that has been made again, as users get it.

/** What stands under the name of a rule; a rule alone has none. */
const ruleAlone = 'rule'

const given = (tensor: Tensor): Tensor => handOver(tensor)
const tensorOfNumbers = ({ data, shape }: Numbers): Tensor => given(tensorOf(data.slice(), shape))

/** A batch as tensors, in the form in which steps take it. */
const batchOf = ({ tree, ...batch }: NumberBatch): unknown => {
  if (tree !== undefined) return unflatten(tree.form, batch.x.map(tensorOfNumbers))
  return byName(
    fields.flatMap(field => {
      const tensors = batch[field].map(tensorOfNumbers)
      return tensors.length === 0 ? [] : [[field, tensors.length === 1 ? tensors[0] : Object.freeze(tensors)] as const]
    }),
  )
}

const variablesOf = (subject: Subject, { params, state }: RawState): unknown =>
  subject.asGiven({ params: mapTree(params, given), state: mapTree(state, given) })

type Slopes = VariableTree<Tensor>

/** The gradients of each rule. */
const byRule = (gradients: readonly Gradient[], rules: readonly (string | null)[]): readonly Slopes[] =>
  rules.map(rule =>
    treeOf(
      gradients
        .filter(own => own.rule === rule)
        .map(({ layer, name, tensor }) => [layer, name, given(tensor)] as const),
    ),
  )

interface Shown {
  readonly update: number
  readonly epoch: number
  readonly batch: number
  readonly loss: number
  readonly learningRate: unknown
  readonly gradientNorms: object
}
/** The update, and the norms of its gradients by layer. */
const text = ({ update, epoch, batch, loss, learningRate, gradientNorms }: Shown): string => {
  const isAlone = typeof (gradientNorms as Partial<GradientNorms<object>>).total === 'number'
  const norms = (isAlone ? { '': gradientNorms } : gradientNorms) as Readonly<
    Record<string, GradientNorms<Readonly<Record<string, number>>>>
  >
  const rows = Object.entries(norms).flatMap(([rule, { total, layers }]) => [
    ...Object.entries(layers).map(([layer, norm]) => [`${rule === '' ? '' : `${rule}: `}${layer}`, digits(norm)]),
    [`${rule === '' ? '' : `${rule}: `}all layers`, digits(total)],
  ])
  const rates = typeof learningRate === 'number' ? `, learning rate ${digits(learningRate)}` : ''
  return [
    `Update ${update} (epoch ${epoch}, batch ${batch}): loss ${digits(loss)}${rates}`,
    ...table([['gradients of', 'norm'], ...rows], 1).map(line => `  ${line}`),
  ].join('\n')
}
const shown = shownAs(text)

/** An update as users get it: its tensors are handed over. */
export const looked = async (
  { subject, optimizers, networks }: Pick<Asked, 'subject' | 'optimizers' | 'networks'>,
  seen: Seen,
  { epoch, batch }: Replayed,
): Promise<object> => {
  const { update, before, after, key, report, pace } = seen
  for (const tensor of slotTensors(before.optimizer)) tensor.dispose()
  const variables = variablesOf(subject, after)
  const optimizer = shownSlots(subject.memory, mapSlots(after.optimizer, given))
  const rules = optimizers.map(([rule]) => rule)
  const slopes = byRule(seen.gradients, rules)
  const norms = await Promise.all(slopes.map(own => gradientNorms(own)))
  const rates = optimizers.map(([, own]) => {
    const rate = rateAt(own, update - 1)
    return rate === undefined ? undefined : rate * pace
  })
  // One network has one of each; of several, each rule has its own.
  const ofEach = <V>(values: readonly V[]): V | Readonly<Record<string, V>> =>
    networks === null ? (values[0] as V) : byName(values.map((value, i) => [rules[i] ?? ruleAlone, value] as const))
  const gradients = networks === null ? slopes : slopes.map(tree => byNetwork(tree, networks))
  const made = {
    ...{ update, epoch, batch, before: variablesOf(subject, before), after: variables },
    ...{ data: batchOf(seen.batch), loss: report.loss, report },
    ...{ gradients: ofEach<unknown>(gradients), gradientNorms: ofEach(norms), learningRate: ofEach(rates) },
    trainState: Object.freeze({ variables, optimizer, key }),
  }
  return Object.freeze(Object.defineProperties(made, shown))
}

/** A tree of several networks, by network: those of which it has something. */
const byNetwork = (tree: Slopes, networks: readonly string[]): Readonly<Record<string, Slopes>> => {
  const parts = mapRecord(byName(networks.map(name => [name, name] as const)), name => of(name, tree))
  return byName(Object.entries(parts).filter(([, own]) => Object.keys(own).length > 0))
}
