import {
  adam,
  apply,
  fit,
  foldIn,
  type Handle,
  Input,
  init,
  join,
  type Key,
  key,
  Linear,
  normals,
  type ObjectiveContext,
  Relu,
  Sigmoid,
  uniforms,
} from '../../src/index.ts'
import '../../src/wasm.ts'
import { relativeError } from './learning.ts'

// A variational autoencoder (Kingma and Welling 2014, "Auto-encoding variational Bayes"): images of a spot, 8 x 8, become two numbers
// and their variances, and draws of these become images again. What the loss holds against the codes lets draws of the normal
// distribution be images too.

const codes = 2
const networks = {
  encoder: join(Input(64), Relu(64), Linear(2 * codes)),
  decoder: join(Input(codes), Relu(64), Sigmoid(64)),
}

/** The image of a spot at a place between 2 and 5. */
const spot = (row: number, col: number): readonly number[] =>
  Array.from({ length: 64 }, (_, i) => Math.exp(-((Math.floor(i / 8) - row) ** 2 + ((i % 8) - col) ** 2) / 3))
const images = (from: Key, count: number): readonly (readonly number[])[] => {
  const places = uniforms(from, 2 * count, 2, 5)
  return Array.from({ length: count }, (_, i) => spot(places[2 * i] as number, places[2 * i + 1] as number))
}

/** Minus the evidence lower bound, with a Gaussian of variance 0.02 around each pixel. */
const loss = ({ ops, run, key: own }: ObjectiveContext<typeof networks>, x: Handle) => {
  const code = run.encoder(x)
  const rows = ops.shape(x)[0] ?? 1
  const [mean, logVariance] = [ops.slice(code, [0, 0], [null, codes]), ops.slice(code, [0, codes], [null, codes])]
  const deviation = ops.exp(ops.multiply(logVariance, ops.constant(0.5)))
  const drawn = ops.add(mean, ops.multiply(deviation, ops.normal(foldIn(own, 'code'), [rows, codes])))
  const errors = ops.square(ops.subtract(run.decoder(drawn), x))
  const reconstruction = ops.multiply(ops.mean(ops.sum(errors, [1])), ops.constant(1 / 0.04))
  // The divergence of each code from the normal distribution, in closed form.
  const terms = ops.subtract(ops.add(ops.square(mean), ops.exp(logVariance)), ops.add(logVariance, ops.constant(1)))
  const divergence = ops.multiply(ops.mean(ops.sum(terms, [1])), ops.constant(0.5))
  return [ops.add(reconstruction, divergence), { reconstruction, divergence }] as const
}

const { variables, history } = await fit(networks, init(networks, key(1)), images(key(2), 1024), {
  rules: { loss, optimizer: adam({ step: 0.003 }) },
  ...{ epochs: 60, batchSize: 64, key: key(3), backend: 'wasm' },
})
const last = (values: readonly number[]): string => (values.at(-1) ?? Number.NaN).toFixed(2)
console.log(
  `bound: ${last(history.loss)}, of which divergence ${last(history.divergence)} (first ${history.loss[0]?.toFixed(2)})`,
)

// Images that were never seen, through their mean code; and images of draws.
const unseen = images(key(4), 100)
const encoded = apply(networks.encoder, variables.encoder, unseen).output.arraySync() as number[][]
const again = apply(
  networks.decoder,
  variables.decoder,
  encoded.map(code => code.slice(0, codes)),
).output
console.log(`error of images that were never seen: ${relativeError(again.dataSync(), unseen.flat()).toFixed(3)}`)
const drawn = apply(networks.decoder, variables.decoder, { data: normals(key(5), 2 * 100), shape: [100, codes] }).output
const all = images(key(6), 400)
const nearest = (drawn.arraySync() as number[][]).map(image => Math.min(...all.map(own => relativeError(image, own))))
const mean = nearest.reduce((sum, own) => sum + own, 0) / nearest.length
console.log(`error of draws beside the nearest image: ${mean.toFixed(3)}`)
