import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { caseFolder, compilers, looseFolder } from './compilers.ts'
import { differences, type Findings, readCase } from './expectations.ts'

const folders = [caseFolder, looseFolder].map(folder => {
  const files = readdirSync(folder).filter(file => file.endsWith('.ts'))
  return {
    folder,
    files,
    cases: files.map(file => readCase(join(folder, file), readFileSync(join(folder, file), 'utf8'))),
  }
})

describe('What compilers say', () => {
  for (const { name, inspect } of compilers)
    for (const { folder, files, cases } of folders)
      describe(`${name} in ${basename(folder)}`, () => {
        let findings: readonly Findings[] = []
        before(async function () {
          this.timeout(300_000)
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
