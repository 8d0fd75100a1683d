import { grad, init, jit, nn, numpy as np, random, vmap } from '@jax-js/jax'
import { batches, draws, type Numbers, pixels, sinusoids, waves } from './inputs.ts'
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

/** Minus the evidence lower bound of a variational autoencoder. */
const bound: Loss = (params, x, draw) => {
  const [images, codes] = [128, 16]
  const real = x as Array
  const code = layered(params.slice(0, 6), real.ref, nn.relu)
  const [mean, logVariance] = np.split(code, 2, 1) as [Array, Array]
  const deviation = np.exp(logVariance.ref.mul(0.5))
  const drawn = mean.ref.add(deviation.mul(random.normal(draw as Array, [images, codes])))
  const logits = layered(params.slice(6), drawn, nn.relu)
  const unlikely = np.sum(nn.softplus(logits.ref).sub(real.mul(logits)))
  const terms = np.square(mean).add(np.exp(logVariance.ref)).sub(logVariance.add(1))
  return unlikely.add(np.sum(terms).mul(0.5)).mul(1 / images)
}

// Parameters of a generator, then of its critic.
const made = (params: Array[], draw: Array): Array =>
  np.tanh(layered(params.slice(0, 6), random.normal(draw, [128, 64]), nn.relu))
const judged = (critic: readonly Array[], x: Array): Array => layered(critic, x, nn.relu)
const criticism: Loss = (params, real, draw) => {
  const critic = params.slice(6)
  const onReal = np.mean(nn.softplus(judged(kept(critic), real as Array).mul(-1)))
  return onReal.add(np.mean(nn.softplus(judged(critic, made(params, draw as Array)))))
}
const persuasion: Loss = (params, real, draw) => {
  ;(real as Array).dispose()
  return np.mean(nn.softplus(judged(params.slice(6), made(params, draw as Array)).mul(-1)))
}

const [vocabulary, time, width, heads] = [18, 64, 32, 4]
/** The shapes of a block: a norm, attention, a norm, and two dense layers; each weight before its shift. */
const blockShapes = [
  ...[[width], [width]],
  ...Array.from({ length: 4 }, () => [[width, width], [width]]).flat(),
  ...[[width], [width]],
  ...[[width, 4 * width], [4 * width], [4 * width, width], [width]],
]
const blockOf = (params: readonly Array[], x: Array): Array => {
  const dense = (at: number, x: Array): Array => np.matmul(x, params[at] as Array).add(params[at + 1] as Array)
  const norm = (at: number, x: Array): Array =>
    nn
      .standardize(x, -1)
      .mul(params[at] as Array)
      .add(params[at + 1] as Array)
  const split = (x: Array): Array => x.reshape([-1, time, heads, width / heads]).transpose([0, 2, 1, 3])
  const before = norm(0, x.ref)
  const [q, k, v] = [2, 4, 6].map((at, i) => split(dense(at, i < 2 ? before.ref : before))) as [Array, Array, Array]
  // Its own attention needs a newer JavaScript than Node 20 has.
  const later = np
    .tril(np.ones([time, time]))
    .sub(1)
    .mul(1e9)
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width / heads))
  const means = np
    .matmul(nn.softmax(scores.add(later), -1), v)
    .transpose([0, 2, 1, 3])
    .reshape([-1, time, width])
  const attended = x.add(dense(8, means))
  const hidden = nn.gelu(dense(12, norm(10, attended.ref)), { approximate: false })
  return attended.add(dense(14, hidden))
}
const language: Loss = (params, tokens, y) => {
  const [table, places, ...rest] = params as [Array, Array, ...Array[]]
  const own = nn.oneHot((tokens as Array).astype(np.int32), vocabulary)
  const count = blockShapes.length
  const blocks = [rest.slice(0, count), rest.slice(count, 2 * count)]
  const x = blocks.reduce((before, block) => blockOf(block, before), np.matmul(own, table).add(places))
  const [scale, shift, next] = rest.slice(2 * count) as [Array, Array, Array]
  const logits = np.matmul(nn.standardize(x, -1).mul(scale).add(shift), next)
  return np.sum(nn.logSoftmax(logits).mul(y as Array)).mul(-1 / (16 * time))
}

/** Some of the parameters, and the loss that they are moved against. */
interface Rule {
  readonly trains: readonly [from: number, to: number]
  readonly loss: Loss
}
interface Work {
  readonly shapes: readonly (readonly number[])[]
  /** They run in order. */
  readonly rules: readonly Rule[]
  readonly batch: () => readonly Numbers[]
  /** Whether each rule draws by a key, its last argument. */
  readonly draws?: boolean
  /** Of Adam. */
  readonly size?: number
  readonly beta1?: number
}
const layers = (...sizes: readonly number[]): readonly (readonly number[])[] =>
  sizes.slice(1).flatMap((size, i) => [[sizes[i] as number, size], [size]])
const all = (loss: Loss): readonly Rule[] => [{ trains: [0, Number.POSITIVE_INFINITY], loss }]
const batchOf = (name: string) => (): readonly Numbers[] =>
  Object.values((batches[name] as () => { readonly x: Numbers; readonly y: Numbers })())
const byRules = { draws: true, size: 0.0002, beta1: 0.5, batch: () => [pixels()] }

const works: Readonly<Record<string, Work>> = {
  'train-mlp': { shapes: layers(784, 512, 512, 10), rules: all(crossEntropy), batch: batchOf('train-mlp') },
  pinn: { shapes: layers(2, 32, 32, 32, 1), rules: all(residual), batch: () => Object.values(waves()) },
  maml: { shapes: layers(1, 40, 40, 1), rules: all(afterAStep), batch: () => Object.values(sinusoids()) },
  gpt: {
    shapes: [
      ...[
        [vocabulary, width],
        [time, width],
      ],
      ...[...blockShapes, ...blockShapes],
      ...[[width], [width], [width, vocabulary]],
    ],
    rules: all(language),
    batch: batchOf('gpt'),
  },
  vae: { ...byRules, shapes: [...layers(784, 256, 256, 32), ...layers(16, 256, 256, 784)], rules: all(bound) },
  gan: {
    ...byRules,
    shapes: [...layers(64, 256, 256, 784), ...layers(784, 256, 256, 1)],
    rules: [
      { trains: [6, 12], loss: criticism },
      { trains: [0, 6], loss: persuasion },
    ],
  },
}

await init('wasm')
const name = process.argv[2] ?? ''
const work = works[name]
if (work === undefined) throw new Error(`jax-js: ${name} is not written for it`)
const { shapes, rules, size = 0.001, beta1 = 0.9 } = work

const given = work.batch().map(arrayOf)
let params = shapes.map((shape, i) => arrayOf(draws(i + 3, shape)).mul(0.05))
let means = shapes.map(shape => np.zeros([...shape]))
let squares = shapes.map(shape => np.zeros([...shape]))
let update = 0

/** One rule: what it trains is moved, the rest stays. */
const stepOf = ({ trains, loss }: Rule) =>
  jit((own: Array[], rest: Array[], m: Array[], v: Array[], rate: Array, ...batch: Array[]) => {
    const [from] = trains
    const total = (moved: Array[], ...given: Array[]): Array =>
      loss([...rest.slice(0, from), ...moved, ...rest.slice(from)], ...given)
    const slopes = grad(total)(kept(own), ...batch) as Array[]
    const nextMeans = m.map((mean, i) => mean.mul(beta1).add((slopes[i] as Array).ref.mul(1 - beta1)))
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
const steps = rules.map(rule => ({ ...rule, step: stepOf(rule) }))

await serve(async () => {
  update++
  const rate = (size * Math.sqrt(1 - 0.999 ** update)) / (1 - beta1 ** update)
  for (const [i, { trains, step }] of steps.entries()) {
    const [own, m, v] = [params, means, squares].map(list => list.slice(...trains)) as [Array[], Array[], Array[]]
    const others = params.filter((_, at) => at < trains[0] || at >= trains[1])
    const keys = work.draws ? [random.key(2 * update + i)] : []
    const results = step(own, kept(others), m, v, np.array(rate), ...kept(given), ...keys)
    const placed = (list: readonly Array[], moved: readonly Array[]): Array[] =>
      list.map((array, at) => moved[at - trains[0]] ?? array)
    params = placed(params, results[0])
    means = placed(means, results[1])
    squares = placed(squares, results[2])
  }
  // Waits for the step: arrays are lazy.
  await (params[5] as Array).ref.data()
})
