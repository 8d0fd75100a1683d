import { fit, Input, init, join, key, Softmax, Tanh } from 'joinery'
import 'joinery/wasm'

// The engine in WebAssembly.

const network = join(Input(2), Tanh(8), Softmax(2))
const { history } = await fit(
  network,
  init(network, key(1)),
  { x: [[0, 1]], y: [[1, 0]] },
  { backend: 'wasm', epochs: 2 },
)
console.log(history.loss.length)
