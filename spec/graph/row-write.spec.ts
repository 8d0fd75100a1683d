import { expect } from 'chai'
import fc from 'fast-check'
import { chooseBackend } from '../../src/backends/choose.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { isA } from '../../src/graph/graph.ts'
import { rowWriteOf } from '../../src/graph/row-write.ts'
import { type Graph, type GraphNode, interpret, topological, trace } from '../../src/graph.ts'
import type { Ops } from '../../src/index.ts'
import { countUp } from '../../src/ops/counting.ts'
import { type Numbers, reference } from '../ops/reference.ts'
import { draw } from '../running.ts'

const along = (count: number, axis: number, rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, i) => (i === axis ? count : 1))

/** `kept` with a row at a position along an axis, and whether the places come first in the comparison. */
const write = (
  shape: readonly number[],
  axis: number,
  { first, further }: { readonly first: boolean; readonly further: boolean },
): Graph =>
  trace(
    (ops, kept, row, position) => {
      const [places, at] = [countUp(ops, shape[axis] as number), position as GraphNode]
      const asked = first ? ops.equal(places, at) : ops.equal(at, places)
      // What is kept may be an input, which stays, or the last use of what was computed.
      const own = further ? ops.negative(kept as GraphNode) : (kept as GraphNode)
      return [ops.where(ops.reshape(asked, along(shape[axis] as number, axis, shape.length)), row as GraphNode, own)]
    },
    [shape, shape.with(axis, 1), []],
  )

const found = (graph: Graph): number => topological(graph.outputs).filter(node => rowWriteOf(node)).length

const cases = fc
  .record({
    shape: fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 1, maxLength: 4 }),
    axis: fc.nat(3),
    first: fc.boolean(),
    further: fc.boolean(),
    isDonated: fc.boolean(),
    position: fc.constantFrom(0, 1, 1.5, 4, 5, -1, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31),
  })
  .map(({ axis, shape, ...rest }) => ({ ...rest, shape, axis: axis % shape.length }))

describe('A row that is written', () => {
  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`goes to its position, or nowhere, on ${name}`, async () => {
      const backend = await chooseBackend(name)
      await fc.assert(
        fc.asyncProperty(cases, async ({ shape, axis, position, isDonated, ...form }) => {
          const { graph } = prepare(write(shape, axis, form))
          expect(found(graph)).to.equal(1)
          const given: readonly Numbers[] = [
            ...[shape, shape.with(axis, 1)].map((own, i) => draw(i, own)),
            { data: [position], shape: [] },
          ]
          const bound = new Map(graph.inputs.map((input, i) => [input, given[i] as Numbers]))
          const program = await backend.compile(graph)
          const handles = given.map(({ data, shape }) => backend.upload(Float32Array.from(data), shape))
          const spent = isDonated ? [0] : []
          const [result] = await program.run(handles, spent, spent)
          const [kept] = given as readonly [Numbers]
          expect([...(await backend.download(result))]).to.deep.equal(
            [...(interpret(reference, graph.outputs, bound)[0] as Numbers).data].map(Math.fround),
          )
          // What was given is as it was.
          if (!isDonated)
            expect([...(await backend.download(handles[0]))]).to.deep.equal([...kept.data].map(Math.fround))
          for (const handle of [...handles.slice(spent.length), result]) backend.release(handle)
          program.dispose()
        }),
        { numRuns: 30 },
      )
    })

  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`may be one of several that are written into what is consumed, on ${name}`, async () => {
      const backend = await chooseBackend(name)
      const { graph } = prepare(
        trace(
          (ops, kept, row, position) => {
            const places = ops.reshape(countUp(ops, 3), [3, 1])
            const writtenAt = (at: GraphNode) => ops.where(ops.equal(places, at), row as GraphNode, kept as GraphNode)
            const one = writtenAt(position as GraphNode)
            const shifted = writtenAt(ops.add(position as GraphNode, ops.constant(1)))
            return [one, shifted, one, kept as GraphNode, ops.sum(kept as GraphNode, [0, 1])]
          },
          [[3, 2], [1, 2], []],
        ),
      )
      const program = await backend.compile(graph)
      const upload = (data: readonly number[], shape: readonly number[]) =>
        backend.upload(Float32Array.from(data), shape)
      const [row, position] = [upload([7, 8], [1, 2]), upload([1], [])]
      const numbers: (readonly number[])[] = []
      for (let i = 0; i < 2; i++) {
        const results = await program.run([upload([1, 2, 3, 4, 5, 6], [3, 2]), row, position], [0], [0])
        for (const result of results) numbers.push([...(await backend.download(result))])
        for (const result of results) backend.release(result)
      }
      const [one, shifted, kept] = [
        [1, 2, 7, 8, 5, 6],
        [1, 2, 3, 4, 7, 8],
        [1, 2, 3, 4, 5, 6],
      ]
      expect(numbers).to.deep.equal([one, shifted, one, kept, [21], one, shifted, one, kept, [21]])
      for (const handle of [row, position]) backend.release(handle)
      program.dispose()
    })

  const others: Readonly<Record<string, <T>(ops: Ops<T>, kept: T, row: T, position: T) => T>> = {
    'places that do not count up': (ops, kept, row, at) =>
      ops.where(ops.equal(ops.constant(Float32Array.of(0, 2, 1), [3, 1]), at), row, kept),
    'a condition for every element': (ops, kept, row, at) => ops.where(ops.equal(kept, at), row, kept),
    'another comparison': (ops, kept, row, at) =>
      ops.where(ops.greater(ops.reshape(countUp(ops, 3), [3, 1]), at), row, kept),
    'places along another axis': (ops, kept, row, at) =>
      ops.where(ops.equal(countUp(ops, 3), at), ops.reshape(row, [1, 3]), ops.reshape(ops.add(kept, row), [3, 3])),
    'several positions': (ops, kept, row) =>
      ops.where(
        ops.equal(ops.reshape(countUp(ops, 3), [3, 1]), ops.constant(Float32Array.of(0, 1, 2), [3, 1])),
        row,
        kept,
      ),
    'one number for the row': (ops, kept, _, at) =>
      ops.where(ops.equal(ops.reshape(countUp(ops, 3), [3, 1]), at), at, kept),
    'a smaller tensor': (ops, kept, row, at) =>
      ops.where(ops.equal(ops.reshape(countUp(ops, 3), [3, 1]), at), kept, row),
  }
  for (const [what, other] of Object.entries(others))
    it(`is not taken for one: ${what}`, () => {
      const graph = trace(
        (ops, kept, row, position) => [other(ops, kept as GraphNode, row as GraphNode, position as GraphNode)],
        [[3, 3], [1, 3], []],
      )
      expect(topological(graph.outputs).filter(node => isA(node, 'where'))).to.have.length(1)
      expect(found(graph)).to.equal(0)
    })
})
