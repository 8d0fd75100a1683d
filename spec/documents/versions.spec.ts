import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  fromDocumentOrThrow,
  type NetworkDocument,
  readDocumentOrThrow,
  toDocument,
} from '../../src/documents/index.ts'
import { migrated } from '../../src/documents/migrations.ts'
import { Input, net } from '../../src/index.ts'
import { described } from '../notation/described.ts'

// Documents as each version wrote them, with the texts of their networks. They stay as they are for good.

const folder = new URL('golden/', import.meta.url)
const { version } = toDocument(Input(1))

interface Golden {
  readonly text: string
  readonly document: NetworkDocument
}
const golden = (of: number): readonly Golden[] =>
  JSON.parse(readFileSync(new URL(`version-${of}.json`, folder), 'utf8'))

describe('documents of every version', () => {
  it('are kept', () => {
    const numbers = Array.from({ length: version }, (_, i) => i + 1)
    expect(readdirSync(folder).sort()).to.deep.equal(
      ['training', 'version'].flatMap(part => numbers.map(of => `${part}-${of}.json`)),
    )
  })

  for (let of = 1; of <= version; of++)
    it(`are read: version ${of}`, () => {
      const all = golden(of)
      expect(all.length).to.be.greaterThan(100)
      for (const { text, document } of all) {
        expect(document.version).to.equal(of)
        expect(described(fromDocumentOrThrow(document)), text).to.deep.equal(described(net(text)))
      }
    })

  it(`are written as they were: version ${version}`, () => {
    for (const { document } of golden(version))
      expect(JSON.parse(JSON.stringify(toDocument(fromDocumentOrThrow(document))))).to.deep.equal(document)
  })

  for (let of = 1; of <= version; of++)
    it(`are read with training and preprocessing, and written as they were: version ${of}`, async () => {
      const all: readonly NetworkDocument[] = JSON.parse(readFileSync(new URL(`training-${of}.json`, folder), 'utf8'))
      expect(all.length).to.be.greaterThan(100)
      for (const document of all) {
        expect(document.version).to.equal(of)
        const { network, training, preprocessing } = await readDocumentOrThrow(document)
        const again = toDocument(network, { ...(training && { training }), ...(preprocessing && { preprocessing }) })
        if (of === version) expect(JSON.parse(JSON.stringify(again))).to.deep.equal(document)
      }
    })

  it('are migrated one version after the other', () => {
    const migrations = {
      1: ({ a, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, b: a }),
      2: ({ b }: Readonly<Record<string, unknown>>) => ({ c: [b] }),
    }
    expect(migrated(migrations, { a: 1 }, 1, 3)).to.deep.equal({ c: [1] })
    expect(migrated(migrations, { b: 1 }, 2, 3)).to.deep.equal({ c: [1] })
    expect(migrated(migrations, { c: [1] }, 3, 3)).to.deep.equal({ c: [1] })
  })
})
