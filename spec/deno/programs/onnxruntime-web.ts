import { fit, Input, init, join, key, Softmax, Tanh } from 'joinery'
import { onnxruntime } from 'joinery/onnxruntime'
import * as web from 'onnxruntime-web'

// ONNX Runtime in WebAssembly.

const network = join(Input(2), Tanh(8), Softmax(2))
const backend = onnxruntime({ runtime: web })
const { history } = await fit(network, init(network, key(1)), { x: [[0, 1]], y: [[1, 0]] }, { backend, epochs: 2 })
console.log(history.loss.length)
