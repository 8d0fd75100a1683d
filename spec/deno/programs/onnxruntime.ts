import { fit, Input, init, join, key, Softmax, Tanh } from 'joinery'

// ONNX Runtime, as a library of the machine: in WebAssembly it would need to read.

const network = join(Input(2), Tanh(8), Softmax(2))
const options = { backend: 'onnxruntime', epochs: 2 } as const
const { history } = await fit(network, init(network, key(1)), { x: [[0, 1]], y: [[1, 0]] }, options)
console.log(history.loss.length)
