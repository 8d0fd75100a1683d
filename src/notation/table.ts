import type { NameOption } from '../core/define.ts'
import type { AugmentationRows } from './augmentation-rows.ts'
import type * as L from './layer-types.ts'
import type { Bias, Name, Option, With, WrongArguments } from './row.ts'
import type { WindowRows } from './window-rows.ts'

// The rows of layers that do not stand in the files of the layers yet.

type MergeName = Extract<NonNullable<Parameters<L.ElementwiseConstructor>[0]>, string>

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface Rows<P extends readonly unknown[], O> extends AugmentationRows<P, O>, WindowRows<P, O> {
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
}
