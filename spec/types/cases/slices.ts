import {
  apply,
  BatchNorm,
  compile,
  end,
  evaluate,
  fit,
  gradients,
  Input,
  init,
  join,
  key,
  type Layer,
  predict,
  Relu,
  Softmax,
  start,
  type Variables,
} from '../../../src/index.ts'

// Parts of a network take its variables, and networks that the compiler does not know those of any.

const network = join(Input(4), Relu(8, { name: 'hidden' }), BatchNorm(), Softmax(3))
const variables = init(network, key(1))
const x = [[1, 2, 3, 4]]

export const hidden = apply(end(network, 'hidden'), variables, x)
export const rest = apply(start(network, 'batch-norm-1'), variables, x)
export const predicted = predict(end(network, 'hidden'), variables, x)
export const compiled = compile(end(network, 'hidden'), variables)
export const backward = gradients(end(network, 'hidden'), variables, x, x)
export const later = compile(end(network, 'hidden'))(variables, x)
const activation = join(Input(4), Relu())
export const bare = apply(end(activation, 'relu-1'), init(activation, key(1)), x)

// Another head on the layers of a trained network.
const tuned = join(end(network, 'hidden'), Softmax(2))
const head = init(tuned, key(1))
const params = { ...variables.params, 'softmax-1': head.params['softmax-1'] }
export const both = apply(tuned, { params, state: variables.state }, x)
apply(tuned, { params: variables.params, state: variables.state }, x)
//           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "softmax-1: expected weight of shape (8, 2), got (8, 3).

// Networks and variables that are parameters.
export const use = <const N extends Layer>(network: N, given: Variables<N>) => {
  apply(network, given, x)
  apply(end(network, 'hidden'), init(network, key(1)), x)
  return compile(network)(given, x)
}
export const train = async <const N extends Layer>(network: N, given: Variables<N>) => {
  const once = await fit(network, given, { x, y: x })
  const twice = await fit(network, once.variables, { x, y: x }, { trainState: once.trainState })
  return evaluate(network, twice.variables, { x, y: x })
}
const forward = (network: Layer, given: Variables) => apply(network, given, x)
export const forwards = [forward(network, variables), forward(tuned, head)]

apply(network, head, x)
//             ~~~~ "batch-norm-1: expected variables of this layer, got none
