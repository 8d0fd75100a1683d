import { expect } from 'chai'
import {
  activationMaps,
  attentionMap,
  embedding,
  filters,
  hinton,
  imageGrid,
  plotLandscape,
  projection,
  saliency,
} from '../../src/display.ts'
import {
  Convolution,
  Deconvolution,
  DepthwiseConvolution,
  digits,
  Input,
  init,
  join,
  key,
  Linear,
  LSTM,
  MultiHeadAttention,
  noisyDigits,
  Relu,
  Reshape,
  SeparableConvolution,
  Softmax,
} from '../../src/index.ts'
import { thrown } from '../data/thrown.ts'
import { hasBrowser } from '../pictures/drawn.ts'
import { checkPicture, flat, imagesOf, shapesOf, textsOf } from './shown.ts'

const numbers = { data: digits().x.data, shape: [10, 6, 4, 1] as [10, 6, 4, 1] }

before(() => {
  if (!hasBrowser)
    console.log("      pictures are not looked at in a browser: there is none; install Debian's chromium")
})

describe('imageGrid', () => {
  it('shows images as they are, with labels below', async () => {
    const picture = await checkPicture(() => imageGrid(numbers, { labels: digits().y.data, columns: 5 }))
    const images = imagesOf(picture)
    expect(images).to.have.length(10)
    expect(images[1]?.rows).to.equal(6)
    const one = Array.from({ length: 6 }, (_, row) =>
      Array.from({ length: 4 }, (_, col) => ((images[1]?.at(row, col)[0] as number) > 0 ? '#' : '.')).join(''),
    )
    expect(one).to.deep.equal(['..#.', '.##.', '..#.', '..#.', '..#.', '.###'])
    expect(textsOf(picture)).to.deep.equal(['10 images of 6 x 4', ...'0123456789'])
    // Five in a row.
    expect(new Set(images.map(({ shape: { y } }) => y)).size).to.equal(2)
  })

  it('takes colours, opacity, no channels, and channels before rows', () => {
    const [red, half] = [
      [255, 0, 0],
      [0, 255, 0, 128],
    ]
    expect(imagesOf(imageGrid([[[[1, 0, 0]]]]))[0]?.at(0, 0)).to.deep.equal(red)
    expect(imagesOf(imageGrid([[[[0, 1, 0, 0.5]]]]))[0]?.at(0, 0)).to.deep.equal(half)
    expect(imagesOf(imageGrid([[[0, 1]]]))[0]?.cols).to.equal(2)
    const first = imageGrid({ data: [1, 1, 0, 0, 0, 1], shape: [1, 3, 1, 2] }, { channels: 'first' })
    expect([0, 1].map(col => imagesOf(first)[0]?.at(0, col))).to.deep.equal([red, [255, 0, 255]])
  })

  it('takes a range, or finds it, and says so', async () => {
    const bytes = imageGrid([[[0, 51, 255]]], { range: [0, 255] })
    expect([0, 1, 2].map(col => imagesOf(bytes)[0]?.at(0, col)[0])).to.deep.equal([0, 51, 255])
    const found = imageGrid([[[-2, 0, 2]]], { range: 'auto' })
    expect(imagesOf(found)[0]?.at(0, 1)[0]).to.equal(128)
    expect(textsOf(found)).to.include('black is -2, white is 2')
    expect(await thrown(() => imageGrid([[[0, 255]]]))).to.equal(
      "InvalidOption: imageGrid, range: expected numbers from 0 to 1, got numbers from 0 to 255. Say what black and white are: range: [0, 255], or range: 'auto'.",
    )
    expect(await thrown(() => imageGrid([[[-1, 1]]]))).to.contain('range: [-1, 1], or range')
  })

  it('marks and counts what is not finite', async () => {
    const picture = await checkPicture(() => imageGrid([[[0, Number.NaN, 1]]]))
    expect(imagesOf(picture)[0]?.at(0, 1)).to.deep.equal([0xc5, 0x22, 0x1f])
    expect(textsOf(picture)).to.include('1 value is not finite, shown in red')
  })

  it('says where there is nothing, and how many more there are', async () => {
    expect(textsOf(await checkPicture(() => imageGrid([])))).to.deep.equal(['Images', 'no data'])
    const many = await checkPicture(() => imageGrid({ data: new Float32Array(500), shape: [500, 1, 1] }))
    expect(imagesOf(many)).to.have.length(400)
    expect(textsOf(many)).to.include('the first 400 of 500 images')
  })

  it('keeps long labels apart, and large images small', async () => {
    const labels = ['a name that is much longer than its image is wide', 'another such name, which would overlap']
    const picture = await checkPicture(() => imageGrid([[[0, 1]], [[1, 0]]], { labels }))
    expect(textsOf(picture).slice(1)).to.deep.equal(labels)
    const large = imageGrid({ data: new Float32Array(500 * 1000), shape: [1, 500, 1000] })
    expect(imagesOf(large)[0]?.shape.width).to.equal(240)
    expect(imagesOf(large)[0]?.shape.height).to.equal(120)
  })

  it('refuses what are no images', async () => {
    for (const [call, said] of [
      [
        () => imageGrid([[1, 0]]),
        'images: expected [images, rows, cols, channels] of 1, 3 or 4 channels, or [images, rows, cols], got (1, 2).',
      ],
      [
        () => imageGrid({ data: new Float32Array(8), shape: [1, 2, 2, 2] }),
        'images: expected [images, rows, cols, channels]',
      ],
      [() => imageGrid(numbers, { labels: ['a'] }), 'labels: expected a label for each of 10 images, got 1.'],
      [() => imageGrid(numbers, { columns: 0 }), 'columns: expected a positive integer'],
      [
        () => imageGrid(numbers, { range: [1, 0] }),
        "range: expected [low, high], two numbers with low < high, or 'auto', got [1, 0].",
      ],
      [() => imageGrid(numbers, { colums: 3 } as never), 'Did you mean columns?'],
    ] as const)
      expect(await thrown(call)).to.contain(said)
  })
})

describe('hinton', () => {
  const squares = (picture: ReturnType<typeof hinton>) =>
    shapesOf(picture).flatMap(shape =>
      shape.kind === 'rect' && ['#ffffff', '#000000'].includes(shape.fill as string) ? [shape] : [],
    )

  it('has squares whose areas are the weights, white above and black below 0', async () => {
    const picture = await checkPicture(() =>
      hinton(
        [
          [0.5, -0.125],
          [2, 0],
        ],
        { rows: ['a', 'b'], columns: ['c', 'd'] },
      ),
    )
    const found = squares(picture)
    // The largest weight is 2, a power of 2, which fills its place.
    expect(found.map(({ width }) => (width / (found[2]?.width ?? 1)) ** 2)).to.deep.equal([0.25, 0.0625, 1, 0])
    expect(found.slice(0, 2).map(({ fill }) => fill)).to.deep.equal(['#ffffff', '#000000'])
    expect(found[1]?.title).to.equal('a, d: -0.125')
    expect(textsOf(picture)).to.include.members(['2 x 2 weights', 'a', 'b', 'c', 'd'])
    expect(textsOf(picture).join(' ')).to.contain('from -0.125 to 2; a full square is 2 or more')
  })

  it('takes the least power of 2 that is no less than a weight, or what is given', () => {
    for (const [weights, power] of [
      [[[0.3, -0.6]], '1'],
      [[[3]], '4'],
      [[[-0.2]], '0.25'],
      [[[0]], '1'],
    ] as const)
      expect(textsOf(hinton(weights)).join(' ')).to.contain(`a full square is ${power} or more`)
    const cut = squares(hinton([[1, 9]], { maxWeight: 1 }))
    expect(cut[0]?.width).to.equal(cut[1]?.width)
  })

  it('crosses out what is not finite, and counts it', async () => {
    const picture = await checkPicture(() =>
      hinton([
        [Number.NaN, 1],
        [Infinity, -1],
      ]),
    )
    expect(shapesOf(picture).filter(({ kind }) => kind === 'group')).to.have.length(2)
    expect(textsOf(picture)).to.include('2 weights are not finite, crossed out')
    expect(textsOf(picture).join(' ')).to.contain('from -1 to 1; a full square is 1')
  })

  it('keeps names of many rows apart, and cuts long ones', async () => {
    const picture = await checkPicture(() => hinton(flat([96, 10])))
    const names = textsOf(picture).filter(text => /^\d+$/.test(text))
    expect(names).to.include.members(['0', '3', '93'])
    await checkPicture(() =>
      hinton([[1, 2]], {
        rows: ['a name that would be wider than the whole picture is'],
        columns: ['one that is long as well', 'b'],
      }),
    )
  })

  it('says where there is nothing, and refuses what is no matrix', async () => {
    expect(textsOf(await checkPicture(() => hinton([])))).to.include('no data')
    for (const [call, said] of [
      [() => hinton([1, 2]), 'matrix: expected a matrix, [rows, columns], got (2,).'],
      [() => hinton(flat([200, 200])), 'matrix: expected at most 16384 weights, got 40000.'],
      [() => hinton([[1]], { rows: ['a', 'b'] }), 'rows: expected a name for each of 1 rows, got 2.'],
      [() => hinton([[1]], { maxWeight: 0 }), 'maxWeight: expected a positive number'],
    ] as const)
      expect(await thrown(call)).to.contain(said)
  })
})

const cnn = join(
  Input([6, 4, 1]),
  Convolution([3, 3, 8]),
  Relu(),
  Convolution([3, 2, 5], { padding: 'same' }),
  Reshape(),
  Softmax(10),
)
const variables = init(cnn, key(1))

describe('filters', () => {
  it('shows those of one channel as images, each by its own scale, which is said', async () => {
    const own = join(Input([5, 5, 1]), Convolution([1, 2, 2], { weight: [[[[-1, 3]], [[0.5, 0]]]] }))
    const picture = await checkPicture(() => filters(own, init(own, key(1)), 'convolution-1'))
    const [first, second] = imagesOf(picture)
    expect([0, 1].map(col => first?.at(0, col)[0])).to.deep.equal([0, 191])
    expect([0, 1].map(col => second?.at(0, col)[0])).to.deep.equal([255, 128])
    expect(textsOf(picture)).to.include.members(['convolution-1: 2 filters of 1 x 2 x 1', '±1', '±3'])
  })

  it('shows those of other channels as mosaics', async () => {
    const picture = await checkPicture(() => filters(cnn, variables, 'convolution-2'))
    const images = imagesOf(picture)
    // Eight channels of 3 x 2 in three columns, with a line between.
    expect(images).to.have.length(5)
    expect([images[0]?.rows, images[0]?.cols]).to.deep.equal([11, 8])
  })

  it('shows those of other convolutions, and what neurons of dense layers see', async () => {
    const others = join(
      Input([8, 8, 3]),
      DepthwiseConvolution([3, 3], { multiplier: 2 }),
      SeparableConvolution([3, 3, 4]),
      Deconvolution([3, 3, 2]),
    )
    const all = init(others, key(1))
    const shown = (name: 'depthwise-convolution-1' | 'separable-convolution-1' | 'deconvolution-1') => {
      const images = imagesOf(filters(others, all, name))
      return [images.length, images[0]?.rows, images[0]?.cols]
    }
    expect(shown('depthwise-convolution-1')).to.deep.equal([6, 3, 3])
    expect(shown('separable-convolution-1')).to.deep.equal([6, 3, 3])
    expect(shown('deconvolution-1')).to.deep.equal([2, 7, 7])
    // The second neuron sees brighter pixels from the first to the last.
    const weight = Array.from({ length: 24 }, (_, i) => [1, i / 23, 0])
    const dense = join(Input(24), Relu(3, { weight }))
    const seen = imagesOf(filters(dense, init(dense, key(1)), 'relu-1', { image: [6, 4] }))
    expect(seen.map(({ rows, cols }) => [rows, cols])).to.deep.equal(Array(3).fill([6, 4]))
    expect([seen[1]?.at(0, 0)[0], seen[1]?.at(2, 3)[0], seen[1]?.at(5, 3)[0]]).to.deep.equal([128, 188, 255])
  })

  it('says what is wrong', async () => {
    for (const [call, said] of [
      [
        () => filters(cnn, variables, 'softmax-1'),
        "name: expected the name of a convolution over images, got 'softmax-1', which is Softmax. There are convolution-1, convolution-2.",
      ],
      [() => filters(cnn, variables, 'convolution-3' as never), "Did you mean 'convolution-1'?"],
      [
        () => filters(cnn, variables, 'softmax-1', { image: [6, 5] }),
        'image: expected an image of 40 numbers, as the layer takes, got (6, 5).',
      ],
    ] as const)
      expect(await thrown(call)).to.contain(said)
  })
})

describe('activationMaps', () => {
  it('shows a map for each channel, by one scale', async () => {
    const picture = await checkPicture(() => activationMaps(cnn, variables, numbers, 'relu-1', { example: 3 }))
    const images = imagesOf(picture)
    // Eight maps and the bar of the scale.
    expect(images.map(({ rows, cols }) => [rows, cols])).to.deep.equal([...Array(8).fill([4, 2]), [1, 128]])
    expect(textsOf(picture)).to.include.members(['relu-1 of example 3: 4 x 2 x 8', 'activation', '7'])
  })

  it('shows steps by features, and features in a row, on any engine', async () => {
    const sequence = join(Input([5, 3]), LSTM(4, { onlyReturnFinal: false, name: 'steps' }), LSTM(6, { name: 'last' }))
    const own = init(sequence, key(1))
    const pictures = await Promise.all(
      (['tfjs', 'wasm', 'onnxruntime'] as const).map(backend =>
        activationMaps(sequence, own, flat([2, 5, 3]), 'steps', { backend }),
      ),
    )
    for (const picture of pictures)
      expect([imagesOf(picture)[0]?.rows, imagesOf(picture)[0]?.cols]).to.deep.equal([5, 4])
    const row = await checkPicture(() => activationMaps(sequence, own, flat([2, 5, 3]), 'last'))
    expect([imagesOf(row)[0]?.rows, imagesOf(row)[0]?.cols]).to.deep.equal([1, 6])
  })

  it('says what is wrong, and where there is nothing', async () => {
    expect(await thrown(() => activationMaps(cnn, variables, numbers, 'relu-1', { example: 10 }))).to.contain(
      'example: expected one of 10 examples, from 0 on, got 10. The last one is 9.',
    )
    expect(await thrown(() => activationMaps(cnn, variables, numbers, 'relu-9' as never))).to.contain(
      "Did you mean 'relu-1'?",
    )
    const none = { data: new Float32Array(), shape: [0, 6, 4, 1] as [0, 6, 4, 1] }
    expect(textsOf(await checkPicture(() => activationMaps(cnn, variables, none, 'relu-1')))).to.include('no data')
  })
})

describe('attentionMap', () => {
  const network = join(Input([6, 8]), MultiHeadAttention(4, { causal: true, name: 'attention' }))
  const own = init(network, key(1))
  const tokens = ['the', 'cat', 'that we saw yesterday in the garden', 'sat', 'down', '.']

  it('shows all heads, or one, with tokens beside and above', async () => {
    const all = await checkPicture(() =>
      attentionMap(network, own, flat([2, 6, 8]), 'attention', { tokens, example: 1 }),
    )
    expect(imagesOf(all).map(({ rows, cols }) => [rows, cols])).to.deep.equal([...Array(4).fill([6, 6]), [1, 128]])
    expect(textsOf(all).filter(text => tokens.includes(text))).to.have.length(4 * 12)
    // The first query sees the first key alone.
    expect(imagesOf(all)[0]?.at(0, 0)).to.deep.equal([0xfd, 0xe7, 0x25])
    expect(imagesOf(all)[0]?.at(0, 1)).to.deep.equal([0x44, 0x01, 0x54])
    const one = await checkPicture(() => attentionMap(network, own, flat([1, 6, 8]), 'attention', { head: 2 }))
    expect(imagesOf(one)).to.have.length(2)
    expect(textsOf(one)).to.include('attention: head 2, example 0')
  })

  it('keeps the numbers of long sequences apart', async () => {
    const long = join(Input([200, 4]), MultiHeadAttention(2))
    await checkPicture(() => attentionMap(long, init(long, key(1)), flat([1, 200, 4]), 'multi-head-attention-1'))
  })

  it('says what is wrong', async () => {
    for (const [given, said] of [
      [{ head: 4 }, 'head: expected one of 4 heads, from 0 on, got 4.'],
      [{ example: 1 }, 'example: expected one of 1 examples'],
      [{ tokens: ['a'] }, 'tokens: expected 6 queries, got 1.'],
      [{ tokens: 'abc' as never }, 'tokens: expected an array of texts, { queries, keys } of two, or null for numbers'],
    ] as const)
      expect(await thrown(() => attentionMap(network, own, flat([1, 6, 8]), 'attention', given))).to.contain(said)
  })
})

describe('saliency', () => {
  it('shows each image beside what matters in it, by every method', async () => {
    for (const method of ['gradient', 'integrated-gradients', 'smooth-grad', 'grad-cam'] as const)
      for (const mode of ['heatmap', 'raw'] as const) {
        const picture = await checkPicture(() =>
          saliency(cnn, variables, numbers, { method, mode, key: key(1), samples: 3, steps: 3 }),
        )
        expect(imagesOf(picture)).to.have.length(20)
      }
  })

  it('blurs as far as is said', async () => {
    // One pixel matters.
    const spot = join(
      Input([9, 9, 1]),
      Reshape(),
      Linear(1, { weight: Array.from({ length: 81 }, (_, i) => [i === 40 ? 1 : 0]) }),
    )
    const map = async (sigma: number) =>
      imagesOf(await saliency(spot, init(spot, key(1)), flat([1, 9, 9, 1]), { sigma }))[1] as ReturnType<
        typeof imagesOf
      >[number]
    const [sharp, wide] = [await map(0), await map(1.5)]
    const [dark, bright] = [
      [0x44, 0x01, 0x54],
      [0xfd, 0xe7, 0x25],
    ]
    expect([sharp.at(4, 4), sharp.at(4, 5)]).to.deep.equal([bright, dark])
    expect(wide.at(4, 4)).to.deep.equal(bright)
    expect(wide.at(4, 5)).not.to.deep.equal(dark)
  })

  it('refuses what are no images', async () => {
    const flatNetwork = join(Input(4), Softmax(2))
    expect(await thrown(() => saliency(flatNetwork, init(flatNetwork, key(1)), [[1, 2, 3, 4]]))).to.contain(
      'x: expected images, [batch, rows, cols, channels] of 1, 3 or 4 channels, got (1, 4). Take the numbers by saliencyOf.',
    )
    const none = { data: new Float32Array(), shape: [0, 6, 4, 1] as [0, 6, 4, 1] }
    expect(textsOf(await checkPicture(() => saliency(cnn, variables, none)))).to.include('no data')
  })
})

describe('projection', () => {
  it('keeps what varies most, in order, with the shares of the variance', async () => {
    // Deviations 3 and 1 along two directions at right angles of five dimensions.
    const [a, b] = [
      [0.6, 0.8, 0, 0, 0],
      [0, 0, 1, 0, 0],
    ]
    const steps = [-1.5, -0.5, 0.5, 1.5]
    const rows = steps.flatMap(s => steps.map(t => a.map((value, i) => 7 + 3 * s * value + t * (b[i] as number))))
    const { points, explained } = await projection(rows)
    expect(explained?.[0]).to.be.closeTo(0.9, 1e-6)
    expect(explained?.[1]).to.be.closeTo(0.1, 1e-6)
    for (const [i, s] of steps.entries())
      for (const [j, t] of steps.entries()) {
        const at = 2 * (4 * i + j)
        expect(Math.abs(points.data[at] as number)).to.be.closeTo(Math.abs(3 * s), 1e-4)
        expect(Math.abs(points.data[at + 1] as number)).to.be.closeTo(Math.abs(t), 1e-4)
      }
  })

  it('keeps neighbours together by t-SNE, the same for the same key', async () => {
    const { x, y } = noisyDigits(120, { noise: 0.02, key: key(1) })
    const given = { method: 't-sne', key: key(3), iterations: 300 } as const
    const [one, again, other] = await Promise.all([
      projection(x, given),
      projection(x, given),
      projection(x, { ...given, key: key(4) }),
    ])
    expect([...one.points.data])
      .to.deep.equal([...again.points.data])
      .and.not.deep.equal([...other.points.data])
    const at = (i: number) => [one.points.data[2 * i] as number, one.points.data[2 * i + 1] as number] as const
    const nearest = (i: number) => {
      const far = (j: number) => (i === j ? Infinity : Math.hypot(at(i)[0] - at(j)[0], at(i)[1] - at(j)[1]))
      return Array.from({ length: 120 }, (_, j) => j).reduce((best, j) => (far(j) < far(best) ? j : best), i)
    }
    const labels = y.data as Int32Array
    const alike = Array.from({ length: 120 }, (_, i) => labels[i] === labels[nearest(i)]).filter(Boolean).length
    expect(alike).to.be.above(108)
  })

  it('takes few points, equal ones and one dimension', async () => {
    for (const rows of [
      [[1, 2]],
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [[1], [2], [5]],
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]) {
      const { points } = await projection(rows)
      expect(points.shape).to.deep.equal([rows.length, 2])
      expect([...points.data].every(Number.isFinite)).to.equal(true)
      const near = await projection(rows, { method: 't-sne', key: key(1), iterations: 20 })
      expect([...near.points.data].every(Number.isFinite)).to.equal(true)
    }
  })

  it('says what is wrong', async () => {
    for (const [call, said] of [
      [() => projection([[1, Number.NaN]]), 'points: expected finite numbers, got 1 that are not.'],
      [() => projection([1, 2]), 'points: expected [points, dimensions], got (2,).'],
      [
        () => projection([[1, 2]], { method: 't-sne' }),
        "key: expected a key for the first places of 't-sne', such as key(1), got none.",
      ],
      [() => projection([[1, 2]], { method: 'umap' as never }), "method: expected 'pca' or 't-sne', got 'umap'."],
    ] as const)
      expect(await thrown(call)).to.contain(said)
  })
})

describe('embedding', () => {
  const { x, y } = noisyDigits(100, { noise: 0.1, key: key(1) })

  it('shows points with classes, axes and a legend', async () => {
    const picture = await checkPicture(() => embedding(x, { labels: y.data }))
    expect(textsOf(picture)).to.include.members(['Principal components of 100 points', ...'0123456789'])
    expect(textsOf(picture).some(text => /^component 1 \(\d+\.\d % of the variance\)$/.test(text))).to.equal(true)
    const marks = shapesOf(picture).filter(({ title }) => title?.startsWith('point '))
    expect(marks).to.have.length(100)
    expect(marks[7]?.title).to.equal(`point 7: ${y.data[7]}`)
    await checkPicture(() => embedding(x, { labels: y.data, method: 't-sne', key: key(1), iterations: 50 }))
  })

  it('folds classes beyond 32, the rarest, into others', async () => {
    const labels = Array.from({ length: 100 }, (_, i) => `class number ${i % 40 < 30 ? i % 30 : i}`)
    const picture = await checkPicture(() => embedding(x, { labels }))
    const classes = new Set(labels).size
    expect(textsOf(picture)).to.include.members([
      'others',
      `32 of ${classes} classes by name; the ${classes - 32} rarest are others`,
    ])
  })

  it('shows points without classes, and nothing', async () => {
    expect(textsOf(await checkPicture(() => embedding(x)))).not.to.include('others')
    expect(textsOf(await checkPicture(() => embedding([])))).to.include('no data')
    await checkPicture(() => embedding([[1, 2]]))
    expect(await thrown(() => embedding(x, { labels: ['a'] }))).to.contain(
      'labels: expected a label for each of 100 points, got 1.',
    )
  })
})

describe('plotLandscape', () => {
  it('shows the loss with lines, its scale, and where the parameters are', async () => {
    const network = join(Input(24), Relu(6), Softmax(10))
    const picture = await checkPicture(() =>
      plotLandscape(network, init(network, key(1)), digits(), 'sparseCategoricalCrossentropy', {
        key: key(2),
        points: 9,
      }),
    )
    expect([imagesOf(picture)[0]?.rows, imagesOf(picture)[0]?.cols]).to.deep.equal([9, 9])
    expect(textsOf(picture)).to.include.members([
      'Loss around the parameters',
      'step along direction 1',
      'step along direction 2',
      'loss',
    ])
    expect(shapesOf(picture).filter(shape => shape.kind === 'path' && shape.stroke === '#ffffff').length).to.be.above(
      20,
    )
  })

  it('is coloured by the logarithm where losses differ much, and marks what is not finite', async () => {
    const network = join(Input(1), Linear(1, { weight: [[1]], bias: 0.001 }))
    const examples = { x: [[1], [2]], y: [[1], [2]] }
    const picture = await checkPicture(() =>
      plotLandscape(network, init(network, key(1)), examples, 'mse', { key: key(1), points: 5 }),
    )
    expect(textsOf(picture)).to.include('loss, colours by its logarithm')
    const far = await checkPicture(() =>
      plotLandscape(network, init(network, key(1)), examples, 'mse', { key: key(1), points: 3, span: 1e30 }),
    )
    expect(textsOf(far).some(text => /points? (is|are) not finite, shown in red/.test(text))).to.equal(true)
  })
})
