import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect, promisify } from 'node:util'
import { expect } from 'chai'
import { decode } from 'fast-png'
import type { Picture, Theme } from '../../src/display.ts'
import { FileError, InvalidOption, PackageError } from '../../src/index.ts'
import { importPackage } from '../../src/pictures/packages.ts'
import { picture } from '../../src/pictures/picture.ts'

const grounds: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#000000' }
/** A square of 10 on a painted page of 30 × 20. */
const square = (theme: Theme): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20" viewBox="0 0 30 20"><rect width="30" height="20" fill="${grounds[theme]}"/><rect x="5" y="5" width="10" height="10" fill="#ff0000"/></svg>`

const made = (): Picture<{ readonly sides: readonly number[] }> =>
  picture({
    spec: { sides: [10, 10] },
    title: 'a square',
    draw: async theme => square(theme),
    bundle: () => ({ 'application/x-square': { sides: 4 } }),
    also: { dot: () => 'graph {}' },
  })

/** The error that a promise ends with. */
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.fail('there is no error') as never,
    error => error,
  )

describe('A picture', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'joinery-pictures-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('is frozen data, on all levels', () => {
    const { spec } = made()
    expect(Object.isFrozen(made())).to.equal(true)
    expect(Object.isFrozen(spec.sides)).to.equal(true)
  })

  it('is drawn as SVG, for a light page or a dark one', async () => {
    expect(await made().svg()).to.equal(square('light'))
    expect(await made().svg({ theme: 'dark' })).to.equal(square('dark'))
  })

  it('becomes pixels, as many as asked for', async () => {
    const twice = decode(await made().png())
    expect([twice.width, twice.height]).to.deep.equal([60, 40])
    const once = decode(await made().png({ scale: 1, theme: 'dark' }))
    expect([once.width, once.height]).to.deep.equal([30, 20])
    const at = (x: number, y: number) => [...once.data.slice((y * 30 + x) * once.channels).slice(0, 3)]
    expect(at(10, 10)).to.deep.equal([255, 0, 0])
    expect(at(25, 10)).to.deep.equal([0, 0, 0])
    expect(await made().png()).to.deep.equal(await made().png())
  })

  it('is saved in the format that the name ends with', async () => {
    const at = (name: string): string => path.join(folder, name)
    await made().save(at('square.svg'), { theme: 'dark', scale: 3 })
    await made().save(pathToFileURL(at('square.PNG')), { scale: 1 })
    await made().save(at('square.json'))
    await made().save(at('square.dot'))
    expect(readFileSync(at('square.svg'), 'utf8')).to.equal(square('dark'))
    expect(decode(readFileSync(at('square.PNG'))).width).to.equal(30)
    expect(JSON.parse(readFileSync(at('square.json'), 'utf8'))).to.deep.equal({ sides: [10, 10] })
    expect(readFileSync(at('square.dot'), 'utf8')).to.equal('graph {}')
    expect(readdirSync(folder)).to.have.length(4)
  })

  it('says which formats there are for a name without one', async () => {
    for (const name of ['square', 'square.gif', 'a.svg/square', '', 7 as unknown as string]) {
      const error = await failureOf(made().save(name))
      expect(error).to.be.instanceOf(InvalidOption)
      expect(error.message).to.match(
        /^save, path: expected the path of a file that ends with \.svg, \.png, \.json, \.dot, got/,
      )
    }
    writeFileSync(path.join(folder, 'file'), '')
    expect(await failureOf(made().save(path.join(folder, 'file', 'square.svg')))).to.be.instanceOf(FileError)
  })

  it('names a wrong option and what it may be', async () => {
    const wrong: readonly (readonly [Promise<unknown>, string])[] = [
      [made().svg({ theme: 'blue' as Theme }), "svg, theme: expected 'light' or 'dark', got 'blue'."],
      [made().png({ scale: 0 }), 'png, scale: expected a number above 0 and at most 16, got 0.'],
      [made().png({ size: 3 } as object), "png, size: expected an option of theme, scale, got 'size'."],
      [made().save('a.svg', { scale: 100 }), 'save, scale: expected a number above 0 and at most 16, got 100.'],
    ]
    for (const [work, text] of wrong) {
      const error = await failureOf(work)
      expect(error).to.be.instanceOf(InvalidOption)
      expect(error.message).to.include(text)
    }
  })

  it('prints as its title in consoles', () => {
    expect(inspect(made())).to.equal('a square')
  })

  it('gives notebooks the drawing, what it is made from, and its title', async () => {
    const shown = await (made() as unknown as Record<symbol, () => Promise<object>>)[Symbol.for('Jupyter.display')]?.()
    expect(shown).to.deep.equal({
      'application/x-square': { sides: 4 },
      'image/svg+xml': square('light'),
      'text/plain': 'a square',
    })
  })

  it('gives notebooks the rest where it cannot be drawn', async () => {
    const undrawn = picture({
      spec: {},
      title: 'nothing',
      draw: () => importPackage('svg', 'joinery-has-no-such-package') as never,
    })
    const shown = await (undrawn as unknown as Record<symbol, () => Promise<object>>)[Symbol.for('Jupyter.display')]?.()
    expect(shown).to.deep.equal({ 'text/plain': 'nothing' })
    const error = await failureOf(undrawn.svg())
    expect(error).to.be.instanceOf(PackageError)
    expect((error as PackageError).package).to.equal('joinery-has-no-such-package')
    expect(error.message)
      .to.match(/^svg: expected the package joinery-has-no-such-package, got none that can be imported \(.+\)\. /)
      .and.include('Install it with npm install joinery-has-no-such-package.')
  })

  it('is drawn, printed and saved in Deno as in Node', async () => {
    const program = `
      import { decode } from 'npm:fast-png'
      import { picture } from ${JSON.stringify(new URL('../../src/pictures/picture.ts', import.meta.url).href)}
      const draw = async () => ${JSON.stringify(square('light'))}
      const made = picture({ spec: {}, title: 'a square', draw })
      await made.save(${JSON.stringify(path.join(folder, 'deno.png'))})
      console.log(made)
      console.log(Object.keys(await made[Symbol.for('Jupyter.display')]()).join())
    `
    const file = path.join(folder, 'deno.ts')
    writeFileSync(file, program.replace(/^.*npm:fast-png.*$/m, ''))
    const root = new URL('../..', import.meta.url)
    const deno = new URL('node_modules/.bin/deno', root).pathname
    const config = new URL('deno.json', root).pathname
    const { stdout } = await promisify(execFile)(deno, [
      'run',
      '--quiet',
      '--allow-all',
      '--no-check',
      '--config',
      config,
      file,
    ])
    expect(stdout).to.equal('a square\nimage/svg+xml,text/plain\n')
    expect(decode(readFileSync(path.join(folder, 'deno.png'))).width).to.equal(60)
  })
})
