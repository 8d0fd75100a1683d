import type { NameOption } from '../core/define.ts'
import type { Textless } from '../core/notated.ts'
import type { AugmentationRows } from './augmentation-rows.ts'
import type * as L from './layer-types.ts'
import type { Axes, Bias, Initial, Name, Option, Together, With, WrongArguments } from './row.ts'
import type { WindowRows } from './window-rows.ts'

// The rows of layers that do not stand in the files of the layers yet.

type MergeName = Extract<NonNullable<Parameters<L.ElementwiseConstructor>[0]>, string>

/** What a batch normalization averages. */
type Running<O> = O extends { readonly running: 'inverseDeviation' } ? 'inverseDeviation' : 'variance'

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface Rows<P extends readonly unknown[], O> extends AugmentationRows<P, O>, WindowRows<P, O> {
  readonly Input: Together<P> extends infer S extends L.InputShape
    ? With<O, NameOption, L.Input<S, Name<O, 'input-{}'>>>
    : WrongArguments
  readonly Identity: P extends readonly [] ? With<O, NameOption, L.Identity<Name<O, 'identity-{}'>>> : WrongArguments
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
    ? With<O, L.BatchNormOptions, L.BatchNorm<Option<O, 'axes', null>, Name<O, 'batch-norm-{}'>, Running<O>>>
    : WrongArguments
  readonly BN: P extends readonly []
    ? With<O, L.BatchNormOptions, L.BatchNorm<Option<O, 'axes', null>, Name<O, 'batch-norm-{}'>, Running<O>>>
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
  readonly Lambda: Textless
}
