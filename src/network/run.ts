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
  const values: (readonly T[])[] = []
  const valueAt = (at: readonly number[], ports: readonly number[] | undefined): readonly T[] =>
    at.map((node, i) => values[node]?.[ports?.[i] ?? 0] as T)
  const passed: boolean[] = []
  const state = new Map<string, Readonly<Record<string, T>>>()
  for (const { name, layer, inputs: from, ports, externals } of wiring.nodes) {
    const given = [...externals.map(k => inputs[k] as T), ...valueAt(from, ports)]
    const isGiven = mode.isGiven !== false && from.every(i => passed[i])
    passed.push(isGiven && layer.rules.passes === true)
    const mine: Mode = { ...mode, layer: name, key: keyOf(mode, name), isGiven }
    const [output, newState, further = []] = layer.rules.forward(
      ops.within?.(name) ?? ops,
      merged(own(variables, name), state.get(name)),
      given,
      mine,
    )
    values.push([output, ...further])
    if (Object.keys(newState).length > 0) state.set(name, newState)
  }
  return [valueAt(wiring.outputs, wiring.ports), byName(state)]
}
