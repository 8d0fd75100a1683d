import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import { mergeTrees, type VariableTree } from '../base/trees.ts'
import type { Mode, Result } from '../core/layer.ts'
import { asPart, type Node, type Part, type Wiring } from '../network/parts.ts'
import type { Ops } from '../ops/ops.ts'
import { checkedWiring } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variableIn, variablesBy } from '../state/variables.ts'
import { finallyRelease, keepInputs } from '../training/batches.ts'
import { holding } from '../training/given.ts'

// Networks as they are looked into: checked, held while the work goes on, and with layers whose inputs and outputs are seen.

/** A network, its variables and its inputs, for as long as some work takes. */
export interface Opened {
  /** With the shapes of these inputs. */
  readonly wiring: Wiring
  readonly variables: VariableTree<tf.Tensor>
  readonly x: readonly tf.Tensor[]
}

/**
 * Checks a network, its variables and its inputs before anything is awaited, and holds them for some work.
 *
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 */
export const opening = <R>(
  owner: string,
  network: unknown,
  variables: unknown,
  x: unknown,
  work: (opened: Opened) => Promise<R>,
): Promise<R> => {
  const part = asPart(owner, network)
  const trees = asVariables(owner, variables)
  const batch = keepInputs(owner, part, x)
  return holding(trees, held =>
    finallyRelease(batch, async () => {
      const wiring = checkedWiring(part as Part, held, batch.x)
      // Variables may be those of a larger network, of which this one is a part.
      const { params, state } = variablesBy(
        variableRules(wiring),
        (layer, name) => variableIn(held, layer, name) as tf.Tensor,
      )
      return work({ wiring, variables: mergeTrees(params, state), x: batch.x })
    }),
  )
}

/** How networks run when they are looked into: as they predict. */
export const inference: Mode = Object.freeze({ training: false, key: undefined })

/**
 * The place of a layer in the order in which layers run; of a shared one, the first.
 *
 * @param kinds what layers may be meant, as errors say it, and a test of one
 * @throws InvalidOption, which lists the names, if there is none or it is another kind of layer
 */
export const placeOf = (
  owner: string,
  { nodes }: Wiring,
  name: unknown,
  kinds: readonly [expected: string, test: (node: Node) => boolean],
): number => {
  const [expected, test] = kinds
  const at = nodes.findIndex(node => node.name === name)
  if (at >= 0 && test(nodes[at] as Node)) return at
  const fitting = [...new Set(nodes.filter(test).map(node => node.name))]
  const meant = typeof name === 'string' ? nearest(name, fitting) : undefined
  throw new InvalidOption({
    layer: owner,
    option: 'name',
    expected: `the name of ${expected}`,
    got: at < 0 ? show(name) : `${show(name)}, which is ${nodes[at]?.layer.kind}`,
    remedy:
      fitting.length === 0
        ? 'The network has none.'
        : meant === undefined || meant === name
          ? `There are ${fitting.join(', ')}.`
          : `Did you mean '${meant}'?`,
  })
}

/** A run of a layer. */
export interface Seen<T> {
  readonly ops: Ops<T>
  readonly variables: Readonly<Record<string, T>>
  readonly inputs: readonly T[]
  readonly mode: Mode
  readonly output: T
}

/**
 * The same graph with a layer whose output is what `watch` gives for its run, in the interpretation whose tensors `watch`
 * takes: whoever runs the graph must run it there.
 */
export const watched = <T>(wiring: Wiring, at: number, watch: (seen: Seen<T>) => T): Wiring => {
  const nodes = wiring.nodes.map((node, i): Node => {
    if (i !== at) return node
    const { rules } = node.layer
    const forward = (
      ops: Ops<T>,
      variables: Readonly<Record<string, T>>,
      inputs: readonly T[],
      mode: Mode,
    ): Result<T> => {
      const [output, state, further = []] = rules.forward(ops, variables, inputs, mode)
      return [watch({ ops, variables, inputs, mode, output }), state, further]
    }
    // It runs in one interpretation alone.
    return {
      ...node,
      layer: { ...node.layer, rules: { ...rules, forward: forward as unknown as typeof rules.forward } },
    }
  })
  return { ...wiring, nodes }
}

/** The numbers of a tensor, in memory of their own, with its shape. */
export const copied = async (
  tensor: tf.Tensor,
): Promise<{ readonly data: Float32Array; readonly shape: number[] }> => ({
  data: Float32Array.from(await tensor.data()),
  shape: [...tensor.shape],
})

/** The same of a tensor that is freed. */
export const taken: typeof copied = async tensor => {
  try {
    return await copied(tensor)
  } finally {
    tensor.dispose()
  }
}
