import type { NameOption } from '../core/define.ts'
import type * as L from './layer-types.ts'
import type { Bias, Name, Numeric, Option, Stride, Together, With, WrongArguments } from './row.ts'

// Windows, poolings and margins in the table of layers.

/** Margins of one to three axes, or one for all. */
type Margins = L.MarginsOption &
  (number | readonly [unknown] | readonly [unknown, unknown] | readonly [unknown, unknown, unknown])

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface WindowRows<P extends readonly unknown[], O> {
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
          Bias<O>,
          Name<O, 'convolution1d-{}'>,
          Numeric<O, 'groups', 1>
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
          Bias<O>,
          Name<O, 'convolution3d-{}'>,
          Numeric<O, 'groups', 1>
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
  readonly ZeroPadding: Together<P> extends infer M extends Margins
    ? With<O, NameOption, L.Margined<'ZeroPadding', M, false, Name<O, 'zero-padding-{}'>>>
    : WrongArguments
  readonly Cropping: Together<P> extends infer M extends Margins
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
}
