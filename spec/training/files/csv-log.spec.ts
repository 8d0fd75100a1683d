import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { csvLog, DocumentError, InvalidOption } from '../../../src/index.ts'
import { fileFault, folders } from '../../storage/folders.ts'
import { tellAll } from './told.ts'

const run = { epochs: [1, 2], batches: 2, report: (update: number) => ({ loss: 1 / update }) } as const

describe('csvLog', () => {
  const newFolder = folders()
  const logged = (file: string): string => readFileSync(file, 'utf8')

  it('writes a row for each epoch below the names', async () => {
    const file = join(newFolder(), 'runs', 'log.csv')
    await tellAll(csvLog(file), { ...run, validation: update => ({ loss: 2 / update }) })
    expect(logged(file)).to.equal('epoch,update,loss,validationLoss\n1,2,0.5,1\n2,4,0.25,0.5\n')
    // Again, from the beginning.
    await tellAll(csvLog(file), { ...run, epochs: [1, 1] })
    expect(logged(file)).to.equal('epoch,update,loss\n1,2,0.5\n')
  })

  it('has each row in the file before training goes on', async () => {
    const file = join(newFolder(), 'log.csv')
    const seen: number[] = []
    const log = csvLog(file, { every: { updates: 1 } })
    const counted = {
      ...log,
      update: async (event: Parameters<NonNullable<typeof log.update>>[0]) => {
        await log.update?.(event)
        seen.push(logged(file).split('\n').length - 2)
      },
    }
    await tellAll(counted, run)
    expect(seen).to.deep.equal([1, 2, 3, 4])
    expect(logged(file)).to.equal(`epoch,update,loss\n1,1,1\n1,2,0.5\n2,3,${1 / 3}\n2,4,0.25\n`)
  })

  it('writes what every reader of such files reads, whatever the names and numbers', async () => {
    const names = ['a,b', 'say "loss"', 'two\nlines', ' space', '', 'epoch', 'tab\t', ';', '__proto__']
    const report = () => ({
      loss: Number.NaN,
      ...Object.fromEntries(names.map((name, i) => [name, i / 3])),
      confusion: [
        [1, 2],
        [3, 4],
      ],
      small: 1e-300,
      large: Number.NEGATIVE_INFINITY,
    })
    for (const separator of [',', ';', '\t', '|', ' ']) {
      const file = join(newFolder(), 'log.csv')
      await tellAll(csvLog(file, { separator }), { ...run, epochs: [1, 1], report })
      const values = report()
      expect(parse(logged(file), { delimiter: separator })).to.deep.equal([
        ['epoch', 'update', ...Object.keys(values)],
        [
          '1',
          '2',
          ...Object.values(values).map(value => (Array.isArray(value) ? JSON.stringify(value) : String(value))),
        ],
      ])
    }
  })

  it('goes on behind the rows of a run that was interrupted, and has each update once', async () => {
    const file = join(newFolder(), 'log.csv')
    const whole = { ...run, epochs: [1, 4] } as const
    await tellAll(csvLog(file, { append: true }), whole)
    const expected = logged(file)
    // Interrupted within the fourth epoch, in the middle of a row; the last checkpoint was that of the second.
    writeFileSync(file, expected.slice(0, -4))
    await tellAll(csvLog(file, { append: true }), { ...run, epochs: [3, 4] })
    expect(logged(file)).to.equal(expected)
    writeFileSync(file, '')
    await tellAll(csvLog(file, { append: true }), whole)
    expect(logged(file)).to.equal(expected)
  })

  it('adds nothing to a file of other columns', async () => {
    const file = join(newFolder(), 'log.csv')
    for (const text of ['epoch,update,loss,accuracy\n1,2,3,4\n', 'notes\n', 'epoch;update;loss\n']) {
      writeFileSync(file, text)
      const error = await tellAll(csvLog(file, { append: true }), run).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(error).to.be.instanceOf(DocumentError)
      expect((error as Error).message).to.contain('line 1: expected the columns epoch,update,loss, got ')
      expect(logged(file)).to.equal(text)
    }
  })

  it('ends training where the system does not let it write', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'log.csv'))
    expect(await fileFault(() => tellAll(csvLog(join(folder, 'log.csv')), run))).to.match(/^EISDIR|^E.*a folder/)
    writeFileSync(join(folder, 'file'), 'kept')
    expect(await fileFault(() => tellAll(csvLog(join(folder, 'file', 'log.csv')), run))).to.match(/^ENOTDIR|^EEXIST/)
    expect(logged(join(folder, 'file'))).to.equal('kept')
    appendFileSync(join(folder, 'file'), '')
  })

  const log = csvLog as unknown as (...given: readonly unknown[]) => unknown
  const rows: readonly (readonly [given: readonly unknown[], fault: string])[] = [
    [[], 'csvLog, file: expected the path of a file, got undefined'],
    [['a\0b'], 'csvLog, file: expected the path of a file'],
    [['a', 'b'], 'csvLog, options: expected an object of options'],
    [['a', { append: 1 }], 'csvLog, append: expected true or false'],
    [['a', { separator: '' }], 'csvLog, separator: expected one character'],
    [['a', { separator: '"' }], 'csvLog, separator: expected one character'],
    [['a', { separator: '.' }], 'csvLog, separator: expected one character'],
    [['a', { every: '1' }], 'csvLog, every: expected a positive integer'],
    [['a', { seperator: ';' }], 'csvLog, seperator: expected an option of'],
  ]
  for (const [given, fault] of rows)
    it(`refuses: ${fault}`, () => {
      expect(() => log(...given))
        .to.throw(InvalidOption)
        .with.property('message')
        .which.contains(fault)
    })
})
