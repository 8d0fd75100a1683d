import { grad, init, jit, nn, numpy as np } from '@jax-js/jax'
import { batches, draws, type Numbers } from './inputs.ts'
import { serve } from './protocol.ts'

// The perceptron in jax-js on WebAssembly, with Adam as one would write it by hand. Its arrays are used up by what takes
// them; `.ref` keeps one for another use.

type Array = ReturnType<typeof np.zeros>

await init('wasm')
const work = process.argv[2]
if (work !== 'train-mlp') throw new Error(`jax-js: ${work} is not written for it`)

const arrayOf = ({ data, shape }: Numbers): Array => np.array(data as Float32Array<ArrayBuffer>).reshape([...shape])
const { x, y } = (batches[work] as () => { x: Numbers; y: Numbers })()
const [inputs, expected] = [arrayOf(x), arrayOf(y)]
const shapes = [[784, 512], [512], [512, 512], [512], [512, 10], [10]]
let params = shapes.map((shape, i) => arrayOf(draws(i + 3, shape)).mul(0.05))
let means = shapes.map(shape => np.zeros(shape))
let squares = shapes.map(shape => np.zeros(shape))
let update = 0

const loss = (own: Array[], a: Array, b: Array): Array => {
  const [w1, b1, w2, b2, w3, b3] = own as [Array, Array, Array, Array, Array, Array]
  const first = nn.relu(np.matmul(a, w1).add(b1))
  const second = nn.relu(np.matmul(first, w2).add(b2))
  const logits = np.matmul(second, w3).add(b3)
  return np.sum(nn.logSoftmax(logits).mul(b)).mul(-1 / 128)
}

const step = jit((own: Array[], m: Array[], v: Array[], a: Array, b: Array, rate: Array) => {
  const slopes = grad(loss)(
    own.map(param => param.ref),
    a,
    b,
  ) as Array[]
  const nextMeans = m.map((mean, i) => mean.mul(0.9).add((slopes[i] as Array).ref.mul(0.1)))
  const nextSquares = v.map((square, i) => {
    const slope = slopes[i] as Array
    return square.mul(0.999).add(slope.ref.mul(slope).mul(0.001))
  })
  const next = own.map((param, i) => {
    const change = (nextMeans[i] as Array).ref.div(np.sqrt((nextSquares[i] as Array).ref).add(1e-7))
    return param.sub(change.mul(rate.ref))
  })
  return [next, nextMeans, nextSquares] as [Array[], Array[], Array[]]
})

await serve(async () => {
  update++
  const rate = (0.001 * Math.sqrt(1 - 0.999 ** update)) / (1 - 0.9 ** update)
  const results = step(params, means, squares, inputs.ref, expected.ref, np.array(rate)) as [Array[], Array[], Array[]]
  ;[params, means, squares] = results
  // Waits for the step: arrays are lazy.
  await (params[5] as Array).ref.data()
})
