import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: gan', () => {
  it('makes points of all clusters of a ring', async function () {
    this.timeout(patience)
    const printed = await run('research/gan.ts')
    expect(numberAfter('clusters met: ', printed)).to.equal(8)
    expect(numberAfter('points in a cluster: ', printed)).to.be.above(60)
  })
})
