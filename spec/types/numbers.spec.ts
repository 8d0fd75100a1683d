import { join } from 'node:path'
import { expect } from 'chai'
import * as initializers from '../../src/initializers/index.ts'
import { makingOf } from '../../src/plain/making.ts'
import * as losses from '../../src/training/losses/index.ts'
import * as metrics from '../../src/training/metrics/index.ts'
import * as optimizers from '../../src/training/optimizers/index.ts'
import * as penalties from '../../src/training/penalties/index.ts'
import * as schedules from '../../src/training/schedules/index.ts'
import { caseFolder, compilers } from './compilers.ts'
import { readCase } from './expectations.ts'
import { evaluated, messageOf, numbers } from './probes.ts'

// A number that an option of a loss, metric, optimizer, schedule, penalty or initializer refuses is underlined, with the message of
// the error that the call throws.

/** The arguments before the options, and options without which there is no call. */
const needed: Readonly<Record<string, { readonly first?: string; readonly options?: string }>> = {
  average: { first: 'adam()' },
  accumulate: { first: 'adam()' },
  lookahead: { first: 'adam()' },
  sharpnessAware: { first: 'adam()' },
  skipNonFinite: { first: 'adam()' },
  cosineDecay: { options: 'initialValue: 0.1, decayIter: 10' },
  exponentialDecay: { options: 'initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5' },
  inverseTime: { options: 'initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5' },
  oneCycle: { options: 'peakValue: 0.1, totalIter: 10' },
  polynomialDecay: { options: 'initialValue: 0.1, decayIter: 10' },
  stepDecay: { options: 'initialValue: 0.1, reductionFreq: 10' },
  warmup: { options: 'to: 0.1, warmupIter: 10' },
}
/** Functions that take one number in the place of options. */
const alone = [
  'accumulate',
  'adaptiveClip',
  'addDecayedWeights',
  'clipByNorm',
  'clipByValue',
  'l1',
  'l2',
  'limitNorm',
  'maxNorm',
  'orthogonalPenalty',
]
/** Functions of more than options, or of none. */
const others =
  /^(addLosses|averaged|byName|chain|constant|define\w+|freeze|metricOf|piecewise|sequence|scheduleFromJson)$/

const callOf = (name: string, last: string): string =>
  `${name}(${[needed[name]?.first, last].filter(part => part !== undefined).join(', ')})`
const withOptions = (name: string, own: string): string =>
  callOf(name, `{ ${[needed[name]?.options, own].filter(Boolean).join(', ')} }`)

const optionsOf = (name: string): readonly string[] => {
  const value = evaluated(name) as object
  const made = makingOf(value) ?? makingOf(evaluated(withOptions(name, '')) as object)
  const own = made ?? (evaluated(withOptions(name, '')) as { readonly options: object })
  return Object.keys(own.options)
}
/** Calls with numbers for one option, where it takes some of them and refuses others. */
const callsOf = (name: string, make: (value: string) => string): readonly string[] => {
  const calls = numbers.map(make)
  const refused = calls.filter(call => messageOf(call)?.startsWith(`${name}, `) === true).length
  return refused > 0 && refused < calls.length ? calls : []
}

/** Calls with numbers that are limited by another option. */
const beside = ['1e-7', '0.0001', '0.002', '0.5', '0.51', '2', '9.5', '10', '10.5', '11', '100'].flatMap(value => [
  `rprop({ minstep: ${value}, maxstep: 10 })`,
  `irpropPlus({ maxstep: 0.5, minstep: ${value} })`,
  `limitNorm({ min: ${value}, max: 9.5, rate: 0.5 })`,
  `limitNorm({ min: ${value} })`,
  `conjugateGradient({ wolfeC1: 0.5, wolfeC2: ${value} })`,
  `quasiNewton({ wolfeC2: ${value} })`,
  `quasiNewton({ wolfeC1: 0.0001, wolfeC2: ${value} })`,
])
const names = Object.entries({ ...initializers, ...losses, ...metrics, ...optimizers, ...penalties, ...schedules })
  .filter(([name, value]) => typeof value === 'function' && !others.test(name))
  .map(([name]) => name)
const calls = [
  ...names.flatMap(name =>
    optionsOf(name).flatMap(option =>
      // Of two options with one name the compiler would see the first.
      callsOf(name, value =>
        withOptions(name, `${option}: ${value}`).replace(new RegExp(`\\b${option}: [\\d.]+, (.*\\b${option}: )`), '$1'),
      ),
    ),
  ),
  ...alone.flatMap(name => callsOf(name, value => callOf(name, value))),
  ...beside,
]
/** Calls of losses with values and the same options, of which the error is the same. */
const withValues = Object.keys(losses).flatMap(name => {
  const own = calls.filter(call => call.startsWith(`${name}({`))
  return own.map(call => ({ call: call.replace('(', '(pair, pair, '), says: call }))
})
/** Lists of numbers, one of which is refused. */
const lists = [
  '[1, 2]',
  '[0, 10, 200.5]',
  '[2, 1]',
  '[1, 1]',
  '[-1, 1]',
  '[0.25, 0.125]',
  '[0.5, 1.5]',
  '[0.5]',
].flatMap(list => [
  `piecewise({ boundaries: ${list}, values: ${JSON.stringify([0, ...JSON.parse(list)])} })`,
  `sequence({ schedules: ${JSON.stringify([0, ...JSON.parse(list)]).replaceAll('-', '')}, boundaries: ${list} })`,
  `quantile({ quantile: ${list} })`,
  ...Object.keys(losses)
    .filter(name => name !== 'addLosses' && evaluated(name) !== undefined)
    .map(name => `${name}({ classWeights: ${list} })`),
  `focal({ alpha: ${list}, form: 'categorical' })`,
  `auc({ thresholds: ${list} })`,
  `bitsPerByte({ bytes: ${list} })`,
])
const judged = [...[...calls, ...lists].map(call => ({ call, says: call })), ...withValues]
/** What only the run time tells: numbers that others allow or not, and what is wrong with an option that a call leaves out. */
const relative = /expected (a number > pctStart|.* if (initialAccumulator|the form))/
const isLeftOut = (call: string, message: string): boolean =>
  !call.includes(`${/, (\w+): /.exec(message)?.[1]}: `) && call.includes('{')

const valid = [
  'adam(adamOptions)',
  'adam({ ...adamOptions, step: rate })',
  'adam({ step: update => 0.1 / (update + 1) })',
  'huber(pair, pair)',
  'rprop({ minstep: rate, maxstep: 1 })',
  'rprop({ minstep: 5, maxstep: rate })',
  'limitNorm({ min: 2.25, max: 2.3 })',
  'piecewise({ boundaries: rates, values: rates })',
  'piecewise({ boundaries: [10, rate, 5], values: [1, 2, 3, 4] })',
  'mse({ classWeights: { 0: 1, 1: rate } })',
  'mse({ classWeights: rates })',
  '[adam, momentum].map(make => make({ step: rate }))',
  '[conjugateGradient, quasiNewton].map(make => make())',
  '({ adam, momentum })[which]({ step: 0.1 })',
  '((n: number, o: number | PenaltyOptions) => [l2(n), l2(o), huber({ delta: n }), warmup({ to: n, warmupIter: n })])',
  '(<const N extends number>(n: N) => [adam({ step: n }), l2(n), l2({ rate: n }), huber({ delta: n }), topK({ k: n })])',
  '(<O extends AdamOptions>(o: O) => [adam(o), average(adam(o))])',
  'skipNonFinite(adam(), { most: null })',
]
const given = `import { type AdamOptions, type PenaltyOptions, ${[...new Set([...names, 'adam', 'piecewise', 'sequence'])].join(', ')} } from '../../../src/index.ts'
declare const adamOptions: AdamOptions
declare const rate: number
declare const rates: readonly number[]
declare const which: 'adam' | 'momentum'
const pair = [[1], [2]]`
const source = [given, ...judged.map(({ call }) => call), ...valid].map(line => `${line};`).join('\n')
const before = given.split('\n').length

describe('Numbers that a function refuses', () => {
  it('are those of many options', () => {
    expect(calls.length).to.be.greaterThan(1000)
    expect(alone.filter(name => !calls.includes(callOf(name, '-1')))).to.deep.equal([])
  })

  for (const { name, inspect } of compilers)
    it(`are underlined, with the message of the error: ${name}`, async () => {
      const [found] = await inspect([readCase(join(caseFolder, 'numbers.ts'), source)])
      const faultsAt = (i: number) => (found?.errors ?? []).filter(({ line }) => line === i + before)
      const wrong = judged.flatMap(({ call, says }, i) => {
        const message = messageOf(says)
        const own = message === null || relative.test(message) || isLeftOut(call, message) ? null : message
        const faults = faultsAt(i)
        const said = faults.map(({ text }) => text).join(' ')
        const marked = faults.map(({ column, length }) => call.slice(column, column + length))
        const isSaid = said.includes(`"${own}"`) && marked.every(text => /^(\w+|-?[\d.e-]+)$/.test(text))
        return (own === null ? faults.length === 0 : isSaid) ? [] : [`${call}: ${own ?? 'fine'}, but ${marked} ${said}`]
      })
      expect(wrong).to.deep.equal([])
      expect(valid.filter((_, i) => faultsAt(judged.length + i).length > 0)).to.deep.equal([])
    }).timeout(300_000)
})
