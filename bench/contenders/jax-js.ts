import { grad, init, jit, nn, numpy as np, vmap } from '@jax-js/jax'
import { batches, draws, type Numbers, sinusoids, waves } from './inputs.ts'
import { serve } from './protocol.ts'

// Works in jax-js on WebAssembly, with Adam as one would write it by hand. Its arrays are used up by what takes them; `.ref`
// keeps one for another use.

type Array = ReturnType<typeof np.zeros>
/** A loss of parameters, and of what it is computed of. */
type Loss = (params: Array[], ...batch: Array[]) => Array

const arrayOf = ({ data, shape }: Numbers): Array => np.array(data as Float32Array<ArrayBuffer>).reshape([...shape])
const kept = (params: readonly Array[]): Array[] => params.map(param => param.ref)

/** Layers with weights and biases in turn. */
const layered = (params: readonly Array[], x: Array, activation: (x: Array) => Array): Array =>
  params.reduce((before, param, i) => {
    if (i % 2 === 0) return np.matmul(before, param)
    const sum = before.add(param)
    return i === params.length - 1 ? sum : activation(sum)
  }, x)

const crossEntropy: Loss = (params, x, y) =>
  np.sum(nn.logSoftmax(layered(params, x as Array, nn.relu)).mul(y as Array)).mul(-1 / 128)

const residual: Loss = (params, x, t) => {
  const [at, when] = [x as Array, t as Array]
  const u = (x: Array, t: Array): Array => np.sum(layered(kept(params), np.stack([x, t], 1), np.tanh))
  const values = layered(kept(params), np.stack([at.ref, when.ref], 1), np.tanh).reshape([256])
  const first = (x: Array, t: Array): Array => grad(u)(x, t) as Array
  const second = (x: Array, t: Array): Array => grad((a: Array, b: Array) => np.sum(first(a, b)))(x, t) as Array
  const third = grad((a: Array, b: Array) => np.sum(second(a, b)))(at.ref, when.ref) as Array
  const slope = first(at.ref, when.ref)
  const change = grad((b: Array, a: Array) => u(a, b))(when, at) as Array
  for (const param of params) param.dispose()
  return np.mean(np.square(change.add(values.mul(slope).mul(6)).add(third)))
}

const afterAStep: Loss = (params, ...tasks) => {
  const error = (own: Array[], x: Array, y: Array): Array => np.mean(np.square(layered(own, x, nn.relu).sub(y)))
  const adapted = (own: Array[], x: Array, y: Array, newX: Array, newY: Array): Array => {
    const slopes = grad(error)(kept(own), x, y) as Array[]
    return error(
      own.map((param, i) => param.sub((slopes[i] as Array).mul(0.01))),
      newX,
      newY,
    )
  }
  return np.mean(vmap(adapted, [null, 0, 0, 0, 0])(params, ...(tasks as [Array, Array, Array, Array])) as Array)
}

interface Work {
  readonly sizes: readonly number[]
  readonly loss: Loss
  readonly batch: () => readonly Numbers[]
}
const works: Readonly<Record<string, Work>> = {
  'train-mlp': {
    sizes: [784, 512, 512, 10],
    loss: crossEntropy,
    batch: () => Object.values((batches['train-mlp'] as () => { x: Numbers; y: Numbers })()),
  },
  pinn: { sizes: [2, 32, 32, 32, 1], loss: residual, batch: () => Object.values(waves()) },
  maml: { sizes: [1, 40, 40, 1], loss: afterAStep, batch: () => Object.values(sinusoids()) },
}

await init('wasm')
const { sizes, loss, batch } = works[process.argv[2] ?? ''] ?? {}
if (sizes === undefined || loss === undefined || batch === undefined)
  throw new Error(`jax-js: ${process.argv[2]} is not written for it`)

const given = batch().map(arrayOf)
const shapes = sizes.slice(1).flatMap((size, i) => [[sizes[i] as number, size], [size]])
let params = shapes.map((shape, i) => arrayOf(draws(i + 3, shape)).mul(0.05))
let means = shapes.map(shape => np.zeros(shape))
let squares = shapes.map(shape => np.zeros(shape))
let update = 0

const step = jit((own: Array[], m: Array[], v: Array[], rate: Array, ...batch: Array[]) => {
  const slopes = grad(loss)(kept(own), ...batch) as Array[]
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
  const results = step(params, means, squares, np.array(rate), ...kept(given)) as [Array[], Array[], Array[]]
  ;[params, means, squares] = results
  // Waits for the step: arrays are lazy.
  await (params[5] as Array).ref.data()
})
