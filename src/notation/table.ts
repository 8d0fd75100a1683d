import type { NameOption } from '../core/define.ts'
import type { AnyLayer } from '../core/layer.ts'
import * as layers from '../layers/index.ts'
import type * as L from './layer-types.ts'

// The layers that the notation knows, for the compiler and for the run time side by side: a new layer is a row in each.

/** Why a layer cannot be made: its positional arguments are not those that it takes. */
export interface WrongArguments {
  readonly wrong: 'arguments'
}
/** Why a layer cannot be made: options that it does not have, or whose values it does not take. */
export interface WrongOptions<Allowed, Options> {
  readonly wrong: 'options'
  readonly allowed: Allowed
  readonly options: Options
}
/** The layer, where it has the options. */
export type With<O, Allowed, Layer> = [keyof O] extends [keyof Allowed]
  ? O extends Allowed
    ? Layer
    : WrongOptions<Allowed, O>
  : WrongOptions<Allowed, O>

/** Several arguments are one list, as in `Convolution(3,3,16)`; one is itself, so `Convolution([3,3,16])` is the same. */
type Together<P extends readonly unknown[]> = P extends readonly [infer One]
  ? One
  : P extends readonly []
    ? undefined
    : P
/** An option, or its default. */
export type Option<O, K extends string, Default> = O extends { readonly [_ in K]: infer V } ? V : Default
type Name<O, Pattern extends string> = O extends { readonly name: infer N extends string } ? N : Pattern
/** The initial value of a variable, as far as types go: whether there is one. */
type Initial<O, K extends string> = O extends { readonly [_ in K]: null } ? null : number
type Bias<O> = Initial<O, 'bias'>
type Numeric<O, K extends string, Default extends number> = O extends { readonly [_ in K]: infer V extends number }
  ? V
  : Default
type Stride<O> = O extends { readonly stride: infer S extends number } ? S : null
type Axes<O> = O extends { readonly axes: infer A extends readonly number[] } ? A : readonly [-1]
type MergeName = Extract<NonNullable<Parameters<L.ElementwiseConstructor>[0]>, string>

type Dense<Kind extends string, Named extends string, P, O, Allowed> = P extends readonly [infer Units extends number]
  ? With<O, Allowed, L.Dense<Kind, Units, Bias<O>, Named>>
  : P extends readonly [] | readonly [null]
    ? With<O, Allowed, L.Activation<Kind, Named>>
    : WrongArguments

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface Rows<P extends readonly unknown[], O> {
  readonly Input: Together<P> extends infer S extends L.InputShape
    ? With<O, NameOption, L.Input<S, Name<O, 'input-{}'>>>
    : WrongArguments
  readonly Identity: P extends readonly [] ? With<O, NameOption, L.Identity<Name<O, 'identity-{}'>>> : WrongArguments
  readonly Linear: Dense<'Linear', Name<O, 'linear-{}'>, P, O, L.DenseOptions>
  readonly Sigmoid: Dense<'Sigmoid', Name<O, 'sigmoid-{}'>, P, O, L.DenseOptions>
  readonly HardSigmoid: Dense<'HardSigmoid', Name<O, 'hard-sigmoid-{}'>, P, O, L.DenseOptions>
  readonly Tanh: Dense<'Tanh', Name<O, 'tanh-{}'>, P, O, L.DenseOptions>
  readonly Relu: Dense<'Relu', Name<O, 'relu-{}'>, P, O, L.DenseOptions & L.ReluOptions>
  readonly LeakyRelu: Dense<'LeakyRelu', Name<O, 'leaky-relu-{}'>, P, O, L.DenseOptions>
  readonly Softplus: Dense<'Softplus', Name<O, 'softplus-{}'>, P, O, L.DenseOptions>
  readonly Softmax: Dense<'Softmax', Name<O, 'softmax-{}'>, P, O, L.DenseOptions>
  readonly Elu: Dense<'Elu', Name<O, 'elu-{}'>, P, O, L.DenseOptions>
  readonly Selu: Dense<'Selu', Name<O, 'selu-{}'>, P, O, L.DenseOptions>
  readonly Swish: Dense<'Swish', Name<O, 'swish-{}'>, P, O, L.DenseOptions>
  readonly Mish: Dense<'Mish', Name<O, 'mish-{}'>, P, O, L.DenseOptions>
  readonly Softsign: Dense<'Softsign', Name<O, 'softsign-{}'>, P, O, L.DenseOptions>
  readonly HardSwish: Dense<'HardSwish', Name<O, 'hard-swish-{}'>, P, O, L.DenseOptions>
  readonly Relu6: Dense<'Relu6', Name<O, 'relu6-{}'>, P, O, L.DenseOptions>
  readonly Exponential: Dense<'Exponential', Name<O, 'exponential-{}'>, P, O, L.DenseOptions>
  readonly LogSoftmax: Dense<'LogSoftmax', Name<O, 'log-softmax-{}'>, P, O, L.DenseOptions>
  readonly Silu: Dense<'Swish', Name<O, 'swish-{}'>, P, O, L.DenseOptions>
  readonly Gelu: Dense<'Gelu', Name<O, 'gelu-{}'>, P, O, L.DenseOptions & L.GeluOptions>
  readonly PRelu: P extends readonly [infer Units extends number]
    ? With<O, L.PReluOptions, L.PRelu<Units, Option<O, 'alphaAxes', -1>, Bias<O>, Name<O, 'p-relu-{}'>>>
    : P extends readonly [] | readonly [null]
      ? With<O, L.PReluOptions, L.PRelu<null, Option<O, 'alphaAxes', -1>, Bias<O>, Name<O, 'p-relu-{}'>>>
      : WrongArguments
  readonly Convolution: Together<P> extends infer S extends L.FilterSize
    ? With<
        O,
        L.ConvolutionOptions,
        L.Convolution<
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', 1>,
          Option<O, 'dilation', 1>,
          Bias<O>,
          Name<O, 'convolution-{}'>,
          Numeric<O, 'groups', 1>
        >
      >
    : WrongArguments
  readonly Conv: Together<P> extends infer S extends L.FilterSize
    ? With<
        O,
        L.ConvolutionOptions,
        L.Convolution<
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', 1>,
          Option<O, 'dilation', 1>,
          Bias<O>,
          Name<O, 'convolution-{}'>,
          Numeric<O, 'groups', 1>
        >
      >
    : WrongArguments
  readonly Convolution1D: Together<P> extends infer S extends L.FilterSize1D
    ? With<
        O,
        L.Convolution1DOptions,
        L.Convolution1D<
          S,
          Option<O, 'padding', 'valid'>,
          Numeric<O, 'stride', 1>,
          Numeric<O, 'dilation', 1>,
          Numeric<O, 'groups', 1>,
          Bias<O>,
          Name<O, 'convolution1d-{}'>
        >
      >
    : WrongArguments
  readonly Convolution3D: Together<P> extends infer S extends L.FilterSize3D
    ? With<
        O,
        L.Convolution3DOptions,
        L.Convolution3D<
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', 1>,
          Option<O, 'dilation', 1>,
          Numeric<O, 'groups', 1>,
          Bias<O>,
          Name<O, 'convolution3d-{}'>
        >
      >
    : WrongArguments
  readonly DepthwiseConvolution: Together<P> extends infer S extends L.WindowSize
    ? With<
        O,
        L.DepthwiseConvolutionOptions,
        L.DepthwiseConvolution<
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', 1>,
          Option<O, 'dilation', 1>,
          Numeric<O, 'multiplier', 1>,
          Bias<O>,
          Name<O, 'depthwise-convolution-{}'>
        >
      >
    : WrongArguments
  readonly SeparableConvolution: Together<P> extends infer S extends L.FilterSize
    ? With<
        O,
        L.SeparableConvolutionOptions,
        L.SeparableConvolution<
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', 1>,
          Option<O, 'dilation', 1>,
          Numeric<O, 'multiplier', 1>,
          Bias<O>,
          Name<O, 'separable-convolution-{}'>
        >
      >
    : WrongArguments
  readonly Deconvolution: Together<P> extends infer S extends L.FilterSize
    ? With<
        O,
        L.DeconvolutionOptions,
        L.Deconvolution<S, Option<O, 'padding', 'valid'>, Option<O, 'stride', 1>, Bias<O>, Name<O, 'deconvolution-{}'>>
      >
    : WrongArguments
  readonly MaxPooling: Together<P> extends infer S extends L.WindowSize
    ? With<
        O,
        L.PoolingOptions,
        L.Pooling<'MaxPooling', S, Option<O, 'padding', 'valid'>, Option<O, 'stride', null>, Name<O, 'max-pooling-{}'>>
      >
    : WrongArguments
  readonly MaxPool: Together<P> extends infer S extends L.WindowSize
    ? With<
        O,
        L.PoolingOptions,
        L.Pooling<'MaxPooling', S, Option<O, 'padding', 'valid'>, Option<O, 'stride', null>, Name<O, 'max-pooling-{}'>>
      >
    : WrongArguments
  readonly AveragePooling: Together<P> extends infer S extends L.WindowSize
    ? With<
        O,
        L.PoolingOptions,
        L.Pooling<
          'AveragePooling',
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', null>,
          Name<O, 'average-pooling-{}'>
        >
      >
    : WrongArguments
  readonly AvgPool: Together<P> extends infer S extends L.WindowSize
    ? With<
        O,
        L.PoolingOptions,
        L.Pooling<
          'AveragePooling',
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', null>,
          Name<O, 'average-pooling-{}'>
        >
      >
    : WrongArguments
  readonly MaxPooling1D: P extends readonly [infer Size extends number]
    ? With<
        O,
        L.Pooling1DOptions,
        L.Pooling1D<'MaxPooling1D', Size, Option<O, 'padding', 'valid'>, Stride<O>, Name<O, 'max-pooling1d-{}'>>
      >
    : WrongArguments
  readonly AveragePooling1D: P extends readonly [infer Size extends number]
    ? With<
        O,
        L.Pooling1DOptions,
        L.Pooling1D<'AveragePooling1D', Size, Option<O, 'padding', 'valid'>, Stride<O>, Name<O, 'average-pooling1d-{}'>>
      >
    : WrongArguments
  readonly MaxPooling3D: Together<P> extends infer S extends L.WindowSize3D
    ? With<
        O,
        L.Pooling3DOptions,
        L.Pooling3D<
          'MaxPooling3D',
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', null>,
          Name<O, 'max-pooling3d-{}'>
        >
      >
    : WrongArguments
  readonly AveragePooling3D: Together<P> extends infer S extends L.WindowSize3D
    ? With<
        O,
        L.Pooling3DOptions,
        L.Pooling3D<
          'AveragePooling3D',
          S,
          Option<O, 'padding', 'valid'>,
          Option<O, 'stride', null>,
          Name<O, 'average-pooling3d-{}'>
        >
      >
    : WrongArguments
  readonly ZeroPadding: Together<P> extends infer M extends L.MarginsOption
    ? With<O, NameOption, L.Margined<'ZeroPadding', M, false, Name<O, 'zero-padding-{}'>>>
    : WrongArguments
  readonly Cropping: Together<P> extends infer M extends L.MarginsOption
    ? With<O, NameOption, L.Margined<'Cropping', M, true, Name<O, 'cropping-{}'>>>
    : WrongArguments
  readonly GlobalPooling: P extends readonly [] | readonly ['avg' | 'max' | 'sum']
    ? With<O, NameOption, L.GlobalPooling<Name<O, 'global-pooling-{}'>>>
    : WrongArguments
  readonly GlobalPool: P extends readonly [] | readonly ['avg' | 'max' | 'sum']
    ? With<O, NameOption, L.GlobalPooling<Name<O, 'global-pooling-{}'>>>
    : WrongArguments
  readonly Upscale: Together<P> extends infer S extends L.PairOption
    ? With<O, NameOption, L.Upscale<S, Name<O, 'upscale-{}'>>>
    : WrongArguments
  readonly Dropout: P extends readonly [number] ? With<O, NameOption, L.Dropout<Name<O, 'dropout-{}'>>> : WrongArguments
  readonly GaussianNoise: P extends readonly [] | readonly [number] | readonly [number, number]
    ? With<
        O,
        P extends readonly [] ? L.GaussianNoiseOptions : NameOption,
        L.GaussianNoise<Name<O, 'gaussian-noise-{}'>>
      >
    : WrongArguments
  readonly DropBlock: P extends readonly [number, infer Block extends L.PairOption]
    ? With<O, NameOption, L.DropBlock<Name<O, 'drop-block-{}'>, Block>>
    : WrongArguments
  readonly BatchNorm: P extends readonly []
    ? With<O, L.BatchNormOptions, L.BatchNorm<Option<O, 'axes', null>, Name<O, 'batch-norm-{}'>>>
    : WrongArguments
  readonly BN: P extends readonly []
    ? With<O, L.BatchNormOptions, L.BatchNorm<Option<O, 'axes', null>, Name<O, 'batch-norm-{}'>>>
    : WrongArguments
  readonly GroupNorm: P extends readonly [infer Groups extends number]
    ? With<O, L.GroupNormOptions, L.GroupNorm<Groups, Name<O, 'group-norm-{}'>>>
    : WrongArguments
  readonly GN: P extends readonly [infer Groups extends number]
    ? With<O, L.GroupNormOptions, L.GroupNorm<Groups, Name<O, 'group-norm-{}'>>>
    : WrongArguments
  readonly LayerNorm: P extends readonly []
    ? With<
        O,
        L.LayerNormOptions,
        L.LayerNorm<Initial<O, 'beta'>, Name<O, 'layer-norm-{}'>, Initial<O, 'gamma'>, Axes<O>>
      >
    : WrongArguments
  readonly RMSNorm: P extends readonly []
    ? With<O, L.RMSNormOptions, L.RMSNorm<Initial<O, 'gamma'>, Axes<O>, Name<O, 'rms-norm-{}'>>>
    : WrongArguments
  readonly InstanceNorm: P extends readonly []
    ? With<
        O,
        L.InstanceNormOptions,
        L.InstanceNorm<Initial<O, 'gamma'>, Initial<O, 'beta'>, Name<O, 'instance-norm-{}'>>
      >
    : WrongArguments
  readonly LocalResponseNorm: P extends readonly []
    ? With<O, L.LocalResponseNormOptions, L.LocalResponseNorm<Name<O, 'local-response-norm-{}'>>>
    : WrongArguments
  readonly Reshape: P extends readonly []
    ? With<O, NameOption, L.Reshape<[-1], Name<O, 'reshape-{}'>>>
    : Together<P> extends infer To
      ? To extends number
        ? With<O, NameOption, L.Reshape<[To], Name<O, 'reshape-{}'>>>
        : To extends readonly number[]
          ? With<O, NameOption, L.Reshape<To, Name<O, 'reshape-{}'>>>
          : WrongArguments
      : never
  readonly Transpose: Together<P> extends infer Perm extends readonly number[]
    ? With<O, NameOption, L.Transpose<Perm, Name<O, 'transpose-{}'>>>
    : WrongArguments
  readonly Elementwise: P extends readonly [] | readonly [MergeName]
    ? With<O, NameOption, L.Elementwise<Name<O, 'elementwise-{}'>>>
    : WrongArguments
  readonly Concatenate: P extends readonly []
    ? With<O, NameOption, L.Concatenate<-1, Name<O, 'concatenate-{}'>>>
    : P extends readonly [infer Axis extends number]
      ? With<O, NameOption, L.Concatenate<Axis, Name<O, 'concatenate-{}'>>>
      : WrongArguments
  readonly GatedAverage: P extends readonly []
    ? With<O, NameOption, L.GatedAverage<0, Name<O, 'gated-average-{}'>>>
    : P extends readonly [infer At extends number]
      ? With<O, NameOption, L.GatedAverage<At, Name<O, 'gated-average-{}'>>>
      : WrongArguments
  readonly Embedding: P extends readonly [infer Size extends number, infer Units extends number]
    ? With<O, L.EmbeddingOptions, L.Embedding<Size, Units, Name<O, 'embedding-{}'>>>
    : WrongArguments
  readonly LSTM: P extends readonly [infer Units extends number]
    ? With<
        O,
        L.LSTMOptions,
        L.LSTM<
          Units,
          Option<O, 'onlyReturnFinal', true>,
          Option<O, 'learnInit', false>,
          Option<O, 'peepholes', false>,
          Name<O, 'lstm-{}'>,
          Option<O, 'mask', false>
        >
      >
    : WrongArguments
  readonly GRU: P extends readonly [infer Units extends number]
    ? With<
        O,
        L.GRUOptions,
        L.GRU<
          Units,
          Option<O, 'onlyReturnFinal', true>,
          Option<O, 'learnInit', false>,
          Name<O, 'gru-{}'>,
          Option<O, 'mask', false>
        >
      >
    : WrongArguments
  readonly SimpleRNN: P extends readonly [infer Units extends number]
    ? With<
        O,
        L.SimpleRNNOptions,
        L.SimpleRNN<
          Units,
          Option<O, 'onlyReturnFinal', true>,
          Option<O, 'learnInit', false>,
          Name<O, 'simplernn-{}'>,
          Option<O, 'mask', false>
        >
      >
    : WrongArguments
  readonly SpatialDropout: P extends readonly [number]
    ? With<O, NameOption, L.SpatialDropout<Name<O, 'spatial-dropout-{}'>>>
    : WrongArguments
  readonly AlphaDropout: P extends readonly [number]
    ? With<O, NameOption, L.AlphaDropout<Name<O, 'alpha-dropout-{}'>>>
    : WrongArguments
  readonly RepeatVector: P extends readonly [infer N extends number]
    ? With<O, NameOption, L.RepeatVector<N, Name<O, 'repeat-vector-{}'>>>
    : WrongArguments
  readonly Masking: P extends readonly [] | readonly [number]
    ? With<O, NameOption, L.Masking<Name<O, 'masking-{}'>>>
    : WrongArguments
  readonly Select: P extends readonly [infer Index extends number]
    ? With<O, NameOption, L.Select<Index, Name<O, 'select-{}'>>>
    : WrongArguments
  readonly Dot: P extends readonly []
    ? With<O, L.DotOptions, L.Dot<-1, Name<O, 'dot-{}'>>>
    : P extends readonly [infer Axes extends L.DotAxes]
      ? With<O, L.DotOptions, L.Dot<Axes, Name<O, 'dot-{}'>>>
      : WrongArguments
  readonly MultiHeadAttention: P extends readonly [infer Heads extends number]
    ? With<
        O,
        L.MultiHeadAttentionOptions,
        L.MultiHeadAttention<
          Heads,
          Option<O, 'keySize', null>,
          Option<O, 'valueSize', null>,
          Option<O, 'outputSize', null>,
          Bias<O>,
          Option<O, 'mask', false>,
          Name<O, 'multi-head-attention-{}'>
        >
      >
    : WrongArguments
  readonly PositionalEncoding: P extends readonly []
    ? With<O, L.PositionalEncodingOptions, L.PositionalEncoding<'sinusoidal', null, Name<O, 'positional-encoding-{}'>>>
    : P extends readonly [infer Form extends L.PositionalForm]
      ? With<
          O,
          L.PositionalEncodingOptions,
          L.PositionalEncoding<Form, Option<O, 'length', null>, Name<O, 'positional-encoding-{}'>>
        >
      : WrongArguments
  /** A function has no text. */
  readonly Lambda: WrongArguments
}

/** How positional arguments are read: one by one, or as one list where there are several. */
export type Reading = 'each' | 'together'
/** A layer at run time. */
export interface Row {
  readonly make: (...given: readonly never[]) => AnyLayer
  readonly reads: Reading
  /** Options that may stand first or have their names. */
  readonly byName?: readonly string[]
}

/** The same at run time. */
export const rows: { readonly [_ in keyof Rows<[], {}>]: Row } = {
  Input: { make: layers.Input, reads: 'together' },
  Identity: { make: layers.Identity, reads: 'each' },
  Linear: { make: layers.Linear, reads: 'each' },
  Sigmoid: { make: layers.Sigmoid, reads: 'each' },
  HardSigmoid: { make: layers.HardSigmoid, reads: 'each' },
  Tanh: { make: layers.Tanh, reads: 'each' },
  Relu: { make: layers.Relu, reads: 'each' },
  LeakyRelu: { make: layers.LeakyRelu, reads: 'each' },
  Softplus: { make: layers.Softplus, reads: 'each' },
  Softmax: { make: layers.Softmax, reads: 'each' },
  Elu: { make: layers.Elu, reads: 'each' },
  Selu: { make: layers.Selu, reads: 'each' },
  Swish: { make: layers.Swish, reads: 'each' },
  Mish: { make: layers.Mish, reads: 'each' },
  Softsign: { make: layers.Softsign, reads: 'each' },
  HardSwish: { make: layers.HardSwish, reads: 'each' },
  Relu6: { make: layers.Relu6, reads: 'each' },
  Exponential: { make: layers.Exponential, reads: 'each' },
  LogSoftmax: { make: layers.LogSoftmax, reads: 'each' },
  Silu: { make: layers.Silu, reads: 'each' },
  Gelu: { make: layers.Gelu, reads: 'each' },
  PRelu: { make: layers.PRelu, reads: 'each' },
  Convolution: { make: layers.Convolution, reads: 'together' },
  Conv: { make: layers.Conv, reads: 'together' },
  Convolution1D: { make: layers.Convolution1D, reads: 'together' },
  Convolution3D: { make: layers.Convolution3D, reads: 'together' },
  DepthwiseConvolution: { make: layers.DepthwiseConvolution, reads: 'together' },
  SeparableConvolution: { make: layers.SeparableConvolution, reads: 'together' },
  Deconvolution: { make: layers.Deconvolution, reads: 'together' },
  MaxPooling: { make: layers.MaxPooling, reads: 'together' },
  MaxPool: { make: layers.MaxPool, reads: 'together' },
  AveragePooling: { make: layers.AveragePooling, reads: 'together' },
  AvgPool: { make: layers.AvgPool, reads: 'together' },
  MaxPooling1D: { make: layers.MaxPooling1D, reads: 'each' },
  AveragePooling1D: { make: layers.AveragePooling1D, reads: 'each' },
  MaxPooling3D: { make: layers.MaxPooling3D, reads: 'together' },
  AveragePooling3D: { make: layers.AveragePooling3D, reads: 'together' },
  ZeroPadding: { make: layers.ZeroPadding, reads: 'together' },
  Cropping: { make: layers.Cropping, reads: 'together' },
  GlobalPooling: { make: layers.GlobalPooling, reads: 'each' },
  GlobalPool: { make: layers.GlobalPool, reads: 'each' },
  Upscale: { make: layers.Upscale, reads: 'together' },
  Dropout: { make: layers.Dropout, reads: 'each' },
  GaussianNoise: { make: layers.GaussianNoise, reads: 'each', byName: ['mean', 'std'] },
  DropBlock: { make: layers.DropBlock, reads: 'each' },
  BatchNorm: { make: layers.BatchNorm, reads: 'each' },
  BN: { make: layers.BN, reads: 'each' },
  GroupNorm: { make: layers.GroupNorm, reads: 'each' },
  GN: { make: layers.GN, reads: 'each' },
  LayerNorm: { make: layers.LayerNorm, reads: 'each' },
  RMSNorm: { make: layers.RMSNorm, reads: 'each' },
  InstanceNorm: { make: layers.InstanceNorm, reads: 'each' },
  LocalResponseNorm: { make: layers.LocalResponseNorm, reads: 'each' },
  Reshape: { make: layers.Reshape, reads: 'together' },
  Transpose: { make: layers.Transpose, reads: 'together' },
  Elementwise: { make: layers.Elementwise, reads: 'each' },
  Concatenate: { make: layers.Concatenate, reads: 'each' },
  GatedAverage: { make: layers.GatedAverage, reads: 'each' },
  Embedding: { make: layers.Embedding, reads: 'each' },
  LSTM: { make: layers.LSTM, reads: 'each' },
  GRU: { make: layers.GRU, reads: 'each' },
  SimpleRNN: { make: layers.SimpleRNN, reads: 'each' },
  SpatialDropout: { make: layers.SpatialDropout, reads: 'each' },
  AlphaDropout: { make: layers.AlphaDropout, reads: 'each' },
  RepeatVector: { make: layers.RepeatVector, reads: 'each' },
  Masking: { make: layers.Masking, reads: 'each' },
  Select: { make: layers.Select, reads: 'each' },
  Dot: { make: layers.Dot, reads: 'each' },
  MultiHeadAttention: { make: layers.MultiHeadAttention, reads: 'each' },
  PositionalEncoding: { make: layers.PositionalEncoding, reads: 'each' },
  Lambda: { make: layers.Lambda, reads: 'each' },
}
