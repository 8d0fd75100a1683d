import { expect } from 'chai'
import { numberAfter, patience, run } from './program.ts'

describe('Example: several', () => {
  it('learns two outputs of two inputs, each with a loss and metrics', async function () {
    this.timeout(patience)
    const printed = await run('several')
    expect(printed).to.match(
      /epoch +loss +height\.loss +kind\.loss +height\.r2 +height\.meanAbsoluteError +kind\.accuracy/,
    )
    expect(numberAfter('height R2: ', printed)).to.be.at.least(0.75)
    expect(numberAfter('kind accuracy: ', printed)).to.be.at.least(0.88)
  })
})
