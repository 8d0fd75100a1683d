import { expect } from 'chai'
import { runPart } from './fuzz/part.ts'
import { parts } from './fuzz/parts.ts'

// A few cases of each part of the fuzz tests; `npm run fuzz` goes on for as long as one likes.

const seed = 20_26
describe(`Random cases (seed ${seed})`, () => {
  for (const part of parts.filter(({ few }) => few > 0))
    it(`${part.few} ${part.name}`, async () => {
      const { failure, runs } = await runPart(part, { seed, runs: part.few, time: 200_000 })
      expect(failure).to.equal(null)
      expect(runs).to.equal(part.few)
    }).timeout(300_000)

  it('are looked at: what is wrong is found, and made small', async () => {
    for (const part of parts.filter(({ few }) => few > 0)) {
      const wrong = { ...part, check: (given: never) => (part.show(given).length > 20 ? 'too long' : null) }
      const { failure } = await runPart(wrong, { seed, runs: 200, time: 10_000 })
      expect(failure, part.name).to.match(/^too long\n/)
    }
  })
})
