import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  adam,
  apply,
  block,
  compile,
  countParameters,
  fit,
  gpt,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  mergeLowRank,
  names,
  notation,
  outputShape,
  Relu,
  Softmax,
  start,
  toLowRank,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import type { Numbers } from '../ops/reference.ts'
import { close, draw, untyped } from '../running.ts'

type Tree = Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>
interface Trees {
  readonly params: Tree
  readonly state: Tree
}
interface Both {
  readonly network: Layer
  readonly variables: Trees
}
const convert = { toLowRank, mergeLowRank } as unknown as {
  readonly toLowRank: (network: unknown, variables: unknown, options?: unknown) => Both
  readonly mergeLowRank: (network: unknown, variables?: unknown) => Both
}

const outputs = (network: Layer, variables: unknown, x: unknown): readonly Numbers[] =>
  ([apply(network, variables as never, x as never).output].flat() as unknown as tf.Tensor[]).map(tensor => ({
    shape: tensor.shape,
    data: Array.from(tensor.dataSync()),
  }))
const closeAll = (found: readonly Numbers[], wanted: readonly Numbers[], tolerance: number): void => {
  expect(found).to.have.length(wanted.length)
  for (const [i, own] of wanted.entries()) close(found[i] as Numbers, own, tolerance)
}
const shapesOf = ({ params, state }: Trees) =>
  [params, state].map(tree =>
    Object.fromEntries(
      Object.entries(tree).map(([layer, own]) => [
        layer,
        Object.fromEntries(Object.entries(own).map(([name, { shape }]) => [name, shape])),
      ]),
    ),
  )
/** Other numbers in the place of all trained ones, so that both factors matter. */
const moved = ({ params, state }: Trees): Trees => {
  let seed = 0
  return {
    state,
    params: Object.fromEntries(
      Object.entries(params).map(([layer, own]) => [
        layer,
        Object.fromEntries(
          Object.entries(own).map(([name, { shape }]) => {
            const { data } = draw(++seed, shape)
            const values = { shape, data: data.map(value => value / 5) }
            return [name, untyped.tensor(values) as unknown as tf.Tensor]
          }),
        ),
      ]),
    ),
  }
}

const networks: Readonly<Record<string, readonly [Layer, unknown]>> = {
  'a chain': [join(Input(5), Relu(6), Relu(6), Softmax(3)), draw(1, [2, 5])],
  'blocks, branches and repetitions': [
    untyped.join(
      Input([6, 6, 2]),
      block('stem', untyped.join(untyped.Convolution([3, 3, 4]), untyped.BatchNorm(), untyped.Relu())),
      untyped.repeat(untyped.residual(untyped.Convolution([3, 3, 4], { padding: 'same' }), { name: 'res{}' }), 2),
      untyped.branch([untyped.Convolution([1, 1, 2]), untyped.Reshape()], untyped.Reshape()),
      untyped.Concatenate(),
      untyped.Linear(2),
    ),
    draw(1, [2, 6, 6, 2]),
  ],
  'shared layers and several inputs': [
    untyped.join(
      untyped.parallel(
        [Input(4), untyped.shared('tower', untyped.join(Relu(5), Relu(3)))],
        [Input(4), untyped.shared('tower', untyped.join(Relu(5), Relu(3)))],
        [Input(4), untyped.shared('one', Linear(3))],
        [Input(4), untyped.shared('one', Linear(3))],
      ),
      untyped.Concatenate(),
      Linear(2),
    ),
    [draw(1, [2, 4]), draw(2, [2, 4]), draw(3, [2, 4]), draw(4, [2, 4])],
  ],
  slices: [
    untyped.join(Input(5), start(join(Input(5), Relu(6), Relu(4)), 'relu-1'), untyped.Linear(2)),
    draw(1, [2, 5]),
  ],
  attention: [
    untyped.join(Input([4, 8]), untyped.TransformerEncoder(8, 2), untyped.TransformerEncoder(8, 2)),
    draw(1, [2, 4, 8]),
  ],
  'several outputs': [untyped.join(Input(4), untyped.parallel(Relu(3), Softmax(2))), draw(1, [2, 4])],
}

describe('toLowRank and mergeLowRank', () => {
  for (const [what, [network, x]] of Object.entries(networks))
    it(`bring a network of ${what} into the form and back`, () => {
      const variables = init(network, key(1)) as unknown as Trees
      const before = outputs(network, variables, x)
      const frozen = what.includes('slices') ? 'weights' : 'all'
      const adapted = convert.toLowRank(network, variables, { rank: 2, key: key(2), frozen })
      expect(names(adapted.network)).to.deep.equal(names(network))
      expect(shapesOf(adapted.variables)).to.deep.equal(shapesOf(init(adapted.network, key(1)) as unknown as Trees))
      closeAll(outputs(adapted.network, adapted.variables, x), before, 0)

      const trained = moved(adapted.variables)
      const after = outputs(adapted.network, trained, x)
      expect(after[0]?.data).not.to.deep.equal(before[0]?.data)
      const merged = convert.mergeLowRank(adapted.network, trained)
      expect(notation(merged.network)).to.equal(notation(network))
      expect(shapesOf(merged.variables)).to.deep.equal(shapesOf(variables))
      closeAll(outputs(merged.network, merged.variables, x), after, 1e-5)
    })

  it('take the tensors that were given, and change none', () => {
    const network = join(Input(4), Relu(5), Softmax(3))
    const variables = init(network, key(1)) as unknown as Trees
    const numbers = JSON.stringify(shapesOf(variables))
    const adapted = convert.toLowRank(network, variables, { rank: 1, key: key(2), layers: 'relu*' })
    expect(adapted.variables.state['relu-1']?.weight).to.equal(variables.params['relu-1']?.weight)
    expect(adapted.variables.params['softmax-1']?.bias).to.equal(variables.params['softmax-1']?.bias)
    const merged = convert.mergeLowRank(adapted.network, adapted.variables)
    expect(merged.variables.params['softmax-1']?.weight).to.equal(variables.params['softmax-1']?.weight)
    expect(JSON.stringify(shapesOf(variables))).to.equal(numbers)
    expect(notation(adapted.network)).to.equal('Input(4) >> LowRank(Relu(5), 1, name=relu-{}) >> Softmax(3)')
  })

  it('draw by the key, each layer and factor for itself', () => {
    const network = join(Input(4), Relu(4), Relu(4))
    const variables = init(network, key(1))
    const factors = (seed: number) =>
      ['relu-1', 'relu-2'].map(layer => [
        ...(convert
          .toLowRank(network, variables, { rank: 2, key: key(seed) })
          .variables.params[layer]?.weightA?.dataSync() ?? []),
      ])
    expect(factors(1)).to.deep.equal(factors(1))
    expect(factors(1)).not.to.deep.equal(factors(2))
    expect(factors(1)[0]).not.to.deep.equal(factors(1)[1])
  })

  it('choose layers and weights by patterns', () => {
    const network = join(Input(4), block('a', join(Relu(5), Relu(6))), block('b', Relu(5)), Softmax(3))
    const variables = init(network, key(1))
    const adapted = (layers: string | readonly string[]) =>
      Object.entries(convert.toLowRank(network, variables, { rank: 1, key: key(2), layers }).variables.params)
        .filter(([, own]) => 'weightA' in own)
        .map(([layer]) => layer)
    expect(adapted('a/*')).to.deep.equal(['a/relu-1', 'a/relu-2'])
    expect(adapted(['*relu-2', 'softmax-1.weight'])).to.deep.equal(['a/relu-2', 'softmax-1'])
    expect(adapted('*')).to.have.length(4)

    const attentive = untyped.join(Input([3, 4]), untyped.MultiHeadAttention(2))
    const own = (options: object) =>
      Object.keys(
        convert.toLowRank(attentive, init(attentive, key(1)), { rank: 1, key: key(2), ...options }).variables.params[
          'multi-head-attention-1'
        ] ?? {},
      )
    expect(own({})).to.deep.equal(['queryWeightA', 'queryWeightB', 'valueWeightA', 'valueWeightB'])
    expect(own({ layers: '*.valueWeight' })).to.deep.equal(['valueWeightA', 'valueWeightB'])
    expect(own({ weights: ['outputWeight'] })).to.deep.equal(['outputWeightA', 'outputWeightB'])
  })

  it('wrap only some copies of a repetition', () => {
    const network = untyped.join(Input(4), untyped.repeat(Relu(4), 3))
    const adapted = convert.toLowRank(network, init(network, key(1)), { rank: 1, key: key(2), layers: 'relu-2' })
    expect(notation(adapted.network)).to.equal('Input(4) >> Relu(4) >> LowRank(Relu(4), 1, name=relu-{}) >> Relu(4)')
  })

  it('merge what was written by hand, also around compositions', () => {
    const network = untyped.join(
      Input(4),
      untyped.LowRank(untyped.join(Relu(5), untyped.BatchNorm(), Linear(3, { bias: null })), 2),
      untyped.LowRank(Softmax(2), 1),
    )
    const variables = moved(init(network, key(1)) as unknown as Trees)
    const x = draw(1, [3, 4])
    const merged = convert.mergeLowRank(network, variables)
    expect(shapesOf(merged.variables)).to.deep.equal(shapesOf(init(merged.network, key(1)) as unknown as Trees))
    expect(names(merged.network)).to.deep.equal([
      'input-1',
      'low-rank-1/relu-1',
      'low-rank-1/batch-norm-1',
      'low-rank-1/linear-1',
      'low-rank-2',
    ])
    closeAll(outputs(merged.network, merged.variables, x), outputs(network, variables, x), 1e-5)
  })

  it('leave a network without such layers as it is', () => {
    const network = join(Input(4), Relu(3))
    const variables = init(network, key(1))
    const merged = mergeLowRank(network, variables)
    expect(merged.network).to.equal(network)
    expect(merged.variables.params['relu-1']?.weight).to.equal(variables.params['relu-1'].weight)
  })

  it('keep the shapes of inputs and outputs in types', () => {
    const network = join(Input(4), Relu(3))
    const adapted = toLowRank(network, init(network, key(1)), { rank: 1, key: key(2) })
    const next = adapted.network.to(Softmax(2))
    expect(outputShape(next)).to.deep.equal([null, 2])
    const { output } = apply(adapted.network, adapted.variables, [[1, 2, 3, 4]])
    const shape: readonly [number, 3] = output.shape
    expect(shape).to.deep.equal([1, 3])
    const merged = mergeLowRank(adapted.network, adapted.variables)
    expect(merged.variables.params['relu-1']?.weight?.shape).to.deep.equal([4, 3])
  })

  it('train far fewer numbers, and learn', async () => {
    const network = join(Input(8), Relu(32), Softmax(3))
    const x = draw(1, [60, 8])
    const label = (row: number) => {
      const [a = 0, b = 0, c = 0] = x.data.slice(8 * row, 8 * row + 3)
      return [a, b, c].indexOf(Math.max(a, b, c))
    }
    const y = Array.from({ length: 60 }, (_, i) => [0, 1, 2].map(k => (label(i) === k ? 1 : 0)))
    const adapted = toLowRank(network, init(network, key(1)), { rank: 2, key: key(2) })
    expect(countParameters(adapted.network)).to.deep.equal({ total: 387 + 150, trainable: 150 })
    for (const backend of ['tfjs', 'onnxruntime'] as const) {
      const { history, variables } = await fit(adapted.network, adapted.variables, { x, y } as never, {
        loss: 'categoricalCrossentropy',
        optimizer: adam({ step: 0.02 }),
        epochs: 30,
        key: key(3),
        backend,
      })
      expect(history.loss.at(-1)).to.be.below(0.6 * (history.loss[0] as number))
      const merged = mergeLowRank(adapted.network, variables)
      const model = compile(merged.network, merged.variables, { backend })
      const found = (await model(x as never)) as unknown as tf.Tensor
      close(
        { shape: found.shape, data: Array.from(found.dataSync()) },
        outputs(adapted.network as unknown as Layer, variables, x)[0] as Numbers,
        1e-4,
      )
      await model.dispose()
    }
  })

  it('take architectures', () => {
    const network = gpt({ vocabulary: 20, length: 6, width: 8, heads: 2, layers: 2 }) as unknown as Layer
    const adapted = convert.toLowRank(network, init(network, key(1)), { rank: 2, key: key(2), layers: '*attention*' })
    expect(names(adapted.network)).to.deep.equal(names(network))
  })

  const network = join(Input(4), Relu(3))
  const variables = init(network, key(1))
  refuses([
    [
      () => convert.toLowRank(network, variables, { key: key(1) }),
      'InvalidOption of toLowRank, rank: expected a positive integer, got undefined.',
    ],
    [
      () => convert.toLowRank(network, variables, { rank: 2 }),
      'InvalidOption of toLowRank, key: expected a key, such as key(1), got undefined.',
    ],
    [
      () => convert.toLowRank(network, variables, { rank: 2, key: key(1), layers: 'dense*' }),
      "InvalidOption of toLowRank, layers: expected a pattern of some of relu-1.weight, got 'dense*'.",
    ],
    [
      () => convert.toLowRank(network, variables, { rank: 2, key: key(1), layers: [] }),
      'InvalidOption of toLowRank, layers: expected at least one layer, got none.',
    ],
    [
      () => convert.toLowRank(network, variables, { rank: 2, key: key(1), weights: ['kernel'] }),
      "InvalidOption of toLowRank, weights: expected names of weights of the network: weight, got 'kernel'.",
    ],
    [
      () => convert.toLowRank(3, variables, { rank: 2, key: key(1) }),
      'InvalidOption of toLowRank, layer: expected a layer',
    ],
    [
      () => convert.toLowRank(network, init(join(Input(5), Relu(3)), key(1)), { rank: 2, key: key(1) }),
      'WeightInitializationError of relu-1: expected weight of shape (4, 3), got (5, 3).',
    ],
    [() => convert.mergeLowRank(network), 'InvalidOption of mergeLowRank, variables: expected variables'],
    [
      () => {
        const hidden = untyped.join(Input([3, 4]), untyped.TimeDistributed(untyped.LowRank(Relu(3), 2)))
        return convert.mergeLowRank(hidden, init(hidden, key(1)))
      },
      'InvalidOption of mergeLowRank, network: expected LowRank around layers of the network, got one within time-distributed-1.',
    ],
  ])
})
