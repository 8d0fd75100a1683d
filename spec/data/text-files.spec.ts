import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import * as t from 'io-ts/lib/index.js'
import { type CsvOptions, DataError, type Dataset, fromCsv, fromJsonLines, key } from '../../src/index.ts'
import { thrown } from './thrown.ts'

// CSV and JSON lines: text files that are read as they are asked for.

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const csv = (text: string, options?: CsvOptions) => fromCsv(bytesOf(text), options)

/** A stream that gives so many bytes at a time. */
const inParts = (bytes: Uint8Array, length: number): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull: controller => {
      if (at >= bytes.length) controller.close()
      else controller.enqueue(bytes.slice(at, at + length))
      at += length
    },
  })
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const typed = <_ extends true>(): void => undefined

describe('fromCsv', () => {
  it('reads records, with numbers where the first row has them', async () => {
    const text = 'width,height,kind\r\n1.5, 2 ,iris\r\n-3e2,0,"a ""rose"", red"\r\n'
    expect(await csv(text).toArray()).to.deep.equal([
      { width: 1.5, height: 2, kind: 'iris' },
      { width: -300, height: 0, kind: 'a "rose", red' },
    ])
  })

  it('reads quoted line breaks, empty lines, every kind of line break, and no last one', async () => {
    const rows = [
      { a: 'x\ny', b: 1 },
      { a: '', b: 2 },
      { a: 'é', b: 3 },
    ]
    for (const end of ['\n', '\r\n', '\r'])
      expect(await csv(['\ufeffa,b', '"x\ny",1', '', ',2', 'é,3'].join(end)).toArray()).to.deep.equal(rows)
  })

  it('reads the same whatever the chunks are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.stringMatching(/^[a-zé ,"\n\r]{0,6}$/), fc.integer()), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 20 }),
        async (rows, end, length) => {
          const quoted = rows.map(([text, n]) => `"${text.replaceAll('"', '""')}",${n}`)
          const bytes = bytesOf(['text,n', ...quoted].join(end))
          const types = { text: 'text', n: 'number' } as const
          const read = await fromCsv(inParts(bytes, length), { types }).toArray()
          expect(read).to.deep.equal(rows.map(([text, n]) => ({ text, n })))
          expect(await fromCsv(bytes, { types }).iterate({ from: 1 }).next()).to.deep.equal(
            rows[1] === undefined
              ? { done: true, value: undefined }
              : { done: false, value: { text: rows[1][0], n: rows[1][1] } },
          )
        },
      ),
      { numRuns: 60 },
    ))

  it('takes columns, types, delimiters and files without a header', async () => {
    const text = 'a;b;c\n1;yes;007\n2;no;008'
    const options = { delimiter: ';', types: { b: 'boolean', c: 'text' } } as const
    expect(await csv(text, options).toArray()).to.deep.equal([
      { a: 1, b: true, c: '007' },
      { a: 2, b: false, c: '008' },
    ])
    expect(await csv(text, { ...options, columns: ['c', 'b'] }).toArray()).to.deep.equal([
      { c: '007', b: true },
      { c: '008', b: false },
    ])
    expect(await csv('1,2\n3,4', { header: false }).toArray()).to.deep.equal([
      { '0': 1, '1': 2 },
      { '0': 3, '1': 4 },
    ])
    expect(await csv('1\t2', { header: false, columns: ['x', 'y'], delimiter: '\t' }).toArray()).to.deep.equal([
      { x: 1, y: 2 },
    ])
    const dates = fromCsv(bytesOf('day,n\n1970-01-02,3'), { types: { day: text => Date.parse(text), n: 'number' } })
    type Of<D> = D extends Dataset<infer E> ? E : never
    typed<Same<Of<typeof dates>['day'], number>>()
    expect(await dates.toArray()).to.deep.equal([{ day: 86_400_000, n: 3 }])
  })

  it('leaves out or replaces what is missing', async () => {
    const text = 'a,b,c\n1,NA,yes\n,2,\n3,4,no'
    const types = { a: 'number', b: 'number', c: 'boolean' } as const
    expect(await csv(text, { types, missing: { as: 'skip', texts: ['NA'] } }).toArray()).to.deep.equal([
      { a: 3, b: 4, c: false },
    ])
    const [first, second] = await csv(text, { types, missing: { as: Number.NaN, texts: ['NA'] } }).toArray()
    expect([first?.b, second?.a]).to.deep.equal([Number.NaN, Number.NaN])
    expect(
      await csv('a,b\n1,\n2,x')
        .toArray()
        .catch(error => error.column),
    ).to.equal('b')
    expect(await csv('a,b\n1,\n2,3', { missing: 0 }).toArray()).to.deep.equal([
      { a: 1, b: 0 },
      { a: 2, b: 3 },
    ])
  })

  it('reads files that are packed with gzip', async () => {
    expect(await fromCsv(gzipSync('a\n1\n2')).toArray()).to.deep.equal([{ a: 1 }, { a: 2 }])
  })

  it('trains: shuffled, batched and read ahead', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${i % 3},k${i % 2}`)
    const items = csv(['a,b,kind', ...rows].join('\n')).map(({ a, b }) => ({ x: [a, b], y: a }))
    const batches = await items.shuffle(key(1), { buffer: 20 }).batch(8).prefetch(2).toArray()
    expect(batches.map(({ y }) => y)).to.have.length(7)
  })

  const wrong: readonly (readonly [sentence: string, call: () => Promise<unknown>])[] = [
    ['DataError: bytes: expected at least one row, got an empty file', () => csv('').toArray()],
    ['DataError: bytes: expected at least one row, got a header alone', () => csv('a,b\n').toArray()],
    ['DataError: bytes, line 3: expected 2 cells, as in the first line, got 3', () => csv('a,b\n1,2\n3,4,5').toArray()],
    ["DataError: bytes, line 5, column b: expected a number, got 'x'", () => csv('a,b\n"1\n",2\n\n3,x').toArray()],
    ['DataError: bytes, line 3, column a: expected a number, got an empty cell', () => csv('a,b\n1,2\n,4').toArray()],
    [
      "DataError: bytes, line 2, column a: expected true or false, got 'maybe'",
      () => csv('a\nmaybe', { types: { a: 'boolean' } }).toArray(),
    ],
    [
      'DataError: bytes, line 2, column a: expected a text that the type of the column reads, got Error: no date',
      () =>
        csv('a\nx', {
          types: {
            a: () => {
              throw new Error('no date')
            },
          },
        }).toArray(),
    ],
    [
      "DataError: bytes, line 1: expected a column 'widht', got width. Did you mean width?",
      () => csv('width\n1', { columns: ['widht'] }).toArray(),
    ],
    ["DataError: bytes, line 1: expected a column 'b', got a.", () => csv('a\n1', { types: { b: 'text' } }).toArray()],
    ["DataError: bytes, line 1: expected another name for each column, got 'a' twice", () => csv('a,a\n1,2').toArray()],
    [
      'DataError: bytes, line 1: expected 1 cells: x, got 2',
      () => csv('1,2', { header: false, columns: ['x'] }).toArray(),
    ],
    [
      'DataError: bytes, line 3, column 0: expected a table in CSV, got Invalid Closing Quote',
      () => csv('a,b\n1,2\n"x"y,2').toArray(),
    ],
    [
      'DataError: bytes, line 2, column 1: expected a table in CSV, got Invalid Opening Quote',
      () => csv('a,b\n1,2"').toArray(),
    ],
    [
      'DataError: bytes, line 4, column 0: expected a table in CSV, got Quote Not Closed',
      () => csv('a,b\n1,2\n"x,2\n3').toArray(),
    ],
    ['DataError: bytes, line 1: expected text in UTF-8', () => fromCsv(Uint8Array.of(0x61, 0xff, 10, 0x31)).toArray()],
    ['FileError: no/such.csv: expected a file that can be read, got none', () => fromCsv('no/such.csv').toArray()],
    ['FileError: spec: expected a file that can be read, got a folder', () => fromCsv('spec').toArray()],
  ]
  for (const [sentence, call] of wrong)
    it(sentence, async () => {
      expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
    })

  it('says file, line and column as fields', async () => {
    const error = await csv('a\nx1\n2', { types: { a: 'number' } })
      .toArray()
      .catch(error => error)
    expect(error).to.be.instanceOf(DataError)
    expect([error.file, error.line, error.column, error.row]).to.deep.equal(['bytes', 2, 'a', undefined])
  })

  it('refuses options at once', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
    const call = (options: any) => thrown(() => csv('a\n1', options))
    expect(
      [
        await call({ delimiter: '' }),
        await call({ header: 'yes' }),
        await call({ columns: 'a' }),
        await call({ columns: ['a', 'a'] }),
        await call({ types: { a: 'date' } }),
        await call({ missing: 'zero' }),
        await call({ missing: { as: 0, text: ['NA'] } }),
        await call({ delimeter: ';' }),
      ].map(text => text.split(': expected')[0]),
    ).to.deep.equal([
      'InvalidOption: fromCsv, delimiter',
      'InvalidOption: fromCsv, header',
      'InvalidOption: fromCsv, columns',
      'InvalidOption: fromCsv, columns',
      'InvalidOption: fromCsv, types',
      'InvalidOption: fromCsv, missing',
      'InvalidOption: fromCsv, missing',
      'InvalidOption: fromCsv, delimeter',
    ])
  })

  it('closes the file when a loop is left, and reads only what is asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-csv-'))
    try {
      const file = join(folder, 'large.csv')
      writeFileSync(file, `a\n${'1\n'.repeat(200_000)}broken`)
      const items = fromCsv(file)
      const open = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0)
      const before = open()
      for await (const _ of items.batch(8).prefetch(2)) break
      expect(open()).to.equal(before)
      expect(await items.take(3).toArray()).to.deep.equal([{ a: 1 }, { a: 1 }, { a: 1 }])
      expect(await thrown(() => items.toArray())).to.match(/large\.csv, line 200002, column a: expected a number/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('fromJsonLines', () => {
  it('reads a value on each line', async () => {
    const bytes = bytesOf('{"x": [1, 2]}\r\n\n"é"\n3')
    for (const length of [1, 2, 3, 100])
      expect(await fromJsonLines(inParts(bytes, length)).toArray()).to.deep.equal([{ x: [1, 2] }, 'é', 3])
    expect(await fromJsonLines(gzipSync('1\n2')).toArray()).to.deep.equal([1, 2])
  })

  it('decodes with a codec', async () => {
    const codec = t.type({ x: t.array(t.number), y: t.number })
    const items = fromJsonLines(bytesOf('{"x": [1], "y": 2}\n{"x": [1, "a"], "y": 2}'), { codec })
    type Of<D> = D extends Dataset<infer E> ? E : never
    typed<Same<Of<typeof items>, { x: number[]; y: number }>>()
    expect(await items.take(1).toArray()).to.deep.equal([{ x: [1], y: 2 }])
    expect(await thrown(() => items.toArray())).to.match(
      /^DataError: bytes, line 2, column x\.1: expected number, got 'a'\./,
    )
  })

  it('says the line of what is wrong', async () => {
    expect(await thrown(() => fromJsonLines(bytesOf('1\n\n{"a": }')).toArray())).to.match(
      /^DataError: bytes, line 3(, column \d+)?: expected a value in JSON, got /,
    )
    expect(await thrown(() => fromJsonLines(bytesOf('\n')).toArray())).to.match(
      /^DataError: bytes: expected at least one line/,
    )
    expect(await thrown(() => fromJsonLines(bytesOf('1'), { codec: 3 } as never))).to.match(
      /^InvalidOption: fromJsonLines, codec/,
    )
  })
})
