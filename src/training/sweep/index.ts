export { between, type Choice, type Config, type Range, type Space } from './space.ts'
export { type Sweep, type SweepOptions, sweep, type Train, type Trial, type TrialContext } from './sweep.ts'
