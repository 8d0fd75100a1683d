import { chain, type Either, isLeft, left, map, mapLeft, match, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Fault } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import type { Flow, Shape } from '../base/shape.ts'
import { byName, mapRecord, merged, type VariableTree } from '../base/trees.ts'
import { type IdReader, idReaders } from '../network/ids.ts'
import { asPart, type LayerValue, type Part, type Wiring } from '../network/parts.ts'
import { run } from '../network/run.ts'
import type { WiringError } from '../network/scope.ts'
import { outgoing, wire, wiringOf } from '../network/wiring.ts'
import type { Ops } from '../ops/ops.ts'
import { refusalOfAll } from './expects.ts'
import type { Mode, Rows, Rules } from './layer.ts'
import { mixedTargets, mixes } from './targets.ts'
import type { VariableRule, VariableRules } from './variables.ts'

// Layers within layers. A composition within a layer has rules like a layer's; its variables have names such as
// `relu-1/weight`.

const faultWithin = (error: WiringError): Fault => {
  const { layer, expected, got, remedy } = error
  const kind = 'kind' in error ? error.kind : undefined
  return { expected, got, remedy, ...(kind === undefined ? {} : { within: { kind, path: layer } }) }
}

/** What a layer that merges or changes the output of another one expects of that. */
export const singleOutput = {
  expected: 'a layer of one output within',
  remedy: 'Merge its outputs with Concatenate() or Elementwise().',
} as const

/** How many outputs a layer around another one lets that have. */
type Outputs = 'one' | 'several'

/** The graph of a part that has as many outputs as it may. */
const wired = (part: Part, inputs: Flow, count: Outputs): Either<Fault, Wiring> => {
  const wiring = wire(part, inputs)
  if (isLeft(wiring)) return left(faultWithin(wiring.left))
  const outputs = outgoing(wiring.right)
  if (outputs.length === 1 || count === 'several') return wiring
  return refusalOfAll(singleOutput, outputs)
}

const flatRules = (wiring: Wiring): Either<Fault, VariableRules> => {
  const all: VariableRules[] = []
  for (const { name, layer, inputShapes } of wiring.nodes) {
    const rules = layer.rules.variables(inputShapes)
    if (isLeft(rules)) return rules
    all.push(prefixed(`${name}/`, rules.right))
  }
  return right(merged(...all))
}

/** The values whose names have a prefix, without it. */
export const without = <V>(prefix: string, values: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
  byName(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  )

/** Values with a prefix before their names. */
export const withPrefix = <V>(prefix: string, values: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
  byName(Object.entries(values).map(([name, value]) => [prefix + name, value] as const))

/** Rules of variables with a prefix before their names. */
export const prefixed = (prefix: string, rules: VariableRules): VariableRules =>
  withPrefix(
    prefix,
    mapRecord(rules, (rule): VariableRule => {
      const { derived } = rule
      return derived ? { ...rule, derived: (all, key) => derived(without(prefix, all), key) } : rule
    }),
  )

/** For each input that layers take as ids: the fewest rows, of those that take all of its ids if there are any. */
const idsWithin = (wiring: Wiring): readonly (Rows | null)[] =>
  idReaders(wiring).map(readers => {
    const all = readers.filter(({ mask }) => mask === undefined)
    const [fewest] = (all.length > 0 ? all : readers).toSorted((a, b) => a.rows - b.rows)
    return fewest === undefined ? null : rowsOf(fewest)
  })
const rowsOf = ({ rows, mask }: IdReader): Rows => ({ count: rows, ...(mask !== undefined && { mask }) })

const treeOf = <T>(wiring: Wiring, variables: Readonly<Record<string, T>>): VariableTree<T> =>
  byName(wiring.nodes.map(({ name }) => [name, without(`${name}/`, variables)] as const))

const compositionRules = (part: Part, count: Outputs): Rules => ({
  inputs: 'any',
  shape: inputs =>
    pipe(
      wired(part, inputs, count),
      map(wiring => outgoing(wiring)[0] ?? null),
    ),
  // How many there are does not depend on the inputs.
  ...(count === 'several' &&
    wiringOf(part).outputs.length > 1 && {
      further: (inputs: Flow): Flow =>
        pipe(
          wired(part, inputs, count),
          match(
            () => [],
            wiring => outgoing(wiring).slice(1),
          ),
        ),
    }),
  variables: inputs => pipe(wired(part, inputs, count), chain(flatRules)),
  ids: inputs =>
    pipe(
      wired(part, inputs, count),
      match(() => [], idsWithin),
    ),
  forward: <T>(
    { within: _, ...ops }: Ops<T>,
    variables: Readonly<Record<string, T>>,
    inputs: readonly T[],
    mode: Mode,
  ) => {
    const wiring = wired(part, inputs.map(ops.shape), count)
    // Not for users: shapes were checked when the network was made.
    if (isLeft(wiring)) throw new RangeError(wiring.left.expected)
    const [outputs, state] = run(ops, wiring.right, treeOf(wiring.right, variables), inputs, mode)
    const flat = Object.entries(state).map(([name, own]) => withPrefix(`${name}/`, own))
    const [first, ...further] = outputs
    return [first as T, merged(...flat), further]
  },
  ...(mixes(part) && {
    targets: <T>(ops: Ops<T>, expected: T, key: Key, input: Shape | null): T => {
      const wiring = wired(part, [input], count)
      return isLeft(wiring) ? expected : (mixedTargets(ops, wiring.right, [expected], { training: true, key })[0] as T)
    },
  }),
})

const layerRules = ({ kind, rules }: LayerValue): Rules => ({
  ...rules,
  shape: inputs =>
    pipe(
      rules.shape(inputs),
      mapLeft(({ within, ...fault }) => ({
        ...fault,
        within: within ? { ...within, kind: `${kind} > ${within.kind}` } : { kind },
      })),
    ),
})

/**
 * The rules of a layer or composition within a layer. The variables of a composition get one name each, as in
 * `relu-1/weight`.
 *
 * @param outputs `'several'` if the layer within may have several outputs; then `further` of the rules says the shapes of those
 *   after the first, and `forward` returns them after the state. Default: `'one'`, and another is refused.
 * @throws InvalidOption if it is not a layer
 */
export const innerRules = (layer: Part, outputs: Outputs = 'one'): Rules => {
  const part = asPart('innerRules', layer)
  // A single layer of several outputs is refused as a composition of several is.
  const isSingle = 'rules' in part && (outputs === 'several' || part.rules.further === undefined)
  // The layer around it may do more than the layer within: change what that passes on, or mix steps that it does not.
  const { passes: _, decode: __, ...rules } = isSingle ? layerRules(part) : compositionRules(part, outputs)
  return {
    ...rules,
    forward: (ops, variables, inputs, mode) => rules.forward(ops, variables, inputs, { ...mode, isGiven: false }),
  }
}
