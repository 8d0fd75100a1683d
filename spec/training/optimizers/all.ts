import type { Optimizer } from '../../../src/index.ts'
import * as j from '../../../src/index.ts'

// Optimizers of every kind, with options that change what is computed.

export const cosine: j.Schedule = j.cosineDecay({ initialValue: 0.05, decayIter: 4, restarts: true })
export const optimizers: readonly Optimizer[] = [
  j.gradientDescent({ step: 0.1, weightDecay: 0.1, mask: 'weights' }),
  j.momentum({ step: cosine, nesterov: true }),
  j.momentum({ dampening: 0.5 }),
  j.adagrad({ weightDecay: 0.1 }),
  j.adadelta(),
  j.rmsprop({ step: 0.01 }),
  j.rmsprop({ step: 0.01, centered: true, momentum: 0.5, initialSquare: 0, epsilon: 0.01 }),
  j.adam({ step: 0.01 }),
  j.adam({ step: 0.01, amsgrad: true }),
  j.adamw({ step: cosine, weightDecay: 0.1, mask: ['*.weight'] }),
  j.adamax({ step: 0.01 }),
  j.nadam({ step: 0.01 }),
  j.radam({ step: 0.01, beta2: 0.6 }),
  j.adabelief({ step: 0.01 }),
  j.lion({ step: 0.01 }),
  j.lamb({ step: 0.01, weightDecay: 0.1, mask: 'weights', adapts: 'weights' }),
  j.lars({ step: 5, weightDecay: 0.1, nesterov: true }),
  j.adafactor({ step: 0.05 }),
  j.adafactor({ step: 0.05, beta1: 0.9, factoredFrom: 3, relativeStep: false, scaleParameter: false }),
  j.muon({ step: 0.05, weightDecay: 0.1 }),
  j.muon({ step: 0.05, nesterov: false, adjust: 'adam', matrices: ['linear*'], others: j.momentum() }),
  j.scheduleFree({ step: 0.05, weightDecay: 0.1, warmupIter: 3 }),
  j.scheduleFree({ step: cosine, power: 1, stepPower: 1.5 }),
  j.rprop({ step: 0.05 }),
  j.rprop({ step: 0.05, backtrack: false }),
  j.irpropPlus({ step: 0.5 }),
  j.chain(j.clipByNorm(0.1), j.momentum()),
  j.chain(j.clipByNorm({ max: 0.1, each: true }), j.addDecayedWeights(0.1), j.gradientDescent(), j.freeze('scale*')),
  j.chain(j.clipByValue(0.05), j.adaptiveClip(0.05), j.gradientDescent()),
  j.byName({ '*.bias': j.freeze(), 'linear*': j.adam(), '*': j.lookahead(j.gradientDescent(), { every: 2 }) }),
  j.accumulate(j.adamw({ step: cosine }), 2),
  j.average(j.gradientDescent(), { decay: 0.5, overwriteEvery: 2 }),
  j.average(j.lion(), { decay: t => t / (t + 1) }),
  j.skipNonFinite(j.adam()),
  j.skipNonFinite(j.momentum(), { most: 1 }),
  j.sharpnessAware(j.momentum(), { rho: 0.5 }),
  j.sharpnessAware(j.byName({ 'linear*': j.sharpnessAware(j.adam()), '*': j.gradientDescent() }), { adaptive: true }),
]

/** Those that ask for more than the gradient at one point. */
export const secondOrder: readonly Optimizer[] = [
  j.conjugateGradient(),
  j.conjugateGradient({ updateFunction: 'daiYuan', descent: true }),
  j.quasiNewton({ h0Scale: 0.5 }),
  j.quasiNewton({ updateFunction: 'lBfgs', history: 2 }),
  j.levenbergMarquardt({ mu: 0.5, muUpdateFactor: 2 }),
  j.levenbergMarquardt({ mu: 0.1, reject: true }),
  j.hessian(),
  j.hessianDiagonal({ step: update => 0.2 / (update + 1), minEigval: 0.5 }),
  j.chain(j.clipByNorm(1), j.conjugateGradient()),
  j.byName({ 'linear*': j.quasiNewton(), '*': j.gradientDescent({ step: 0.05 }) }),
]
