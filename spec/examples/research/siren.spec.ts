import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: siren', () => {
  it('learns an image from its gradient, with its Laplacian', async function () {
    this.timeout(patience)
    const printed = await run('research/siren.ts')
    expect(numberAfter('error of the image: ', printed)).to.be.below(0.02)
    expect(numberAfter('error of its Laplacian: ', printed)).to.be.below(0.1)
  })
})
