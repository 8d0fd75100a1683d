import { expect } from 'chai'
import fc from 'fast-check'
import { fromJson, type Plain, toJson } from '../../src/storage/json.ts'

describe('Values as JSON', () => {
  it('come back, with the numbers that JSON lacks and whatever names', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('$number', '$$number', '$', '__proto__'))
    const { value } = fc.letrec<{ value: Plain }>(tie => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Plain>(null, true, false, Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        fc.double(),
        fc.string(),
        fc.array(tie('value')),
        fc.dictionary(names, tie('value')),
      ),
    }))
    fc.assert(
      fc.property(value, given => {
        const text = JSON.stringify(toJson(given))
        const again = fromJson(JSON.parse(text))
        expect(JSON.stringify(toJson(again))).to.equal(text)
        expect(again).to.deep.equal(bare(given))
      }),
    )
  })
})

/** The same with records that have no prototype. */
const bare = (value: Plain): Plain => {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const record = Object.create(null)
  for (const [name, own] of Object.entries(value)) record[name] = bare(own)
  return record
}
