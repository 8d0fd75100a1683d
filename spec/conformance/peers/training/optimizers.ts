import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { exported } from '../../translate.ts'
import type { Side } from '../activations.ts'
import { type Arr, arr, reshaped } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { kerasSchedule } from '../schedules.ts'
import { byChoice, cannot } from '../verdict.ts'
import { checkUpdates, layerName, nameOf } from './updates.ts'

// Optimizers of Keras and of tfjs-core.

type Step = number | ((update: number) => number)
type Mapping = (options: Options, step: Step, decay: object) => joinery.Optimizer

const make = (name: string, options: object): joinery.Optimizer => exported(name)(options)

const betas = (o: Options): object => ({ beta1: o.read('beta1', 0.9), beta2: o.read('beta2', 0.999) })

const descent: Mapping = (o, step, decay) => {
  const [momentum, nesterov] = [o.read('momentum', 0), o.read('nesterov', false)]
  if (momentum === 0) return make('gradientDescent', { step, ...decay })
  if (typeof step === 'function') byChoice('velocities do not keep the steps with which they came, as Keras’ do')
  return make('momentum', { step, momentum, nesterov, ...decay })
}

const keras: Readonly<Record<string, Mapping>> = {
  SGD: descent,
  Adam: (o, step, decay) =>
    make('adam', { step, ...betas(o), epsilon: o.read('epsilon', 1e-7), amsgrad: o.read('amsgrad', false), ...decay }),
  AdamW: (o, step, decay) =>
    make('adamw', {
      step,
      ...betas(o),
      epsilon: o.read('epsilon', 1e-7),
      amsgrad: o.read('amsgrad', false),
      weightDecay: 0,
      ...decay,
    }),
  Adamax: (o, step, decay) => make('adamax', { step, ...betas(o), epsilon: o.read('epsilon', 1e-7), ...decay }),
  // Its momentum comes to its value 250 times as fast.
  Nadam: (o, step, decay) =>
    make('nadam', { step, ...betas(o), epsilon: o.read('epsilon', 1e-7), momentumDecay: 1, ...decay }),
  Adadelta: (o, step, decay) =>
    make('adadelta', { step, rho: o.read('rho', 0.95), epsilon: o.read('epsilon', 1e-7), ...decay }),
  Adagrad: (o, step, decay) =>
    make('adagrad', {
      step,
      initialAccumulator: o.read('initialAccumulatorValue', 0.1),
      epsilon: o.read('epsilon', 1e-7),
      ...decay,
    }),
  RMSprop: (o, step, decay) =>
    make('rmsprop', {
      step,
      decay: o.read('rho', 0.9),
      momentum: o.read('momentum', 0),
      epsilon: o.read('epsilon', 1e-7),
      centered: o.read('centered', false),
      initialSquare: 0,
      ...decay,
    }),
  Adafactor: (o, step, decay) =>
    make('adafactor', {
      step,
      beta2Decay: o.read('beta2Decay', -0.8),
      epsilon1: o.read('epsilon1', 1e-30),
      epsilon2: o.read('epsilon2', 1e-3),
      clipThreshold: o.read('clipThreshold', 1),
      relativeStep: o.read('relativeStep', true),
      ...decay,
    }),
  Lion: (o, step, decay) => make('lion', { step, beta1: o.read('beta1', 0.9), beta2: o.read('beta2', 0.99), ...decay }),
  Lamb: (o, step, decay) => {
    if ('weightDecay' in decay)
      byChoice('lamb has weight decay within what its step is in proportion to; Keras beside it')
    return make('lamb', { step, ...betas(o), epsilon: o.read('epsilon', 1e-7) })
  },
  ScheduleFreeAdamW: (o, step, decay) =>
    make('scheduleFree', {
      step,
      ...betas(o),
      epsilon: o.read('epsilon', 1e-8),
      warmupIter: o.read('warmupSteps', 0),
      ...decay,
    }),
}

/** Means of gradients that are corrected before epsilon is added are those of Adam, but for epsilon's size at first. */
const tfjs: Readonly<Record<string, Mapping>> = {
  SGD: (_, step) => make('gradientDescent', { step }),
  Momentum: (o, step) =>
    make('momentum', { step, momentum: o.read('momentum', 0), nesterov: o.read('useNesterov', false) }),
  Adagrad: (o, step) =>
    make('adagrad', { step, initialAccumulator: o.read('initialAccumulatorValue', 0.1), epsilon: 1e-7 }),
  Adadelta: (o, step) => make('adadelta', { step, rho: o.read('rho', 0.95), epsilon: o.read('epsilon', 1e-7) }),
  Adam: (o, step) => make('adam', { step, ...betas(o), epsilon: o.read('epsilon', 1e-7) }),
  Adamax: (o, step) => {
    o.only('decay', 0)
    return make('adamax', { step, ...betas(o), epsilon: o.read('epsilon', 1e-8) })
  },
  RMSProp: (o, step) =>
    make('rmsprop', {
      step,
      decay: o.read('decay', 0.9),
      momentum: o.read('momentum', 0),
      epsilon: o.read('epsilon', 1e-7),
      centered: o.read('centered', false),
      initialSquare: 0,
    }),
}

/** A rate, or a schedule by its class. */
const stepOf = (options: Options): Step => {
  const given = options.read<unknown>('learningRate', 0.001)
  if (typeof given === 'number') return given
  const { className, class: kind, config } = given as { className?: string; class?: string; config?: unknown }
  const name = className ?? kind ?? ''
  return name.startsWith('__') ? cannot('a schedule of the case’s own') : kerasSchedule(name, config)
}

/** What stands around every optimizer of Keras: clipping before it, accumulation and averages around it. */
const around = (options: Options, optimizer: joinery.Optimizer): joinery.Optimizer => {
  options.only('lossScaleFactor')
  const norm = options.read<number | null>('clipnorm', null)
  const all = options.read<number | null>('globalClipnorm', null)
  const value = options.read<number | null>('clipvalue', null)
  const clips = [
    ...(norm === null ? [] : [joinery.clipByNorm({ max: norm, each: true })]),
    ...(all === null ? [] : [joinery.clipByNorm(all)]),
    ...(value === null ? [] : [joinery.clipByValue(value)]),
  ]
  const clipped = clips.length > 0 ? joinery.chain(...clips, optimizer) : optimizer
  const every = options.read<number | null>('gradientAccumulationSteps', null)
  const accumulated = every === null ? clipped : joinery.accumulate(clipped, every)
  const [decay, overwriteEvery] = [
    options.read('emaMomentum', 0.99),
    options.read<number | null>('emaOverwriteFrequency', null),
  ]
  return options.read('useEma', false) ? joinery.average(accumulated, { decay, overwriteEvery }) : accumulated
}

/** Weight decay, of all variables or of those that are not left out. */
const decayOf = (options: Options, count: number, excluded: readonly number[]): object => {
  const weightDecay = options.read<number | null>('weightDecay', null)
  if (weightDecay === null || weightDecay === 0) return {}
  const decaying = Array.from({ length: count }, (_, place) => place).filter(place => !excluded.includes(place))
  return { weightDecay, mask: decaying.map(place => `${layerName}.${nameOf(place)}`) }
}

/** A case of an optimizer. */
export const checkOptimizer = async (one: Case, side: Side, engine: Engine): Promise<void> => {
  const fields = one as never as {
    optimizer: string
    config: object
    initial: readonly unknown[]
    grads: readonly (readonly unknown[])[]
    checkpoints: readonly (Case & {
      readonly after: number
      readonly variables: readonly number[]
      readonly expected: readonly unknown[]
    })[]
    excluded_from_weight_decay?: readonly number[] | null
  }
  const options = optionsOf(fields.optimizer, fields.config)
  const initial = fields.initial.map(arr)
  const mapping = (side === 'tfjs' ? tfjs : keras)[fields.optimizer] ?? cannot(`optimizer ${fields.optimizer}`)
  const decay = decayOf(options, initial.length, fields.excluded_from_weight_decay ?? [])
  const optimizer = around(options, mapping(options, stepOf(options), decay))
  options.done()
  const grads = fields.grads.map(all =>
    all.map((gradient, place) => (gradient === null ? null : reshaped(arr(gradient), (initial[place] as Arr).shape))),
  )
  const checkpoints = fields.checkpoints.map(checkpoint => ({
    after: checkpoint.after,
    values: checkpoint.variables.map((of, i) => ({ of, expected: arr(checkpoint.expected[i]) })),
    tolerance: toleranceOf(checkpoint),
  }))
  await checkUpdates({ optimizer, initial, grads }, checkpoints, engine)
}

/** A case of gradients that are clipped. */
export const checkClipping = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as never as {
    config: object
    grads: readonly unknown[]
    output_path?: readonly number[]
    expected: unknown
  }
  const options = optionsOf('clipping', fields.config)
  const grads = fields.grads.map(arr)
  // A step of 1 from 0 is the clipped gradient, backwards.
  const clip = around(options, joinery.gradientDescent({ step: 1 }))
  options.done()
  const [place = 0] = fields.output_path ?? []
  const expected = arr(Array.isArray(fields.expected) ? fields.expected[place] : fields.expected)
  const negative = { ...expected, data: expected.data.map(x => -x) }
  await checkUpdates(
    {
      optimizer: clip,
      initial: grads.map(gradient => ({ ...gradient, data: gradient.data.map(() => 0) })),
      grads: [grads],
    },
    [{ after: 1, values: [{ of: place, expected: negative }], tolerance: toleranceOf(one) }],
    engine,
  )
}
