import { InvalidOption } from '../../../src/index.ts'
import type { Case } from '../data.ts'
import { exported } from '../translate.ts'
import { type Arr, arr } from './array.ts'
import { close, toleranceOf } from './close.ts'
import { type Options, optionsOf } from './options.ts'
import { byChoice, cannot } from './verdict.ts'

// Schedules of Keras and of optax as this library's.

type Rate = (update: number) => number
type Mapping = (options: Options) => Rate

const make = (name: string, options: object): Rate => exported(name)(options)
const constant = (value: number): Rate => make('piecewise', { boundaries: [], values: [value] })

/** A schedule from one update on, and its first rate before. */
const from = (begin: number, rate: Rate): Rate =>
  begin > 0 ? make('sequence', { schedules: [constant(rate(0)), rate], boundaries: [begin] }) : rate

/** Optax takes for no decay what is refused here. */
const decaying = (isSensible: boolean, making: () => Rate): Rate => {
  if (isSensible) return making()
  try {
    making()
  } catch (error) {
    if (error instanceof InvalidOption)
      byChoice('a decay over no updates, or by no rate, is refused; optax keeps the rate')
    throw error
  }
  return cannot('a decay that is none')
}

const keras: Readonly<Record<string, Mapping>> = {
  ExponentialDecay: o =>
    make('exponentialDecay', {
      initialValue: o.read('initialLearningRate', 0),
      reductionFreq: o.read('decaySteps', 0),
      reductionRate: o.read('decayRate', 0),
      staircase: o.read('staircase', false),
    }),
  // A boundary is the last update of a value there, the first of the next one here.
  PiecewiseConstantDecay: o =>
    make('piecewise', {
      boundaries: o.read<readonly number[]>('boundaries', []).map(boundary => boundary + 1),
      values: o.read<readonly number[]>('values', []),
    }),
  PolynomialDecay: o =>
    make('polynomialDecay', {
      initialValue: o.read('initialLearningRate', 0),
      decayIter: o.read('decaySteps', 0),
      minstep: o.read('endLearningRate', 1e-4),
      power: o.read('power', 1),
      cycle: o.read('cycle', false),
    }),
  InverseTimeDecay: o =>
    make('inverseTime', {
      initialValue: o.read('initialLearningRate', 0),
      reductionFreq: o.read('decaySteps', 0),
      reductionRate: o.read('decayRate', 0),
      staircase: o.read('staircase', false),
    }),
  CosineDecay: o => {
    const initialValue = o.read('initialLearningRate', 0)
    const [decayIter, alpha] = [o.read('decaySteps', 0), o.read('alpha', 0)]
    const target = o.read<number | null>('warmupTarget', null)
    const warmupIter = o.read('warmupSteps', 0)
    const to = make('cosineDecay', { initialValue: target ?? initialValue, decayIter, alpha })
    return target === null || warmupIter === 0 ? to : make('warmup', { initialValue, to, warmupIter })
  },
  CosineDecayRestarts: o =>
    make('cosineDecay', {
      initialValue: o.read('initialLearningRate', 0),
      decayIter: o.read('firstDecaySteps', 0),
      tMul: o.read('tMul', 2),
      mMul: o.read('mMul', 1),
      alpha: o.read('alpha', 0),
      restarts: true,
    }),
}

/** Boundaries in order, and the values that their factors lead to. */
const scaled = (o: Options): { readonly boundaries: readonly number[]; readonly values: readonly number[] } => {
  const steps = Object.entries(o.read<Readonly<Record<string, number>>>('boundariesAndScales', {}))
    .map(([boundary, scale]) => [Number(boundary), scale] as const)
    .sort(([a], [b]) => a - b)
  const values = [o.read('initValue', 0)]
  for (const [, scale] of steps) values.push((values.at(-1) as number) * scale)
  return { boundaries: steps.map(([boundary]) => boundary), values }
}

const exponential = (o: Options, initialValue: number): Rate => {
  const [reductionFreq, reductionRate] = [o.read('transitionSteps', 0), o.read('decayRate', 0)]
  const rest = { staircase: o.read('staircase', false), endValue: o.read<number | null>('endValue', null) }
  const begin = o.read('transitionBegin', 0)
  return decaying(reductionFreq > 0 && reductionRate !== 0, () =>
    from(begin, make('exponentialDecay', { initialValue, reductionFreq, reductionRate, ...rest })),
  )
}

const polynomial = (o: Options, power: number): Rate => {
  const decayIter = o.read('transitionSteps', 0)
  const [initialValue, minstep] = [o.read('initValue', 0), o.read('endValue', 0)]
  const begin = o.read('transitionBegin', 0)
  return decaying(decayIter > 0, () =>
    from(begin, make('polynomialDecay', { initialValue, minstep, power, decayIter })),
  )
}

const warmupCosine = (o: Options): Rate => {
  const peak = o.read('peakValue', 1)
  const [initialValue, warmupIter] = [o.read('initValue', 0), o.read('warmupSteps', 0)]
  const to = make('cosineDecay', {
    initialValue: peak,
    decayIter: o.read('decaySteps', 0) - warmupIter,
    alpha: peak === 0 ? 0 : o.read('endValue', 0) / peak,
    exponent: o.read('exponent', 1),
  })
  return warmupIter === 0 ? to : make('warmup', { initialValue, to, warmupIter })
}

const oneCycle = (o: Options, options: object): Rate =>
  make('oneCycle', {
    totalIter: o.read('transitionSteps', 0),
    peakValue: o.read('peakValue', 1),
    pctStart: o.read('pctStart', 0.3),
    divFactor: o.read('divFactor', 25),
    finalDivFactor: o.read('finalDivFactor', 1e4),
    ...options,
  })

const optax: Readonly<Record<string, Mapping>> = {
  constant_schedule: o => constant(o.read('value', 0)),
  cosine_decay_schedule: o =>
    make('cosineDecay', {
      initialValue: o.read('initValue', 0),
      decayIter: o.read('decaySteps', 0),
      alpha: o.read('alpha', 0),
      exponent: o.read('exponent', 1),
    }),
  exponential_decay: o => exponential(o, o.read('initValue', 0)),
  linear_schedule: o => polynomial(o, 1),
  polynomial_schedule: o => polynomial(o, o.read('power', 1)),
  piecewise_constant_schedule: o => make('piecewise', scaled(o)),
  piecewise_interpolate_schedule: o =>
    make('piecewise', { ...scaled(o), interpolation: o.read('interpolateType', 'linear') }),
  linear_onecycle_schedule: o =>
    oneCycle(o, { interpolation: 'linear', threePhase: true, pctFinal: o.read('pctFinal', 0.85) }),
  cosine_onecycle_schedule: o => oneCycle(o, { interpolation: 'cosine' }),
  warmup_constant_schedule: o =>
    make('warmup', {
      initialValue: o.read('initValue', 0),
      to: o.read('peakValue', 1),
      warmupIter: o.read('warmupSteps', 0),
    }),
  warmup_cosine_decay_schedule: warmupCosine,
  warmup_exponential_decay_schedule: o => {
    const [initialValue, warmupIter] = [o.read('initValue', 0), o.read('warmupSteps', 0)]
    const to = exponential(o, o.read('peakValue', 1))
    return warmupIter === 0 ? to : make('warmup', { initialValue, to, warmupIter })
  },
  // Each begins where those before end.
  sgdr_schedule: o => {
    const periods = o.read<readonly object[]>('cosineKwargs', []).map(one => optionsOf('sgdr_schedule', one))
    const schedules = periods.map(warmupCosine)
    const lengths = periods.map(one => one.read('decaySteps', 0))
    for (const one of periods) one.done()
    const boundaries = lengths.slice(0, -1).map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0))
    return make('sequence', { schedules, boundaries })
  },
}

/** A schedule's rates at some updates. */
export const checkSchedule = (one: Case): void => {
  const { schedule } = one as never as { schedule: string }
  const isKeras = one.kind === 'schedule'
  const options = optionsOf(schedule, isKeras ? one.config : one.arguments)
  const rate = ((isKeras ? keras : optax)[schedule] ?? cannot(`schedule ${schedule}`))(options)
  options.done()
  const at: Arr = arr(one.step)
  close('rates', at.data.map(rate), arr(one.expected).data, toleranceOf(one))
}

/** What the schedule that a step is written as gives, for optimizers: of Keras. */
export const kerasSchedule = (name: string, config: unknown): Rate => {
  const options = optionsOf(name, config)
  const rate = (keras[name] ?? cannot(`schedule ${name}`))(options)
  options.done()
  return rate
}
