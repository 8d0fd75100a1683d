import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Backend } from '../../../src/backends/backend.ts'
import { chooseBackend } from '../../../src/backends/choose.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { moduleOf } from '../../../src/backends/wasm/module.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { key, normals } from '../../../src/index.ts'
import type { Ops, Sliding } from '../../../src/ops/ops.ts'
import { type Numbers, reference, sizeOf } from '../../ops/reference.ts'

// The kernels work in tiles and blocks: sizes here reach beyond each of them, on both sides.

const root = fileURLToPath(new URL('../../..', import.meta.url))
const execute = promisify(execFile)

const drawn = (seed: number, shape: readonly number[]): Numbers => ({
  shape,
  data: Array.from(normals(key(seed), sizeOf(shape))),
})

/** Computes on the backend and by definition, and compares. */
const agree = async (
  backend: Backend,
  inputs: readonly Numbers[],
  compute: <T>(ops: Ops<T>, inputs: readonly T[]) => T,
): Promise<void> => {
  const before = tf.memory().numDataBuffers
  const traced = trace(
    (ops, ...given) => [compute(ops, given as GraphNode[])],
    inputs.map(({ shape }) => shape),
  )
  const program = await backend.compile(prepare(traced).graph)
  const handles = inputs.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
  const [result] = await program.run(handles)
  const numbers = await backend.download(result)
  for (const handle of [...handles, result]) backend.release(handle)
  program.dispose()
  expect(tf.memory().numDataBuffers).to.equal(before)
  const expected = compute(reference as unknown as Ops<Numbers>, inputs)
  expect(numbers.length).to.equal(expected.data.length)
  // Errors grow with the number of terms; of three hundred normal ones the sum is about 17.
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  for (const [i, value] of expected.data.entries())
    expect(numbers[i], `element ${i}`).to.be.closeTo(value, 2e-5 * scale)
}

const seed = fc.integer({ min: 0, max: 1e6 })

describe('the kernels of the wasm backend', () => {
  let backend: Backend
  before(async () => {
    backend = await chooseBackend('wasm')
  })

  const matrices = fc.record({
    seed,
    rows: fc.integer({ min: 1, max: 70 }),
    depth: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 300 })),
    columns: fc.integer({ min: 1, max: 40 }),
    batch: fc.integer({ min: 1, max: 3 }),
    transposes: fc.tuple(fc.boolean(), fc.boolean()),
    biased: fc.boolean(),
    activation: fc.constantFrom('relu' as const, 'sigmoid' as const, null),
  })

  it('multiply matrices of any size, transposed or not, with a bias and an activation', () =>
    fc.assert(
      fc.asyncProperty(matrices, async ({ seed, rows, depth, columns, batch, transposes, biased, activation }) => {
        const [first, second] = transposes
        const leading = batch === 1 ? [] : [batch]
        const last = batch === 1 ? [1, 0] : [0, 2, 1]
        const a = drawn(seed, [...leading, ...(first ? [depth, rows] : [rows, depth])])
        const b = drawn(seed + 1, [...leading, ...(second ? [columns, depth] : [depth, columns])])
        await agree(backend, [a, b, drawn(seed + 2, [columns])], (ops, [x, y, bias]) => {
          const product = ops.matmul(
            first ? ops.transpose(x as never, last) : (x as never),
            second ? ops.transpose(y as never, last) : (y as never),
          )
          const sum = biased ? ops.add(product, bias as never) : product
          return activation === null ? sum : ops[activation](sum)
        })
      }),
      { numRuns: 40 },
    ))

  it('multiply few rows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          seed,
          rows: fc.integer({ min: 1, max: 4 }),
          depth: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 600 })),
          columns: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 500, max: 530 })),
          batch: fc.integer({ min: 1, max: 3 }),
          turned: fc.boolean(),
          biased: fc.boolean(),
          positive: fc.boolean(),
        }),
        async ({ seed, rows, depth, columns, batch, turned, biased, positive }) => {
          const [a, b] = [
            drawn(seed, [batch, ...(turned ? [depth, rows] : [rows, depth])]),
            drawn(seed + 1, [batch, depth, columns]),
          ]
          await agree(backend, [a, b, drawn(seed + 2, [columns])], (ops, [x, y, bias]) => {
            const factor = turned ? ops.transpose(x as never, [0, 2, 1]) : (x as never)
            const product = ops.matmul(factor, y as never)
            const sum = biased ? ops.add(product, bias as never) : product
            return positive ? ops.relu(sum) : sum
          })
        },
      ),
      { numRuns: 30 },
    ))

  it('multiply few rows as many, to the last bit', async () => {
    const traced = (rows: number) =>
      prepare(
        trace(
          (ops, a, b) => [ops.matmul(a as GraphNode, b as GraphNode)],
          [
            [rows, 700],
            [700, 530],
          ],
        ),
      ).graph
    const [a, b] = [drawn(1, [5, 700]), drawn(2, [700, 530])].map(({ data }) => Float32Array.from(data)) as [
      Float32Array,
      Float32Array,
    ]
    const run = async (rows: number): Promise<Float32Array> => {
      const program = await backend.compile(traced(rows))
      const handles = [backend.upload(a.subarray(0, rows * 700), [rows, 700]), backend.upload(b, [700, 530])]
      const [result] = await program.run(handles)
      const numbers = await backend.download(result)
      for (const handle of [...handles, result]) backend.release(handle)
      program.dispose()
      return numbers
    }
    const many = [...(await run(5))]
    for (const rows of [1, 2, 3]) expect([...(await run(rows))]).to.deep.equal(many.slice(0, rows * 530))
  })

  it('multiply more columns than a block has', () =>
    agree(backend, [drawn(1, [5, 20]), drawn(2, [20, 1030])], (ops, [a, b]) => ops.matmul(a as never, b as never)))

  const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
  const margin = fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 }))
  const convolutions = fc
    .record({
      seed,
      batch: fc.integer({ min: 1, max: 3 }),
      image: fc.tuple(fc.integer({ min: 7, max: 12 }), fc.integer({ min: 7, max: 12 })),
      filter: pair(3),
      each: fc.integer({ min: 1, max: 10 }),
      outputs: fc.integer({ min: 1, max: 10 }),
      groups: fc.integer({ min: 1, max: 2 }),
      stride: pair(2),
      dilation: pair(2),
      padding: fc.tuple(margin, margin),
      turned: fc.boolean(),
    })
    .filter(({ groups, each }) => groups === 1 || each > 1)

  it('convolve with every stride, dilation, padding and group, of inputs that are transposed or not', () =>
    fc.assert(
      fc.asyncProperty(convolutions, async ({ seed, batch, image, filter, each, outputs, groups, turned, ...rest }) => {
        const sliding: Sliding = { ...rest, groups }
        // As in the gradient of a filter: channels are the batch of what is stored, and the other way round.
        const [channels, all] = [each * groups, outputs * groups]
        const x = drawn(seed, turned ? [channels, ...image, batch] : [batch, ...image, channels])
        const weights = drawn(seed + 1, turned ? [each, ...filter, all] : [...filter, each, all])
        await agree(backend, [x, weights], (ops, [input, w]) =>
          ops.convolve(
            turned ? ops.transpose(input as never, [3, 1, 2, 0]) : (input as never),
            turned ? ops.transpose(w as never, [1, 2, 0, 3]) : (w as never),
            sliding,
          ),
        )
      }),
      { numRuns: 40 },
    ))

  const box = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 })

  it('sum along axes that lie side by side, and along others', () =>
    fc.assert(
      fc.asyncProperty(
        seed,
        box.chain(shape => fc.tuple(fc.constant([...shape, 19]), fc.subarray([...shape.keys(), shape.length]))),
        fc.boolean(),
        async (s, [shape, axes], keep) =>
          agree(backend, [drawn(s, shape)], (ops, [x]) => ops.sum(x as never, axes, keep)),
      ),
      { numRuns: 40 },
    ))

  it('sum many rows', () => agree(backend, [drawn(3, [300, 37])], (ops, [x]) => ops.sum(x as never, [0])))

  it('cut, pad, reverse and join tensors of up to six axes', () =>
    fc.assert(
      fc.asyncProperty(
        seed,
        box.chain(shape => {
          const whole = [...shape, 20]
          const parts = whole.map(d => fc.tuple(fc.nat(d - 1), fc.nat(2), fc.nat(2), fc.nat(d - 1)))
          return fc.tuple(fc.constant(whole), fc.tuple(...parts), fc.nat(shape.length))
        }),
        async (s, [shape, parts, axis]) =>
          agree(backend, [drawn(s, shape)], (ops, [x]) => {
            const begin = parts.map(([from]) => from)
            const size = parts.map(([from, , , more], i) => Math.min(more + 1, (shape[i] as number) - from))
            const cut = ops.slice(x as never, begin, size)
            const wide = ops.pad(
              cut,
              parts.map(([, before, after]) => [before, after] as const),
            )
            return ops.concatenate(
              [wide, ops.reverse(wide, [...new Set([axis, shape.length - 1])]), ops.reverse(wide, [0])],
              axis,
            )
          }),
      ),
      { numRuns: 40 },
    ))

  it('lead the gradient of max pooling to the first of the largest, in any number of channels', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ seed, channels: fc.integer({ min: 1, max: 9 }), size: pair(3), stride: pair(3) }),
        async ({ seed, channels, size, stride }) => {
          const x = drawn(seed, [2, 7, 6, channels])
          // Elements that are alike occur: whole numbers.
          const whole = { shape: x.shape, data: x.data.map(Math.round) }
          // No window lies in the padding alone.
          const [below, before] = size.map(n => (n > 1 ? 1 : 0)) as [number, number]
          const window = { size, stride, padding: [[0, below] as const, [before, 0] as const] as const }
          const y = reference.maxPool(whole, window)
          await agree(backend, [drawn(seed + 1, y.shape), whole, y], (ops, [dy, from, largest]) =>
            ops.maxPoolGradient(dy as never, from as never, largest as never, window),
          )
        },
      ),
      { numRuns: 30 },
    ))

  const operands = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('both', 'first', 'second')), {
      minLength: 1,
      maxLength: 4,
    })
    .map(axes => [
      axes.map(([d, who]) => (who === 'second' ? 1 : d)),
      axes.map(([d, who]) => (who === 'first' ? 1 : d)),
    ])

  it('combine operands of every way to broadcast, in the memory of what is needed no more', () =>
    fc.assert(
      fc.asyncProperty(seed, operands, async (s, [first, second]) => {
        const [a, b] = [drawn(s, first as number[]), drawn(s + 1, second as number[])]
        await agree(backend, [a, b], <T>(ops: Ops<T>, [x, y]: readonly T[]) => {
          const [left, right] = [ops.square(x as T), ops.abs(y as T)]
          const sums = ops.add(left, right)
          // A view of the same memory, which outlives what it is a view of.
          const flat = ops.reshape(sums, [sizeOf(ops.shape(sums) as number[])])
          const parts = [
            ops.subtract(right, ops.multiply(sums, left)),
            ops.divide(ops.negative(ops.maximum(left, right)), ops.sqrt(ops.minimum(sums, ops.constant(3)))),
            ops.add(ops.greater(left, right), ops.equal(sums, ops.rsqrt(sums))),
            ops.where(ops.greater(y as T, ops.constant(0)), left, right),
            ops.where(ops.greater(left, right), ops.constant(2), right),
            ops.where(ops.greater(sums, ops.constant(1)), right, ops.constant(-1)),
            ops.broadcast(left, ops.shape(sums) as number[]),
          ].map(part => ops.reshape(ops.add(part, ops.multiply(sums, ops.constant(0))), ops.shape(flat)))
          return ops.concatenate([ops.relu(ops.subtract(flat, ops.constant(1))), ...parts], 0)
        })
      }),
      { numRuns: 60 },
    ))

  it('leave filters alone that the kernels of tfjs remember by their memory', () =>
    agree(backend, [drawn(1, [1, 5, 5, 3]), drawn(2, [2, 2, 1, 3])], (ops, [x, filter]) => {
      const sliding = {
        stride: [1, 1],
        dilation: [1, 1],
        padding: [[0, 0] as const, [0, 0] as const],
        groups: 3,
      } as const
      const first = ops.negative(filter as never)
      const once = ops.convolve(x as never, first, sliding)
      return ops.add(
        once,
        ops.convolve(once, ops.square(first), {
          ...sliding,
          padding: [
            [1, 0],
            [0, 1],
          ],
        }),
      )
    }))

  it('are what their sources compile to', async () => {
    const { stderr } = await execute(process.execPath, ['scripts/kernels.mjs', '--check'], { cwd: root })
    expect(stderr).to.equal('')
  }).timeout(60_000)

  it('give way to those of tfjs where its memory cannot be reached', async () => {
    expect(await moduleOf(tf.findBackend('cpu'))).to.equal(undefined)
    expect(await moduleOf({} as tf.KernelBackend)).to.equal(undefined)
  })

  it('fuse multiplications and additions where the platform can, with the same results', async () => {
    // Deno has the instructions that this version of Node may lack.
    const { stdout } = await execute(
      `${root}node_modules/.bin/deno`,
      ['run', '--quiet', 'spec/backends/wasm/relaxed.ts'],
      {
        cwd: root,
      },
    )
    expect(stdout.trim()).to.match(/^4096 elements, \d+ of them not to the last bit, at most [\d.e-]+ apart$/)
  }).timeout(60_000)
})
