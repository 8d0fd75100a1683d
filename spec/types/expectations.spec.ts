import { expect } from 'chai'
import { differences, longestHover, readCase } from './expectations.ts'

const source = `const a: string = 1
//    ~ not assignable
const b = 2
//    ^? const b: 2
const c = [2]
//    ^? const c: ...
const d: 'one' | 'two' = ''
//                        ^| two, one
`
const found = {
  errors: [{ line: 0, column: 6, length: 1, text: "Type 'number' is not assignable to type 'string'." }],
  hovers: ['const b: 2', 'const c: number[]'],
  offers: [['one', 'two']],
}

describe('Expectations of compilers', () => {
  const expected = readCase('case.ts', source)

  it('are met by what they describe', () => {
    expect(differences(expected, found)).to.deep.equal([])
  })

  it('are not met when an error is missing, elsewhere, longer or says something else', () => {
    const [error] = found.errors
    const others = [
      [],
      [{ ...error, line: 1 }],
      [{ ...error, column: 5 }],
      [{ ...error, length: 2 }],
      [{ ...error, text: '' }],
    ]
    for (const errors of others)
      expect(differences(expected, { ...found, errors: errors as typeof found.errors })).to.not.deep.equal([])
  })

  it('are not met when there is an error that nobody expects', () => {
    const more = { line: 2, column: 6, length: 1, text: 'wrong' }
    expect(differences(expected, { ...found, errors: [...found.errors, more] })).to.deep.equal([
      'unexpected error 3:7 (1 long): wrong',
    ])
  })

  it('are not met by another hover, or one that is too long', () => {
    expect(differences(expected, { ...found, hovers: ['const b: number', 'const c: 2'] })).to.have.length(1)
    expect(
      differences(expected, { ...found, hovers: ['const b: 2', `const c: ${'x'.repeat(longestHover)}`] }),
    ).to.have.length(1)
    expect(differences(expected, { ...found, hovers: [] })).to.have.length(2)
  })

  it('are not met when other texts are offered, or none', () => {
    for (const offers of [[['one']], [['one', 'two', 'three']], []])
      expect(differences(expected, { ...found, offers })).to.have.length(1)
  })

  it('need a text and a line above them', () => {
    expect(() => readCase('case.ts', '// ~~~ nothing above')).to.throw('case.ts:1')
    expect(() => readCase('case.ts', 'const a = 1\n//    ~')).to.throw('case.ts:2')
  })
})
