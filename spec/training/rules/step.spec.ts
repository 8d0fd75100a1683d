import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  applyUpdates,
  BatchNorm,
  compileTraining,
  Dropout,
  eager,
  foldIn,
  grad,
  gradientDescent,
  type Handle,
  Input,
  init,
  join,
  key,
  Linear,
  momentum,
  type ObjectiveContext,
  type Ops,
  type Optimizer,
  Relu,
  sharpnessAware,
  Tanh,
  tensor,
  trainStep,
  type VariableTree,
  valueAndGrad,
} from '../../../src/index.ts'
import { settled } from '../../settled.ts'
import { draws, near, numbersOf, same } from './made.ts'

// Two small networks against each other, whose statistics and gradients within gradients matter.
const generator = join(Input(2), Tanh(4, { name: 'hidden' }), BatchNorm(), Linear(3))
// Statistics before what is not linear: the mean of what comes after them alone would not change.
const critic = join(Input(3), Linear(4), BatchNorm(), Relu(), Linear(1))
const networks = { generator, critic }
type Both = typeof networks
const batches = [0, 1, 2].map(i => ({ real: draws(10 + i, 5, 3), z: draws(20 + i, 5, 2) }))

/** What the losses take. */
interface Pair<T = Handle> {
  readonly real: T
  readonly z: T
}
/** The losses of a Wasserstein GAN with gradient penalty (Gulrajani et al. 2017). */
const criticLoss = (
  { ops, run, grad }: ObjectiveContext<Both>,
  { real, z }: Pair,
): readonly [Handle, { readonly penalty: Handle; readonly real: Handle }] => {
  const fake = ops.mean(run.critic(run.generator(z)))
  const truth = ops.mean(run.critic(real))
  const slope = grad((inner, x) => inner.ops.sum(inner.run.critic(x)))(real)
  const norm = ops.sqrt(ops.sum(ops.square(slope), [1]))
  const penalty = ops.mean(ops.square(ops.subtract(norm, ops.constant(1))))
  return [ops.add(ops.subtract(fake, truth), penalty), { penalty, real: truth }]
}
const generatorLoss = ({ ops, run }: ObjectiveContext<Both>, { z }: Pair): Handle =>
  ops.negative(ops.mean(run.critic(run.generator(z))))

const start = () => init(networks, key(1))

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const [batch] = batches as [(typeof batches)[number]]

interface Trees<T> {
  readonly params: VariableTree<T>
  readonly state: VariableTree<T>
}
/** A network on a tape, which gives its state too. */
const ran = <T>(
  ops: Ops<T>,
  network: Both[keyof Both],
  { params, state }: Trees<T>,
  x: T,
): readonly [T, VariableTree<T>] => {
  const found = apply(network, { params, state }, x, { ops, training: true })
  return [found.output as T, found.state]
}

/** The losses of the networks, written out over the operations. */
const criticLossOf = <T>(
  ops: Ops<T>,
  params: VariableTree<T>,
  own: Trees<T>,
  other: Trees<T>,
  { real, z }: Pair<T>,
) => {
  const [fake, generated] = ran(ops, generator, other, z)
  const [onFake, first] = ran(ops, critic, { params, state: own.state }, fake)
  const [onReal, second] = ran(ops, critic, { params, state: first }, real)
  const [slope, third] = grad(
    (inner: Ops<T>, x: T) => {
      const [output, state] = ran(inner, critic, { params, state: second }, x)
      return [inner.sum(output), state] as const
    },
    { aux: true },
  )(ops, real)
  const penalty = ops.mean(ops.square(ops.subtract(ops.sqrt(ops.sum(ops.square(slope), [1])), ops.constant(1))))
  const truth = ops.mean(onReal)
  return [ops.add(ops.subtract(ops.mean(onFake), truth), penalty), { state: third, generated, penalty, truth }] as const
}
const generatorLossOf = <T>(ops: Ops<T>, params: VariableTree<T>, own: Trees<T>, other: Trees<T>, { z }: Pair<T>) => {
  const [fake, state] = ran(ops, generator, { params, state: own.state }, z)
  return [ops.negative(ops.mean(ran(ops, critic, other, fake)[0])), { state }] as const
}

/** Steps written out with eager gradients and the updates of the optimizers. */
const byHand = (first: Optimizer, second: Optimizer) => {
  let [own, other] = [start().critic, start().generator] as unknown as [Trees<tf.Tensor>, Trees<tf.Tensor>]
  let memory = [first.init(own.params), second.init(other.params)] as const
  const losses: number[][] = []
  for (const one of batches) {
    const [[value, beside], slopes] = eager(valueAndGrad(criticLossOf, { aux: true }) as never)(
      ...([own.params, own, other, one] as never[]),
    ) as never as [
      [tf.Tensor, Record<'state', VariableTree<tf.Tensor>> & Record<'penalty' | 'truth', tf.Tensor>],
      VariableTree<tf.Tensor>,
    ]
    const [moved, after] = first.update(slopes, memory[0], own.params)
    own = { params: applyUpdates(own.params, moved), state: beside.state }
    const [[last, { state }], back] = eager(valueAndGrad(generatorLossOf, { aux: true }) as never)(
      ...([other.params, other, own, one] as never[]),
    ) as never as [[tf.Tensor, { state: VariableTree<tf.Tensor> }], VariableTree<tf.Tensor>]
    const [turned, then] = second.update(back, memory[1], other.params)
    other = { params: applyUpdates(other.params, turned), state }
    memory = [after, then]
    losses.push([value, beside.penalty, beside.truth, last].map(tensor => tensor.dataSync()[0] as number))
  }
  return { variables: { generator: other, critic: own }, losses }
}

describe('Training by rules', () => {
  const optimizers = [momentum({ step: 0.05 }), gradientDescent({ step: 0.1 })] as const
  const expected = byHand(...optimizers)
  const rules = [
    { name: 'critic', loss: criticLoss, trains: 'critic', optimizer: optimizers[0] },
    { loss: generatorLoss, trains: 'generator', optimizer: optimizers[1] },
  ] as const

  for (const backend of engines) {
    it(`takes the steps of a loop of eager gradients, on ${backend}`, async () => {
      const step = compileTraining(networks, rules, { backend })
      let state = await step.init(start(), key(2))
      for (const [i, one] of batches.entries()) {
        const [next, report] = await step(state, one)
        state = next
        const [value = 0, penalty = 0, truth = 0, last = 0] = expected.losses[i] ?? []
        const wanted = {
          loss: value + last,
          'critic.loss': value,
          'critic.penalty': penalty,
          'critic.real': truth,
          'rule-2.loss': last,
        }
        expect(Object.keys(report)).to.deep.equal(Object.keys(wanted))
        for (const [name, number] of Object.entries(wanted))
          expect(report[name as keyof typeof wanted], name).to.be.closeTo(number, 1e-4 * (1 + Math.abs(number)))
      }
      const { variables, optimizer } = await step.read(state)
      near(variables, expected.variables)
      expect(optimizer.update).to.equal(3)
      expect(optimizer.slots).to.have.length(2)
      await step.dispose()
    })

    it(`gives the same bits by trainStep and compileTraining, which go on from each other, on ${backend}`, async () => {
      const [pure, compiled] = [trainStep(networks, rules, { backend }), compileTraining(networks, rules, { backend })]
      const begun = pure.init(start(), key(2))
      const [once] = await pure(begun, batch)
      const [twice, report] = await pure(once, batches[1] as typeof batch)
      const resumed = await compiled.resume(once)
      const [next, said] = await compiled(resumed, batches[1] as typeof batch)
      same((await compiled.read(next)).variables, twice.variables)
      expect(said).to.deep.equal(report)
      // The same state again gives the same.
      same((await pure(once, batches[1] as typeof batch))[0].variables, twice.variables)
      same(begun.variables, start())
      await compiled.dispose()
    })

    it(`draws anew in every run, rule and step, the same as on other engines, on ${backend}`, async () => {
      const noisy = { noisy: join(Input(64), Dropout(0.5)), free: join(Input(1), Linear(1)) }
      // A fingerprint of which numbers were drawn.
      const weights = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
      const loss = ({ ops, run, key: own }: ObjectiveContext<typeof noisy>, x: Handle) => {
        const print = (values: Handle) => ops.sum(ops.multiply(values, ops.constant(weights)))
        const drawn = print(ops.uniform(foldIn(own, 'noise'), [64]))
        return [
          ops.mean(run.free(ops.constant(1, [1, 1]))),
          { a: print(run.noisy(x)), b: print(run.noisy(x)), drawn },
        ] as const
      }
      const step = trainStep(noisy, [{ loss }, { loss }], { backend })
      const begun = step.init(init(noisy, key(1)), key(3))
      const x = { data: new Float32Array(64).fill(1), shape: [1, 64] }
      const [next, first] = await step(begun, x)
      const [, second] = await step(next, x)
      const prints = [first, second].flatMap(report => [
        ...[report['rule-1.a'], report['rule-1.b'], report['rule-1.drawn']],
        ...[report['rule-2.a'], report['rule-2.b'], report['rule-2.drawn']],
      ])
      expect(new Set(prints)).to.have.length(12)
      for (const [i, value] of prints.entries()) expect(value).to.be.closeTo(known[i] ?? value, 1e-4)
      known.push(...prints.slice(known.length))
    })
  }
  const known: number[] = []

  it('trains what a rule names, and leaves all else as it was to the bit', async () => {
    for (const [trains, moved] of [
      ['critic', /^\/critic\//],
      [['generator/hidden', 'critic/linear-1.bias'], /^\/generator\/params\/hidden|^\/critic\/params\/linear-1\/bias/],
      ['generator/batch-*', /^\/generator\/(params|state)\/batch-norm-1/],
      [undefined, /./],
    ] as const) {
      const step = trainStep(networks, {
        loss: criticLoss,
        optimizer: gradientDescent({ step: 0.1 }),
        ...(trains !== undefined && { trains }),
      })
      const [{ variables }] = await step(step.init(start(), key(1)), batch)
      const before = numbersOf(start())
      for (const [place, numbers] of numbersOf(variables)) {
        // The loss does not depend on the last bias, and means in batches cancel those before them.
        const isStill = JSON.stringify(numbers) === JSON.stringify(before.get(place))
        if (!moved.test(place)) expect(isStill, `${trains}: ${place}`).to.equal(true)
        if (moved.test(place) && /weight|running/.test(place)) expect(isStill, `${trains}: ${place}`).to.equal(false)
      }
    }
  })

  it('takes one network, one rule alone, and optimizers that ask for the loss at other parameters', async () => {
    const only = { model: join(Input(2), Relu(3), Linear(1)) }
    const step = trainStep(only, {
      loss: ({ ops, run }, { x, y }: { readonly x: Handle; readonly y: Handle }) =>
        ops.mean(ops.square(ops.subtract(run.model(x), y))),
      optimizer: sharpnessAware(gradientDescent({ step: 0.1 })),
    })
    const single = trainStep(only.model, { loss: 'mse', optimizer: sharpnessAware(gradientDescent({ step: 0.1 })) })
    const variables = init(only, key(4))
    const examples = {
      x: [
        [1, 2],
        [0, 1],
      ],
      y: [[1], [2]],
    }
    const [after, report] = await step(step.init(variables, key(1)), examples)
    const [alone, { loss }] = await single(single.init(variables.model, key(1)), examples)
    expect(report).to.deep.equal({ loss })
    near(after.variables.model, alone.variables)
  })

  it('takes batches of any form, each compiled for', async () => {
    type Given = readonly [Handle, { readonly deep: Handle }] | { readonly only: Handle }
    const step = compileTraining(
      { critic },
      {
        loss: ({ ops, run }, given: Given) =>
          ops.mean(run.critic('only' in given ? given.only : ops.add(given[0], given[1].deep))),
      },
      { onRecompile: () => undefined },
    )
    const state = await step.init(init({ critic }, key(1)), key(2))
    const row = tensor([[1, 2, 3]])
    const [next, first] = await step(state, [row, { deep: [[1, 1, 1]] }])
    const [then, second] = await step(next, {
      only: [
        [1, 2, 3],
        [2, 3, 4],
      ],
    })
    const [, third] = await step(then, { only: row })
    expect(new Set([first.loss, second.loss, third.loss])).to.have.length(3)
    await step.dispose()
  })

  it('leaves nothing behind but what it gives', async () => {
    const step = trainStep(networks, rules)
    const begun = step.init(start(), key(2))
    await step(begun, batch)
    const before = await settled()
    const [next] = await step(begun, batch)
    expect((await settled()) - before).to.be.at.most(2 * 20 + 30)
    expect(next.optimizer.update).to.equal(1)
  })
})
