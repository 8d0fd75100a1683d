import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: physics-informed', () => {
  it('solves the equation of Korteweg and de Vries, whose soliton is known', async function () {
    this.timeout(patience)
    const printed = await run('research/physics-informed.ts')
    expect(numberAfter('relative error: ', printed)).to.be.below(0.05)
    // The crest moves two units in one unit of time.
    expect(numberAfter('x = ', printed)).to.be.closeTo(2, 0.13)
  })
})
