export { recorded } from './recorded.ts'
export type {
  BatchTensors,
  ForkOptions,
  NotFinite,
  NotFiniteOptions,
  NotFiniteValue,
  Recorded,
  RecordedByRules,
  RecordedOptions,
  RecordedRulesUpdate,
  RecordedUpdate,
  Recording,
  RecordingOptions,
  RulesForkOptions,
} from './types.ts'
