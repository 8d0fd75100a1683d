import { expect } from 'chai'
import { numberAfter, patience, run } from './program.ts'

describe('Example: sequences', () => {
  it('follows sequences of any length, the same filled up and alone', async function () {
    this.timeout(patience)
    const printed = await run('sequences')
    expect(numberAfter('test accuracy: ', printed)).to.be.at.least(0.99)
    expect(numberAfter('filled up and alone differ by ', printed)).to.equal(0)
  })
})
