import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { rows } from '../../scripts/pictures/rows.ts'
import { drawn, hasBrowser } from './drawn.ts'

// docs/pictures.md, and the pictures that `npm run pictures` makes for it.

const docs = fileURLToPath(new URL('../../docs', import.meta.url))
const page = readFileSync(path.join(docs, 'pictures.md'), 'utf8')

describe('The gallery of pictures', () => {
  it('shows every picture, and no other', () => {
    const shown = [...page.matchAll(/\]\((pictures\/[^)]+)\)/g)].map(([, file]) => file)
    const made = rows.map(({ name, format }) => `pictures/${name}.${format}`)
    expect([...new Set(shown)].sort()).to.deep.equal([...made].sort())
    expect(
      readdirSync(path.join(docs, 'pictures'))
        .map(file => `pictures/${file}`)
        .sort(),
    ).to.deep.equal([...made].sort())
  })

  for (const { name, format, make } of rows) {
    const file = path.join(docs, 'pictures', `${name}.${format}`)
    it(`has ${name} as it is drawn now, in a small file`, async () => {
      expect(existsSync(file), 'run npm run pictures').to.equal(true)
      expect(statSync(file).size).to.be.lessThan(60_000)
      const svg = await (await make()).svg()
      if (format === 'svg') expect(readFileSync(file, 'utf8') === svg, 'run npm run pictures').to.equal(true)
      if (hasBrowser) expect(await drawn(svg)).to.deep.equal([])
    })
  }
})
