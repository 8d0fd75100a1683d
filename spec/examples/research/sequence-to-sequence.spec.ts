import { expect } from 'chai'
import { numberAfter, patience, run } from '../program.ts'

describe('Example: sequence-to-sequence', () => {
  it('writes words backwards without their vowels, of which it knows the last state of another layer', async function () {
    this.timeout(patience)
    const printed = await run('research/sequence-to-sequence.ts')
    expect(printed).to.include('\ndaegh: hgd\n')
    expect(numberAfter('words never seen: ', printed)).to.be.above(95)
  })
})
