import fc from 'fast-check'
import {
  constant,
  heNormal,
  heUniform,
  type Layer,
  normal,
  uniform,
  xavierNormal,
  xavierUniform,
} from '../src/index.ts'
import { untyped } from './running.ts'

// Every layer with random options, and inputs that mostly fit it, for what holds of all layers alike.

/** A call of a constructor, and the shapes of what comes in, without the batch. */
export interface Drawn {
  readonly name: string
  readonly given: readonly unknown[]
  readonly inputs: readonly (readonly number[])[]
}

/** The layer that a call makes. */
export const layerOf = ({ name, given }: Drawn): Layer =>
  (untyped as unknown as Readonly<Record<string, (...given: readonly unknown[]) => Layer>>)[name]?.(...given) as Layer

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most })
const proportion: fc.Arbitrary<number> = upTo(7, 0).map(n => n / 8)
/**
 * What is added to a variance. Not 0: a group of few numbers may have next to none, and 1 over its root then makes any
 * rounding as large as one likes.
 */
const epsilons: fc.Arbitrary<number> = proportion.map(n => n + 0.125)
const tuple = (length: number, element: fc.Arbitrary<number>): fc.Arbitrary<readonly number[]> =>
  fc.array(element, { minLength: length, maxLength: length })
/** Shapes of some number of dimensions, but of any other now and then. */
const ofRank = (rank: number, most = 7): fc.Arbitrary<readonly number[]> =>
  fc.oneof({ weight: 6, arbitrary: tuple(rank, upTo(most)) }, { weight: 1, arbitrary: anyShape })
const anyShape: fc.Arbitrary<readonly number[]> = upTo(4).chain(rank => tuple(rank, upTo(5)))
/** Some of the options. */
const some = (options: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc.record(options, { requiredKeys: [], noNullPrototype: true })
const each = (count: number, element: fc.Arbitrary<number>): fc.Arbitrary<number | readonly number[]> =>
  fc.oneof(element, tuple(count, element))
const axes = (rank: number): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(upTo(rank - 1, -rank), { minLength: 1, maxLength: rank }).filter(given => {
    const positions = given.map(axis => (axis < 0 ? rank + axis : axis))
    return new Set(positions).size === positions.length
  })

/** Initial values of any shape. */
export const initial: fc.Arbitrary<unknown> = fc.oneof(
  upTo(16, -16).map(n => n / 8),
  fc
    .tuple(fc.constantFrom(heNormal, heUniform, xavierNormal, xavierUniform), upTo(4))
    .map(([make, gain]) => make({ gain })),
  fc.constantFrom(constant(0.5), normal({ std: 0.1 }), uniform({ minval: -1, maxval: 1 })),
)

type Table = Readonly<Record<string, fc.Arbitrary<Omit<Drawn, 'name'>>>>
type Given = fc.Arbitrary<readonly unknown[]>
type Inputs = fc.Arbitrary<readonly (readonly number[])[]>

const one = (input: fc.Arbitrary<readonly number[]>): Inputs => input.map(shape => [shape])
const drawn = (given: Given, inputs: Inputs): fc.Arbitrary<Omit<Drawn, 'name'>> => fc.record({ given, inputs })
/** Positional arguments, then options. */
const call = (positional: Given, options: fc.Arbitrary<object>): Given =>
  fc.tuple(positional, options).map(([first, last]) => (Object.keys(last).length > 0 ? [...first, last] : first))
const args = (...parts: readonly fc.Arbitrary<unknown>[]): Given => fc.tuple(...parts)
const none: Given = fc.constant([])

/** All layers, with initial values of variables from `values`. */
export const drawnWith = (values: fc.Arbitrary<unknown>): Readonly<Record<string, fc.Arbitrary<Drawn>>> => {
  const name = fc.constantFrom('fc', 'fc{}', 'fc-{:03d}', 'a b')
  const named = some({ name })
  const orNull = fc.oneof({ weight: 3, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) })
  const gates = fc.constantFrom('sigmoid', 'hardSigmoid', 'tanh', 'softsign', 'relu', 'linear')
  const padding = (count: number) => fc.oneof(fc.constantFrom('valid', 'same'), each(count, upTo(2, 0)))
  const pooled = fc.constantFrom('valid', 'same')

  /** With units or without them. */
  const dense = (own: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
    fc.oneof(
      drawn(call(args(upTo(5)), some({ weight: values, bias: orNull, name, ...own })), one(ofRank(1))),
      drawn(call(fc.constantFrom([], [null]), some({ name, ...own })), one(anyShape)),
    )
  const windows = (rank: number, channels: boolean, own: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
    drawn(
      call(
        args(tuple(rank, upTo(3)).chain(size => (channels ? upTo(4).map(n => [...size, n]) : fc.constant(size)))),
        some({
          padding: padding(rank),
          stride: each(rank, upTo(3)),
          dilation: each(rank, upTo(2)),
          bias: orNull,
          name,
          ...own,
        }),
      ),
      one(ofRank(rank + 1)),
    )
  const pooling = (rank: number) =>
    drawn(
      call(
        args(tuple(rank, upTo(3))),
        some({ stride: fc.oneof(each(rank, upTo(3)), fc.constant(null)), padding: pooled, name }),
      ),
      one(ofRank(rank + 1)),
    )
  const pooling1D = drawn(
    call(args(upTo(3)), some({ stride: fc.oneof(upTo(3), fc.constant(null)), padding: pooled, name })),
    one(ofRank(2)),
  )
  const groups = { groups: fc.constantFrom(1, 1, 2), weight: values }
  const global = drawn(call(fc.oneof(none, args(fc.constantFrom('avg', 'max', 'sum'))), named), one(anyShape))
  const margins = (axis: fc.Arbitrary<unknown>) =>
    drawn(call(args(fc.oneof(axis, fc.tuple(axis, axis))), named), one(ofRank(3)))
  const margin = fc.oneof(upTo(2, 0), tuple(2, upTo(2, 0)))
  /** A sequence with its mask, or something else now and then. */
  const masked = (sequence: fc.Arbitrary<readonly number[]>): Inputs =>
    sequence.chain(shape =>
      fc.oneof(
        { weight: 5, arbitrary: fc.constant([shape, shape.slice(0, 1)]) },
        { weight: 1, arbitrary: fc.tuple(fc.constant(shape), anyShape) },
        { weight: 1, arbitrary: fc.constant([shape]) },
      ),
    )
  type Choices = Readonly<Record<string, fc.Arbitrary<unknown>>>
  /** `starts`: variables of the state, for a layer that has it itself. */
  const walked = (own: Choices, starts: Choices, inputs: Inputs, always: object) =>
    drawn(
      call(
        args(upTo(4)),
        some({
          onlyReturnFinal: fc.boolean(),
          inputWeights: values,
          hiddenWeights: values,
          biases: values,
          unrollScan: fc.boolean(),
          backwards: fc.boolean(),
          gradientClipping: upTo(3, 0),
          returnState: fc.boolean(),
          name,
          ...starts,
          ...own,
        }).map(options => ({ ...options, ...always })),
      ),
      inputs,
    )
  /** Beside the sequence, states that come in; now and then they do not fit. */
  const started = (
    { given, inputs }: Omit<Drawn, 'name'>,
    count: number,
    units = given[0] as number,
  ): fc.Arbitrary<Omit<Drawn, 'name'>> =>
    fc
      .oneof(
        { weight: 6, arbitrary: fc.constant(Array<readonly number[]>(count).fill([units])) },
        { weight: 1, arbitrary: fc.array(anyShape, { maxLength: count }) },
      )
      .map(states => ({ given, inputs: [...inputs, ...states] }))
  const recurrent = (own: Choices, starts: Choices = {}) => {
    const all = { hiddenInit: values, learnInit: fc.boolean(), ...starts }
    const plain = one(ofRank(2, 4))
    const withMask = masked(ofRank(2, 4))
    const count = 1 + Object.keys(starts).length
    const comingIn = (inputs: Inputs, always: object) =>
      walked(own, {}, inputs, { ...always, initial: true }).chain(one => started(one, count))
    return fc.oneof(
      { weight: 3, arbitrary: walked({ ...own, mask: fc.constant(false) }, all, plain, { initial: false }) },
      { weight: 1, arbitrary: walked(own, all, withMask, { mask: true }) },
      { weight: 2, arbitrary: comingIn(plain, {}) },
      { weight: 1, arbitrary: comingIn(withMask, { mask: true }) },
    )
  }
  const batchNorm = upTo(4).chain(rank =>
    drawn(
      call(
        none,
        some({
          axes: fc.oneof(
            fc.constant(null),
            axes(rank + 1).map(given => [...new Set([0, ...given.filter(a => a > 0)])]),
          ),
          alpha: proportion,
          epsilon: epsilons,
          beta: values,
          gamma: values,
          runningMean: values,
          name,
        }).chain(options =>
          fc.oneof(
            some({ runningVariance: proportion }).map(own => ({ ...options, ...own })),
            some({ runningInvStd: values }).map(own => ({ ...options, ...own, running: 'inverseDeviation' })),
          ),
        ),
      ),
      one(tuple(rank, upTo(4))),
    ),
  )
  const groupNorm = drawn(
    call(args(upTo(3)), some({ beta: values, gamma: values, epsilon: epsilons, name })),
    one(ofRank(3, 6)),
  )
  const featureNorm = (own: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
    drawn(call(none, some({ gamma: orNull, epsilon: epsilons, name, ...own })), one(ofRank(3)))
  const alike: Inputs = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(anyShape, upTo(3, 2)).map(([shape, n]) => Array<typeof shape>(n).fill(shape)) },
    { weight: 1, arbitrary: fc.tuple(anyShape, anyShape) },
  )
  const gated: Inputs = fc.oneof(
    fc.tuple(upTo(3), anyShape).map(([n, shape]) => [[n], ...Array<typeof shape>(n).fill(shape)]),
    fc.tuple(anyShape, anyShape, anyShape),
  )
  const reshaped = upTo(3)
    .chain(rank => tuple(rank, upTo(4)))
    .chain(shape => {
      const size = shape.reduce((n, d) => n * d, 1)
      const to = fc.constantFrom<unknown>(
        size,
        -1,
        [-1, shape[0]],
        [...shape].reverse(),
        [size, 1],
        [2, -1],
        [size + 1],
      )
      return drawn(call(fc.oneof(none, args(to)), named), fc.constant([shape]))
    })
  const transposed = upTo(4).chain(rank =>
    drawn(
      call(args(fc.shuffledSubarray([0, 1, 2, 3, 4].slice(0, rank + 1), { minLength: rank + 1 })), named),
      one(fc.oneof({ weight: 5, arbitrary: tuple(rank, upTo(4)) }, { weight: 1, arbitrary: anyShape })),
    ),
  )
  const embedding = drawn(
    call(args(upTo(9), upTo(4)), some({ weight: values, name })),
    // Whole numbers come in, of which only 0 is sure to be in any vocabulary.
    one(upTo(2).chain(rank => tuple(rank, upTo(4)))),
  )

  const attending = (inputs: Inputs, mask: object) =>
    drawn(
      call(
        args(upTo(3)),
        some({
          keySize: fc.constantFrom(null, 2),
          valueSize: fc.constantFrom(null, 3),
          outputSize: fc.constantFrom(null, 5),
          causal: fc.boolean(),
          dropout: proportion,
          queryWeight: values,
          keyWeight: values,
          valueWeight: values,
          outputWeight: values,
          bias: orNull,
          name,
        }).map(options => ({ ...options, ...mask })),
      ),
      inputs,
    )
  const sequences: Inputs = fc.oneof(
    one(ofRank(2)),
    ofRank(2).map(shape => [shape, shape]),
    fc.tuple(ofRank(2, 4), ofRank(2, 4)),
    fc.tuple(ofRank(2, 4), upTo(4), upTo(4), upTo(4)).map(([query, steps, f, g]) => [query, [steps, f], [steps, g]]),
  )
  const masks = (given: readonly (readonly number[])[]): Inputs => {
    const [query = [], keys = query] = given
    const [q = 1, k = 1] = [query[0], keys[0]]
    return fc
      .oneof(
        { weight: 6, arbitrary: fc.constantFrom([k], [q, k], [1, q, k], [1, k]) },
        { weight: 1, arbitrary: anyShape },
      )
      .map(mask => [...given, mask])
  }
  const attention = fc.oneof(
    { weight: 3, arbitrary: attending(sequences, {}) },
    { weight: 1, arbitrary: attending(sequences.chain(masks), { mask: true }) },
  )
  /** Layers around one of a few others. */
  const around = (
    options: Readonly<Record<string, fc.Arbitrary<unknown>>>,
    inner: () => readonly Layer[],
    inputs: Inputs,
    always: object = {},
  ) =>
    drawn(
      call(
        args(fc.constantFrom(...inner())),
        some({ name, ...options }).map(given => ({ ...given, ...always })),
      ),
      inputs,
    )
  const distributed = () => [
    untyped.Relu(3),
    untyped.join(untyped.Tanh(2), untyped.Softmax(2)),
    untyped.LayerNorm(),
    untyped.join(untyped.Relu(2), untyped.parallel(untyped.Identity(), untyped.Tanh(3))),
  ]
  /** One of two directions each. */
  const merges = { merge: fc.constantFrom('concat', 'sum', 'average', 'multiply') }

  /** Groups divide the channels that come out. */
  const grouped = (draws: fc.Arbitrary<Omit<Drawn, 'name'>>) =>
    draws.filter(({ given: [size, options] }) => {
      const { groups = 1 } = (options ?? {}) as { readonly groups?: number }
      return ((size as readonly number[]).at(-1) as number) % groups === 0
    })

  const table: Table = {
    Input: fc
      .tuple(anyShape, anyShape, fc.boolean())
      .chain(([shape, other, fits]) =>
        drawn(call(fc.constant([shape.length === 1 ? shape[0] : shape]), named), fc.constant([fits ? shape : other])),
      ),
    Identity: drawn(call(none, named), one(anyShape)),
    ...Object.fromEntries(
      [
        ...['Linear', 'Sigmoid', 'HardSigmoid', 'Tanh', 'LeakyRelu', 'Softplus', 'Softmax', 'Elu', 'Selu', 'Swish'],
        ...['Silu', 'Mish', 'Softsign', 'HardSwish', 'Relu6', 'Exponential', 'LogSoftmax'],
      ].map(kind => [kind, dense()]),
    ),
    Relu: dense({ alpha: proportion }),
    Gelu: dense({ approximate: fc.boolean() }),
    PRelu: fc.oneof(
      drawn(
        call(
          args(upTo(4)),
          some({ alphaAxes: fc.constantFrom<unknown>(1, -1, [-1]), alpha: values, weight: values, bias: orNull, name }),
        ),
        one(ofRank(1)),
      ),
      drawn(
        call(none, some({ alphaAxes: fc.constantFrom<unknown>(-1, [1, -1], [1, 2], 1), alpha: values, name })),
        one(tuple(3, upTo(4))),
      ),
    ),
    Convolution: grouped(windows(2, true, groups)),
    Conv: grouped(windows(2, true, groups)),
    Convolution1D: grouped(
      drawn(
        call(
          args(tuple(2, upTo(3))),
          some({
            padding: fc.oneof(fc.constantFrom('valid', 'same', 'causal'), upTo(2, 0)),
            stride: upTo(3),
            dilation: upTo(2),
            bias: orNull,
            name,
            ...groups,
          }),
        ),
        one(ofRank(2)),
      ),
    ),
    Convolution3D: grouped(windows(3, true, groups)),
    DepthwiseConvolution: windows(2, false, { multiplier: upTo(3), weight: values }),
    SeparableConvolution: windows(2, true, { multiplier: upTo(3), depthwiseWeight: values, pointwiseWeight: values }),
    Deconvolution: drawn(
      call(
        args(tuple(3, upTo(3))),
        some({ padding: padding(2), stride: each(2, upTo(3)), weight: values, bias: orNull, name }),
      ),
      one(ofRank(3)),
    ),
    MaxPooling: pooling(2),
    MaxPool: pooling(2),
    AveragePooling: pooling(2),
    AvgPool: pooling(2),
    MaxPooling1D: pooling1D,
    AveragePooling1D: pooling1D,
    MaxPooling3D: pooling(3),
    AveragePooling3D: pooling(3),
    GlobalPooling: global,
    GlobalPool: global,
    ZeroPadding: margins(margin),
    Cropping: margins(margin),
    Upscale: drawn(call(args(each(2, upTo(3))), named), one(ofRank(3))),
    Dropout: drawn(call(args(proportion), named), one(anyShape)),
    GaussianNoise: fc.oneof(
      drawn(call(none, some({ mean: proportion, std: proportion, name })), one(anyShape)),
      drawn(call(args(proportion, proportion), named), one(anyShape)),
    ),
    DropBlock: drawn(call(args(proportion, each(2, upTo(3))), named), one(ofRank(3))),
    RandomFlip: drawn(
      call(fc.oneof(none, args(fc.constantFrom('horizontal', 'vertical', 'horizontalAndVertical'))), named),
      one(ofRank(3)),
    ),
    RandomCrop: drawn(call(args(each(2, upTo(5))), some({ padding: each(2, upTo(2, 0)), name })), one(ofRank(3))),
    RandomRotation: drawn(
      call(
        args(fc.oneof(proportion, fc.tuple(proportion, proportion))),
        some({
          fill: fc.constantFrom<unknown>('reflect', 'wrap', 'nearest', 0, 0.5),
          interpolation: fc.constantFrom('bilinear', 'nearest'),
          name,
        }),
      ),
      one(ofRank(3)),
    ),
    RandomBrightness: drawn(
      call(
        args(fc.oneof(proportion, fc.tuple(proportion, proportion))),
        some({ valueRange: fc.tuple(proportion, upTo(3)), name }),
      ),
      one(ofRank(3)),
    ),
    RandomErasing: drawn(
      call(
        none,
        some({
          probability: proportion,
          area: fc.tuple(proportion, proportion),
          ratio: fc.tuple(upTo(3), upTo(3)),
          value: fc.constantFrom<unknown>(0, 0.5, 'random'),
          name,
        }),
      ),
      one(ofRank(3)),
    ),
    MixUp: drawn(call(none, some({ alpha: proportion.map(n => n + 0.125), name })), one(anyShape)),
    CutMix: drawn(call(none, some({ alpha: proportion.map(n => n + 0.125), name })), one(ofRank(3))),
    BatchNorm: batchNorm,
    BN: batchNorm,
    GroupNorm: groupNorm,
    GN: groupNorm,
    LayerNorm: featureNorm({ beta: orNull, axes: fc.constantFrom([-1], [1, 2], [-2, -1]) }),
    RMSNorm: featureNorm({ axes: fc.constantFrom([-1], [1, 2], [-2, -1]) }),
    InstanceNorm: featureNorm({ beta: orNull }),
    LocalResponseNorm: drawn(
      call(none, some({ alpha: proportion, beta: proportion, k: upTo(3), depthRadius: upTo(3, 0), name })),
      one(ofRank(3)),
    ),
    Reshape: reshaped,
    Transpose: transposed,
    Elementwise: drawn(
      call(
        fc.oneof(none, args(fc.constantFrom('add', 'multiply', 'subtract', 'average', 'maximum', 'minimum'))),
        named,
      ),
      alike,
    ),
    Concatenate: drawn(call(fc.oneof(none, args(upTo(2, -2))), named), alike),
    GatedAverage: drawn(call(fc.oneof(none, args(upTo(1, -2))), named), gated),
    Embedding: embedding,
    LSTM: recurrent(
      {
        cellWeights: values,
        ingate: gates,
        forgetgate: gates,
        outgate: gates,
        cell: gates,
        peepholes: fc.boolean(),
      },
      { cellInit: values },
    ),
    GRU: recurrent({ resetgate: gates, updategate: gates, hiddenUpdate: gates }),
    SimpleRNN: recurrent({ activation: gates }),
    SpatialDropout: drawn(call(args(proportion), named), one(ofRank(2))),
    AlphaDropout: drawn(call(args(proportion), named), one(anyShape)),
    RepeatVector: drawn(call(args(upTo(4)), named), one(ofRank(1))),
    Masking: drawn(call(fc.oneof(none, args(proportion)), named), one(ofRank(2))),
    Select: drawn(call(args(upTo(2, 0)), named), alike),
    Dot: drawn(
      call(
        fc.oneof(none, args(fc.constantFrom<unknown>(-1, 1, [-1, 1], [2, -1]))),
        some({ normalize: fc.boolean(), name }),
      ),
      fc.oneof(
        ofRank(2).map(shape => [shape, shape]),
        fc.tuple(ofRank(1, 2), ofRank(2, 2)),
      ),
    ),
    MultiHeadAttention: attention,
    PositionalEncoding: fc.oneof(
      drawn(call(none, some({ base: upTo(9, 2), name })), one(ofRank(2))),
      drawn(
        call(
          args(fc.constantFrom('sinusoidal', 'learned')),
          some({ length: fc.constantFrom(null, 7), weight: values, name }),
        ),
        one(ofRank(2)),
      ),
    ),
    TimeDistributed: fc.oneof(
      { weight: 3, arbitrary: around({ mask: fc.constant(false) }, distributed, one(ofRank(2))) },
      { weight: 1, arbitrary: around({}, distributed, masked(ofRank(2)), { mask: true }) },
    ),
    Bidirectional: fc.oneof(
      {
        weight: 3,
        arbitrary: around(
          merges,
          () => [
            untyped.LSTM(2),
            untyped.GRU(3, { onlyReturnFinal: false }),
            untyped.SimpleRNN(1, { backwards: true }),
            untyped.LSTM(2, { onlyReturnFinal: false, returnState: true }),
          ],
          one(ofRank(2, 4)),
        ),
      },
      {
        weight: 1,
        arbitrary: around(
          merges,
          () => [untyped.GRU(2, { initial: true, returnState: true }), untyped.SimpleRNN(2, { initial: true })],
          one(ofRank(2, 4)),
        ).chain(drawn => started(drawn, 2, 2)),
      },
      {
        weight: 1,
        arbitrary: around(
          merges,
          () => [untyped.LSTM(3, { initial: true, mask: true, returnState: true })],
          masked(ofRank(2, 4)),
        ).chain(drawn => started(drawn, 4, 3)),
      },
    ),
    WeightNorm: around(
      { axis: fc.constantFrom(-1, 1), weights: fc.constant(['weight']) },
      () => [untyped.Relu(3), untyped.Linear(2, { bias: null, name: 'fc' })],
      one(ofRank(1)),
    ),
    SpectralNorm: around(
      {
        axis: fc.constantFrom(-1, 1),
        iterations: upTo(3),
        epsilon: epsilons,
        weights: fc.constant(['weight']),
      },
      () => [untyped.Relu(3), untyped.Linear(2)],
      one(ofRank(1)),
    ),
    LowRank: drawn(
      call(
        args(
          fc.constantFrom(untyped.Relu(3), untyped.join(untyped.Tanh(4), untyped.Linear(2, { bias: null }))),
          upTo(3),
        ),
        some({
          alpha: fc.oneof(fc.constant(null), upTo(9)),
          weights: fc.constant(null),
          frozen: fc.constantFrom('all', 'weights'),
          initializer: values,
          name,
        }),
      ),
      one(ofRank(1)),
    ),
  }
  return Object.fromEntries(
    Object.entries(table).map(([kind, draw]) => [kind, draw.map(rest => ({ name: kind, ...rest }))]),
  )
}
