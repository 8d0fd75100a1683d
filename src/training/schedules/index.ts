export { type CosineDecayOptions, cosineDecay } from './cosine-decay.ts'
export {
  type ExponentialDecayOptions,
  exponentialDecay,
  type InverseTimeOptions,
  inverseTime,
  type PolynomialDecayOptions,
  polynomialDecay,
  type StepDecayOptions,
  stepDecay,
} from './decays.ts'
export { scheduleFromJson } from './json.ts'
export { type OneCycleOptions, oneCycle } from './one-cycle.ts'
export { type Interpolation, type PiecewiseOptions, piecewise } from './piecewise.ts'
export type { Schedule, ScheduleJson } from './schedule.ts'
export { type SequenceOptions, sequence } from './sequence.ts'
export { type WarmupOptions, warmup } from './warmup.ts'
