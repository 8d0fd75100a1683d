import type { Divide } from '../core/digits.ts'
import type { Together } from './row.ts'

// Which numbers, lists and names each argument takes, for the compiler: what the layers' types leave open. For the run
// time the layers' own options say it; a spec holds both to each other.

type OneToNine = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** The texts of numbers that are not whole. */
type Broken = `${string}${'.' | 'e'}${string}`
type Negative = `-${string}`
/** The texts of numbers from 0 to below 1. */
type Below1 = '0' | `0.${string}` | `${OneToNine}e-${string}` | `${OneToNine}.${string}e-${string}`

/** Of each rule for numbers, whether it refuses the one with the text `T`. */
interface RefusedNumbers<T extends string> {
  readonly count: T extends '0' | Negative | Broken ? true : false
  readonly whole: T extends Negative | Broken ? true : false
  readonly integer: T extends Broken ? true : false
  readonly axis: T extends '0' | Broken ? true : false
  readonly target: T extends '-1' ? false : T extends '0' | Negative | Broken ? true : false
  readonly notNegative: T extends Negative ? true : false
  readonly positive: T extends '0' | Negative ? true : false
  readonly above1: T extends Negative | Below1 | '1' ? true : false
  readonly part: T extends Below1 | '1' ? false : true
  readonly partBelow1: T extends Below1 ? false : true
}
type NumberRule = keyof RefusedNumbers<''>
/** Whether a number, or one in a list, is refused; of a number that is no literal nothing is known. */
type RefusesNumber<V, Rule extends NumberRule> = V extends number
  ? number extends V
    ? false
    : RefusedNumbers<`${V}`>[Rule]
  : V extends readonly unknown[]
    ? RefusesNumber<V[number], Rule>
    : false

/** Of each other rule, whether it refuses a value. */
interface RefusedOthers<V> {
  readonly axes: V extends readonly [] ? true : RefusesNumber<V, 'axis'> | Repeats<V>
  readonly anyAxes: RefusesNumber<V, 'integer'> | Repeats<V>
  readonly permutation: V extends readonly [] ? true : RefusesNumber<V, 'whole'>
  readonly reshaped: RefusesNumber<V, 'target'> | RestTwice<V>
  readonly values: V extends readonly unknown[] ? (ShapeOf<V> extends null ? true : false) : false
  readonly names: V extends readonly [] ? true : Repeats<V> | ('' extends Elements<V> ? true : false)
  readonly name: V extends string ? RefusesName<V> : false
  readonly title: V extends '' ? true : V extends string ? RefusesName<V> : false
  readonly plainName: V extends '' | `${string}{${string}}${string}` ? true : false
}
/** Whether a rule refuses a value: `true` is among the answers. */
type Refuses<V, R> = R extends NumberRule
  ? RefusesNumber<V, R>
  : R extends keyof RefusedOthers<V>
    ? RefusedOthers<V>[R]
    : false

type Elements<V> = V extends readonly unknown[] ? V[number] : never
type Repeats<V> = V extends readonly [infer H, ...infer T] ? (H extends T[number] ? true : Repeats<T>) : false
/** Whether -1, what the other dimensions leave, comes twice. */
type RestTwice<V> = V extends readonly [infer H, ...infer T]
  ? H extends -1
    ? -1 extends T[number]
      ? true
      : false
    : RestTwice<T>
  : false
/** The shape of nested lists; `null` where they are empty, or not of one length. */
type ShapeOf<V> = V extends readonly [infer H, ...infer T]
  ? ShapeOf<H> extends infer S extends readonly unknown[]
    ? OfShape<T, S> extends true
      ? [T['length'], ...S]
      : null
    : null
  : V extends readonly unknown[]
    ? null
    : []
type OfShape<T extends readonly unknown[], S> = T extends readonly [infer H, ...infer Rest]
  ? ShapeOf<H> extends S
    ? OfShape<Rest, S>
    : false
  : true

/** Whether a name has several fields, or one of another form than `{}` or `{:03d}`. */
type RefusesName<N extends string> = N extends `${string}${'{{' | '}}'}${string}`
  ? false
  : N extends `${string}{${infer Inner}}${infer Rest}`
    ? Inner extends `${string}{${infer Field}`
      ? RefusesName<`{${Field}}${Rest}`>
      : Rest extends `${string}{${string}}${string}`
        ? true
        : IsField<Inner> extends true
          ? false
          : true
    : false
type IsField<F extends string> = F extends '' | '0'
  ? true
  : F extends `0:${infer Form}` | `:${infer Form}`
    ? WithoutDigits<Form extends `${'<' | '>'}${infer Width}` ? Width : Form> extends '' | 'd'
      ? true
      : false
    : false
type WithoutDigits<S extends string> = S extends `${'0' | OneToNine}${infer T}` ? WithoutDigits<T> : S

/** The rules of a layer's options, by name; `given` is that of the arguments that stand first, or one for each. */
interface Named {
  readonly name: 'name'
}
interface Weighted extends Named {
  readonly weight: 'values'
  readonly bias: 'values'
}
interface Dense extends Weighted {
  readonly given: 'count'
}
interface Filter extends Weighted {
  readonly given: 'count'
  readonly padding: 'whole'
  readonly stride: 'count'
  readonly dilation: 'count'
  readonly groups: 'count'
  readonly multiplier: 'count'
  readonly depthwiseWeight: 'values'
  readonly pointwiseWeight: 'values'
}
interface Pooling extends Named {
  readonly given: 'count'
  readonly stride: 'count'
}
interface Scaled extends Named {
  readonly gamma: 'values'
  readonly beta: 'values'
  readonly epsilon: 'notNegative'
}
interface OverFeatures extends Scaled {
  readonly axes: 'axes'
}
interface OverBatch extends Scaled {
  readonly axes: 'anyAxes'
  readonly alpha: 'part'
  readonly runningMean: 'values'
  readonly runningInvStd: 'values'
}
interface InGroups extends Scaled {
  readonly given: 'count'
}
interface Recurrent extends Named {
  readonly given: 'count'
  readonly inputWeights: 'values'
  readonly hiddenWeights: 'values'
  readonly cellWeights: 'values'
  readonly biases: 'values'
  readonly hiddenInit: 'values'
  readonly cellInit: 'values'
  readonly gradientClipping: 'notNegative'
}
interface Given<R> extends Named {
  readonly given: R
}
interface Gain {
  readonly gain: 'positive'
}

/** What has rules beside that of its name: layers, initializers and what takes layers. */
interface Limits {
  readonly Input: Given<'count'>
  readonly Linear: Dense
  readonly Sigmoid: Dense
  readonly HardSigmoid: Dense
  readonly Tanh: Dense
  readonly Relu: Dense & { readonly alpha: 'notNegative' }
  readonly LeakyRelu: Dense
  readonly Softplus: Dense
  readonly Softmax: Dense
  readonly Elu: Dense
  readonly Selu: Dense
  readonly Swish: Dense
  readonly Silu: Dense
  readonly Mish: Dense
  readonly Softsign: Dense
  readonly HardSwish: Dense
  readonly Relu6: Dense
  readonly Exponential: Dense
  readonly LogSoftmax: Dense
  readonly Gelu: Dense
  readonly PRelu: Dense & { readonly alphaAxes: 'axes'; readonly alpha: 'values' }
  readonly Convolution: Filter
  readonly Conv: Filter
  readonly Convolution1D: Filter
  readonly Convolution3D: Filter
  readonly DepthwiseConvolution: Filter
  readonly SeparableConvolution: Filter
  readonly Deconvolution: Filter
  readonly MaxPooling: Pooling
  readonly MaxPool: Pooling
  readonly AveragePooling: Pooling
  readonly AvgPool: Pooling
  readonly MaxPooling1D: Pooling
  readonly AveragePooling1D: Pooling
  readonly MaxPooling3D: Pooling
  readonly AveragePooling3D: Pooling
  readonly ZeroPadding: Given<'whole'>
  readonly Cropping: Given<'whole'>
  readonly Upscale: Given<'count'>
  readonly Dropout: Given<'partBelow1'>
  readonly SpatialDropout: Given<'partBelow1'>
  readonly AlphaDropout: Given<'partBelow1'>
  readonly GaussianNoise: Given<readonly [null, 'notNegative']> & { readonly std: 'notNegative' }
  readonly DropBlock: Given<readonly ['part', 'count']>
  readonly BatchNorm: OverBatch
  readonly BN: OverBatch
  readonly GroupNorm: InGroups
  readonly GN: InGroups
  readonly LayerNorm: OverFeatures
  readonly RMSNorm: OverFeatures
  readonly InstanceNorm: Scaled
  readonly LocalResponseNorm: Named & { readonly k: 'positive'; readonly depthRadius: 'whole' }
  readonly Reshape: Given<'reshaped'>
  readonly Transpose: Given<'permutation'>
  readonly Concatenate: Given<'integer'>
  readonly GatedAverage: Given<'integer'>
  readonly Embedding: Given<'count'> & { readonly weight: 'values' }
  readonly LSTM: Recurrent
  readonly GRU: Recurrent
  readonly SimpleRNN: Recurrent
  readonly RepeatVector: Given<'count'>
  readonly Select: Given<'whole'>
  readonly Dot: Given<'axis'>
  readonly MultiHeadAttention: Given<'count'> & {
    readonly keySize: 'count'
    readonly valueSize: 'count'
    readonly outputSize: 'count'
    readonly dropout: 'partBelow1'
    readonly queryWeight: 'values'
    readonly keyWeight: 'values'
    readonly valueWeight: 'values'
    readonly outputWeight: 'values'
    readonly bias: 'values'
  }
  readonly PositionalEncoding: Named & { readonly base: 'above1'; readonly length: 'count'; readonly weight: 'values' }
  readonly normal: { readonly std: 'notNegative' }
  readonly heNormal: Gain
  readonly heUniform: Gain
  readonly xavierNormal: Gain
  readonly xavierUniform: Gain
  readonly repeat: { readonly given: readonly [null, 'count'] }
  readonly shared: { readonly given: readonly ['plainName'] }
  readonly block: { readonly given: readonly ['title'] }
  readonly residual: { readonly name: 'title' }
  readonly WeightNorm: Named & { readonly axis: 'integer'; readonly weights: 'names' }
  readonly SpectralNorm: Named & {
    readonly axis: 'integer'
    readonly weights: 'names'
    readonly iterations: 'count'
    readonly epsilon: 'positive'
  }
}
type Of<Word extends string> = Word extends keyof Limits ? Limits[Word] : Named

/**
 * Texts of arguments in which something may be refused, which are few: the others need no look. Proportions are looked
 * at in any case.
 */
export type Suspect<Word extends string> = Word extends
  | 'Dropout'
  | 'SpatialDropout'
  | 'AlphaDropout'
  | 'DropBlock'
  | 'BatchNorm'
  | 'BN'
  | 'MultiHeadAttention'
  | 'PositionalEncoding'
  ? string
  : Usual
type Usual =
  | `0${string}`
  | `${string}${'-' | '+' | '.' | '[' | '{' | 'groups'}${string}`
  | `${string}${',' | '=' | ' ' | '\n' | '\t' | '\r'}0${string}`

/** Whether one of the arguments that stand first is refused. */
export type RefusesGiven<Word extends string, P extends readonly unknown[]> =
  Of<Word> extends { readonly given: infer R }
    ? R extends readonly unknown[]
      ? { [K in keyof P]: K extends keyof R ? Refuses<P[K], R[K]> : false }[number]
      : Refuses<R extends 'reshaped' | 'permutation' ? Together<P> : P, R>
    : false
/** The options whose values are refused. */
export type RefusedOptions<Word extends string, P extends readonly unknown[], O> = {
  [K in keyof O]: true extends
    | Refuses<O[K], K extends keyof Of<Word> ? Of<Word>[K] : never>
    | (K extends 'groups' ? Indivisible<Together<P>, O[K]> : false)
    ? K
    : never
}[keyof O]
/** Whether the last of some sizes, the channels that come out, cannot be divided into groups of one size. */
type Indivisible<Size, Groups> = Size extends readonly [...unknown[], infer C extends number]
  ? Groups extends number
    ? Divide<C, Groups> extends readonly [unknown, infer Rest]
      ? number extends Rest
        ? false
        : Rest extends 0
          ? false
          : true
      : false
    : false
  : false
