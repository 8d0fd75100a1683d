import fc from 'fast-check'
import { prepare } from '../../src/backends/prepare.ts'
import {
  absorb,
  fuse,
  type Graph,
  gradients,
  graph,
  graphOps,
  interpret,
  mergeSums,
  placeholder,
  simplify,
  unroll,
} from '../../src/graph.ts'
import { key, uniforms } from '../../src/index.ts'
import { noisy } from '../differential/noise.ts'
import { compare } from '../differential/tolerance.ts'
import { type Numbers, reference, sizeOf } from '../ops/reference.ts'
import { computed, type GraphDescription, graphDescriptions } from './graphs.ts'
import { longest, type Part, timed } from './part.ts'

// Random graphs, and their gradients, through each pass: the same numbers within rounding, and what is no number stays so.

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e30, 1e-30]
const changes: Readonly<Record<string, (own: Graph) => Graph>> = {
  simplify,
  fuse: own => fuse(simplify(own)),
  absorb: own => absorb(simplify(own)),
  mergeSums: own => simplify(mergeSums(simplify(own))),
  unroll,
  prepare: own => prepare(own).graph,
}

interface Case {
  readonly description: GraphDescription
  readonly pass: string
  readonly sloped: boolean
  readonly odd: number
}

export const passes: Part<Case> = {
  name: 'passes',
  few: 400,
  cases: fc.record({
    description: graphDescriptions,
    pass: fc.constantFrom(...Object.keys(changes)),
    sloped: fc.boolean(),
    odd: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: special.length })),
  }),
  show: ({ description, ...rest }) => JSON.stringify({ ...rest, ...description }),
  check: async ({ description, pass, sloped, odd }) => {
    const inputs = description.shapes.map((shape, i): Numbers => {
      const data = [...uniforms(key(description.seed + i), sizeOf(shape), -2, 2)].map(Math.fround)
      const at = description.seed % Math.max(1, data.length)
      return { shape, data: odd === 0 ? data : data.with(at, special[odd - 1] as number) }
    })
    const given = description.shapes.map((shape, i) => placeholder(`x${i}`, shape))
    const [fault, time] = await timed(async () => {
      const outputs = computed(graphOps, given, description)
      const plain = graph(given, outputs)
      const [first] = outputs
      const scalar =
        first &&
        graphOps.sum(
          first,
          (first.shape as readonly number[]).map((_, i) => i),
        )
      const own = sloped && scalar !== undefined ? gradients(graph(given, [scalar])) : plain
      const changed = (changes[pass] as (own: Graph) => Graph)(own)
      const value = (ops: typeof reference, from: Graph) =>
        interpret(ops, from.outputs, new Map(from.inputs.map((input, i) => [input, inputs[i] as Numbers])))
      const [wanted, found] = [value(reference, own), value(reference, changed)]
      for (const [i, expected] of wanted.entries()) {
        const noise = (count: number) =>
          Array.from({ length: count }, (_, k) => value(noisy(reference, k + 1, k % 2 === 1), own)[i] as Numbers)
        const wrong = await compare(found[i], expected, noise, { slope: sloped && odd > 0 })
        if (wrong !== null) return `${pass}, output ${i}: ${wrong}`
      }
      return null
    })
    if (fault !== null) return fault
    return time > longest ? `took ${time.toFixed(0)} ms` : null
  },
}
