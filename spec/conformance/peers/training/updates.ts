import * as tf from '@tensorflow/tfjs-core'
import { type Form, flatten, type Path, unflatten } from '../../../../src/base/tree.ts'
import type * as joinery from '../../../../src/index.ts'
import { contextOf } from '../../../../src/training/checked-update.ts'
import { Differs } from '../../data.ts'
import { type Computation, type Engine, tensorOf } from '../../engine.ts'
import { type Arr, broadcast } from '../array.ts'
import { close, type Tolerance } from '../close.ts'
import { fitting } from '../plan.ts'
import { cannot } from '../verdict.ts'

// Updates of some parameters by an optimizer, along gradients that are given.

/** What a case asks of an optimizer. */
export interface UpdatePlan {
  readonly optimizer: joinery.Optimizer
  readonly initial: readonly Arr[]
  /** Those of each update; `null` where a parameter has none. */
  readonly grads: readonly (readonly (Arr | null)[])[]
  /** The number of the first update. */
  readonly first?: number
  /** What is remembered already: of each slot, the values of the parameters. */
  readonly remembered?: Readonly<Record<string, readonly Arr[]>>
}

/** What parameters and slots are after some updates. */
export interface Checkpoint {
  readonly after: number
  readonly values: readonly { readonly of: number; readonly slot?: string; readonly expected: Arr }[]
  readonly tolerance: Tolerance
}

/** The layer whose variables the parameters are, and their names. */
export const layerName = 'layer'
export const nameOf = (place: number): string => `weight-${place}`

const isTensor = (value: unknown): boolean => value instanceof tf.Tensor
const missing = (): Error => new Error('no tensor')
const treeOf = <T>(values: readonly T[], places: readonly number[]): joinery.VariableTree<T> => ({
  [layerName]: Object.fromEntries(values.map((value, i) => [nameOf(places[i] as number), value])),
})

/** One update: the parameters, then the slots, after it. */
const updateOf =
  ({ rule, name }: joinery.Optimizer, places: readonly number[], form: Form, update: number): Computation =>
  <T>(ops: joinery.Ops<T>, ...inputs: readonly T[]) => {
    const count = places.length
    const [params, grads] = [treeOf(inputs.slice(0, count), places), treeOf(inputs.slice(count, 2 * count), places)]
    const context = contextOf(name, f => ops.constant(f(update)), {})
    const slots = unflatten<T>(form, inputs.slice(2 * count))
    const [updates, state] = rule.update(ops, grads, slots, params, context)
    const next = flatten<T>(state, one => ops.isTensor?.(one) === true, missing)
    const moved = places.map((place, i) => ops.add(inputs[i] as T, updates[layerName]?.[nameOf(place)] as T))
    return [...moved, ...next.leaves]
  }

/** Whether a slot's tensor is of this slot and parameter. */
const isOf = (path: Path, slot: string, place: number): boolean => path.includes(slot) && path.at(-1) === nameOf(place)

/** Makes the updates, and compares at each checkpoint. */
export const checkUpdates = async (
  { optimizer, initial, grads, first = 0, remembered = {} }: UpdatePlan,
  checkpoints: readonly Checkpoint[],
  engine: Engine,
): Promise<void> => {
  fitting(...initial)
  // What never has a gradient is not trained.
  const places = initial.flatMap((_, place) => (grads.some(all => all[place] !== null) ? [place] : []))
  if (grads.some(all => places.some(place => all[place] === null)))
    cannot('a parameter that has gradients now and then')
  const tensors = (all: readonly Arr[]) => all.map(({ data, shape }) => tensorOf(data, shape))
  let now: readonly Arr[] = initial
  const start = flatten<tf.Tensor>(
    optimizer.init(treeOf(tensors(places.map(place => initial[place] as Arr)), places) as never).slots,
    isTensor,
    missing,
  )
  let slots: readonly Arr[] = start.leaves.map((leaf, i): Arr => {
    const path = start.paths[i] as Path
    const [, given] = Object.entries(remembered).find(([slot]) => path.includes(slot)) ?? []
    const place = places.find(one => path.at(-1) === nameOf(one))
    const own = place === undefined ? undefined : given?.[place]
    return own ?? { shape: leaf.shape, data: Array.from(leaf.dataSync()) }
  })
  for (const [i, all] of grads.entries()) {
    const given = [...places.map(place => now[place] as Arr), ...places.map(place => all[place] as Arr), ...slots]
    const results = await engine.compute(updateOf(optimizer, places, start.form, first + i), tensors(given))
    const numbers = (from: number, shape: readonly number[]): Arr => ({ shape, data: Array.from(results[from] ?? []) })
    now = now.map((param, place) => {
      const at = places.indexOf(place)
      return at < 0 ? param : numbers(at, param.shape)
    })
    slots = slots.map(({ shape }, k) => numbers(places.length + k, shape))
    for (const { after, values, tolerance } of checkpoints)
      if (after === i + 1)
        for (const { of, slot, expected } of values) {
          const place = slot === undefined ? -1 : start.paths.findIndex(path => isOf(path, slot, of))
          const found = slot === undefined ? now[of] : slots[place]
          if (found === undefined) throw new Differs(`there is no ${slot ?? 'parameter'} ${of}`)
          // One number may stand for all.
          const wanted = expected.data.length === 1 ? broadcast(expected, found.shape) : expected
          close(`${slot ?? 'parameter'} ${of} after update ${after}`, found.data, wanted.data, tolerance)
        }
  }
}
