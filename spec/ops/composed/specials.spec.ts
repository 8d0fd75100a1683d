import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Backend } from '../../../src/backends/backend.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { LayerConnectionError, type Ops, tfjsOps } from '../../../src/index.ts'
import { backends, onEachOfTfjs } from '../../running-backends.ts'
import { elementwise, type Numbers, reduction, reference } from '../reference.ts'
import { definitions, definitionsOfTwo } from './elements.ts'
import { orderOf } from './indexed.ts'
import { definitions as reductions } from './reductions.ts'

// NaN, infinities and nothing at all: every engine says of them what the definitions say.

const { NaN: none, POSITIVE_INFINITY: high, NEGATIVE_INFINITY: low } = Number
const vector: Numbers = {
  shape: [17],
  data: [none, high, low, -0, 0, 0.5, 1.5, -0.5, -2.5, 2.5, 1e-30, 1, -1, 80, -80, 3, Math.fround(0.49999998)],
}
const column: Numbers = { shape: [17, 1], data: vector.data }
const rows: Numbers = {
  shape: [6, 3],
  data: [none, 1, 2, 3, none, none, low, high, none, low, low, 1, high, low, 2, 0, -0, 0],
}

type Compute = <T>(ops: Ops<T>, inputs: readonly T[]) => T
interface Special {
  readonly says: string
  readonly inputs: readonly Numbers[]
  readonly compute: Compute
  readonly expected: Numbers
  /** The largest error. Default: that of sines by the WebAssembly kernels of tfjs, which is some part of 1. */
  readonly error?: number
}

const power = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === high) ? 1 : a ** b)
const ofOne = { ...definitions, sin: Math.sin, cos: Math.cos, atan: Math.atan, floor: Math.floor }
const ofTwo = { ...definitionsOfTwo, pow: power }
const ofRows = { ...reductions, max: (values: readonly number[]) => Math.max(...values) }
const placeOf = (find: (...values: readonly number[]) => number) => (values: readonly number[]) =>
  values.findIndex(value => Number.isNaN(value) || value === find(...values.filter(other => !Number.isNaN(other))))
const firstOf = (find: (...values: readonly number[]) => number) => (values: readonly number[]) => {
  const unknown = values.findIndex(Number.isNaN)
  return unknown >= 0 ? unknown : placeOf(find)(values)
}

const specials: readonly Special[] = [
  ...Object.entries(ofOne).map(
    ([name, f]): Special => ({
      says: name,
      inputs: [vector],
      compute: (ops, [x]) => ops[name as keyof typeof ofOne](x as never),
      expected: elementwise((x = 0) => f(x))([vector]),
    }),
  ),
  ...Object.entries(ofTwo).map(
    ([name, f]): Special => ({
      says: name,
      inputs: [column, vector],
      compute: (ops, [a, b]) => ops[name as keyof typeof ofTwo](a as never, b as never),
      expected: elementwise((a = 0, b = 0) => f(a, b))([column, vector]),
      // Of a difference of numbers up to 80.
      ...(name === 'mod' && { error: 1e-5 }),
    }),
  ),
  ...Object.entries(ofRows).map(
    ([name, f]): Special => ({
      says: name,
      inputs: [rows],
      compute: (ops, [x]) => ops[name as keyof typeof ofRows](x as never, [1]),
      expected: reduction(f)([rows], [1], false),
    }),
  ),
  ...(['argMin', 'argMax'] as const).map(
    (name): Special => ({
      says: name,
      inputs: [rows],
      compute: (ops, [x]) => ops[name](x as never),
      expected: reduction(firstOf(name === 'argMin' ? Math.min : Math.max))([rows], [1], false),
    }),
  ),
  ...[false, true].flatMap(descending => {
    const ordered = (f: (values: readonly number[], order: readonly number[]) => readonly number[]): Numbers => ({
      shape: rows.shape,
      data: [0, 3, 6, 9, 12, 15].flatMap(from => {
        const values = rows.data.slice(from, from + 3)
        return f(values, orderOf(values, descending))
      }),
    })
    const says = descending ? 'descending' : 'ascending'
    const positions = ordered((_, order) => order)
    const values = ordered((own, order) => order.map(i => own[i] as number))
    return [
      {
        says: `argSort, ${says}`,
        inputs: [rows],
        compute: (ops, [x]) => ops.argSort(x as never, 1, descending),
        expected: positions,
      },
      {
        says: `sort, ${says}`,
        inputs: [rows],
        compute: (ops, [x]) => ops.sort(x as never, 1, descending),
        expected: values,
      },
    ] satisfies readonly Special[]
  }),
  {
    says: 'topK',
    inputs: [rows],
    compute: (ops, [x]) => ops.topK(x as never, 1)[0],
    expected: reduction(ofRows.max)([rows], [1], true),
  },
  {
    says: 'cumsum',
    inputs: [rows],
    compute: (ops, [x]) => ops.cumsum(x as never),
    expected: {
      shape: rows.shape,
      data: rows.data.map((_, i) => rows.data.slice(i - (i % 3), i + 1).reduce((sum, value) => sum + value, 0)),
    },
  },
  {
    says: 'clip',
    inputs: [vector],
    compute: (ops, [x]) => ops.clip(x as never, -1, 2),
    expected: elementwise((x = 0) => Math.min(Math.max(x, -1), 2))([vector]),
  },
]

const check = (found: ArrayLike<number>, { expected, error = 1e-7 }: Special): void => {
  expect(found.length).to.equal(expected.data.length)
  for (const [i, exact] of expected.data.entries()) {
    const [value, own] = [Math.fround(exact), Math.fround(found[i] as number)]
    if (Number.isFinite(value)) expect(own, `element ${i}`).to.be.closeTo(value, 1e-5 * Math.abs(value) + error)
    else expect(own, `element ${i}`).to.deep.equal(value)
  }
}
const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])

const computed = async (backend: Backend, { inputs, compute }: Special): Promise<Float32Array> => {
  const traced = trace(
    (ops, ...given) => [compute(ops, given)],
    inputs.map(({ shape }) => shape),
  )
  const program = await backend.compile(prepare(traced).graph)
  const given = inputs.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
  const [result] = await program.run(given)
  const numbers = await backend.download(result)
  for (const handle of [...given, result]) backend.release(handle)
  program.dispose()
  return numbers
}

describe('Operations on NaN and infinities', () => {
  for (const special of specials) {
    it(`compute ${special.says} by definition`, () => check(special.compute(reference, special.inputs).data, special))
    it(`compute ${special.says} at once`, () =>
      onEachOfTfjs(() => {
        tf.tidy(() => check(special.compute(tfjsOps, special.inputs.map(toTensor)).dataSync(), special))
      }))
    for (const [engine, choose] of Object.entries(backends))
      it(`compute ${special.says} with ${engine}`, async () => check(await computed(await choose(), special), special))
  }
})

describe('Operations on nothing', () => {
  const empty: Numbers = { shape: [2, 0, 3], data: [] }
  const results: readonly (readonly [says: string, compute: Compute, shape: readonly number[], value: number])[] = [
    ['any', (ops, [x]) => ops.any(x as never, [1]), [2, 3], 0],
    ['all', (ops, [x]) => ops.all(x as never, [1]), [2, 3], 1],
    ['prod', (ops, [x]) => ops.prod(x as never, [1], true), [2, 1, 3], 1],
    ['round', (ops, [x]) => ops.round(x as never), [2, 0, 3], 0],
    ['mod', (ops, [x]) => ops.mod(x as never, ops.constant(2)), [2, 0, 3], 0],
    ['pow', (ops, [x]) => ops.pow(x as never, ops.constant(2)), [2, 0, 3], 0],
    ['sin', (ops, [x]) => ops.sin(x as never), [2, 0, 3], 0],
  ]
  for (const [says, compute, shape, value] of results) {
    const count = shape.reduce((n, d) => n * d, 1)
    const special: Special = { says, inputs: [empty], compute, expected: { shape, data: Array(count).fill(value) } }
    for (const [engine, choose] of Object.entries(backends))
      it(`compute ${says} with ${engine}`, async () => check(await computed(await choose(), special), special))
  }
  it('refuse the smallest of nothing', () => {
    const own = trace((ops, x) => [ops.min(x as GraphNode, [1])], [[2, 0, 3]])
    expect(() => prepare(own)).to.throw(LayerConnectionError, 'at least one element')
  })
})
