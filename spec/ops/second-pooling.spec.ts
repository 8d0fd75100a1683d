import { expect } from 'chai'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import type { Ops, Window } from '../../src/ops/ops.ts'
import { tape } from '../../src/ops/tape.ts'
import { backends } from '../running-backends.ts'
import { type Numbers, reference } from './reference.ts'

/** The second gradient of a max pooling, by what is added to its gradient: an element of each window. */
const picked = <T>(ops: Ops<T>, x: T, dy: T, slopes: T, window: Window): T => {
  const outer = tape(ops)
  const given = outer.variable(dy)
  const inner = tape(outer.ops)
  const at = inner.variable(outer.fixed(x))
  const [dx] = inner.gradients([[inner.ops.maxPool(at, window), given]], [at])
  return outer.gradients([[dx as typeof given, slopes]], [given])[0] as T
}

const { NaN: none, NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number
const image = (data: readonly number[], rows = 1): Numbers => ({ shape: [1, rows, data.length / rows, 1], data })
const window = (size: Window['size'], stride: Window['stride'], padding: Window['padding']): Window => ({
  size,
  stride,
  padding,
})
const [flat, wide] = [
  [0, 0],
  [1, 1],
] as const

/** What is pooled, its windows, and the place in `x` of the element that each window gives. */
const cases: readonly (readonly [says: string, x: Numbers, window: Window, places: readonly number[]])[] = [
  ['-Infinity', image([1, low, 3, 2]), window([1, 2], [1, 2], [flat, flat]), [0, 2]],
  ['Infinity', image([1, high, 3, 2]), window([1, 2], [1, 2], [flat, flat]), [1, 2]],
  ['NaN, which is largest', image([1, none, none, 2]), window([1, 2], [1, 1], [flat, flat]), [1, 1, 2]],
  ['nothing but -Infinity', image([low, low, low, 1]), window([1, 2], [1, 2], [flat, flat]), [0, 3]],
  ['padding', image([-1, low, -3, low]), window([1, 3], [1, 2], [flat, wide]), [0, 2]],
  [
    'steps that leave elements out',
    image([0, 1, 2, 3, 9, low, 5, 4, 9, 9, 9, 9, 7, 8, 9, high], 4),
    window([2, 1], [2, 3], [flat, flat]),
    [4, 7, 8, 15],
  ],
  ['equal ones', image([2, 2, low, low, 2, 2, 2, 2, low], 3), window([2, 2], [1, 1], [flat, flat]), [0, 1, 4, 4]],
]

describe('The second gradient of max pooling beside', () => {
  for (const [name, backendOf] of Object.entries(backends))
    for (const [says, x, own, places] of cases) {
      // tfjs's own max pooling on WebAssembly drops NaN.
      if (name === 'wasm with the kernels of tfjs alone' && says.startsWith('NaN')) continue
      it(`${says}, on ${name}`, async () => {
        const backend = await backendOf()
        const slopes = x.data.map((_, i) => i + 1)
        const shape = reference.maxPool(x, own).shape as readonly number[]
        const traced = trace(
          (ops, ...given) => [picked(ops, ...(given as [GraphNode, GraphNode, GraphNode]), own)],
          [x.shape, shape, x.shape],
        )
        const program = await backend.compile(prepare(traced).graph)
        const given = [x, { data: places, shape }, { data: slopes, shape: x.shape }]
        const handles = given.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
        const [result] = await program.run(handles)
        const found = [...(await backend.download(result))]
        for (const handle of [...handles, result]) backend.release(handle)
        program.dispose()
        expect(found).to.deep.equal(places.map(place => slopes[place]))
      })
    }
})
