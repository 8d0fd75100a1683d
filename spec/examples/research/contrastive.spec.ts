import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: contrastive', () => {
  it('finds which views belong together among those that were never seen', async function () {
    this.timeout(patience)
    const printed = await run('research/contrastive.ts')
    expect(numberAfter('found by numbers: ', printed)).to.be.below(0.1)
    expect(numberAfter('found by codes: ', printed)).to.be.above(0.6)
  })
})
