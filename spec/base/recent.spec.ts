import { expect } from 'chai'
import fc from 'fast-check'
import { recent } from '../../src/base/recent.ts'

describe('Recent values', () => {
  it('are those of the keys that were used last, and the others end once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 8 })), fc.integer({ min: 1, max: 4 }), (keys, most) => {
        const ended: string[] = []
        const kept = recent<string>(most, value => ended.push(value))
        let made = 0
        for (const key of keys) expect(kept.use(`${key}`, () => `${key} ${made++}`)).to.match(new RegExp(`^${key} `))
        const last = [...new Set(keys.toReversed())].slice(0, most).map(String)
        for (let key = 0; key <= 8; key++) expect(kept.has(`${key}`)).to.equal(last.includes(`${key}`))
        expect(kept.values().map(value => value.split(' ')[0])).to.deep.equal(last.toReversed())
        expect(new Set([...ended, ...kept.values()]).size).to.equal(made)
        expect(ended.length + kept.values().length).to.equal(made)
      }),
    )
  })

  it('go by key and value: one that has been made anew stays', () => {
    const ended: object[] = []
    const kept = recent<object>(2, value => ended.push(value))
    const [one, other] = [{}, {}]
    kept.use('a', () => one)
    kept.remove('a', other)
    expect(kept.has('a')).to.equal(true)
    kept.remove('a', one)
    expect(kept.use('a', () => other)).to.equal(other)
    expect(kept.clear()).to.deep.equal([other])
    expect(kept.has('a')).to.equal(false)
    expect(ended).to.deep.equal([])
  })

  it('are not made where making fails', () => {
    const kept = recent<object>(2, () => undefined)
    expect(() =>
      kept.use('a', () => {
        throw new RangeError('no')
      }),
    ).to.throw(RangeError, 'no')
    expect(kept.has('a')).to.equal(false)
  })
})
