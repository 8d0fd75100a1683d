import { expect } from 'chai'
import fc from 'fast-check'
import { isRight } from 'fp-ts/lib/Either.js'
import { flattened, joinedName, nested, pathOf, type Tree } from '../../src/storage/tree-names.ts'

type Level = Tree<number>
const isLevel = (value: number | Level): value is Level => typeof value !== 'number'

/** Any text of JavaScript, with halves of characters alone. */
const anyName = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 }).map(units => String.fromCharCode(...units)),
  fc.constantFrom('', '/', '%', '%002F', '__metadata__', '__proto__', 'a/b', '\ud83d\ude00', 'relu-1'),
)
const anyPath = fc.array(anyName, { minLength: 1, maxLength: 4 })

describe('Names of leaves', () => {
  it('say the path, whatever the names on it', () => {
    fc.assert(
      fc.property(anyPath, path => {
        const name = joinedName(path)
        expect(pathOf(name)).to.deep.equal(path)
        // Which throws where a half of a character stands alone.
        expect(encodeURIComponent(name)).to.be.a('string')
        expect(name).to.not.match(/^__/)
      }),
    )
  })

  it('leave what layers are mostly named as it is', () => {
    expect(joinedName(['params', 'encoder', 'b1:relu-1', 'weight'])).to.equal('params/encoder/b1:relu-1/weight')
    expect(joinedName(['params', 'b1/relu-1', '100%'])).to.equal('params/b1%002Frelu-1/100%0025')
  })

  it('differ where paths differ', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (a, b) => {
        expect(joinedName(a) === joinedName(b)).to.equal(a.length === b.length && a.every((name, i) => name === b[i]))
      }),
    )
  })

  it('of no path are told', () => {
    for (const name of ['%', '%0041', '%2f', 'a%zz', '\ud800', '__a', 'a\n']) expect(pathOf(name)).to.equal(undefined)
  })
})

describe('A tree without empty levels', () => {
  const tree = fc.letrec<{ level: Level; value: number | Level }>(tie => ({
    level: fc.dictionary(anyName, tie('value'), { minKeys: 1, maxKeys: 4 }),
    value: fc.oneof({ maxDepth: 4 }, fc.integer(), tie('level')),
  })).level

  it('is made of its leaves again', () => {
    fc.assert(
      fc.property(tree, given => {
        const again = nested(flattened(given, isLevel))
        if (!isRight(again)) throw new Error(again.left)
        expect(flattened(again.right, isLevel)).to.have.deep.members([...flattened(given, isLevel)])
      }),
    )
  })

  it('has no leaf where it has a level, no leaf twice, and an end', () => {
    for (const names of [['a', 'a/b'], ['a/b', 'a'], ['a', 'a'], ['%'], ['/'.repeat(100)]])
      expect(nested(names.map(name => [name, 1] as const))).to.deep.equal({ _tag: 'Left', left: names.at(-1) })
  })
})
