// From nothing to the first prediction, as a user of the installed package.
import { apply, Input, init, join, key, Relu, Softmax } from 'joinery'

const network = join(Input(784), Relu(128), Softmax(10))
const { output } = apply(network, init(network, key(0)), { data: new Float32Array(784).fill(0.5), shape: [1, 784] })
if (output.dataSync().length !== 10) process.exit(1)
