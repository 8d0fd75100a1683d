import { expect } from 'chai'
import { patience, run } from './program.ts'

describe('Example: resume', () => {
  it('goes on after it was killed, to the bits of training that nobody disturbed', async function () {
    this.timeout(patience)
    const lines = (await run('resume')).trim().split('\n')
    expect(lines.filter(line => line.startsWith('began with '))).to.have.length(4)
    expect(lines[0]).to.match(/^began with update 1, ended with update \d\d; /)
    expect(lines[1]).to.match(/^began with update [12]\d, ended with update \d\d; /)
    const [resumed, undisturbed] = lines.slice(-3, -1).map(line => line.replace(/^.*: +/, ''))
    expect(resumed).to.match(/^loss 0\.\d+, weights and history [0-9a-f]{64}$/)
    expect(undisturbed).to.equal(resumed)
    expect(lines.at(-1)).to.equal('the same to the last bit')
  })
})
