export { type AdafactorOptions, adafactor } from './adafactor.ts'
export { type AdamOptions, adam, adamw, type MomentsOptions } from './adam.ts'
export {
  type AdabeliefOptions,
  type AdamaxOptions,
  adabelief,
  adamax,
  type LionOptions,
  lion,
  type NadamOptions,
  nadam,
  type RadamOptions,
  radam,
} from './adam-relatives.ts'
export {
  type AdadeltaOptions,
  type AdagradOptions,
  adadelta,
  adagrad,
  type RmspropOptions,
  rmsprop,
} from './adaptive.ts'
export { type GradientDescentOptions, gradientDescent, type MomentumOptions, momentum } from './descent.ts'
export { type LambOptions, type LarsOptions, lamb, lars } from './layerwise.ts'
export { type MuonOptions, muon } from './muon.ts'
export type { DecayOptions, Mask } from './options.ts'
export { type IrpropPlusOptions, irpropPlus, type RpropOptions, rprop } from './rprop.ts'
export { type ScheduleFreeOptions, scheduleFree } from './schedule-free.ts'
export * from './second-order/index.ts'
export { type AccumulateOptions, accumulate } from './transforms/accumulate.ts'
export { type AverageOptions, average } from './transforms/average.ts'
export { averaged } from './transforms/averaged.ts'
export { byName, freeze } from './transforms/by-name.ts'
export { chain } from './transforms/chain.ts'
export {
  type AdaptiveClipOptions,
  adaptiveClip,
  type ClipByNormOptions,
  type ClipByValueOptions,
  clipByNorm,
  clipByValue,
} from './transforms/clip.ts'
export { type AddDecayedWeightsOptions, addDecayedWeights } from './transforms/decayed-weights.ts'
export { type LookaheadOptions, lookahead } from './transforms/lookahead.ts'
export { type SharpnessAwareOptions, sharpnessAware } from './transforms/sharpness-aware.ts'
export { type SkipNonFiniteOptions, skipNonFinite } from './transforms/skip-non-finite.ts'
