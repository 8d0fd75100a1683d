import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as layers from '../../src/layers/index.ts'

describe('docs/layers.md', () => {
  it('has every layer', () => {
    const guide = readFileSync(new URL('../../docs/layers.md', import.meta.url), 'utf8')
    const rows = guide.split('\n').flatMap(line => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? [])
    const listed = new Set(rows.flatMap(row => [...row.matchAll(/`(\w+)/g)].map(([, name]) => name)))
    const missing = Object.keys(layers).filter(name => !listed.has(name))
    expect(missing, `docs/layers.md has no row for ${missing.join(', ')}`).to.deep.equal([])
  })
})
