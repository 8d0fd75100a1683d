import { expect } from 'chai'
import { patience, run } from '../program.ts'

describe('Example: maml', () => {
  it('learns to learn a sine from ten points by one gradient step', async function () {
    this.timeout(patience)
    const printed = await run('research/maml.ts')
    const errors = (text: string) =>
      (printed.split(text)[1] ?? '').split('\n')[0]?.split(', ').map(Number) as readonly number[]
    const [fresh, learnt] = [errors('from fresh parameters: '), errors('from learnt parameters: ')]
    expect(fresh).to.have.length(6)
    // One step changes next to nothing where nothing was learnt.
    expect(fresh[1]).to.be.above(0.9 * (fresh[0] as number))
    expect(learnt[1]).to.be.below(0.35 * (learnt[0] as number))
    expect(learnt[5]).to.be.below(0.2 * (learnt[0] as number))
  })
})
