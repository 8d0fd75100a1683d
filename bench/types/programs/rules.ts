import {
  adam,
  BatchNorm,
  compileTraining,
  fit,
  type Handle,
  Input,
  init,
  join,
  key,
  Linear,
  type ObjectiveContext,
  Relu,
  resume,
  trainStep,
} from 'joinery'

// Networks that rules train: contexts, batches, reports by name, names of what is trained, states and checkpoints.

const networks = {
  generator: join(Input(2), Relu(4), BatchNorm(), Linear(3)),
  critic: join(Input(3), Relu(4), Linear(1)),
}
interface Batch {
  readonly real: Handle
  readonly z: Handle
}
const generated = ({ ops, run }: ObjectiveContext<typeof networks>, { z }: Batch) =>
  ops.negative(ops.mean(run.critic(run.generator(z))))
const step = trainStep(networks, [
  {
    name: 'critic',
    trains: 'critic',
    loss: ({ ops, run, grad }, { real, z }: Batch) => {
      const slope = grad((inner, x) => inner.ops.sum(inner.run.critic(x)))(real)
      const distance = ops.mean(ops.subtract(run.critic(run.generator(z)), run.critic(real)))
      return [distance, { penalty: ops.mean(ops.square(slope)) }]
    },
    optimizer: adam({ step: 0.01 }),
  },
  { loss: generated, trains: ['generator', 'critic/relu-1', 'critic/linear-1.bias', '*batch-norm*'] },
])
const variables = init(networks, key(1))
export const stepping = async (): Promise<readonly [number, number]> => {
  const [, report] = await step(step.init(variables, key(2)), { real: [[1, 2, 3]], z: [[1, 2]] })
  return [report['critic.penalty'], report['rule-2.loss']]
}

const { critic } = networks
const alone = compileTraining({ critic }, { loss: ({ ops, run }, x) => ops.mean(run.critic(x)) })
export const compiled = async (): Promise<number> => {
  const [, { loss }] = await alone(await alone.init(init({ critic }, key(1)), key(1)), [[1, 2, 3]])
  return loss
}

const rules = { name: 'both', loss: generated } as const
export const fitted = async () => {
  const saved = await resume('runs/first', { networks, rules, optional: true })
  const data = { real: [[1, 2, 3]], z: [[1, 2]] }
  const options = { rules, validation: { part: 0.2 }, resume: saved }
  const { history, variables: after, trainState } = await fit(networks, variables, data, options)
  const weight: [2, 4] = after.generator.params['relu-1'].weight.shape
  return [history['both.loss'], history['validationBoth.loss'], trainState.optimizer.slots[0]?.critic, weight]
}
