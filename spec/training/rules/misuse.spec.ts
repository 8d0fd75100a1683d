import { expect } from 'chai'
import * as joinery from '../../../src/index.ts'
import { textOf } from '../../faults.ts'
import { same } from './made.ts'

// Calls with rules that do not fit: a typed error before anything runs, and states as they were.

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
type Any = any
const j: Any = joinery
const networks = { generator: j.join(j.Input(2), j.Relu(3), j.Linear(2)), critic: j.join(j.Input(2), j.Linear(1)) }
const start = () => j.init(networks, j.key(1))
const x = [[1, 2]]
const loss = ({ ops, run }: Any, given: Any) => ops.mean(run.critic(run.generator(given)))
const named = ({ ops, run }: Any, { a }: Any) => ops.mean(run.critic(run.generator(a)))
const step = j.trainStep(networks, { loss })
const begun = step.init(start(), j.key(2))
const by =
  (own: unknown, batch: unknown = x) =>
  () => {
    const other = j.trainStep(networks, { name: 'critic', loss: own })
    return other(other.init(start(), j.key(1)), batch)
  }
const fits = (data: unknown, options: object) => () => j.fit(networks, start(), data, options)
const disposed = () => {
  const tensor = j.tensor([1])
  tensor.dispose()
  return tensor
}

/** The error that a call ends with, with its class. */
const faultOf = async (call: () => unknown): Promise<string> => {
  try {
    await call()
  } catch (error) {
    // An error of data has the same parts, and names a row.
    return error instanceof joinery.DataError ? `DataError of ${error.message}` : textOf(error)
  }
  throw new Error('no error came')
}

type Row = readonly [what: string, text: string, call: () => unknown]
const refusals: readonly Row[] = [
  // Losses
  [
    'a loss that is no scalar',
    'trainStep, critic, loss: expected a scalar, or [scalar, report], got a tensor of shape (1, 1). Reduce it, for example with ops.mean(loss).',
    by(({ run }: Any, given: Any) => run.critic(given)),
  ],
  ['a number', 'trainStep, critic, loss: expected a scalar, or [scalar, report], got 3', by(() => 3)],
  ['a promise', 'got a promise', by(async () => 3)],
  [
    'a report of tensors',
    'trainStep, critic, loss, report, all: expected a scalar, got a tensor of shape (1, 2)',
    by(({ ops }: Any, given: Any) => [ops.mean(given), { all: given }]),
  ],
  [
    'a report that is none',
    'a tensor in place of the report',
    by(({ ops }: Any, given: Any) => [ops.mean(given), given]),
  ],
  [
    'a report called loss',
    'scalars by name, other than loss',
    by(({ ops }: Any, given: Any) => [ops.mean(given), { loss: ops.mean(given) }]),
  ],
  ['more than a report', 'got an array of 3', by(({ ops }: Any, given: Any) => [ops.mean(given), {}, 1])],
  [
    'a network that is not there',
    "trainStep, critic, run.critics: expected one of the networks generator, critic, got 'critics'. Did you mean 'critic'?",
    by(({ ops, run }: Any, given: Any) => ops.mean(run.critics(given))),
  ],
  [
    'an input of another shape',
    'LayerConnectionError of critic/input-1: expected (?, 2), got (1, 1)',
    by(({ ops, run }: Any, given: Any) => ops.mean(run.critic(run.critic(given)))),
  ],
  [
    'a tensor that the batch has not',
    'trainStep, critic, batch.a: expected what the loss asks the batch for, got none. Give it with the batch, which has batch.b.',
    by(({ ops, run }: Any, { a }: Any) => ops.mean(run.critic(a)), { b: x }),
  ],
  [
    'a tensor deep in a tree that the batch has not, which operations take',
    'trainStep, critic, batch.x.left: expected what the loss asks the batch for, got none. Give it with the batch, which has batch.x.right.0, batch.y.',
    by(({ ops }: Any, batch: Any) => ops.mean(batch.x.left), { x: { right: [j.tensor([1])] }, y: x }),
  ],
  [
    'a tree that the batch has not',
    'trainStep, critic, batch.x: expected what the loss asks the batch for, got none. Give it with the batch, which has batch.y.',
    by(({ ops }: Any, batch: Any) => ops.mean(batch.x.left), { y: x }),
  ],
  [
    'a tensor beyond an array of the batch',
    'trainStep, critic, batch.x.1: expected what the loss asks the batch for',
    by(({ ops }: Any, batch: Any) => ops.mean(batch.x[1]), { x: [j.tensor([1])] }),
  ],
  [
    'a tensor of the batch for a loss that has none',
    'trainStep, critic, batch.a: expected what the loss asks the batch for',
    by((_: Any, { a }: Any) => a, { b: x }),
  ],
  [
    'a record that it takes apart as an array',
    'trainStep, critic, batch: expected an array, as the loss takes it apart, got a record. Take its parts by name: { … } in place of [ … ]. There are batch.a, batch.b.',
    by(({ ops, run }: Any, [a]: Any) => ops.mean(run.critic(a)), { a: x, b: x }),
  ],
  [
    'a record in the batch that it takes apart as an array',
    'trainStep, critic, batch.a: expected an array, as the loss takes it apart, got a record.',
    by(({ ops, run }: Any, { a: [b] }: Any) => ops.mean(run.critic(b)), { a: { b: x } }),
  ],
  [
    'an array that it takes apart as a record',
    'trainStep, critic, batch.a: expected what the loss asks the batch for, got none. Give it with the batch, which has batch.0.',
    by(({ ops, run }: Any, { a }: Any) => ops.mean(run.critic(a)), [j.tensor(x)]),
  ],
  [
    'a tensor that it takes apart as an array',
    'trainStep, critic, batch: expected what the loss takes of it, got one tensor, which has no parts. Give a record or an array of tensors, or take the batch as it is.',
    by(({ ops, run }: Any, [a]: Any) => ops.mean(run.critic(a))),
  ],
  [
    'a tensor that it takes apart as a record',
    'trainStep, critic, batch: expected what the loss takes of it, got one tensor, which has no parts.',
    by(({ ops }: Any, { a }: Any) => ops.mean(a)),
  ],
  [
    'two tensors that the batch has not',
    'trainStep, critic, batch.a, batch.c: expected what the loss asks the batch for',
    by(({ ops, run }: Any, { a, b, c }: Any) => ops.add(ops.mean(run.critic(a)), ops.mean(ops.add(b, c))), { b: x }),
  ],
  [
    'a tensor that the batch has not, in a gradient',
    'trainStep, critic, batch.a: expected what the loss asks the batch for',
    by(
      ({ ops, grad }: Any, { a, b }: Any) =>
        ops.mean(grad((inner: Any, at: Any) => inner.ops.sum(inner.ops.multiply(at, a)))(b)),
      { b: x },
    ),
  ],
  [
    'a tree in place of a tensor',
    'trainStep, critic, run.critic: expected tensors of the operations in use, got batch.a, ',
    by(({ ops, run }: Any, { a }: Any) => ops.mean(run.critic(a)), { a: { b: x } }),
  ],
  [
    'another error of a loss that asks for what may be missing',
    'LayerConnectionError of critic/input-1: expected (?, 2), got (1, 1)',
    by(({ ops, run }: Any, { a, mask }: Any) => ops.mean(run.critic(mask === undefined ? run.critic(a) : a)), { a: x }),
  ],
  [
    'a value of another tape',
    'got a value of another transform',
    by(({ ops, run, grad }: Any, given: Any) => ops.mean(grad((_: Any, y: Any) => ops.sum(run.critic(y)))(given))),
  ],
  [
    'a gradient of no scalar',
    'grad, own: expected a function whose result is one scalar',
    by(({ ops, grad }: Any, given: Any) => {
      const own = (inner: Any, y: Any) => inner.run.critic(y)
      return ops.mean(grad(own)(given))
    }),
  ],
  [
    'a draw without a key',
    'normal, key: expected a key, got undefined',
    by(({ ops }: Any) => ops.mean(ops.normal(undefined, [2]))),
  ],
  [
    'a draw without a shape',
    'uniform, shape: expected the shape of what is drawn, got undefined',
    by(({ ops, key }: Any) => ops.mean(ops.uniform(key))),
  ],
  // Batches
  [
    'a text in a batch',
    "trainStep, batch.a.0.b: expected a tensor, numbers in nested arrays or { data, shape }, or records and arrays of them, got 'text'",
    by(loss, { a: [{ b: 'text' }] }),
  ],
  [
    'ragged numbers in a batch',
    'trainStep, batch.a.b: expected numbers in nested arrays of one length',
    by(loss, { a: { b: [[1], [1, 2]] } }),
  ],
  [
    'a disposed tensor in a batch',
    'trainStep, batch.a: expected a tensor of numbers that has not been disposed',
    by(loss, { a: disposed() }),
  ],
  ['no batch', 'trainStep, batch: expected a tensor', () => step(begun)],
  // Rules
  ['no rule', 'trainStep, rule, loss: expected a function', () => j.trainStep(networks)],
  [
    'no rules',
    'trainStep, rules: expected a rule, or an array of rules, got an empty array',
    () => j.trainStep(networks, []),
  ],
  ['null for a rule', 'trainStep, rule-1, options', () => j.trainStep(networks, [null])],
  [
    'the name of a loss',
    "trainStep, rule-1, loss: expected a function of { ops, run, grad, key, training } and a batch, got 'mse'",
    () => j.trainStep(networks, [{ loss: 'mse' }]),
  ],
  ['a loss of outputs', 'got a function mse', () => j.trainStep(networks, { loss: j.mse })],
  [
    'an optimizer by name',
    "trainStep, rule, optimizer: expected an optimizer, such as adam(), got 'adam'",
    () => j.trainStep(networks, { loss, optimizer: 'adam' }),
  ],
  ['an option that is misspelt', 'Did you mean optimizer?', () => j.trainStep(networks, { loss, optimiser: j.adam() })],
  [
    'one name for two rules',
    "two called 'a'",
    () =>
      j.trainStep(networks, [
        { loss, name: 'a' },
        { loss, name: 'a' },
      ]),
  ],
  [
    'an unknown network to train',
    "trainStep, rule, trains: expected one of the networks generator, critic, or a layer, such as 'generator/linear-1', got 'generater'. Did you mean 'generator'?",
    () => j.trainStep(networks, { loss, trains: 'generater' }),
  ],
  [
    'an unknown layer to train',
    "got 'generator/relu-2'. Did you mean 'generator/relu-1'?",
    () => j.trainStep(networks, { loss, trains: ['critic', 'generator/relu-2'] }),
  ],
  [
    'nothing to train',
    'trainStep, rule, trains: expected names of networks or layers',
    () => j.trainStep(networks, { loss, trains: [] }),
  ],
  [
    'a network without parameters to train',
    "got 'a/*'",
    () => j.trainStep({ a: j.join(j.Input(2), j.Relu()), b: networks.critic }, { loss, trains: 'a' }),
  ],
  ['an unknown backend', 'trainStep, backend', () => j.trainStep(networks, { loss }, { backend: 'gpu' })],
  [
    'an unknown option',
    'compileTraining, tell: expected an option of backend, onRecompile',
    () => j.compileTraining(networks, { loss }, { tell: 3 }),
  ],
  // Networks
  [
    'a name with a slash',
    "trainStep, networks: expected names without /, . and *, other than params and state, got 'a/b'",
    () => j.trainStep({ 'a/b': networks.critic }, { loss }),
  ],
  [
    'a name that variables have',
    "init, networks: expected names without /, . and *, other than params and state, got 'params'",
    () => j.init({ params: networks.critic }, j.key(1)),
  ],
  [
    'a number for a network',
    'trainStep, networks, b, layer: expected a layer, got 3',
    () => j.trainStep({ a: networks.critic, b: 3 }, { loss }),
  ],
  ['nothing for networks', 'trainStep, layer: expected a layer', () => j.trainStep({}, { loss })],
  // States
  [
    'variables of one network',
    'trainStep, variables: expected the variables of each network, { generator, critic }, got none of generator',
    () => step.init(start().generator, j.key(1)),
  ],
  [
    'variables of another network',
    'WeightInitializationError of generator/relu-1',
    () => step.init({ generator: start().critic, critic: start().critic }, j.key(1)),
  ],
  ['no key', 'trainStep, key: expected a key, got undefined', () => step.init(start())],
  [
    'slots of other rules',
    'trainStep, state: expected what adam remembers: 0.generator.mean.relu-1.weight',
    () => step({ ...begun, optimizer: { update: 0, slots: [] } }, x),
  ],
  // fit
  [
    'fit without rules',
    'fit, rules: expected a rule, or an array of rules, for several networks, got none',
    fits(x, {}),
  ],
  [
    'a loss beside rules',
    "fit, loss: expected no loss beside rules, got 'mse'. Give it to a rule.",
    fits(x, { rules: { loss }, loss: 'mse' }),
  ],
  [
    'metrics beside rules',
    'fit, metrics: expected no metrics beside rules',
    fits(x, { rules: { loss }, metrics: ['accuracy'] }),
  ],
  [
    'rules of one network',
    'fit, rules: expected an option of',
    () => j.fit(networks.critic, start().critic, { x, y: [[1]] }, { rules: { loss } }),
  ],
  [
    'other rows',
    'fit, batch.b: expected 1 rows, as batch.a has, got 2',
    fits({ a: x, b: [[1], [2]] }, { rules: { loss: named } }),
  ],
  [
    'a number in data',
    'fit, batch.b: expected one row for each example, got a single number',
    fits({ a: x, b: 3 }, { rules: { loss: named } }),
  ],
  ['no data', 'fit, batch: expected at least one tensor, got none', fits({}, { rules: { loss: named } })],
  [
    'no examples',
    'fit, batch: expected at least one example, got none',
    fits({ data: new Float32Array(0), shape: [0, 2] }, { rules: { loss } }),
  ],
  [
    'NaN in data',
    'DataError of fit, row 0, column batch.a[1]: expected a number, got NaN',
    fits({ a: [[1, Number.NaN]] }, { rules: { loss: named }, allowNaN: false }),
  ],
  [
    'validation of another shape',
    'LayerConnectionError of generator/input-1: expected (?, 2), got (1, 3)',
    fits(x, { rules: { loss }, validation: [[1, 2, 3]] }),
  ],
  [
    'a monitor that there is not',
    'earlyStopping, monitor: expected a number of the history',
    fits(x, { rules: { loss }, earlyStopping: { monitor: 'accuracy' } }),
  ],
]

describe('Rules refuse', () => {
  it('nothing of a loss that asks for what may be missing', async () => {
    const mask = ({ ops, run }: Any, { a, mask: own }: Any) => ops.mean(own === undefined ? run.critic(a) : own)
    const other = j.trainStep(networks, { loss: mask })
    const [, report] = await other(other.init(start(), j.key(1)), { a: x })
    expect(report.loss).to.be.a('number')
  })

  for (const [what, text, call] of refusals)
    it(what, async () => {
      const said = await faultOf(call)
      expect(said).to.include(text)
    })

  it('a batch of a compiled step, whose state stays as it was', async () => {
    const compiled = j.compileTraining(networks, { loss: named })
    const state = await compiled.init(start(), j.key(1))
    for (const wrong of [{ a: 'text' }, { a: [[1, 2, 3]] }, { b: x }])
      expect(await faultOf(() => compiled(state, wrong))).to.match(/InvalidOption|LayerConnectionError/)
    same((await compiled.read(state)).variables, start())
    const [next] = await compiled(state, { a: x })
    expect(next.update).to.equal(1)
    await compiled.dispose()
  })
})
