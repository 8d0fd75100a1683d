import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers } from './compilers.ts'
import { differences, type Findings, readCase } from './expectations.ts'

const files = readdirSync(caseFolder).filter(file => file.endsWith('.ts'))
const cases = files.map(file => readCase(join(caseFolder, file), readFileSync(join(caseFolder, file), 'utf8')))

describe('What compilers say', () => {
  for (const { name, inspect } of compilers)
    describe(name, () => {
      let findings: readonly Findings[] = []
      before(async () => {
        findings = await inspect(cases)
      })
      for (const [i, file] of files.entries())
        it(`of ${file} is what it expects`, () => {
          const [expected, found] = [cases[i], findings[i]]
          if (!expected || !found) throw new Error(`${name} says nothing of ${file}`)
          expect(differences(expected, found)).to.deep.equal([])
        })
    })
})
