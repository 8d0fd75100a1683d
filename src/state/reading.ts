import * as tf from '@tensorflow/tfjs-core'
import { prepareExactly } from '../backends/prepare.ts'
import { numbersOf } from '../backends/programs.ts'
import { deviceOf } from '../backends/tfjs/device.ts'
import { compileFor, type KernelProgram } from '../backends/tfjs/program.ts'
import { onceDropped } from '../base/dropped.ts'
import type { Key } from '../base/random.ts'
import { type Recent, recent } from '../base/recent.ts'
import { leavesOf, mapTree, type VariableTree } from '../base/trees.ts'
import type { Draw } from '../graph/graph.ts'
import type { Part } from '../network/parts.ts'
import { isOn, kernelsHere } from '../tfjs/index.ts'
import { checkVariable } from './check.ts'
import { isTensor, reading } from './given.ts'
import { type Further, type Judgement, numberOf, type StateIndices, traceNetwork, variablesOf } from './traced.ts'
import type { Trees } from './variables.ts'

// Eager inference: a network becomes a program of direct kernel calls for the shapes of its inputs, by passes that keep every
// bit. Caching programs changes nothing but speed: they hold no variables, and the first call runs the same program.

/** The program of a network for inputs of some shapes. */
interface Kept {
  /** The backend that it runs on: one that is registered anew under its name is another. */
  readonly backend: tf.KernelBackend
  readonly program: KernelProgram
  readonly leaves: readonly (readonly [layer: string, variable: string, shape: readonly number[]])[]
  readonly outputs: number
  /** Where in the outputs each new value of the state is. */
  readonly state: StateIndices
  readonly draws: readonly Draw[]
}

const unchanged: Read['changed'] = Object.freeze({})

/** How many programs of a network are kept: the most recently used. */
const most = 16

const end = ({ program }: Kept): void => program.dispose()
const keptOf = new WeakMap<Part, Recent<Kept>>()
const dropped = onceDropped((kept: Recent<Kept>) => kept.clear().forEach(end))
/** The programs of a network, which are freed with it. */
const programsOf = (part: Part): Recent<Kept> => {
  const known = keptOf.get(part)
  if (known !== undefined) return known
  const kept = recent(most, end)
  keptOf.set(part, kept)
  dropped.watch(part, kept)
  return kept
}

type Shapes = readonly (readonly number[])[]

/** A judgement of outputs, and what it compares them with. */
interface Judging {
  readonly judge: Judgement
  readonly expected: readonly tf.Tensor[]
}
const shapesOf = (tensors: readonly tf.Tensor[]): Shapes => tensors.map(tensor => tensor.shape)

const make = (part: Part, x: Shapes, key: Key | undefined, judging: Judging | undefined): Kept => {
  const variables = variablesOf(part, x)
  const further: Further = judging === undefined ? 'state' : [judging.judge, shapesOf(judging.expected)]
  const [{ graph, draws }, state] = prepareExactly(
    change => traceNetwork(part, variables, { training: false, key }, x, further, change),
    kernelsHere(),
  )
  return Object.freeze<Kept>({
    backend: tf.backend(),
    program: compileFor(deviceOf(tf.getBackend()), graph),
    leaves: leavesOf(variables).map(([layer, variable, { shape }]) => [layer, variable, shape]),
    outputs: graph.outputs.length - leavesOf(state).length,
    state,
    draws,
  })
}

/** The program for some inputs, now the most recently used. */
const keptFor = (
  part: Part,
  inputs: readonly tf.Tensor[],
  key: Key | undefined,
  judging: Judging | undefined,
): Kept => {
  const own = programsOf(part)
  const shapes = shapesOf(judging === undefined ? inputs : [...inputs, ...judging.expected])
  const text = `${tf.getBackend()} ${key !== undefined} ${judging && numberOf(judging.judge)} ${shapes.join(' ')}`
  const program = (): Kept => own.use(text, () => make(part, shapesOf(inputs), key, judging))
  const kept = program()
  if (kept.backend === tf.backend()) return kept
  own.remove(text, kept)
  return program()
}

/** What a network gives, as tensors in the enclosing scope. */
export interface Read {
  readonly outputs: readonly tf.Tensor[]
  /** What changes of the state: nothing, for most networks. */
  readonly changed: VariableTree<tf.Tensor>
}

/**
 * Runs a network in inference mode, on the backend of tfjs in use: `apply`, and all that reads networks without a backend
 * of its own.
 *
 * @param judging what to compute of the outputs; the results follow them, in place of the state
 * @throws LayerConnectionError if the inputs do not fit
 * @throws WeightInitializationError if the variables are not the network's
 */
export const readEagerly = (
  part: Part,
  given: Trees,
  inputs: readonly tf.Tensor[],
  key?: Key,
  judging?: Judging,
): Read => {
  const { backend, program, leaves, outputs, state, draws } = keptFor(part, inputs, key, judging)
  const made: tf.Tensor[] = []
  const making = (tensor: tf.Tensor): tf.Tensor => {
    made.push(tensor)
    return tensor
  }
  const asFloats = (tensor: tf.Tensor): tf.Tensor =>
    tensor.dtype === 'float32' ? tensor : making(tf.cast(tensor, 'float32'))
  try {
    const variables = reading('apply', 'variables', () =>
      leaves.map(([layer, name, shape]) => checkVariable(layer, name, shape, given, isTensor)),
    )
    const tensors = variables.map(tensor => {
      // A program counts references on its own backend, so variables are moved there, and stay.
      if (!isOn(tensor, backend)) tf.engine().moveData(backend, tensor.dataId)
      return asFloats(tensor)
    })
    const own = [...inputs, ...(judging?.expected ?? [])].map(input =>
      asFloats(isOn(input, backend) ? input : making(tf.tensor(input.dataSync<'float32'>(), input.shape))),
    )
    const fed = draws.map(draw => {
      const { data, shape } = numbersOf(draw, key)
      return making(tf.tensor(data, [...shape]))
    })
    const results = program
      .runNow([...tensors, ...own, ...fed])
      .map(info => tf.engine().makeTensorFromTensorInfo(info, backend))
    return {
      outputs: results.slice(0, outputs),
      changed: outputs === results.length ? unchanged : mapTree(state, i => results[i] as tf.Tensor),
    }
  } finally {
    for (const tensor of made) tensor.dispose()
  }
}
