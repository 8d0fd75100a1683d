import { tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import { leavesOf, mapTree, type VariableTree } from '../../src/base/trees.ts'
import {
  accuracy,
  adam,
  addLosses,
  average,
  chain,
  constraintFromJson,
  defineConstraint,
  defineLoss,
  defineMetric,
  defineOptimizer,
  defineRegularizer,
  freeze,
  gradientDescent,
  InvalidOption,
  key,
  type Loss,
  l2,
  lossFromJson,
  type Metric,
  metricFromJson,
  metricOf,
  mse,
  normals,
  type Objective,
  type Optimizer,
  optimizerFromJson,
  type ParameterRule,
  recallAtPrecision,
  regularizerFromJson,
  rmse,
  rmsle,
  scheduleFromJson,
  specificityAtSensitivity,
  toJson,
  warmup,
} from '../../src/index.ts'
import { makingOf } from '../../src/plain/making.ts'
import * as lossesOf from '../../src/training/losses/index.ts'
import * as metricsOf from '../../src/training/metrics/index.ts'
import * as optimizersOf from '../../src/training/optimizers/index.ts'
import * as penaltiesOf from '../../src/training/penalties/index.ts'
import * as schedulesOf from '../../src/training/schedules/index.ts'
import { faultOf } from '../faults.ts'
import { lossCases } from './losses/cases.ts'
import { constraints, optimizer, optimizers, regularizers, schedules, shapes } from './made.ts'
import { cases as metricCases, rowsOf, tensorsOf } from './metrics/cases.ts'

const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never

/** A value from its JSON, which says the same of itself as the one that was written. */
const again = <V>(value: V, read: (json: never) => V): V => {
  const text = JSON.stringify(value)
  const back = read(JSON.parse(text) as never)
  expect(JSON.stringify(back)).to.equal(text)
  expect(JSON.stringify(toJson(value))).to.equal(text)
  expect(String(back)).to.equal(String(value))
  return back
}

const bits = (values: ArrayLike<number>): readonly string[] =>
  Array.from(values, value => (Object.is(value, -0) ? '-0' : String(value)))
type Tensors = VariableTree<{ readonly dataSync: () => Float32Array }>
const bitsOf = (tree: object): readonly string[] =>
  leavesOf(tree as Tensors).flatMap(([, , value]) => bits(value.dataSync()))
/** What a call gives, or throws. */
const outcome = (call: () => readonly string[]): readonly string[] => {
  try {
    return call()
  } catch (error) {
    return [String(error)]
  }
}

const drawn = (seed: number) =>
  mapTree(shapes as VariableTree<readonly number[]>, (shape, layer, name) =>
    tensor(
      normals(
        key(seed + layer.charCodeAt(0) + name.length),
        shape.reduce((a, b) => a * b, 1),
      ),
      [...shape],
    ),
  )
const [params, first, second] = [drawn(1), drawn(2), drawn(3)]
const residuals: Objective = (ops, own) =>
  ops.concatenate(
    leavesOf(own).map(([, , w]) => ops.add(ops.reshape(w, [null]), ops.constant(0.5))),
    0,
  )
const loss: Objective = (ops, own) => ops.mean(ops.square(residuals(ops, own)), [0])

/** Two updates, to the bit. */
const trained = (own: Optimizer): readonly string[] =>
  outcome(() => {
    const [updates, state] = own.update(first, own.init(params), params, { loss, residuals })
    const [more] = own.update(second, state, params, { loss, residuals })
    return [...bitsOf(updates), ...bitsOf(more)]
  })

const functionsOf = (exports: object, but: readonly string[] = []): readonly string[] =>
  Object.entries(exports).flatMap(([name, value]) => (typeof value === 'function' && !but.includes(name) ? [name] : []))
const madeIn = (values: readonly object[]): readonly string[] => [
  ...new Set(values.flatMap(value => makingOf(value)?.name ?? [])),
]

/** Those whose cases are those of their twins. */
const curves = [recallAtPrecision({ precision: 0.7 }), specificityAtSensitivity({ sensitivity: 0.7 })]

describe('JSON of what training is made of', () => {
  it('is there for everything on the public face', () => {
    expect(Object.keys(optimizers)).to.have.members(functionsOf(optimizersOf, ['averaged']))
    expect(Object.keys(schedules)).to.have.members(functionsOf(schedulesOf, ['scheduleFromJson']))
    expect([...Object.keys(regularizers), ...Object.keys(constraints)]).to.have.members(
      functionsOf(penaltiesOf, ['defineRegularizer', 'defineConstraint']),
    )
    const losses = madeIn([...lossCases.map(({ loss: own }) => own), rmse, rmsle, addLosses(mse)])
    expect(functionsOf(lossesOf).filter(name => !losses.includes(name))).to.deep.equal([])
    const metrics = madeIn([...metricCases.map(({ metric }) => metric), ...curves, metricOf(mse)])
    expect(functionsOf(metricsOf).filter(name => !metrics.includes(name))).to.deep.equal([])
  })

  for (const [name, draws] of Object.entries(schedules))
    it(`gives ${name} again, with the same rates`, () => {
      fc.assert(
        fc.property(draws, schedule => {
          const back = again(schedule, scheduleFromJson)
          for (const update of [0, 1, 7, 40.5]) expect(Object.is(back(update), schedule(update))).to.equal(true)
        }),
        { numRuns: 30, seed: 3 },
      )
    })

  for (const [name, draws] of Object.entries(optimizers))
    it(`gives ${name} again, with the same updates to the bit`, () => {
      fc.assert(
        fc.property(draws, own => {
          expect(trained(again(own, optimizerFromJson))).to.deep.equal(trained(own))
        }),
        { numRuns: 12, seed: 5 },
      )
    })

  it('gives losses again, with the same values to the bit', () => {
    for (const { title, loss: own, expected, predicted } of lossCases) {
      const [y, p] = [expected, predicted].map(({ data, shape }) => tensor([...data], [...shape])) as [never, never]
      const ofLoss = (one: Loss) => outcome(() => bits(one(y, p, { reduction: 'none' }).dataSync()))
      const more = (own as unknown as (options: object) => Loss)({
        reduction: 'sum',
        name: 'mine',
        classWeights: { 1: 0.5 },
      })
      for (const one of [own, more, addLosses([own, 0.3], 'mae')]) {
        const back = again(one, lossFromJson)
        expect(ofLoss(back), title).to.deep.equal(ofLoss(one))
        expect([back.name, back.reduction]).to.deep.equal([one.name, one.reduction])
      }
    }
    for (const one of [rmse, rmsle])
      expect(bits(again(one, lossFromJson)([[1, 2]], [[3, 4]]).dataSync())).to.deep.equal(
        bits(one([[1, 2]], [[3, 4]]).dataSync()),
      )
  })

  it('gives metrics again, with the same values', () => {
    for (const one of metricCases)
      fc.assert(
        fc.property(rowsOf(one), rows => {
          const { expected, predicted } = tensorsOf(one, rows)
          const back = again(one.metric, metricFromJson)
          const value = (metric: typeof one.metric) => metric(expected as never, predicted as never)
          expect(value(back)).to.deep.equal(value(one.metric))
          expect([back.name, back.better]).to.deep.equal([one.metric.name, one.metric.better])
        }),
        { numRuns: 4, seed: 6 },
      )
    for (const one of curves) {
      const value = (metric: Metric) => metric([0, 1, 1, 0], [0.1, 0.8, 0.3, 0.7])
      expect(value(again<Metric>(one, metricFromJson))).to.equal(value(one))
    }
    const squares = again(metricOf(mse, 'squares'), metricFromJson)
    expect([squares.name, squares([[1], [2]], [[1], [4]])]).to.deep.equal(['squares', 2])
  })

  for (const [name, draws] of Object.entries(regularizers))
    it(`gives ${name} again, with the same penalty`, () => {
      fc.assert(
        fc.property(draws, own => {
          const back = again(own, regularizerFromJson)
          expect(bits(back(params).dataSync())).to.deep.equal(bits(own(params).dataSync()))
        }),
        { numRuns: 20, seed: 7 },
      )
    })
  for (const [name, draws] of Object.entries(constraints))
    it(`gives ${name} again, with the same parameters`, () => {
      fc.assert(
        fc.property(draws, own => {
          const back = again(own, constraintFromJson)
          const held = (one: typeof own) => outcome(() => bitsOf(one(params)))
          expect(held(back)).to.deep.equal(held(own))
        }),
        { numRuns: 20, seed: 8 },
      )
    })

  describe('of values of the user', () => {
    const rate = (update: number): number => 0.1 / (update + 1)
    const rule = ({ step = 0.1 } = {}): ParameterRule => ({
      slots: {},
      coefficients: () => ({ step: -step }),
      change: (ops, gradient, _, own) => [ops.multiply(gradient, own.step as typeof gradient), {}],
    })
    const descent = (options: { readonly step?: number } = {}): Optimizer =>
      defineOptimizer('descent', { ...options }, rule(options))
    const distance = defineLoss('distance', (ops, y, p) => ops.mean(ops.abs(ops.subtract(p, y)), [1]))
    const bias = defineMetric('bias', (ops, y, p) => ops.subtract(p, y))

    it('goes by the names of a registry: the value itself, or what makes it of options', () => {
      const registry = { rate, descent, distance, bias }
      const own = chain(
        adam({ step: rate }),
        average(descent({ step: 0.5 }), { decay: warmup({ to: 0.5, warmupIter: 2 }) }),
      )
      const text = JSON.stringify(toJson(own, { registry }))
      expect(text)
        .to.contain('"step":{"registered":"rate"}')
        .and.to.contain('{"registered":"descent","options":{"step":0.5}}')
      const back = optimizerFromJson(JSON.parse(text), { registry })
      expect(trained(back)).to.deep.equal(trained(own))
      const both = addLosses([distance, 0.5], mse)
      const sum = lossFromJson(json(toJson(both, { registry })), { registry })
      expect(sum([[1, 2]], [[1, 4]]).dataSync()[0]).to.equal(2.5)
      expect(lossFromJson(json(toJson(distance, { registry })), { registry })).to.equal(distance)
      expect(metricFromJson(json(toJson(bias, { registry })), { registry })).to.equal(bias)
    })

    it('of regularizers and constraints too', () => {
      const cubes = (options: object = {}) =>
        defineRegularizer('cubes', { exclude: [], ...options }, (ops, w) =>
          ops.sum(
            ops.abs(w),
            ops.shape(w).map((_, i) => i),
          ),
        )
      const bounded = defineConstraint('bounded', {}, (ops, w) => ops.minimum(w, ops.constant(1)))
      const registry = { cubes, bounded }
      const text = JSON.stringify(toJson(cubes({ exclude: ['*.bias'] }), { registry }))
      expect(text).to.equal('{"registered":"cubes","options":{"exclude":["*.bias"]}}')
      expect(String(regularizerFromJson(JSON.parse(text), { registry }))).to.equal("cubes({ exclude: ['*.bias'] })")
      expect(constraintFromJson({ registered: 'bounded' }, { registry })).to.equal(bounded)
    })

    it('is refused without one, with the place', () => {
      expect(faultOf(() => toJson(chain(freeze(), adam({ step: rate }))))).to.equal(
        'InvalidOption of toJson, options.optimizers[1].options.step: expected something of the library or the registry, or plain data, got a function rate. Register it under a name: toJson(value, { registry: { name: it } }).',
      )
      for (const own of [descent(), distance, bias, defineOptimizer('adam', {}, rule())])
        expect(faultOf(() => toJson(own))).to.contain('InvalidOption of toJson, value')
      // What JSON.stringify made of them before, it still makes.
      expect(JSON.stringify({ distance })).to.equal('{}')
      expect(JSON.parse(JSON.stringify(descent())).name).to.equal('descent')
    })

    it('is not taken for what the library has under its name', () => {
      const impostor = defineOptimizer('adam', adam().options, rule())
      expect(faultOf(() => toJson(impostor))).to.contain('InvalidOption')
      expect(faultOf(() => toJson({ ...adam(), name: 'adam' }))).to.contain('InvalidOption')
    })

    it('is refused when it is read without one, or where it does not fit', () => {
      expect(faultOf(() => optimizerFromJson({ registered: 'descent' }))).to.contain('expected a registry')
      expect(faultOf(() => optimizerFromJson({ registered: 'distance' }, { registry: { distance } }))).to.equal(
        "InvalidOption of optimizerFromJson, json: expected an optimizer as plain data, got { registered: 'distance' }. Give what toJson gave.",
      )
      const thrower = (): never => {
        throw new TypeError('no')
      }
      expect(
        faultOf(() => optimizerFromJson({ registered: 'thrower', options: {} }, { registry: { thrower } })),
      ).to.contain("one that throws 'no'")
    })
  })

  describe('that is wrong', () => {
    const of = (given: unknown): string => faultOf(() => optimizerFromJson(given))
    it('is refused with the place, and how many errors there are', () => {
      expect(of({ optimizer: 'adma' })).to.contain("got 'adma'. Did you mean adam?")
      expect(of({ optimizer: 'adam', options: { step: -1, beta1: 3, betta: 1 } })).to.equal(
        "InvalidOption of optimizerFromJson, options.betta: expected an option of step, beta1, beta2, epsilon, amsgrad, weightDecay, mask, got 'betta'. Did you mean beta1? This is the first of 3 errors.",
      )
      const inner = { optimizer: 'adam', options: { step: { schedule: 'warmup', to: { schedule: 'stepDecay' } } } }
      expect(of({ optimizer: 'chain', options: { optimizers: [inner, 3] } })).to.contain(
        'options.optimizers[0].options.step.to.initialValue: expected a finite number',
      )
      expect(of({ optimizer: 'averaged' })).to.contain('expected the name of an optimizer')
      expect(of({ optimizer: 'chain', options: { optimizers: [] } })).to.contain('options.optimizers')
      expect(of({ optimizer: 'adam', optoins: {} })).to.contain('Did you mean options?')
      for (const given of [null, 3, 'adam', [], {}, { loss: 'mse' }, { metric: 'accuracy' }])
        expect(of(given), JSON.stringify(given)).to.match(/^InvalidOption of optimizerFromJson, json/)
      expect(faultOf(() => lossFromJson(toJson(accuracy)))).to.contain('expected a loss as plain data')
      expect(faultOf(() => toJson(l2(), { registri: {} } as never))).to.contain('Did you mean registry?')
    })

    it('changes nothing by names such as __proto__, and takes bounded time', () => {
      for (const name of ['__proto__', 'constructor', 'toString', 'default']) {
        expect(of({ optimizer: name })).to.contain('expected the name of an optimizer')
        expect(of({ registered: name })).to.contain('expected a registry')
      }
      expect(of(JSON.parse('{"optimizer":"adam","options":{"__proto__":{"step":1},"constructor":1}}'))).to.contain(
        '2 errors',
      )
      const deep = (levels: number, before: string, after: string): unknown =>
        JSON.parse(before.repeat(levels) + JSON.stringify(toJson(gradientDescent())) + after.repeat(levels))
      expect(() => optimizerFromJson(deep(20_000, '{"optimizer":"chain","options":{"optimizers":[', ']}}'))).to.throw(
        InvalidOption,
        'not so deep',
      )
      expect(() => optimizerFromJson(deep(20_000, '{"optimizer":"lookahead","options":{"optimizer":', '}}'))).to.throw(
        InvalidOption,
        'not so deep',
      )
      expect(() => optimizerFromJson(deep(20_000, '{"record":{"a":', '}}'))).to.throw(InvalidOption, 'not so deep')
      expect(({} as { step?: number }).step).to.equal(undefined)
    })

    it('is an InvalidOption for whatever is changed in it', () => {
      fc.assert(
        fc.property(optimizer, fc.nat(), fc.jsonValue(), (own, at, value) => {
          let places = 0
          const changed = JSON.parse(JSON.stringify(own), (_, part) => (places++ === at % 40 ? value : part))
          expect(() => optimizerFromJson(changed)).to.satisfy((call: () => unknown) => {
            try {
              call()
            } catch (error) {
              return (error as Error).name === 'InvalidOption'
            }
            return true
          })
        }),
        { numRuns: 150, seed: 9 },
      )
    })
  })
})
