import fc from 'fast-check'
import type { Constraint, Optimizer, Regularizer, Schedule, Step } from '../../src/index.ts'
import * as joinery from '../../src/index.ts'

// Everything that training is made of, with any options: each by the name of what makes it.

type Drawn<V> = Readonly<Record<string, fc.Arbitrary<V>>>

/** Some of these options. */
const some = (options: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<never> =>
  fc.record(options, { requiredKeys: [] }) as fc.Arbitrary<never>
const all = (options: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<never> =>
  fc.record(options) as fc.Arbitrary<never>

const between = (least: number, most: number): fc.Arbitrary<number> =>
  fc.double({ min: least, max: most, noNaN: true, minExcluded: true, maxExcluded: true })
const positive = between(0.001, 3)
const part = between(0.001, 0.999)
const count = fc.integer({ min: 1, max: 20 })

/** Schedules of numbers alone. */
const plainSchedules: Drawn<Schedule> = {
  stepDecay: all({ initialValue: positive, reductionFreq: count }).map(joinery.stepDecay),
  exponentialDecay: fc
    .record(
      {
        ...{ initialValue: positive, reductionFreq: count, reductionRate: positive },
        ...{ staircase: fc.boolean(), startIter: fc.nat(5), endValue: fc.option(positive) },
      },
      { requiredKeys: ['initialValue', 'reductionFreq', 'reductionRate'] },
    )
    .map(joinery.exponentialDecay),
  polynomialDecay: all({
    ...{ initialValue: positive, decayIter: count, minstep: positive, power: positive },
    ...{ cycle: fc.boolean(), startIter: fc.nat(5) },
  }).map(joinery.polynomialDecay),
  cosineDecay: all({
    ...{ initialValue: positive, decayIter: count, alpha: part, exponent: positive, restarts: fc.boolean() },
    ...{ tMul: between(1, 3), mMul: positive, startIter: fc.nat(5) },
  }).map(joinery.cosineDecay),
  inverseTime: all({
    ...{ initialValue: positive, reductionFreq: count, reductionRate: positive, staircase: fc.boolean() },
  }).map(joinery.inverseTime),
  piecewise: fc
    .uniqueArray(fc.nat(30), { minLength: 1, maxLength: 4 })
    .chain(ends =>
      all({
        boundaries: fc.constant(ends.toSorted((a, b) => a - b)),
        values: fc.array(positive, { minLength: ends.length + 1, maxLength: ends.length + 1 }),
        interpolation: fc.constantFrom('none', 'linear', 'cosine'),
      }),
    )
    .map(joinery.piecewise),
  oneCycle: all({
    ...{ peakValue: positive, totalIter: count, pctStart: between(0.01, 0.5), pctFinal: between(0.5, 0.99) },
    ...{ divFactor: positive, finalDivFactor: positive, threePhase: fc.boolean() },
    interpolation: fc.constantFrom('linear', 'cosine'),
  }).map(joinery.oneCycle),
}
const plainSchedule = fc.oneof(...Object.values(plainSchedules))
const inner: fc.Arbitrary<Step> = fc.oneof(positive, plainSchedule)
export const schedules: Drawn<Schedule> = {
  ...plainSchedules,
  warmup: all({ to: inner, warmupIter: count, initialValue: part }).map(joinery.warmup),
  sequence: all({ schedules: fc.tuple(inner, inner), boundaries: fc.tuple(fc.nat(9)) }).map(joinery.sequence),
}

const step: fc.Arbitrary<Step> = fc.oneof(positive, ...Object.values(schedules))
/** Of the parameters of {@link params}. */
const mask = fc.constantFrom<joinery.Mask>('*', 'weights', '*.bias', ['a', 'b.weight'])
const decay = { weightDecay: part, mask }
const moments = { step, beta1: part, beta2: part, epsilon: positive, ...decay }
const rprop = { step: between(0.01, 5), increaseFactor: between(1.01, 2), decreaseFactor: between(0.1, 0.9) }
const search = {
  ...{ wolfeMaxiter: count, wolfeC1: between(0.0001, 0.2), wolfeC2: between(0.3, 0.9), descent: fc.boolean() },
}
const clip = { max: positive }

/** Optimizers of options alone, and transforms of gradients. */
const plainOptimizers: Drawn<Optimizer> = {
  adafactor: some({
    ...{ step, beta2Decay: between(-2, -0.1), epsilon1: positive, epsilon2: positive, clipThreshold: positive },
    ...{ relativeStep: fc.boolean(), scaleParameter: fc.boolean(), beta1: part, factoredFrom: count, ...decay },
  }).map(joinery.adafactor),
  adam: some({ ...moments, amsgrad: fc.boolean() }).map(joinery.adam),
  adamw: some({ ...moments, amsgrad: fc.boolean() }).map(joinery.adamw),
  adabelief: some({ ...moments, epsilonRoot: part }).map(joinery.adabelief),
  adamax: some(moments).map(joinery.adamax),
  lion: some({ step, beta1: part, beta2: part, ...decay }).map(joinery.lion),
  nadam: some({ ...moments, momentumDecay: part }).map(joinery.nadam),
  radam: some({ ...moments, threshold: positive }).map(joinery.radam),
  adadelta: some({ step, rho: part, epsilon: positive, ...decay }).map(joinery.adadelta),
  adagrad: some({ step, initialAccumulator: part, epsilon: part, ...decay }).map(joinery.adagrad),
  rmsprop: some({
    ...{ step, decay: part, momentum: part, epsilon: positive, centered: fc.boolean(), initialSquare: part },
    ...decay,
  }).map(joinery.rmsprop),
  gradientDescent: some({ step, ...decay }).map(joinery.gradientDescent),
  momentum: some({ step, momentum: part, dampening: part, ...decay }).map(joinery.momentum),
  lamb: some({ ...moments, adapts: mask }).map(joinery.lamb),
  lars: some({ step, momentum: part, nesterov: fc.boolean(), trust: positive, adapts: mask, ...decay }).map(
    joinery.lars,
  ),
  muon: some({
    ...{ step, momentum: part, nesterov: fc.boolean(), iterations: count, epsilon: positive },
    ...{ coefficients: fc.tuple(positive, positive, positive), ...decay },
    adjust: fc.constantFrom('columns', 'rows', 'adam', 'none'),
    others: some(moments).map(joinery.adam),
  }).map(joinery.muon),
  rprop: some({ ...rprop, backtrack: fc.boolean() }).map(joinery.rprop),
  irpropPlus: some(rprop).map(joinery.irpropPlus),
  scheduleFree: some({ ...moments, warmupIter: fc.nat(5), power: part, stepPower: positive }).map(joinery.scheduleFree),
  conjugateGradient: some({
    ...{ epsilon: positive, ...search },
    updateFunction: fc.constantFrom('fletcherReeves', 'polakRibiere', 'hestenesStiefel', 'liuStorey', 'daiYuan'),
  }).map(joinery.conjugateGradient),
  quasiNewton: some({
    ...{ h0Scale: positive, epsilon: positive, history: count, ...search },
    updateFunction: fc.constantFrom('bfgs', 'dfp', 'sr1', 'lBfgs'),
  }).map(joinery.quasiNewton),
  hessian: some({ penaltyConst: positive }).map(joinery.hessian),
  hessianDiagonal: some({ step, minEigval: positive }).map(joinery.hessianDiagonal),
  levenbergMarquardt: some({ mu: positive, muUpdateFactor: between(1.1, 4), reject: fc.boolean() }).map(
    joinery.levenbergMarquardt,
  ),
  clipByNorm: some({ ...clip, each: fc.boolean() }).map(joinery.clipByNorm),
  clipByValue: some(clip).map(joinery.clipByValue),
  adaptiveClip: some({ ...clip, epsilon: positive, mask }).map(joinery.adaptiveClip),
  addDecayedWeights: some({ rate: part, mask }).map(joinery.addDecayedWeights),
  freeze: mask.filter(names => names !== 'weights').map(names => joinery.freeze(names)),
}
const plainOptimizer = fc.oneof(...Object.values(plainOptimizers))

/** What takes other optimizers. */
const composed = (of: fc.Arbitrary<Optimizer>): Drawn<Optimizer> => ({
  accumulate: fc.tuple(of, count).map(([own, every]) => joinery.accumulate(own, every)),
  average: fc
    .tuple(of, some({ decay: part, overwriteEvery: fc.option(count) }))
    .map(given => joinery.average(...given)),
  lookahead: fc.tuple(of, some({ every: count, rate: part })).map(given => joinery.lookahead(...given)),
  sharpnessAware: fc
    .tuple(of, some({ rho: positive, adaptive: fc.boolean() }))
    .map(given => joinery.sharpnessAware(...given)),
  skipNonFinite: fc.tuple(of, some({ most: fc.option(count) })).map(given => joinery.skipNonFinite(...given)),
  chain: fc.array(of, { minLength: 1, maxLength: 3 }).map(own => joinery.chain(...own)),
  byName: fc.tuple(of, of).map(([one, other]) => joinery.byName({ '*.bias': one, '*': other })),
})
export const optimizers: Drawn<Optimizer> = {
  ...plainOptimizers,
  ...composed(fc.oneof(plainOptimizer, ...Object.values(composed(plainOptimizer)))),
}
export const optimizer: fc.Arbitrary<Optimizer> = fc.oneof(...Object.values(optimizers))

const exclude = fc.constantFrom(null, [], ['*.bias'])
const axis = fc.constantFrom(null, [0], -1)
export const regularizers: Drawn<Regularizer> = {
  l1: some({ rate: positive, exclude }).map(joinery.l1),
  l2: some({ rate: positive, exclude }).map(joinery.l2),
  maxNorm: some({ rate: positive, exclude }).map(joinery.maxNorm),
  elastic: some({ l1: positive, l2: positive, exclude }).map(joinery.elastic),
  orthogonalPenalty: some({ rate: positive, mode: fc.constantFrom('rows', 'columns'), exclude }).map(
    joinery.orthogonalPenalty,
  ),
}
export const constraints: Drawn<Constraint> = {
  nonNegative: some({ exclude }).map(joinery.nonNegative),
  unitNorm: some({ axis, exclude }).map(joinery.unitNorm),
  limitNorm: some({ max: between(1, 3), min: part, rate: between(0.1, 1), axis, exclude }).map(joinery.limitNorm),
}

/** Parameters and gradients that all of these change. */
export const shapes = { a: { weight: [2, 3], bias: [3] }, b: { weight: [3, 2], bias: [2] } } as const
