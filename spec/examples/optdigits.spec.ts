import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { numberAfter, patience, run } from './program.ts'

const folder = fileURLToPath(new URL('../../../shared/data', import.meta.url))

describe('Example: optdigits', () => {
  it('reads digits of writers that it has not seen', async function () {
    this.timeout(patience)
    if (!existsSync(`${folder}/optdigits.tra`)) this.skip()
    const printed = await run('optdigits', folder)
    expect(numberAfter('test accuracy: ', printed)).to.be.at.least(0.985)
  })

  it('says where it looks for data, if there are none', async function () {
    this.timeout(patience)
    expect(await run('optdigits', 'nowhere')).to.equal(
      'no optdigits.tra in nowhere: name the folder that holds optdigits.tra and optdigits.tes\n',
    )
  })
})
