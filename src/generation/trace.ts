import { type Flow, known } from '../base/shape.ts'
import { byName, mapRecord, mapTree, merged, own, type VariableTree } from '../base/trees.ts'
import type { Mode, Result } from '../core/layer.ts'
import { traceOnly } from '../graph/build.ts'
import type { Graph } from '../graph/graph.ts'
import type { Ops } from '../ops/ops.ts'
import type { Known } from '../state/traced.ts'
import { knownLog } from '../training/probabilities.ts'
import { hasSteps, isDecoding, type Plan, type Planned, type Source, sourceOf } from './plan.ts'

// The graphs of decoding. The first gives what there is before a sequence, the next ones read its parts and go on from what is
// kept: what layers that look back keep, and values without steps.

/** How many sequences there are, and how many steps there is room for. */
export interface Room {
  readonly batch: number
  readonly capacity: number
}

type Kept<T> = Readonly<Record<string, T>>
/** What is kept of the steps before: for each node, and the values without steps. */
interface Before<T> {
  readonly kept: readonly Kept<T>[]
  readonly whole: ReadonlyMap<Source, T>
}

const modeOf = ({ node, isGiven }: Planned): Mode => ({ training: false, key: undefined, layer: node.name, isGiven })

const variablesOf = <T>(variables: VariableTree<T>, { node }: Planned): Kept<T> => merged(own(variables, node.name))

/** Sets all outputs of a node. */
const setAll = <T>(values: Map<Source, T>, node: number, [output, , further = []]: Result<T>): void => {
  for (const [port, value] of [output, ...further].entries()) values.set(sourceOf(node, port), value)
}

/** What is kept before the first step. */
const begin = <T>(
  ops: Ops<T>,
  { nodes }: Plan,
  variables: VariableTree<T>,
  others: readonly T[],
  room: Room,
): Before<T> => {
  const whole = new Map<Source, T>(others.map((x, i) => [sourceOf(~(i + 1)), x] as const))
  const kept: Kept<T>[] = []
  for (const [i, planned] of nodes.entries()) {
    const { node, decoded, sources, steps } = planned
    const inner = ops.within?.(node.name) ?? ops
    const mine = variablesOf(variables, planned)
    const inputs = sources.map((from, k) => (steps[k] === true ? undefined : whole.get(from)))
    // The output of such a layer does not depend on the inputs that are left out.
    if (decoded === 'whole')
      setAll(whole, i, node.layer.rules.forward(inner, mine, inputs as readonly T[], modeOf(planned)))
    kept.push(isDecoding(decoded) ? decoded.start(inner, mine, inputs, room) : {})
  }
  return { kept, whole }
}

/** The output for the next steps, and what is kept after them. */
const proceed = <T>(
  ops: Ops<T>,
  { nodes, output, port }: Plan,
  variables: VariableTree<T>,
  tokens: T,
  { kept, whole }: Before<T>,
  place: { readonly position: T; readonly capacity: number },
): readonly [output: T, kept: readonly Kept<T>[]] => {
  const values = new Map<Source, T>([...whole, [sourceOf(~0), tokens]])
  const after = [...kept]
  for (const [i, planned] of nodes.entries()) {
    const { node, decoded, sources } = planned
    if (!hasSteps(planned)) continue
    const inner = ops.within?.(node.name) ?? ops
    const mine = variablesOf(variables, planned)
    const inputs = sources.map(from => values.get(from) as T)
    if (isDecoding(decoded)) {
      const [value, next] = decoded.step(inner, mine, inputs, kept[i] as Kept<T>, place)
      values.set(sourceOf(i), value)
      after[i] = next
    } else setAll(values, i, node.layer.rules.forward(inner, mine, inputs, modeOf(planned)))
  }
  return [values.get(sourceOf(output, port)) as T, after]
}

/** What is kept as a list, ordered by node and name. */
const listed = <T>(kept: readonly Kept<T>[]): readonly T[] =>
  kept.flatMap(of =>
    Object.keys(of)
      .sort()
      .map(name => of[name] as T),
  )
/** The reverse: a list in the form of what is kept. */
const likeKept = <T>(kept: readonly Kept<unknown>[], list: readonly T[]): readonly Kept<T>[] => {
  let next = 0
  return kept.map(of =>
    byName(
      Object.keys(of)
        .sort()
        .map(name => [name, list[next++] as T] as const),
    ),
  )
}

/**
 * What is read of the steps: the output, or the logarithms of the probabilities of what follows the last step, but for a
 * constant, [batch, vocabulary].
 */
export type View = 'output' | 'last'

const viewed = <T>(ops: Ops<T>, output: T, view: View): T => {
  if (view === 'output') return output
  const logs = knownLog(ops, output) ?? output
  const [batch = null, steps, vocabulary = null] = ops.shape(logs)
  const last = ops.slice(logs, [0, (steps ?? 0) - 1, 0], [null, 1, null])
  return ops.reshape(last, [batch, vocabulary])
}

const constants = <T>(ops: Ops<T>, variables: VariableTree<Known>): VariableTree<T> =>
  mapTree(variables, ({ data, shape }) => ops.constant(data as Float32Array, shape))

/** How many of a graph's results are kept: in the first graph the carried values follow them. */
export interface Layout {
  readonly kept: number
}

/** The graph of what there is before the first step: the other inputs → what is kept, and the carried values. */
export const traceStart = (
  plan: Plan,
  variables: VariableTree<Known>,
  others: Flow,
  room: Room,
): readonly [Graph, Layout] => {
  let count = 0
  const graph = traceOnly(
    (ops, ...rest) => {
      type T = (typeof rest)[number]
      const { kept, whole } = begin(ops, plan, constants(ops, variables), rest, room)
      const list = listed(kept)
      count = list.length
      return [...list, ...plan.carried.map(from => whole.get(from) as T)]
    },
    others.map(shape => shape ?? []),
  )
  return [graph, { kept: count }]
}

/** The graph of the next steps: what is kept, the carried values, tokens and position → what is read of them, what is kept. */
export const traceNext = (
  plan: Plan,
  variables: VariableTree<Known>,
  kept: Flow,
  carried: Flow,
  tokens: readonly number[],
  others: Flow,
  capacity: number,
  view: View,
): readonly [Graph, Layout] => {
  const form = startOf(plan, variables, others, { batch: tokens[0] as number, capacity })
  const graph = traceOnly(
    (ops, ...given) => {
      const own = constants(ops, variables)
      const [x, position] = given.slice(kept.length + carried.length)
      type T = (typeof given)[number]
      const before: Before<T> = {
        kept: likeKept(form, given.slice(0, kept.length)),
        whole: new Map(plan.carried.map((from, i) => [from, given[kept.length + i] as T])),
      }
      const place = { position: position as T, capacity }
      const [output, after] = proceed(ops, plan, own, x as T, before, place)
      return [viewed(ops, output, view), ...listed(after)]
    },
    [...kept, ...carried, tokens, []].map(shape => shape ?? []),
  )
  return [graph, { kept: kept.length }]
}

/** The shapes of what is kept, by node. */
const startOf = (
  plan: Plan,
  variables: VariableTree<Known>,
  others: Flow,
  room: Room,
): readonly Kept<readonly number[]>[] => {
  let shapes: readonly Kept<readonly number[]>[] = []
  traceOnly(
    (ops, ...rest) => {
      const { kept } = begin(ops, plan, constants(ops, variables), rest, room)
      shapes = kept.map(of => mapRecord(of, x => known(ops.shape(x))))
      return []
    },
    others.map(shape => shape ?? []),
  )
  return shapes
}

/** The graph that gives what is kept room for more steps. */
export const traceGrowth = (
  plan: Plan,
  variables: VariableTree<Known>,
  kept: Flow,
  others: Flow,
  room: Room,
): readonly [Graph, Layout] => {
  const larger = listed(startOf(plan, variables, others, room))
  const graph = traceOnly(
    (ops, ...given) =>
      given.map((x, i) =>
        ops.pad(
          x,
          known(ops.shape(x)).map((d, axis) => [0, (larger[i]?.[axis] ?? d) - d] as const),
        ),
      ),
    kept.map(shape => shape ?? []),
  )
  return [graph, { kept: kept.length }]
}
