import { readFileSync } from 'node:fs'
import { expect } from 'chai'
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
  it('has every layer', () => {
    const guide = readFileSync(new URL('../../docs/layers.md', import.meta.url), 'utf8')
    const rows = guide.split('\n').flatMap(line => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? [])
    const listed = new Set(rows.flatMap(row => [...row.matchAll(/`(\w+)/g)].map(([, name]) => name)))
    const missing = Object.keys(layers).filter(name => !listed.has(name))
    expect(missing, `docs/layers.md has no row for ${missing.join(', ')}`).to.deep.equal([])
  })
})
