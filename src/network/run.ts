import { foldIn, type Key } from '../base/random.ts'
import { byName, merged, own, type VariableTree } from '../base/trees.ts'
import type { Mode } from '../core/layer.ts'
import type { Ops } from '../ops/ops.ts'
import type { Wiring } from './parts.ts'

/** The key of a layer. */
export const keyOf = ({ key }: Mode, name: string): Key | undefined => key && foldIn(key, name)

/**
 * Runs the layers of a graph in order, with any implementation of the operations.
 *
 * @param variables parameters and state by layer name
 * @returns the outputs, and the new state by layer name
 */
export const run = <T>(
  ops: Ops<T>,
  wiring: Wiring,
  variables: VariableTree<T>,
  inputs: readonly T[],
  mode: Mode,
): readonly [outputs: readonly T[], state: VariableTree<T>] => {
  const values: T[] = []
  const passed: boolean[] = []
  const state = new Map<string, Readonly<Record<string, T>>>()
  for (const { name, layer, inputs: from, externals } of wiring.nodes) {
    const given = [...externals.map(k => inputs[k] as T), ...from.map(i => values[i] as T)]
    const isGiven = mode.isGiven !== false && from.every(i => passed[i])
    passed.push(isGiven && layer.rules.passes === true)
    const mine: Mode = { ...mode, layer: name, key: keyOf(mode, name), isGiven }
    const [output, newState] = layer.rules.forward(
      ops.within?.(name) ?? ops,
      merged(own(variables, name), state.get(name)),
      given,
      mine,
    )
    values.push(output)
    if (Object.keys(newState).length > 0) state.set(name, newState)
  }
  return [wiring.outputs.map(i => values[i] as T), byName(state)]
}
