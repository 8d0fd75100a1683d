import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { batchOf } from '../../src/functions/batching.ts'
import { graphOps } from '../../src/graph.ts'
import { tfjsOps } from '../../src/index.ts'
import { tape } from '../../src/ops/tape.ts'

const guide = readFileSync(new URL('../../docs/functions.md', import.meta.url), 'utf8')
const [, section = ''] = /^## Operations\n([\s\S]*?)^## /m.exec(guide) ?? []
const quoted = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
const rows = section.split('\n').filter(line => line.startsWith('| `'))
/** The first cell of each row, and what the text below says is for interpreters. */
const listed = [
  ...rows.flatMap(row => quoted(row.split('|')[1] ?? '')),
  ...quoted(section.slice(section.indexOf('`isTensor`'), section.indexOf(' are for interpreters'))),
]
const operations = new Set([tfjsOps, graphOps, tape(graphOps).ops, batchOf(graphOps).ops].flatMap(Object.keys))

describe('The table of operations', () => {
  it('has every operation of every interpreter, each once', () => {
    expect([...listed].sort()).to.deep.equal([...operations].sort())
  })

  it('has a name in JAX for each row', () => {
    for (const row of rows) expect(row.split('|')[3]?.trim(), row).not.to.equal('')
  })
})
