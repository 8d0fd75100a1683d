import process from 'node:process'
import { fit, Input, init, join, key, recorded, resume, Softmax } from 'joinery'
import { load, save } from 'joinery/storage'

// A network, checkpoints and frames, in the folder that is given.

const folder = process.argv[2] ?? ''
const network = join(Input(2), Softmax(2))
const examples = { x: [[0, 1]], y: [[1, 0]] }
const { variables } = await fit(network, init(network, key(1)), examples, { checkpoint: { folder: `${folder}/run` } })
await save(`${folder}/network.safetensors`, network, variables)
const { trainState } = await resume(`${folder}/run`, { network })
const run = await recorded(network, variables, examples, { folder: `${folder}/recorded` })
console.log(trainState.optimizer.update, run.frames, String((await load(`${folder}/network.safetensors`)).network))
