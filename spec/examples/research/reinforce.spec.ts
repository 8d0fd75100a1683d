import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: reinforce', () => {
  it('learns to hold a pole upright', async function () {
    this.timeout(patience)
    const printed = await run('research/reinforce.ts')
    expect(numberAfter('poles stood at first for: ', printed)).to.be.below(50)
    expect(numberAfter('poles stand at last for: ', printed)).to.be.above(140)
  })
})
