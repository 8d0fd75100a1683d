import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { isRight } from 'fp-ts/lib/Either.js'
import { locationOption } from '../../src/storage/disk.ts'
import { printed } from '../process.ts'

describe('The path of a file', () => {
  const option = locationOption('file')
  const read = (value: unknown): string | undefined => {
    const found = option.decode(value)
    return isRight(found) ? found.right : undefined
  }

  it('is a text or an URL, as Node reads it', () => {
    for (const name of ['log.csv', 'a b/ä#?.csv', '100%.csv']) {
      const url = pathToFileURL(path.resolve(name))
      expect(read(name)).to.equal(name)
      expect(read(url)).to.equal(fileURLToPath(url))
    }
    expect(read(new URL('file:///C:/runs/first'))).to.equal('C:/runs/first')
  })

  it('is no other text, and no URL of another kind', () => {
    for (const value of ['', 'a\0', null, 3, {}, ['a']]) expect(read(value)).to.equal(undefined)
    for (const url of ['https://example.org/a', 'file://host/a', 'file:///a%2fb', 'file:///a%00', 'file:///%zz'])
      expect(read(new URL(url)), url).to.equal(undefined)
  })
})

describe('Where there are no files, as in browsers', () => {
  it('a typed error says so', async () => {
    const said = await printed(`
      const { process } = globalThis
      delete globalThis.process
      const errors = []
      const told = error => errors.push([error.name, error.file, error.got, error.remedy])
      await joinery.resume('runs').catch(told)
      const network = joinery.join(joinery.Input(1), joinery.Linear(1))
      const variables = joinery.init(network, joinery.key(1))
      const run = options => joinery.fit(network, variables, { x: [[1]], y: [[2]] }, options)
      await run({ checkpoint: { folder: 'a' } }).catch(told)
      await run({ callbacks: joinery.csvLog('b') }).catch(told)
      await run({ callbacks: joinery.tensorBoard('c') }).catch(told)
      globalThis.process = process
      console.log(JSON.stringify(errors))`)
    const none = ['none', 'Run it in Node or Deno.']
    expect(JSON.parse(said)).to.deep.equal(['runs', 'a', 'b', 'c'].map(file => ['FileError', file, ...none]))
  })
})
