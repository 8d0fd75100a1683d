import {
  adam,
  type BackendOption,
  compileTraining,
  foldIn,
  type Handle,
  Input,
  init,
  join,
  key,
  Linear,
  type ObjectiveContext,
  Relu,
  Tanh,
} from '../../src/index.ts'
import { pixels } from './inputs.ts'
import type { Step } from './protocol.ts'

// Steps by rules, over networks of three layers and 128 images of 28 by 28.

const [images, noise, codes] = [128, 64, 16]
const optimizer = adam({ step: 0.0002, beta1: 0.5 })

const autoencoder = {
  encoder: join(Input(784), Relu(256), Relu(256), Linear(2 * codes)),
  decoder: join(Input(codes), Relu(256), Relu(256), Linear(784)),
}
/** Minus the evidence lower bound of a variational autoencoder, with a Bernoulli distribution of each pixel. */
const bound = ({ ops, run, key: own }: ObjectiveContext<typeof autoencoder>, x: Handle): Handle => {
  const code = run.encoder(x)
  const [mean, logVariance] = [ops.slice(code, [0, 0], [null, codes]), ops.slice(code, [0, codes], [null, codes])]
  const deviation = ops.exp(ops.multiply(logVariance, ops.constant(0.5)))
  const drawn = ops.add(mean, ops.multiply(deviation, ops.normal(foldIn(own, 'code'), [images, codes])))
  const logits = run.decoder(drawn)
  const unlikely = ops.sum(ops.subtract(ops.softplus(logits), ops.multiply(x, logits)))
  const terms = ops.subtract(ops.add(ops.square(mean), ops.exp(logVariance)), ops.add(logVariance, ops.constant(1)))
  return ops.divide(ops.add(unlikely, ops.multiply(ops.sum(terms), ops.constant(0.5))), ops.constant(images))
}

const adversaries = {
  generator: join(Input(noise), Relu(256), Relu(256), Tanh(784)),
  critic: join(Input(784), Relu(256), Relu(256), Linear(1)),
}
type Adversaries = ObjectiveContext<typeof adversaries>
const made = ({ ops, run, key: own }: Adversaries): Handle =>
  run.generator(ops.normal(foldIn(own, 'z'), [images, noise]))
const deemedReal = ({ ops }: Adversaries, score: Handle): Handle => ops.mean(ops.softplus(ops.negative(score)))

/** The steps of works, from what begins them. */
const works = {
  vae: async (backend: BackendOption): Promise<Step> => {
    const step = compileTraining(autoencoder, { loss: bound, optimizer }, { backend })
    let state = await step.init(init(autoencoder, key(0)), key(1))
    const x = pixels()
    return async () => {
      ;[state] = await step(state, x)
    }
  },
  gan: async (backend: BackendOption): Promise<Step> => {
    const step = compileTraining(
      adversaries,
      [
        {
          trains: 'critic',
          optimizer,
          loss: (context: Adversaries, real: Handle) => {
            const { ops, run } = context
            const onMade = ops.mean(ops.softplus(run.critic(ops.stopGradient(made(context)))))
            return ops.add(deemedReal(context, run.critic(real)), onMade)
          },
        },
        {
          trains: 'generator',
          optimizer,
          loss: (context: Adversaries, _: Handle) => deemedReal(context, context.run.critic(made(context))),
        },
      ],
      { backend },
    )
    let state = await step.init(init(adversaries, key(0)), key(1))
    const real = pixels()
    return async () => {
      ;[state] = await step(state, real)
    }
  },
} as const

/** Whether a work trains by rules. */
export const isByRules = (work: string): work is keyof typeof works => Object.hasOwn(works, work)
/** The step of a work. */
export const ruleStepOf = (work: keyof typeof works, backend: BackendOption): Promise<Step> => works[work](backend)
