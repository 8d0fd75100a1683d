import type { Fault } from '../base/errors.ts'
import type { Node, Part, Wiring } from '../network/parts.ts'
import { keyOf } from '../network/run.ts'
import type { Ops } from '../ops/ops.ts'
import type { Mode } from './layer.ts'

// Layers that mix examples in training, such as MixUp, mix the targets as well.

/** The mixing layers that an output depends on, each name once. */
const mixersBefore = ({ nodes }: Wiring, output: number): readonly Node[] => {
  const before = new Set([output])
  const mixers = new Map<string, Node>()
  for (let at = output; at >= 0; at--) {
    const node = nodes[at]
    if (node === undefined || !before.has(at)) continue
    for (const from of node.inputs) before.add(from)
    if (mixes(node.layer)) mixers.set(node.name, node)
  }
  return [...mixers.values()].reverse()
}

/** Whether some layer of a part mixes examples. */
export const mixes = (part: Part): boolean =>
  'rules' in part ? part.rules.targets !== undefined : part.nodes.some(({ layer }) => layer.rules.targets !== undefined)

/** The fault of a mixing layer within a layer whose batch is not that of the targets. */
export const mixingWithin = (part: Part): (Fault & { readonly option: string }) | undefined =>
  mixes(part)
    ? {
        option: 'layer',
        expected: 'a layer that leaves examples apart',
        got: String(part),
        remedy: 'Put what mixes examples before this layer.',
      }
    : undefined

/**
 * The targets of training, mixed by each mixing layer that their output depends on, in order, with the key that it has in
 * `run`. A shared layer mixes once.
 *
 * @param expected the targets, in the order of the outputs; empty if there are none
 * @returns the same targets in inference, or if no layer mixes
 */
export const mixedTargets = <T>(ops: Ops<T>, wiring: Wiring, expected: readonly T[], mode: Mode): readonly T[] => {
  if (!mode.training || !wiring.nodes.some(({ layer }) => mixes(layer))) return expected
  return expected.map((one, i) =>
    mixersBefore(wiring, wiring.outputs[i] ?? -1).reduce((y, { name, layer, inputShapes }) => {
      const key = keyOf(mode, name)
      // Without a key the layer itself refuses to run.
      if (key === undefined || layer.rules.targets === undefined) return y
      return layer.rules.targets(ops.within?.(name) ?? ops, y, key, inputShapes[0] ?? null)
    }, one),
  )
}
