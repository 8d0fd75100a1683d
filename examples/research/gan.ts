import {
  adam,
  apply,
  compileTraining,
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
  uniforms,
} from '../../src/index.ts'
import '../../src/wasm.ts'

// Two networks against each other (Goodfellow et al. 2014, "Generative adversarial nets"): a generator makes points of noise, and a
// critic tells them from points of a ring of eight clusters. The critic's gradient at real points is kept small, so that both
// converge (Mescheder, Geiger and Nowozin 2018, "Which training methods for GANs do actually converge?", R1).

const networks = {
  generator: join(Input(4), Relu(64), Relu(64), Linear(2)),
  critic: join(Input(2), Relu(64), Relu(64), Linear(1)),
}
type Context = ObjectiveContext<typeof networks>
interface Batch {
  readonly real: Handle
}
const points = 128
const clusters = Array.from(
  { length: 8 },
  (_, i) => [Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)] as const,
)

/** Points of the ring: a cluster each, and a little noise. */
const ring = (from: Key): { readonly data: Float32Array; readonly shape: readonly number[] } => {
  const chosen = uniforms(foldIn(from, 'cluster'), points)
  const noise = normals(foldIn(from, 'noise'), 2 * points, 0, 0.05)
  const at = (i: number): number => clusters[Math.floor(8 * (chosen[i >> 1] as number))]?.[i % 2] ?? 0
  return { data: noise.map((own, i) => own + at(i)), shape: [points, 2] }
}

const made = ({ ops, run, key: own }: Context): Handle => run.generator(ops.normal(foldIn(own, 'z'), [points, 4]))
/** The mean of log(1 + exp(-x)): small where the critic says that points are real. */
const deemedReal = ({ ops }: Context, score: Handle): Handle => ops.mean(ops.softplus(ops.negative(score)))

const optimizer = adam({ step: 0.001, beta1: 0.5 })
const step = compileTraining(
  networks,
  [
    {
      name: 'critic',
      trains: 'critic',
      optimizer,
      loss: (context: Context, { real }: Batch) => {
        const { ops, run, grad } = context
        const slope = grad((inner, x) => inner.ops.sum(inner.run.critic(x)))(real)
        const penalty = ops.mean(ops.sum(ops.square(slope), [1]))
        const onMade = ops.mean(ops.softplus(run.critic(made(context))))
        const distinguishes = ops.add(deemedReal(context, run.critic(real)), onMade)
        return [ops.add(distinguishes, ops.multiply(penalty, ops.constant(0.05))), { penalty }]
      },
    },
    {
      name: 'generator',
      trains: 'generator',
      optimizer,
      loss: (context: Context, _: Batch) => deemedReal(context, context.run.critic(made(context))),
    },
  ],
  { backend: 'wasm' },
)

let state = await step.init(init(networks, key(1)), key(2))
for (let update = 0; update < 1500; update++) {
  const [next, report] = await step(state, { real: ring(foldIn(key(3), update)) })
  state = next
  if (update % 500 === 0)
    console.log(
      `update ${update}: critic ${report['critic.loss'].toFixed(3)}, generator ${report['generator.loss'].toFixed(3)}`,
    )
}

// Which clusters are met, by points that noise never seen is made into.
const { variables } = await step.read(state)
await step.dispose()
const z = { data: normals(key(4), 4000), shape: [1000, 4] as const }
const found = apply(networks.generator, variables.generator, z).output.dataSync()
const nearest = Array.from({ length: 1000 }, (_, i) => {
  const far = clusters.map(([x, y]) => Math.hypot(x - (found[2 * i] as number), y - (found[2 * i + 1] as number)))
  return { cluster: far.indexOf(Math.min(...far)), distance: Math.min(...far) }
})
const close = nearest.filter(({ distance }) => distance < 0.25)
const met = clusters.filter((_, i) => close.filter(({ cluster }) => cluster === i).length >= 40)
console.log(`\nclusters met: ${met.length} of 8`)
console.log(`points in a cluster: ${((100 * close.length) / 1000).toFixed(1)} %`)
