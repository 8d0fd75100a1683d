import { expect } from 'chai'
import { patience, run } from '../program.ts'

describe('Example: character-gpt', () => {
  it('goes on with a song that it has read', async function () {
    this.timeout(patience)
    const printed = await run('research/character-gpt.ts')
    const [, sure = '', drawn = ''] = /^most probable: (.*)\ndrawn: (.*)$/m.exec(printed) ?? []
    // Which number follows stands twenty characters before it.
    expect(sure).to.equal('seven green bottles, then six green bottles, then five green bot')
    expect(drawn).to.have.length(64)
    expect(drawn).to.match(/^seven green bottles, then /)
  })
})
