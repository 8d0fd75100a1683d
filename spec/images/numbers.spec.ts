import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { attentionWeights, lossLandscape, saliencyOf } from '../../src/display.ts'
import { randomDirection } from '../../src/images/directions.ts'
import { isoline } from '../../src/images/isolines.ts'
import {
  BatchNorm,
  Convolution,
  digits,
  evaluate,
  GlobalPooling,
  gradients,
  Identity,
  Input,
  init,
  join,
  key,
  Linear,
  MultiHeadAttention,
  noisyDigits,
  parallel,
  predict,
  Relu,
  Reshape,
  Softmax,
  Tanh,
  TransformerEncoder,
} from '../../src/index.ts'
import { thrown } from '../data/thrown.ts'
import { flat } from './shown.ts'

const close = (a: ArrayLike<number>, b: ArrayLike<number>, far = 1e-5) => {
  expect(a.length).to.equal(b.length)
  for (let i = 0; i < a.length; i++) expect(a[i], `number ${i}`).to.be.closeTo(b[i] as number, far)
}
const engines = [undefined, 'tfjs', 'wasm', 'onnxruntime'] as const
const on = (backend: (typeof engines)[number]) => (backend === undefined ? {} : { backend })

const network = join(
  Input([6, 5, 2]),
  Convolution([3, 3, 4], { name: 'first' }),
  Tanh(),
  Convolution([2, 2, 3], { name: 'second' }),
  Tanh({ name: 'maps' }),
  Reshape(),
  Softmax(3),
)
const variables = init(network, key(1))
const x = flat([4, 6, 5, 2])

describe('saliencyOf', () => {
  it('is the gradient of the score of the class that is predicted', async () => {
    const { values, targets, scores } = await saliencyOf(network, variables, x)
    const output = await predict(network, variables, x)
    const all = output.dataSync()
    const likeliest = [0, 1, 2, 3].map(i =>
      [0, 1, 2].reduce((best, c) => ((all[3 * i + c] as number) > (all[3 * i + best] as number) ? c : best), 0),
    )
    expect([...targets]).to.deep.equal(likeliest)
    close(
      scores,
      likeliest.map((c, i) => all[3 * i + c] as number),
    )
    const seed = {
      data: Float32Array.from({ length: 12 }, (_, i) => Number(i % 3 === likeliest[Math.floor(i / 3)])),
      shape: [4, 3] as [4, 3],
    }
    const { input } = gradients(network, variables, x, seed)
    expect(values.shape).to.deep.equal([4, 6, 5, 2])
    close(values.data, input.dataSync(), 1e-6)
  })

  it('explains each example by itself, and each network', async () => {
    const other = init(network, key(2))
    const [together, alone, another] = await Promise.all([
      saliencyOf(network, variables, x, { target: [0, 1, 2, 1] }),
      saliencyOf(
        network,
        variables,
        { data: x.data.slice(120, 180), shape: [1, 6, 5, 2] as [1, 6, 5, 2] },
        { target: 2 },
      ),
      saliencyOf(network, other, x, { target: [0, 1, 2, 1] }),
    ])
    close(together.values.data.slice(120, 180), alone.values.data, 1e-6)
    expect([...another.values.data]).not.to.deep.equal([...together.values.data])
  })

  it('adds up to the difference of the scores: integrated gradients are complete', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 0.5, -1), async (seed, baseline) => {
        const own = init(network, key(seed))
        const given = flat([3, 6, 5, 2], seed)
        const { values, targets, scores } = await saliencyOf(network, own, given, {
          method: 'integrated-gradients',
          baseline,
          steps: 60,
        })
        const begun = (
          await predict(network, own, {
            data: new Float32Array(180).fill(baseline),
            shape: [3, 6, 5, 2] as [3, 6, 5, 2],
          })
        ).dataSync()
        for (let i = 0; i < 3; i++) {
          const sum = values.data.slice(60 * i, 60 * (i + 1)).reduce((a, b) => a + b, 0)
          expect(sum).to.be.closeTo((scores[i] as number) - (begun[3 * i + (targets[i] as number)] as number), 2e-3)
        }
      }),
      { numRuns: 4 },
    )
  })

  it('averages over noise by SmoothGrad, the same for the same key', async () => {
    const smooth = (seed: number, noise = 0.2) =>
      saliencyOf(network, variables, x, { method: 'smooth-grad', samples: 4, noise, key: key(seed) })
    const [one, again, other, none, plain] = await Promise.all([
      smooth(1),
      smooth(1),
      smooth(2),
      smooth(1, 0),
      saliencyOf(network, variables, x),
    ])
    expect([...one.values.data])
      .to.deep.equal([...again.values.data])
      .and.not.deep.equal([...other.values.data])
    close(none.values.data, plain.values.data, 1e-6)
    // The gradient of a square at x + n, averaged over many n, is that at x.
    const linear = join(Input(2), Linear(1, { weight: [[3], [-2]] }))
    const { values } = await saliencyOf(linear, init(linear, key(1)), [[1, 5]], { method: 'smooth-grad', key: key(1) })
    close(values.data, [3, -2])
  })

  it('weighs maps by their mean gradients: Grad-CAM', async () => {
    // Behind the mean of each map and a linear layer, the gradient of a score is the weight, over the number of places.
    const weight = [
      [1, -2],
      [0.5, 3],
      [-1, 1],
    ]
    const pooled = join(
      Input([4, 4, 1]),
      Convolution([3, 3, 3], { padding: 'same' }),
      Tanh({ name: 'maps' }),
      GlobalPooling('avg'),
      Linear(2, { weight }),
    )
    const own = init(pooled, key(3))
    const given = flat([2, 4, 4, 1], 5)
    const { values } = await saliencyOf(pooled, own, given, { method: 'grad-cam', target: [0, 1] })
    const { maps } = await import('../../src/index.ts').then(({ activations }) =>
      activations(pooled, own, given, ['maps']),
    )
    const numbers = maps.dataSync()
    const expected = Array.from({ length: 32 }, (_, i) => {
      const example = Math.floor(i / 16)
      const sum = weight.reduce(
        (total, row, c) => total + ((row[example] as number) / 16) * (numbers[3 * i + c] as number),
        0,
      )
      return Math.max(0, sum)
    })
    expect(values.shape).to.deep.equal([2, 4, 4, 1])
    close(values.data, expected, 1e-5)
    const named = await saliencyOf(network, variables, x, { method: 'grad-cam', layer: 'first' })
    expect(named.values.shape).to.deep.equal([4, 6, 5, 1])
    expect(Math.min(...named.values.data)).to.be.at.least(0)
    const last = await saliencyOf(network, variables, x, { method: 'grad-cam' })
    close(
      last.values.data,
      (await saliencyOf(network, variables, x, { method: 'grad-cam', layer: 'maps' })).values.data,
      0,
    )
  })

  it('is the same on all engines', async () => {
    for (const method of ['gradient', 'integrated-gradients', 'smooth-grad', 'grad-cam'] as const) {
      const all = await Promise.all(
        engines.map(backend =>
          saliencyOf(network, variables, x, { method, steps: 5, samples: 3, key: key(1), ...on(backend) }),
        ),
      )
      for (const { values } of all) close(values.data, all[0]?.values.data ?? [], 1e-5)
    }
  })

  it('keeps no tensor, and takes a batch of none', async () => {
    const own = init(attending, key(1))
    const examples = { x, y: { data: Int32Array.from([0, 1, 2, 0]), shape: [4] as [4] } }
    const { numTensors } = tf.memory()
    await saliencyOf(network, variables, x, { method: 'grad-cam' })
    await saliencyOf(network, variables, x, { method: 'integrated-gradients', steps: 3 })
    await saliencyOf(network, variables, x, { method: 'smooth-grad', samples: 2, key: key(1), backend: 'tfjs' })
    await attentionWeights(attending, own, flat([2, 5, 8]), 'heads')
    await lossLandscape(network, variables, examples, 'sparseCategoricalCrossentropy', { key: key(1), points: 3 })
    await thrown(() => saliencyOf(network, variables, x, { target: 3 }))
    const none = { data: new Float32Array(), shape: [0, 6, 5, 2] as [0, 6, 5, 2] }
    expect((await saliencyOf(network, variables, none)).values.data).to.have.length(0)
    expect(tf.memory().numTensors).to.equal(numTensors)
  })

  it('says what is wrong', async () => {
    const two = join(Input(2), parallel(Relu(3), Relu(2)))
    const rows = join(Input([3, 2]), Identity())
    for (const [call, said] of [
      [
        () => saliencyOf(network, variables, x, { target: 3 }),
        'target: expected the index of one of 3 classes, from 0 on, got 3.',
      ],
      [
        () => saliencyOf(network, variables, x, { target: [0, 1] }),
        'target: expected a class for each of 4 examples, got 2.',
      ],
      [
        () => saliencyOf(network, variables, x, { target: -1 }),
        'target: expected the index of a class, or one for each example',
      ],
      [
        () => saliencyOf(network, variables, x, { method: 'smooth-grad' }),
        "key: expected a key for the noise of 'smooth-grad', such as key(1), got none.",
      ],
      [
        () => saliencyOf(network, variables, x, { layer: 'first' }),
        "layer: expected none, but for the method 'grad-cam', got 'first'.",
      ],
      [
        () => saliencyOf(network, variables, x, { method: 'grad-cam', layer: 'softmax-1' }),
        "'softmax-1', which is Softmax. There are first, tanh-1, second, maps.",
      ],
      [() => saliencyOf(network, variables, x, { steps: 0 }), 'steps: expected a positive integer, got 0.'],
      [
        () => saliencyOf(two, init(two, key(1)), [[1, 2]]),
        'network: expected a network of one input and one output, got one of 1 and 2.',
      ],
      [
        () => saliencyOf(rows, init(rows, key(1)), flat([1, 3, 2])),
        'network: expected a network whose output is [batch, classes]',
      ],
    ] as const)
      expect(await thrown(call)).to.contain(said)
  })
})

const attending = join(Input([5, 8]), MultiHeadAttention(2, { causal: true, name: 'heads' }))

/** What a layer gives for its weights: the weighted values of each head, projected. */
const outputFor = (
  weights: ArrayLike<number>,
  [batch, heads, queries, keys]: readonly [number, number, number, number],
  value: ArrayLike<number>,
  own: Readonly<Record<string, { readonly shape: readonly number[]; dataSync(): ArrayLike<number> }>>,
): number[] => {
  const numbers = (name: string) => own[name]?.dataSync() ?? []
  const [features = 0, all = 0] = own.valueWeight?.shape ?? []
  const output = own.outputWeight?.shape[1] ?? 0
  const [valueWeight, valueBias, outputWeight, outputBias] = [
    'valueWeight',
    'valueBias',
    'outputWeight',
    'outputBias',
  ].map(numbers) as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>, ArrayLike<number>]
  const size = all / heads
  const projected = (b: number, k: number, c: number) =>
    Array.from(
      { length: features },
      (_, f) => (value[(b * keys + k) * features + f] as number) * (valueWeight[f * all + c] as number),
    ).reduce((a, b) => a + b, valueBias[c] as number)
  return Array.from(
    { length: batch * queries },
    (_, row) => [Math.floor(row / queries), row % queries] as const,
  ).flatMap(([b, q]) => {
    const means = Array.from({ length: all }, (_, c) => {
      const head = Math.floor(c / size)
      return Array.from(
        { length: keys },
        (_, k) => (weights[((b * heads + head) * queries + q) * keys + k] as number) * projected(b, k, c),
      ).reduce((a, b) => a + b, 0)
    })
    return Array.from({ length: output }, (_, o) =>
      means.reduce((sum, mean, c) => sum + mean * (outputWeight[c * output + o] as number), outputBias[o] as number),
    )
  })
}

describe('attentionWeights', () => {
  it('are those whose weighted values are the output of the layer', async () => {
    const own = init(attending, key(2))
    const given = flat([2, 5, 8], 3)
    for (const backend of engines) {
      const { data, shape } = await attentionWeights(attending, own, given, 'heads', on(backend))
      expect(shape).to.deep.equal([2, 2, 5, 5])
      close(
        outputFor(data, [...shape], given.data, own.params.heads),
        (await predict(attending, own, given)).dataSync(),
        1e-5,
      )
    }
  })

  it('are those of queries over keys of another sequence, with a mask', async () => {
    const crossing = join(
      parallel([Input([3, 4]), Identity()], [Input([6, 4]), Identity()], [Input(6), Identity()]),
      MultiHeadAttention(2, { mask: true, name: 'crossing' }),
    )
    const own = init(crossing, key(2))
    const mask = {
      data: Float32Array.from({ length: 12 }, (_, i) => Number(i < 4 || i === 7)),
      shape: [2, 6] as [2, 6],
    }
    const given = [flat([2, 3, 4], 1), flat([2, 6, 4], 2), mask] as const
    const { data, shape } = await attentionWeights(crossing, own, given, 'crossing')
    expect(shape).to.deep.equal([2, 2, 3, 6])
    const numbers = Array.from(data)
    for (let row = 0; row < 12; row++) {
      const own = numbers.slice(6 * row, 6 * row + 6)
      expect(own.reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-5)
      for (const [k, weight] of own.entries()) if (mask.data[(row < 6 ? 0 : 6) + k] === 0) expect(weight).to.equal(0)
    }
    close(
      outputFor(data, [...shape], given[1].data, own.params.crossing),
      (await predict(crossing, own, given)).dataSync(),
      1e-5,
    )
  })

  it('are found within blocks, of dropout too, and leave the layer as it is', async () => {
    const encoder = join(Input([4, 8]), TransformerEncoder(8, 2, { dropout: 0.5 }))
    const own = init(encoder, key(1))
    const { names } = await import('../../src/index.ts')
    const name = (names(encoder) as readonly string[]).find(one => one.includes('attention')) as never
    const before = (await predict(encoder, own, flat([1, 4, 8]))).dataSync()
    const { data } = await attentionWeights(encoder, own, flat([1, 4, 8]), name)
    for (let row = 0; row < 8; row++)
      expect(
        Array.from(data)
          .slice(4 * row, 4 * row + 4)
          .reduce((a, b) => a + b, 0),
      ).to.be.closeTo(1, 1e-5)
    expect((await predict(encoder, own, flat([1, 4, 8]))).dataSync()).to.deep.equal(before)
  })

  it('says what is wrong', async () => {
    const own = init(attending, key(1))
    expect(await thrown(() => attentionWeights(attending, own, flat([1, 5, 8]), 'input-1'))).to.equal(
      "InvalidOption: attentionWeights, name: expected the name of a layer MultiHeadAttention, got 'input-1', which is Input. There are heads.",
    )
    expect(await thrown(() => attentionWeights(attending, own, flat([1, 5, 8]), 'head' as never))).to.contain(
      "Did you mean 'heads'?",
    )
    expect(await thrown(() => attentionWeights(network, variables, x, 'first'))).to.contain('The network has none.')
  })
})

describe('lossLandscape', () => {
  const dense = join(Input(24), Relu(12), BatchNorm(), Softmax(10))
  const own = init(dense, key(1))
  const examples = noisyDigits(60, { key: key(2) })
  const loss = 'sparseCategoricalCrossentropy'

  it('is the loss of the parameters in the middle, and of moved ones around it, on all engines', async () => {
    const zero = Object.fromEntries(
      Object.entries(own.params).map(([layer, all]) => [
        layer,
        Object.fromEntries(Object.entries(all).map(([name, tensor]) => [name, tf.mul(tensor as tf.Tensor, 0)])),
      ]),
    ) as unknown as typeof own.params
    const first = { ...zero, 'relu-1': { ...zero['relu-1'], weight: own.params['relu-1'].weight } } as typeof own.params
    const second = {
      ...zero,
      'softmax-1': { ...zero['softmax-1'], bias: tf.add(own.params['softmax-1'].bias, 1) },
    } as unknown as typeof own.params
    const moved = {
      ...own,
      params: {
        ...own.params,
        'relu-1': { ...own.params['relu-1'], weight: tf.mul(own.params['relu-1'].weight, 1.5) },
      },
    } as unknown as typeof own
    const [middle, along] = await Promise.all(
      [own, moved].map(async one => (await evaluate(dense, one, examples, { loss })).loss),
    )
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
      const { losses, steps } = await lossLandscape(dense, own, examples, loss, {
        directions: [first, second],
        points: 5,
        backend,
      })
      expect([...steps]).to.deep.equal([-1, -0.5, 0, 0.5, 1])
      expect(losses.data[12]).to.be.closeTo(middle as number, 1e-5)
      expect(losses.data[13]).to.be.closeTo(along as number, 1e-5)
      // All scores moved alike change no softmax.
      for (let i = 0; i < 5; i++) close(losses.data.slice(5 * i, 5 * i + 5), losses.data.slice(10, 15), 1e-5)
    }
  })

  it('is the same for the same key, and another for another', async () => {
    const at = async (seed: number) => [
      ...(await lossLandscape(dense, own, examples, loss, { key: key(seed), points: 3, span: 0.5 })).losses.data,
    ]
    expect(await at(1)).to.deep.equal(await at(1))
    expect(await at(1)).not.to.deep.equal(await at(2))
  })

  it('has directions whose filters are as long as those of the network', () => {
    const params = {
      conv: { weight: flat([3, 3, 2, 4], 1), bias: flat([4], 2) },
      dense: { weight: { data: Float32Array.of(3, 0, 4, 0), shape: [2, 2] } },
    }
    const direction = randomDirection(key(1), params)
    const norm = ({ data }: { readonly data: ArrayLike<number> }, filters: number, f: number) =>
      Math.hypot(...Array.from(data).filter((_, i) => i % filters === f))
    for (let f = 0; f < 4; f++)
      expect(norm(direction.conv?.weight as never, 4, f)).to.be.closeTo(norm(params.conv.weight, 4, f), 1e-5)
    expect(norm(direction.dense?.weight as never, 2, 0)).to.be.closeTo(5, 1e-5)
    expect(norm(direction.dense?.weight as never, 2, 1)).to.equal(0)
    expect([...(direction.conv?.bias?.data ?? [])]).to.deep.equal([0, 0, 0, 0])
  })

  it('says what is wrong', async () => {
    const call = (given: object) => () => lossLandscape(dense, own, examples, loss, given)
    for (const [given, said] of [
      [{}, 'key: expected a key for random directions, such as key(1), got null.'],
      [{ key: key(1), points: 4 }, 'points: expected an odd number of points, 3 or more, got 4.'],
      [{ key: key(1), span: 0 }, 'span: expected a positive number, got 0.'],
      [{ directions: [own.params] }, 'directions: expected two directions, or null for random ones'],
      [
        { directions: [own.params, { other: own.params['relu-1'] }] },
        'directions: expected parameters of the network, got ',
      ],
      [
        { directions: [own.params, { 'relu-1': { weight: own.params['softmax-1'].weight } }] },
        'directions: expected weight of relu-1 of shape (24, 12), got (12, 10).',
      ],
    ] as const)
      expect(await thrown(call(given))).to.contain(`lossLandscape, ${said}`)
    expect(await thrown(() => lossLandscape(dense, own, digits(), 'mes' as never, { key: key(1) }))).to.contain(
      "Did you mean 'mse'?",
    )
  })
})

describe('Lines of equal value', () => {
  it('lie where a plane has the value', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (a, b, level) => {
          const grid = Array.from({ length: 30 }, (_, i) => a * (i % 6) + b * Math.floor(i / 6) - 3)
          for (const [col, row] of isoline(grid, [5, 6], level).flat())
            expect(a * col + b * row - 3).to.be.closeTo(level, 1e-6)
        },
      ),
    )
  })

  it('go around a hill once, and through a saddle between the corners that belong together', () => {
    const hill = isoline([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3], 0.5)
    expect(hill).to.have.length(4)
    expect(isoline([1, 0, 0, 1], [2, 2], 0.4)).to.deep.equal([
      [
        [0.6, 0],
        [1, 0.4],
      ],
      [
        [0.4, 1],
        [0, 0.6],
      ],
    ])
    expect(isoline([1, Number.NaN, 0, 0], [2, 2], 0.5)).to.deep.equal([])
  })
})
