import type { NameOption } from '../core/define.ts'
import type * as L from './layer-types.ts'
import type { Name, Option, Together, With, WrongArguments } from './row.ts'

// Layers that change examples in training, in the table of layers.

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface AugmentationRows<P extends readonly unknown[], O> {
  readonly RandomFlip: P extends readonly [] | readonly [L.FlipDirection]
    ? With<O, NameOption, L.RandomFlip<Name<O, 'random-flip-{}'>>>
    : WrongArguments
  readonly RandomCrop: Together<P> extends infer Size extends L.PairOption
    ? With<O, L.RandomCropOptions, L.RandomCrop<Size, Padding<O>, Name<O, 'random-crop-{}'>>>
    : WrongArguments
  readonly RandomRotation: P extends readonly [L.FactorOption]
    ? With<O, L.RandomRotationOptions, L.RandomRotation<Name<O, 'random-rotation-{}'>>>
    : WrongArguments
  readonly RandomBrightness: P extends readonly [L.FactorOption]
    ? With<O, L.RandomBrightnessOptions, L.RandomBrightness<Name<O, 'random-brightness-{}'>>>
    : WrongArguments
  readonly RandomErasing: P extends readonly []
    ? With<O, L.RandomErasingOptions, L.RandomErasing<Name<O, 'random-erasing-{}'>>>
    : WrongArguments
  readonly MixUp: P extends readonly [] ? With<O, L.MixUpOptions, L.MixUp<Name<O, 'mix-up-{}'>>> : WrongArguments
  readonly CutMix: P extends readonly [] ? With<O, L.CutMixOptions, L.CutMix<Name<O, 'cut-mix-{}'>>> : WrongArguments
}
type Padding<O> = Option<O, 'padding', 0> extends infer P extends L.PairOption ? P : 0
