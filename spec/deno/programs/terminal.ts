import { fit, Input, init, join, key, Softmax } from 'joinery'
import { progressBar } from 'joinery/terminal'

// Progress on a terminal.

const network = join(Input(2), Softmax(2))
await fit(network, init(network, key(1)), { x: [[0, 1]], y: [[1, 0]] }, { onProgress: progressBar() })
