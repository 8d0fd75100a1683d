import { expect } from 'chai'
import { numberAfter, patience, run } from './program.ts'

describe('Example: imbalance', () => {
  it('finds rare cases better with class weights', async function () {
    this.timeout(patience)
    const [, plain = '', weighted = ''] = (await run('imbalance')).split(/^.*: (?=\d+ frauds caught)/m)
    expect(Number.parseInt(weighted, 10)).to.be.greaterThan(2 * Number.parseInt(plain, 10))
    const [before, after] = [plain, weighted].map(text => numberAfter('F1 ', text))
    expect(after).to.be.greaterThan((before as number) + 0.03)
  })
})
