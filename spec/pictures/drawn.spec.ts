import { expect } from 'chai'
import { drawn, needsBrowser } from './drawn.ts'

const page = '<rect width="100" height="60" fill="#ffffff"/>'
const word = '<text x="10" y="20" font-size="10">word</text>'
const svg = (content: string, title = '<title>words</title>'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="100" height="60" viewBox="0 0 100 60">${title}${content}</svg>`

describe('A picture in a browser', () => {
  before(needsBrowser)

  const cases: Readonly<Record<string, readonly [svg: string, faults: readonly RegExp[]]>> = {
    'as it should be': [svg(page + word), []],
    'with texts beside each other': [svg(`${page}${word}<text x="10" y="29" font-size="10">word</text>`), []],
    'with turned texts beside each other': [
      svg(
        `${page}<text font-size="10" transform="translate(20,40) rotate(-45)">words</text><text font-size="10" transform="translate(32,40) rotate(-45)">words</text>`,
      ),
      [],
    ],
    'with texts on each other': [
      svg(`${page}${word}<text x="20" y="22" font-size="10">other</text>`),
      [/^texts overlap: “word” and “other”$/],
    ],
    'with turned texts on each other': [
      svg(`${page}${word}<text font-size="10" transform="translate(20,30) rotate(-90)">other</text>`),
      [/^texts overlap: “word” and “other”$/],
    ],
    'with a text that leaves it': [
      svg(`${page}<text x="80" y="20" font-size="10">too long a word</text>`),
      [/^leaves the frame of 100 × 60: “too long a word” at 80, 11/],
    ],
    'with a line that leaves it': [
      svg(`${page}${word}<path d="M0,30H200" stroke="#000000"/>`),
      [/^leaves the frame of 100 × 60: <path>/],
    ],
    'with what is not seen outside of it': [
      svg(`${page}${word}<path d="M0,30H200" fill="none"/><g opacity="0"><rect x="99" width="50" height="9"/></g>`),
      [],
    ],
    'with what is cut off at a frame': [
      svg(
        `${page}${word}<clipPath id="c"><rect width="50" height="50"/></clipPath><g clip-path="url(#c)"><path d="M0,30H200" stroke="#000"/></g>`,
      ),
      [],
    ],
    'without a background': [svg(word), [/^has no painted background$/]],
    'without text': [svg(page), [/^has no text$/]],
    'with tiny text': [svg(`${page}<text y="20" font-size="5">a</text>`), [/^has text too small to read: “a”$/]],
    'without a title': [svg(page + word, ''), [/^has no title for screen readers$/]],
    'with numbers that are none': [svg(`${page}${word}<path d="M0,NaNH9"/>`), [/^has d="M0,NaNH9" in <path>$/]],
    'that is not XML': ['<svg><g></svg>', [/^is not XML/]],
    'that is no SVG': ['<html/>', [/^is no SVG$/]],
  }
  for (const [name, [source, faults]] of Object.entries(cases))
    it(`${name} ${faults.length === 0 ? 'has no faults' : 'has its fault'}`, async () => {
      const found = await drawn(source)
      expect(found).to.have.length(faults.length, found.join('\n'))
      for (const [i, fault] of faults.entries()) expect(found[i]).to.match(fault)
    })

  it('takes little time', async () => {
    const begun = performance.now()
    for (let i = 0; i < 20; i++) await drawn(svg(page + word))
    expect((performance.now() - begun) / 20).to.be.lessThan(1000)
  })
})
