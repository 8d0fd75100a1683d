import { expect } from 'chai'
import { numberAfter, patience, run } from './program.ts'

describe('Example: regression', () => {
  it('explains the prices of new houses, with statistics that were kept as JSON', async function () {
    this.timeout(patience)
    const printed = await run('regression')
    expect(printed).to.match(/^standardize x: mean 119.5 /)
    expect(numberAfter('costs about ', printed)).to.be.within(380, 450)
    expect(numberAfter('test R2: ', printed)).to.be.at.least(0.97)
  })
})
