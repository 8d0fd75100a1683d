import { expect } from 'chai'
import {
  cosineDecay,
  exponentialDecay,
  InvalidOption,
  inverseTime,
  oneCycle,
  piecewise,
  polynomialDecay,
  type Schedule,
  scheduleFromJson,
  sequence,
  stepDecay,
  warmup,
} from '../../../src/index.ts'

const close = (schedule: (update: number) => number, values: Readonly<Record<number, number>>): void => {
  for (const [update, value] of Object.entries(values)) {
    expect(schedule(Number(update)), `update ${update}`).closeTo(value, 1e-9 * Math.max(1, Math.abs(value)))
  }
}

describe('schedules', () => {
  it('shrink as the formulas of their decays say', () => {
    close(stepDecay({ initialValue: 0.1, reductionFreq: 10, startIter: 7 }), { 0: 0.1 / 1.7, 13: 0.1 / 3 })
    close(inverseTime({ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.96, staircase: true }), {
      0: 0.1,
      9: 0.1,
      10: 0.1 / 1.96,
      19: 0.1 / 1.96,
    })
    close(exponentialDecay({ initialValue: 1, reductionFreq: 3, reductionRate: 0.5, startIter: 5 }), {
      0: 0.5 ** (5 / 3),
      1: 0.25,
    })
    const stairs = exponentialDecay({ initialValue: 0.1, reductionFreq: 3, reductionRate: 0.96, staircase: true })
    close(stairs, { 1: 0.1, 2: 0.1, 3: 0.096, 6: 0.09216 })
  })

  it('decays exponentially until a limit, below or above', () => {
    close(exponentialDecay({ initialValue: 1, reductionFreq: 2, reductionRate: 0.2, endValue: 0.1 }), {
      1: Math.sqrt(0.2),
      2: 0.2,
      4: 0.1,
      11: 0.1,
    })
    close(exponentialDecay({ initialValue: 1, reductionFreq: 2, reductionRate: 2, endValue: 3 }), { 3: 2 ** 1.5, 4: 3 })
    close(exponentialDecay({ initialValue: -1, reductionFreq: 1, reductionRate: 2, endValue: -3 }), { 1: -2, 2: -3 })
    close(exponentialDecay({ initialValue: -1, reductionFreq: 1, reductionRate: 0.5, endValue: -0.3 }), {
      1: -0.5,
      2: -0.3,
    })
  })

  it('decays along a polynomial, once or in cycles', () => {
    close(polynomialDecay({ initialValue: 0.05, decayIter: 10, power: 0.5 }), {
      0: 0.05,
      5: 0.049 * Math.SQRT1_2 + 0.001,
      10: 0.001,
      15: 0.001,
    })
    const cycling = polynomialDecay({ initialValue: 0.05, decayIter: 10, power: 2, cycle: true })
    close(cycling, { 0: 0.05, 10: 0.001, 15: 0.049 / 16 + 0.001, 20: 0.001, 25: 0.049 / 36 + 0.001 })
    close(polynomialDecay({ initialValue: 10, decayIter: 10, minstep: 20 }), { 0: 10, 3: 13, 12: 20 })
  })

  it('decays along half a cosine, and starts again where asked', () => {
    close(cosineDecay({ initialValue: 0.1, decayIter: 5 }), { 0: 0.1, 2: 0.06545084971874737, 5: 0, 9: 0 })
    close(cosineDecay({ initialValue: 1, decayIter: 4, alpha: 0.1, exponent: 2 }), { 2: 0.9 * 0.25 + 0.1, 4: 0.1 })
    // Periods of 1000, 2000 and 4000 updates.
    const restarting = cosineDecay({ initialValue: 1, decayIter: 1000, restarts: true, tMul: 2, mMul: 0.9 })
    close(restarting, { 0: 1, 250: 0.8535533905932737, 1000: 0.9, 2000: 0.45, 3000: 0.81, 5000: 0.405 })
    close(cosineDecay({ initialValue: 1, decayIter: 10, restarts: true, alpha: 0.1 }), { 10: 1, 15: 0.55, 1000: 1 })
  })

  it('starts every period of a cosine where it begins, to the last bit', () => {
    for (const tMul of [1.1, 1.5, 2, 3, 10]) {
      const restarting = cosineDecay({ initialValue: 1, decayIter: 1, restarts: true, tMul })
      for (let period = 1; period < 20; period++)
        expect(restarting((tMul ** period - 1) / (tMul - 1)), `${tMul}, ${period}`).equal(1)
    }
  })

  it('changes at boundaries, at once or on the way there', () => {
    close(piecewise({ boundaries: [3, 6], values: [0.1, 0.2, 0.1] }), {
      0: 0.1,
      2: 0.1,
      3: 0.2,
      5.9: 0.2,
      6: 0.1,
      99: 0.1,
    })
    close(piecewise({ boundaries: [], values: [0.3] }), { 0: 0.3, 9: 0.3 })
    const options = { boundaries: [10, 30], values: [0, 1, 0.5] } as const
    close(piecewise({ ...options, interpolation: 'linear' }), { 0: 0, 5: 0.5, 10: 1, 20: 0.75, 30: 0.5, 40: 0.5 })
    close(piecewise({ ...options, interpolation: 'cosine' }), { 0: 0, 2.5: 0.5 - Math.SQRT1_2 / 2, 5: 0.5, 20: 0.75 })
  })

  it('warms up to a rate, or to a schedule that begins then', () => {
    close(warmup({ to: 0.1, warmupIter: 10 }), { 0: 0, 5: 0.05, 10: 0.1, 99: 0.1 })
    const after = warmup({ to: cosineDecay({ initialValue: 0.5, decayIter: 900 }), warmupIter: 100, initialValue: 10 })
    close(after, { 0: 10, 50: 5.25, 100: 0.5, 550: 0.25, 1000: 0 })
    close(warmup({ to: update => 1 / (update + 1), warmupIter: 2 }), { 1: 0.5, 2: 1, 3: 0.5 })
  })

  it('goes up and down once', () => {
    close(oneCycle({ peakValue: 1, totalIter: 100 }), { 0: 0.04, 15: 0.52, 30: 1, 65: 0.500002, 100: 4e-6, 200: 4e-6 })
    const linear = oneCycle({ peakValue: 2, totalIter: 100, divFactor: 2, finalDivFactor: 4, interpolation: 'linear' })
    close(linear, { 0: 1, 15: 1.5, 30: 2, 100: 0.25 })
    const three = { interpolation: 'linear', threePhase: true, divFactor: 2, finalDivFactor: 4, pctFinal: 0.5 } as const
    close(oneCycle({ peakValue: 2, totalIter: 100, ...three }), { 30: 2, 40: 1.5, 50: 1, 75: 0.625, 100: 0.25 })
  })

  it('puts schedules one after the other, each from its beginning', () => {
    const joined = sequence({
      schedules: [0.1, update => update, exponentialDecay({ initialValue: 4, reductionFreq: 1, reductionRate: 0.5 })],
      boundaries: [3, 5],
    })
    close(joined, { 0: 0.1, 2: 0.1, 3: 0, 4: 1, 5: 4, 7: 1 })
  })

  const all: readonly Schedule[] = [
    stepDecay({ initialValue: 0.1, reductionFreq: 10 }),
    inverseTime({ initialValue: 0.1, reductionFreq: 10, reductionRate: 2 }),
    exponentialDecay({ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5, endValue: 0.01 }),
    polynomialDecay({ initialValue: 0.1, decayIter: 10, cycle: true }),
    cosineDecay({ initialValue: 0.1, decayIter: 10, restarts: true, tMul: 2 }),
    piecewise({ boundaries: [1, 2], values: [0.3, 0.2, 0.1], interpolation: 'linear' }),
    oneCycle({ peakValue: 0.1, totalIter: 20 }),
    warmup({ to: stepDecay({ initialValue: 0.1, reductionFreq: 10 }), warmupIter: 5 }),
    sequence({ schedules: [0.1, warmup({ to: 0.2, warmupIter: 5 })], boundaries: [4] }),
  ]

  it('is a frozen value that prints itself', () => {
    expect(all.map(String)).deep.equal([
      'stepDecay({ initialValue: 0.1, reductionFreq: 10 })',
      'inverseTime({ initialValue: 0.1, reductionFreq: 10, reductionRate: 2 })',
      'exponentialDecay({ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5, endValue: 0.01 })',
      'polynomialDecay({ initialValue: 0.1, decayIter: 10, cycle: true })',
      'cosineDecay({ initialValue: 0.1, decayIter: 10, restarts: true, tMul: 2 })',
      "piecewise({ boundaries: [1, 2], values: [0.3, 0.2, 0.1], interpolation: 'linear' })",
      'oneCycle({ peakValue: 0.1, totalIter: 20 })',
      'warmup({ to: stepDecay({ initialValue: 0.1, reductionFreq: 10 }), warmupIter: 5 })',
      'sequence({ schedules: [0.1, warmup({ to: 0.2, warmupIter: 5 })], boundaries: [4] })',
    ])
    for (const schedule of all) {
      expect(schedule).frozen
      expect(schedule.options).frozen
      expect(schedule.kind).equal('Schedule')
    }
  })

  it('becomes plain data, and a schedule again', () => {
    for (const schedule of all) {
      const back = scheduleFromJson(JSON.parse(JSON.stringify(schedule)))
      expect(String(back)).equal(String(schedule))
      for (const update of [0, 1, 3, 4, 10, 100]) expect(back(update)).equal(schedule(update))
    }
    expect(all[0]?.toJSON()).deep.equal({ schedule: 'stepDecay', initialValue: 0.1, reductionFreq: 10, startIter: 0 })
  })

  it('keeps its own copy of a list', () => {
    const values = [0.1, 0.2]
    const schedule = piecewise({ boundaries: [1], values })
    values[0] = 5
    expect(schedule(0)).equal(0.1)
  })

  const refused = (make: () => unknown, subject: string, text: string): void => {
    expect(make).throws(InvalidOption, subject).with.property('message').that.includes(text)
  }

  it('refuses options out of their range, each by its name', () => {
    refused(
      () => stepDecay({ initialValue: 0.1, reductionFreq: 0 as number }),
      'stepDecay, reductionFreq',
      'a positive number',
    )
    // @ts-expect-error: there is no default
    refused(() => stepDecay({ reductionFreq: 5 }), 'stepDecay, initialValue', 'a finite number, got undefined')
    // @ts-expect-error: one number is no schedule
    refused(() => stepDecay(0.1), 'stepDecay, options', 'stepDecay({ initialValue: 0.1, reductionFreq: 100 })')
    refused(
      () => exponentialDecay({ initialValue: 0.1, reductionFreq: 1, reductionRate: 0 as number }),
      'exponentialDecay, reductionRate',
      'a positive number',
    )
    refused(() => polynomialDecay({ initialValue: 1, decayIter: -1 as number }), 'polynomialDecay, decayIter', 'got -1')
    refused(
      () => cosineDecay({ initialValue: 1, decayIter: 1, alpha: 2 as number }),
      'cosineDecay, alpha',
      'from 0 to 1',
    )
    refused(
      () => cosineDecay({ initialValue: 1, decayIter: 1, restarts: true, tMul: 0.5 as number }),
      'cosineDecay, tMul',
      '>= 1',
    )
    refused(
      () => piecewise({ boundaries: [2, 1] as number[], values: [1, 2, 3] }),
      'piecewise, boundaries',
      'increasing',
    )
    refused(() => piecewise({ boundaries: [1], values: [1] }), 'piecewise, values', '2 values')
    refused(() => sequence({ schedules: [1], boundaries: [3] }), 'sequence, schedules', '2 schedules')
    refused(() => warmup({ to: Number.NaN, warmupIter: 3 }), 'warmup, to', 'a finite number')
    refused(
      () => oneCycle({ peakValue: 1, totalIter: 10, threePhase: true, pctStart: 0.9 }),
      'oneCycle, pctFinal',
      'pctStart, 0.9',
    )
    // @ts-expect-error: a slip of the pen
    refused(() => oneCycle({ peak: 1, totalIter: 10 }), 'oneCycle, peak', 'peakValue')
  })

  it('refuses functions that give no rate, in place of schedules', () => {
    const given = 'or a function that gives a finite number for the number of an update'
    refused(() => warmup({ to: cosineDecay as never, warmupIter: 3 }), 'warmup, to', given)
    refused(() => warmup({ to: cosineDecay as never, warmupIter: 3 }), 'warmup, to', 'Give what cosineDecay gives.')
    refused(() => warmup({ to: () => Number.NaN, warmupIter: 3 }), 'warmup, to', 'that is NaN.')
    const schedules = [1, warmup as never]
    refused(() => sequence({ schedules, boundaries: [3] }), 'sequence, schedules', 'Give what warmup gives.')
  })

  it('refuses what is no number of an update', () => {
    const schedule = stepDecay({ initialValue: 0.1, reductionFreq: 10 })
    for (const update of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', undefined])
      refused(() => schedule(update as number), 'stepDecay, update', 'from 0 on')
    expect(schedule(0.5)).equal(0.1 / 1.05)
  })

  it('refuses plain data that describe no schedule, and functions that no data describe', () => {
    refused(() => scheduleFromJson({ schedule: 'stepDekay' }), 'scheduleFromJson, schedule', 'Did you mean stepDecay?')
    refused(() => scheduleFromJson(null as never), 'scheduleFromJson, json', 'got null')
    refused(() => scheduleFromJson({ schedule: 'toString' }), 'scheduleFromJson, schedule', "'toString'")
    refused(
      () => scheduleFromJson({ schedule: 'warmup', to: { schedule: 'stepDecay' }, warmupIter: 1 }),
      'scheduleFromJson, to.initialValue',
      'got undefined. For example: stepDecay({ initialValue: 0.1, reductionFreq: 100 }). This is the first of 2 errors.',
    )
    refused(() => warmup({ to: update => update, warmupIter: 1 }).toJSON(), 'toJson, to', 'got a function to')
  })
})
