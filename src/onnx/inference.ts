import type { Tensor } from '@tensorflow/tfjs-core'
import { readsOf } from '../backends/onnxruntime/emitter.ts'
import { lower } from '../backends/onnxruntime/lower.ts'
import type { Aim, Initializer, Model } from '../backends/onnxruntime/model.ts'
import { prepare } from '../backends/prepare.ts'
import { leavesOf } from '../base/trees.ts'
import type { Part } from '../network/parts.ts'
import { portNames } from '../network/ports.ts'
import { wiringOf } from '../network/wiring.ts'
import { drawsSome, inputsFor } from '../state/any-batch.ts'
import { outputsOnly, traceNetwork, variablesOf } from '../state/traced.ts'
import { type Trees, variableIn } from '../state/variables.ts'
import { joinedName } from '../storage/tree-names.ts'
import { modelFor } from './batch.ts'
import { initializer, namesWithin, owner, withPorts } from './names.ts'

/** The model of a network for inference: its variables are constants. */
export const inferenceModel = (part: Part, variables: Trees<Tensor>, aim: Aim): Model => {
  const wiring = wiringOf(part)
  const sized = (batch: number): Model => {
    const x = inputsFor(owner, wiring.inputs, batch)
    const mode = { training: false, key: undefined }
    const known = variablesOf(part, x)
    const { graph, draws } = prepare(traceNetwork(part, known, mode, x, [outputsOnly, []])[0])
    if (draws.length > 0) throw drawsSome(owner)
    return lower(graph, aim)
  }
  const model = modelFor(part, wiring.inputs, sized)
  const leaves = leavesOf(variablesOf(part, inputsFor(owner, wiring.inputs, 1)))
  const names = leaves.map(([layer, variable]) => joinedName([layer, variable]))
  const [inputs, outputs] = portNames(wiring, new Set([...names, ...namesWithin(model)]))
  const found = withPorts(model, [...names, ...inputs], outputs)
  const read = new Set(found.nodes.flatMap(readsOf))
  const weights = leaves.flatMap(([layer, variable], i): Initializer[] => {
    const name = names[i] as string
    return read.has(name) ? [initializer(name, variableIn(variables, layer, variable) as Tensor)] : []
  })
  return {
    ...found,
    initializers: [...weights, ...found.initializers],
    inputs: found.inputs.slice(names.length),
  }
}
