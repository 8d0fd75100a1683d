import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: variational-autoencoder', () => {
  it('makes images again of their codes, and images of draws', async function () {
    this.timeout(patience)
    const printed = await run('research/variational-autoencoder.ts')
    expect(numberAfter('bound: ', printed)).to.be.below(0.1 * numberAfter('(first ', printed))
    expect(numberAfter('of which divergence ', printed)).to.be.above(1)
    expect(numberAfter('error of images that were never seen: ', printed)).to.be.below(0.2)
    expect(numberAfter('error of draws beside the nearest image: ', printed)).to.be.below(0.25)
  })
})
