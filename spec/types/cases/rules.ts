import {
  adam,
  BatchNorm,
  compile,
  compileTraining,
  dataset,
  fit,
  type Handle,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type ObjectiveContext,
  parallel,
  Relu,
  resume,
  type Tensor,
  trainStep,
  type Variables,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

declare const handle: () => Handle

// Networks that rules train: what losses are given, what reports have, and which names there are.

const generator = join(Input(2), Relu(4), BatchNorm(), Linear(3))
const critic = join(Input(3), Relu(4), Linear(1))
const networks = { generator, critic }
interface Batch {
  readonly real: Handle
  readonly z: Handle
}

const variables = init(networks, key(1))
holds<Same<(typeof variables.critic.params)['linear-1']['weight'], Tensor<[4, 1]>>>()
holds<Same<(typeof variables.generator.state)['batch-norm-1']['runningMean']['shape'][1], 4>>()

const step = trainStep(networks, [
  {
    name: 'critic',
    trains: 'critic',
    loss: ({ ops, run, grad, key: own, training }, { real, z }: Batch) => {
      holds<Same<typeof training, boolean>>()
      const slope = grad((inner, x) => inner.ops.sum(inner.run.critic(x)))(real)
      const noise = ops.normal(own, [1, 3])
      const fake = run.critic(ops.add(run.generator(z), noise))
      return [ops.mean(ops.subtract(fake, run.critic(real))), { penalty: ops.mean(ops.square(slope)) }]
    },
    optimizer: adam({ step: 0.01 }),
  },
  {
    loss: ({ ops, run }, { z }: Batch) => ops.negative(ops.mean(run.critic(run.generator(z)))),
    trains: ['generator', 'critic/relu-1', 'critic/linear-1.bias', '*batch-norm*'],
  },
])
export const stepping = async () => {
  const begun = step.init(variables, key(2))
  const [next, report] = await step(begun, { real: [[1, 2, 3]], z: [[1, 2]] })
  holds<Same<(typeof next.variables)['generator'], (typeof variables)['generator']>>()
  holds<Same<(typeof report)['critic.penalty'], number>>()
  report['rule-2.loss'] satisfies number
  report.loss satisfies number
  Object.is(report['rule-2.penalty'], 0)
  //        ~~~~~~~~~~~~~~~~~~~~~~~~ can't be used to index type
  await step(begun, { real: [[1, 2, 3]] })
  //                ~~~~~~~~~~~~~~~~~~~~~ Property 'z' is missing in type
  step.init({ generator: variables.generator }, key(2))
  //        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Property 'critic' is missing in type
  step.init({ ...variables, critic: variables.generator }, key(2))
  //                        ~~~~~~ Type
}

// One rule alone; a loss of one tensor needs no annotation.
const alone = compileTraining(
  { critic },
  { loss: ({ ops, run }, x) => [ops.mean(run.critic(x)), { size: ops.mean(x) }] },
)
export const compiled = async () => {
  const [, report] = await alone(await alone.init(init({ critic }, key(1)), key(1)), [[1, 2, 3]])
  holds<Same<(typeof report)['size'], number>>()
  report.sizes
  //     ~~~~~ does not exist on type
}

// Losses that say both of their parameters are read before it is known that they are of rules.
type Context = ObjectiveContext<typeof networks>
const annotated = compileTraining(networks, [
  {
    name: 'critic',
    loss: ({ ops, run }: Context, { real }: Batch) => {
      const onReal = ops.mean(run.critic(real))
      return [ops.negative(onReal), { onReal }]
    },
  },
  { loss: ({ ops, run }: Context, { z }: Batch) => ops.mean(run.generator(z)) },
])
export const annotating = async () => {
  const [, report] = await annotated(await annotated.init(variables, key(1)), { real: [[1, 2, 3]], z: [[1, 2]] })
  holds<Same<(typeof report)['critic.onReal'], number>>()
  Object.is(report['critic.onMade'], 0)
  //        ~~~~~~~~~~~~~~~~~~~~~~~ can't be used to index type
}

// Data give the losses their batch, and validation its names.
export const fitting = async () => {
  const data = { real: [[1, 2, 3]], z: new Float32Array(2), deep: [{ data: [1], shape: [1] }] as const }
  const { history, variables: after } = await fit(networks, variables, data, {
    rules: {
      name: 'both',
      loss: ({ ops, run }, { real, z, deep }) => {
        holds<Same<typeof z, Handle>>()
        return ops.add(ops.mean(run.critic(real)), ops.mean(ops.add(deep[0], z)))
      },
    },
    validation: { part: 0.2 },
    onProgress: ({ report }) => report['both.loss'].toFixed(2),
  })
  holds<Same<(typeof history)['both.loss'], readonly number[]>>()
  holds<Same<(typeof history)['validationBoth.loss'], readonly number[]>>()
  holds<Same<typeof after, typeof variables>>()
  const plain = await fit({ critic }, init({ critic }, key(1)), [[1, 2, 3]], {
    rules: { loss: ({ ops, run }, x) => ops.mean(run.critic(x)) },
  })
  plain.history.validationLoss
  //            ~~~~~~~~~~~~~~ does not exist on type
  await fit(networks, variables, dataset([{ real: [1, 2, 3], z: 1 }]), {
    rules: { loss: ({ ops, run }, { real, z }) => ops.add(ops.mean(run.critic(real)), ops.mean(z)) },
  })
  await fit(networks, variables, data, { rules: { loss: ({ ops, run }, { fake }) => ops.mean(run.critic(fake)) } })
  //                                                                     ~~~~ Property 'fake' does not exist on type
}

// A saved run has the variables and slots of networks, and the reports of rules.
const penalized = {
  name: 'critic',
  trains: 'critic',
  loss: ({ ops, run }: Context, { real }: Batch) => {
    const score = ops.mean(run.critic(real))
    return [score, { penalty: ops.square(score) }]
  },
} as const
export const resuming = async () => {
  const data = { real: [[1, 2, 3]], z: [[1, 2]] }
  const saved = await resume('runs/first', { networks, rules: penalized })
  holds<Same<typeof saved.trainState.variables, typeof variables>>()
  saved.rows[0]?.training['critic.penalty'].toFixed(2)
  saved.rows[0]?.training['critic.loss'].toFixed(2)
  saved.trainState.optimizer.slots[0]?.critic
  saved.trainState.optimizer.slots[0]?.['*']
  saved.trainState.optimizer.slots[0]?.critics
  //                                   ~~~~~~~ Property 'critics' does not exist on type
  saved.best?.generator.params['linear-1']
  const { trainState } = await fit(networks, variables, data, { rules: penalized, resume: saved })
  holds<Same<typeof trainState, typeof saved.trainState>>()
  await fit(networks, variables, data, { rules: penalized, resume: await resume('runs/first') })
  const maybe = await resume('runs/first', { networks, optional: true })
  await fit(networks, variables, data, { rules: penalized, resume: maybe })
  Object.is(maybe.trainState, saved.trainState)
  //        ~~~~~ 'maybe' is possibly 'undefined'.
  const wider = { generator, critic: join(Input(3), Relu(5), Linear(1)) }
  await fit(wider, init(wider, key(1)), [[1, 2, 3]], { rules: { loss: handle }, resume: saved })
  //                                                                            ~~~~~~ Type
  await resume('runs/first', { networks: { critic, other: 3 } })
  //                                               ~~~~~ Type 'number' is not assignable to type 'AnyLayer'
}

// Several inputs and outputs are tuples.
const two = join(parallel(Input(2), Input(3)), parallel(Linear(1), Linear(2)))
trainStep(
  { two },
  {
    loss: ({ ops, run }, { a, b }: { readonly a: Handle; readonly b: Handle }) => {
      const [left, right] = run.two([a, b])
      return ops.add(ops.mean(left), ops.mean(right))
    },
  },
)
trainStep({ two }, { loss: ({ ops, run }, x) => ops.mean(run.two(x)[0]) })
//                                                               ~ Argument of type 'Handle' is not assignable

// What there is not.
trainStep(networks, { loss: ({ ops, run }, x) => ops.mean(run.discriminator(x)) })
//                                                            ~~~~~~~~~~~~~ Property 'discriminator' does not exist on type
trainStep(networks, { loss: ({ ops, run }, x) => ops.mean(run.critic(x)), trains: 'generater' })
//                                                                        ~~~~~~ Type '"generater"' is not assignable
trainStep(networks, [{ loss: ({ ops, run }, x) => ops.mean(run.critic(x)), trains: ['generator/relu-2'] }])
//                                                                                  ~~~~~~~~~~~~~~~~~~ Type '"generator/relu-2"' is not assignable
compileTraining({ critic, other: 3 }, { loss: handle })
//                        ~~~~~ Type 'number' is not assignable to type 'AnyLayer'
fit(networks, variables, [[1, 2, 3]], { loss: 'mse' })
//                                      ~~~~ 'loss' does not exist in type

// A loss that gives no scalar: the error at run time, at the loss.
trainStep(networks, { loss: () => 3 })
//                    ~~~~ loss: expected a scalar, or [scalar, report], got a number. Return what ops gave, for example ops.mean(errors).
compileTraining(networks, [{ loss: ({ ops }, x) => [ops.mean(x), 3] }])
//                           ~~~~ loss: expected a scalar, or [scalar, report], got another array. Return what ops gave
fit(networks, variables, [[1, 2, 3]], { rules: { loss: async ({ ops }, x) => ops.mean(x) } })
//                                               ~~~~ loss: expected a scalar, or [scalar, report], got a promise. Return what ops gave
trainStep(networks, { loss: ({ ops, run }: Context, { real }: Batch) => void ops.mean(run.critic(real)) })
//                    ~~~~ loss: expected a scalar, or [scalar, report], got no tensor. Return what ops gave

// One network has the errors of one network alone.
trainStep(critic, { los: 'mse' })
//                  ~~~ Object literal may only specify known properties
export const generic = <N extends Layer>(network: N) => trainStep(network, { loss: 'mse' })
export const several = <N extends Layer>(encoder: N) => trainStep({ encoder }, { loss: ({ ops }, x) => ops.mean(x) })

// A network that is a type parameter runs, has gradients and is named.
export const running = <N extends Layer>(encoder: N) =>
  trainStep({ encoder, critic }, [
    {
      trains: 'encoder',
      loss: ({ ops, run, grad }, x) => {
        const slope = grad((inner, at) => inner.ops.sum(inner.run.encoder(at)))(x)
        return [ops.mean(run.critic(run.encoder(x))), { slope: ops.mean(slope) }]
      },
    },
    { trains: ['encoder', 'critic/relu-1'], loss: ({ run }, x) => run.encoder(x) },
  ])
export const ofTwo = <N extends typeof two>(pair: N) =>
  trainStep({ pair }, { loss: ({ ops, run }, { a, b }: Record<'a' | 'b', Handle>) => ops.mean(run.pair([a, b])[0]) })
export const wrongly = <N extends Layer>(encoder: N) =>
  trainStep({ encoder }, { loss: ({ ops, run }) => ops.mean(run.encoder(3)) })
//                                                                      ~ Argument of type 'number' is not assignable

// Functions may be generic in a network of a record: variables are those of the network.
export const within = async <N extends Layer>(encoder: N) => {
  const own = { encoder, critic }
  const rules = { loss: ({ ops }: ObjectiveContext<typeof own>, x: Handle) => ops.mean(x) }
  const each = { encoder: init(encoder, key(1)), critic: init(critic, key(1)) }
  const pure = trainStep(own, rules)
  const [after] = await pure(pure.init(each, key(2)), [[1, 2, 3]])
  const compiledStep = compileTraining(own, rules)
  const read = await compiledStep.read(await compiledStep.init(init(own, key(1)), key(2)))
  const { variables: found, trainState } = await fit(own, read.variables, [[1, 2, 3]], { rules, trainState: after })
  const { trainState: saved } = await resume('runs/first', { networks: own, rules })
  await fit(own, each, [[1, 2, 3]], { rules, trainState: saved })
  const all: readonly Variables<N>[] = [found.encoder, trainState.variables.encoder, saved.variables.encoder]
  return [all, compile(encoder, after.variables.encoder)] as const
}
