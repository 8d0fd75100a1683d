import * as ort from 'onnxruntime-node'
import { lower } from '../../src/backends/onnxruntime/lower.ts'
import { encode } from '../../src/backends/onnxruntime/protobuf.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import { type BackendOption, compile, type Ops } from '../../src/index.ts'
import { draws } from './inputs.ts'
import type { Step } from './protocol.ts'

// Operations that are composed of others, and for which ONNX Runtime has operators.

// What comes and goes is one number, so that what is measured is the operation.

type Compute = <T>(ops: Ops<T>, x: T, y: T) => T
const works: Readonly<Record<string, Compute>> = {
  'top-k': (ops, x) => {
    const [values, positions] = ops.topK(x, 5)
    return ops.add(values, positions)
  },
  sort: (ops, x) => ops.sort(x),
  'take-along': (ops, x, y) => ops.takeAlong(x, ops.mod(ops.multiply(y, ops.constant(1e4)), ops.constant(1000))),
  cumsum: (ops, x) => ops.cumsum(x),
  truths: (ops, x, y) => ops.where(ops.and(ops.lessEqual(x, y), ops.not(ops.less(x, ops.constant(0)))), x, y),
}
/** The operation on what a number is added to, summed. */
const computed =
  (work: string) =>
  <T>(ops: Ops<T>, by: T): T => {
    const [x, y] = [1, 2].map(seed => {
      const { data, shape } = draws(seed, [256, 1000])
      return ops.add(ops.constant(data, shape), by)
    }) as [T, T]
    return ops.sum((works[work] as Compute)(ops, x, y))
  }
/** Whether a work is an operation. */
export const isOperation = (work: string): boolean => Object.hasOwn(works, work)

/** The operation of a work as it is compiled. */
export const operationOf = (work: string, backend: BackendOption): Step => {
  const run = compile(computed(work), { backend })
  return async () => {
    const y = await run(0.5)
    await y.data()
    y.dispose()
  }
}

/** The same by an operator for each operation that it is composed of, as exported files have it; they do not order NaN. */
export const composedOf = async (work: string): Promise<Step> => {
  const aim = { opset: 21, isPortable: true }
  const traced = trace((ops, by) => [computed(work)(ops, by as GraphNode)], [[]])
  const session = await ort.InferenceSession.create(encode(lower(prepare(traced).graph, aim), aim), {
    intraOpNumThreads: 2,
    graphOptimizationLevel: 'all',
  })
  const by = new ort.Tensor('float32', Float32Array.of(0.5), [])
  return () => session.run({ 'input 0': by })
}
