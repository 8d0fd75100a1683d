import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { readCases } from './conformance/data.ts'
import { runFile } from './conformance/run.ts'

const folder = fileURLToPath(new URL('../../shared/conformance/cases', import.meta.url))

describe('Conformance data', () => {
  if (existsSync(folder))
    for (const file of readCases(folder))
      it(`${file.name}: every case of what exists is right`, async () => {
        expect((await runFile(file)).failures).to.deep.equal([])
      })
  else
    it('cannot be checked, as there is no folder of cases beside the project', function () {
      this.skip()
    })
})
