import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { documented, page } from '../../scripts/docs.ts'
import type { Row } from '../../src/core/notated.ts'
import * as layers from '../../src/layers/index.ts'
import type { Layers, RowOfWord } from '../../src/notation/words.ts'

/** The layers whose constructors have no row, without which the compiler cannot read texts of them. */
type WithoutRow = { [Word in keyof Layers]: [RowOfWord<Word>] extends [Row] ? never : Word }[keyof Layers]
const missingRows: { readonly [_ in WithoutRow]: Row } = {}

describe('The notation', () => {
  it('has a row for every layer', () => expect(missingRows).to.deep.equal({}))
})

describe('docs/layers.md', () => {
  const text = readFileSync(page, 'utf8')

  it('is what `npm run docs` writes', () => {
    expect(documented(text) === text, 'docs/layers.md is not what the layers say: run npm run docs').to.equal(true)
  }).timeout(120_000)

  it('has every layer, by all of its names', () => {
    expect(Object.keys(layers).filter(name => !text.includes(`\`${name}\``))).to.deep.equal([])
  })
})
