import { expect } from 'chai'
import fc from 'fast-check'
import { Input, join, Linear, Tanh } from '../src/index.ts'
import { judge, program } from './differential/judge.ts'
import { descriptions, networkOf } from './differential/networks.ts'
import { type Kind, kinds, situationsOf } from './differential/values.ts'
import { type Numbers, reference } from './ops/reference.ts'

// Law 6, readings agree: random networks of every layer compute eagerly and on every backend what they compute in doubles,
// with their states and gradients, whatever comes in. `npm run fuzz` goes on for as long as one likes.

const seed = 20_26
const networks = 200
/** What some engine is known to get wrong. */
const unsettled: readonly Kind[] = []

describe('The judge of random networks', () => {
  const drawing = {
    layer: join(Input(3), Tanh(4), Linear(2)),
    text: 'join(Input(3), Tanh(4), Linear(2))',
    shapes: [[3]],
    holds: ['numbers' as const],
  }
  const situation = { rows: 3, kind: 'plain' as const, seed: 1 }

  it('finds nothing wrong with what is right', async () => {
    expect(await judge(drawing, situation)).to.equal(null)
  })

  it('finds an operation that is off by a ten-thousandth', async () => {
    const off = {
      ...reference,
      tanh: (x: Numbers) => reference.multiply(reference.tanh(x), reference.constant(1.0001)),
    }
    const fault = await judge(drawing, situation, { on: [], doubles: off })
    expect(fault?.what).to.match(/^output, element/)
  })

  it('finds an infinity and a NaN that got lost', async () => {
    for (const lost of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const off = { ...reference, tanh: (x: Numbers) => ({ ...x, data: x.data.map((v, i) => (i === 1 ? lost : v)) }) }
      expect(await judge(drawing, situation, { on: [], doubles: off })).to.not.equal(null)
    }
  })
})

describe(`Random networks (seed ${seed})`, () => {
  it(`${networks} of every layer compute the same on every engine, in doubles and eagerly`, async () => {
    const settled = kinds.filter(kind => !unsettled.includes(kind))
    let made = 0
    await fc.assert(
      fc.asyncProperty(
        descriptions.map(networkOf).filter(drawing => drawing !== null),
        situationsOf(settled),
        async (drawing, situation) => {
          made++
          const fault = await judge(drawing, situation)
          if (fault !== null) throw new Error(program(drawing, situation, fault))
        },
      ),
      { seed, numRuns: networks, interruptAfterTimeLimit: 300_000 },
    )
    expect(made).to.be.at.least(networks)
  }).timeout(400_000)
})
