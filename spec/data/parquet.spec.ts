import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { fromParquet } from '../../src/index.ts'
import { thrown } from './thrown.ts'

const columns = [
  { name: 'x', data: Float64Array.from({ length: 10 }, (_, i) => i / 2), type: 'DOUBLE' },
  { name: 'id', data: Array.from({ length: 10 }, (_, i) => BigInt(i)), type: 'INT64' },
  { name: 'n', data: Int32Array.from({ length: 10 }, (_, i) => -i), type: 'INT32' },
  { name: 'kind', data: Array.from({ length: 10 }, (_, i) => `k${i % 3}`), type: 'STRING' },
  { name: 'truth', data: Array.from({ length: 10 }, (_, i) => i % 2 === 0), type: 'BOOLEAN' },
] as const
const written = (of: readonly object[], codec: string = 'SNAPPY'): ArrayBuffer =>
  parquetWriteBuffer({ columnData: of, rowGroupSize: 4, codec } as never)
const file = written(columns)

describe('fromParquet', () => {
  it('reads rows, one group after the other', async () => {
    const rows = await fromParquet(file).toArray()
    expect(rows).to.have.length(10)
    expect(rows[7]).to.deep.equal({ x: 3.5, id: 7, n: -7, kind: 'k1', truth: false })
    expect(
      await fromParquet(file, { columns: ['n', 'x'] })
        .skip(9)
        .toArray(),
    ).to.deep.equal([{ n: -9, x: 4.5 }])
  })

  it('leaves out whole groups without reading them', async () => {
    const asked: (readonly [number, number])[] = []
    const blob = new Blob([file])
    const watched = Object.create(blob, {
      size: { value: blob.size },
      slice: {
        value: (from: number, to: number) => {
          asked.push([from, to])
          return blob.slice(from, to)
        },
      },
    }) as Blob
    const read = async (from: number) => {
      asked.length = 0
      const rows: unknown[] = []
      for await (const row of fromParquet(watched).iterate({ from })) rows.push(row)
      return [rows.length, asked.reduce((sum, [start, end]) => sum + end - start, 0)] as const
    }
    const [all, bytesOfAll] = await read(0)
    const [some, bytesOfSome] = await read(9)
    expect([all, some]).to.deep.equal([10, 1])
    expect(bytesOfSome).to.be.below(bytesOfAll)
  })

  it('reads files by path, packed in each way that is common', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joinery-parquet-'))
    try {
      const path = join(folder, 'x.parquet')
      for (const codec of ['SNAPPY', 'UNCOMPRESSED']) {
        writeFileSync(path, new Uint8Array(written(columns, codec)))
        expect(await fromParquet(path).take(2).toArray()).to.have.length(2)
      }
      const stream = new Blob([file]).stream()
      expect(
        await fromParquet(stream, { columns: ['x'] })
          .batch(10)
          .toArray(),
      ).to.have.length(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('leaves out or replaces missing values', async () => {
    const missing = written([{ name: 'a', data: [1, null, 3], type: 'DOUBLE', nullable: true }])
    expect(await thrown(() => fromParquet(missing).toArray())).to.match(
      /^DataError: bytes, row 1, column a: expected a value, got none/,
    )
    expect(await fromParquet(missing, { missing: 'skip' }).toArray()).to.deep.equal([{ a: 1 }, { a: 3 }])
    expect(await fromParquet(missing, { missing: -1 }).toArray()).to.deep.equal([{ a: 1 }, { a: -1 }, { a: 3 }])
    const rest: unknown[] = []
    for await (const row of fromParquet(missing, { missing: 'skip' }).iterate({ from: 1 })) rest.push(row)
    expect(rest).to.deep.equal([{ a: 3 }])
  })

  it('says what is wrong', async () => {
    const bytes = new Uint8Array(file)
    const large = written([{ name: 'id', data: [2n ** 60n], type: 'INT64' }])
    const damaged = bytes.slice()
    damaged.fill(255, 4, 200)
    const sentences = [
      [() => fromParquet(new Uint8Array(0)).toArray(), 'DataError: bytes: expected a Parquet file, got '],
      [() => fromParquet(new Uint8Array(100)).toArray(), 'DataError: bytes: expected a Parquet file, got '],
      [() => fromParquet(bytes.slice(0, 300)).toArray(), 'DataError: bytes: expected a Parquet file, got '],
      [() => fromParquet(damaged).toArray(), 'DataError: bytes: expected a Parquet file, got '],
      [
        () => fromParquet(large).toArray(),
        'DataError: bytes, row 0, column id: expected an integer that a double holds, up to 2^53, got 1152921504606846976',
      ],
      [
        () => fromParquet(file, { columns: ['kinds'] }).toArray(),
        "DataError: bytes: expected a column 'kinds', got x, id, n, kind, truth. Did you mean kind?",
      ],
      [() => fromParquet('no.parquet').toArray(), 'FileError: no.parquet: expected a file that can be read, got none'],
      [() => fromParquet(file, { columns: [] }), 'InvalidOption: fromParquet, columns'],
      [() => fromParquet(file, { missing: 'zero' as never }), 'InvalidOption: fromParquet, missing'],
    ] as const
    for (const [call, sentence] of sentences) expect((await thrown(call)).slice(0, sentence.length)).to.equal(sentence)
  })
})
