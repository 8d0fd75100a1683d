import * as tf from '@tensorflow/tfjs-core'
import { prepare } from '../backends/prepare.ts'
import { deviceOf } from '../backends/tfjs/device.ts'
import { compileFor, type KernelProgram } from '../backends/tfjs/program.ts'
import type { Part } from '../core/network.ts'
import { leavesOf } from '../core/trees.ts'
import { handOver } from '../ops/tfjs/index.ts'
import { checkedWiring, type Trees, tensorIn } from './check.ts'
import { traceNetwork, variablesOf } from './traced.ts'

// What eager inference does again and again is compiled on the way: a network that has met inputs of some shapes before
// runs as a program of direct kernel calls. What is remembered belongs to the network value and goes with it.

/** A network for inputs of some shapes on one backend of tfjs. */
interface Remembered {
  readonly program: KernelProgram
  readonly leaves: readonly (readonly [layer: string, variable: string])[]
  /** The variables that have been checked, in the order of the program's inputs. */
  readonly checked: WeakMap<object, readonly tf.Tensor[]>
}

/** How often a network runs on inputs of some shapes before it is worth a program. */
const worthwhile = 3

const memory = new WeakMap<Part, Map<string, number | Remembered | null>>()
const unheld = new FinalizationRegistry<KernelProgram>(program => program.dispose())

const remember = (part: Part, shapes: readonly (readonly number[])[]): Remembered | null => {
  const variables = variablesOf(part, shapes)
  const [graph, state] = traceNetwork(part, variables, { training: false, keyed: false }, shapes, true)
  // A layer that changes its state without training has to run eagerly.
  if (Object.keys(state).length > 0) return null
  const program = compileFor(deviceOf(tf.getBackend()), prepare(graph).graph)
  unheld.register(part, program)
  return {
    program,
    leaves: leavesOf(variables).map(([layer, variable]) => [layer, variable]),
    checked: new WeakMap(),
  }
}

const tensorsOf = (
  part: Part,
  { leaves, checked }: Remembered,
  variables: Trees,
  inputs: readonly tf.Tensor[],
): readonly tf.Tensor[] => {
  const known = checked.get(variables)
  if (known !== undefined && !known.some(tensor => tensor.isDisposed)) return known
  checkedWiring(part, variables, inputs)
  const tensors = leaves.map(([layer, name]) => tensorIn(variables, layer, name))
  checked.set(variables, tensors)
  return tensors
}

/**
 * The outputs of a network that has met inputs of these shapes often enough, as tensors of the user's.
 *
 * @returns `undefined` where it has not, and while tfjs records what it does, for gradients of its own
 */
export const applyRemembered = (
  part: Part,
  variables: Trees,
  inputs: readonly tf.Tensor[],
): readonly tf.Tensor[] | undefined => {
  const { state } = tf.engine()
  if (state.gradientDepth > 0 || state.profiling) return undefined
  const text = `${tf.getBackend()} ${inputs.map(input => input.shape).join(' ')}`
  const known = memory.get(part) ?? new Map<string, number | Remembered | null>()
  const before = known.get(text) ?? 0
  memory.set(part, known)
  if (typeof before === 'number' && before < worthwhile) {
    known.set(text, before + 1)
    return undefined
  }
  const own =
    typeof before === 'number'
      ? remember(
          part,
          inputs.map(input => input.shape),
        )
      : before
  known.set(text, own)
  if (own === null) return undefined
  const tensors = tensorsOf(part, own, variables, inputs)
  const { backend } = tf.engine()
  return own.program
    .runNow([...tensors, ...inputs])
    .map(info => handOver(tf.engine().makeTensorFromTensorInfo(info, backend)))
}
