import { Input, init, join, key, Softmax } from 'joinery'
import { toModule, toOnnx, toPyTorch } from 'joinery/storage'

// A network as a module of its own, as an ONNX file and for PyTorch, in memory.

const network = join(Input(2), Softmax(2))
const variables = init(network, key(1))
console.log(toModule(network, variables).source.length > 0, toOnnx(network, variables).length > 0)
console.log(Object.keys(toPyTorch(network, variables)).length > 0)
