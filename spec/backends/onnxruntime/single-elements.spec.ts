import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { prepare } from '../../../src/backends/prepare.ts'
import { graph } from '../../../src/graph/build.ts'
import type { Graph, GraphNode } from '../../../src/graph/graph.ts'
import { interner } from '../../../src/graph/intern.ts'
import { placeholder, tracer } from '../../../src/graph/ops.ts'
import { tfjsOps } from '../../../src/index.ts'
import { type Attributes, type Operation, perform } from '../../../src/ops/operations.ts'
import type { Ops } from '../../../src/ops/ops.ts'
import { tape } from '../../../src/ops/tape.ts'
import { type Call, meant } from '../../ops/calls.ts'
import { sizeOf } from '../../ops/reference.ts'

import { backend, close, numbersOf, toTensor, upload } from './running.ts'

// One number is a tensor of shape [], [1] or [1, 1] alike, and models hold it in any of these shapes as long as nothing
// asks. Here something asks: every operation on such tensors, each come to its shape from each other one, its result
// brought to each.

type Dimensions = readonly number[]
const singles: readonly Dimensions[] = [[], [1], [1, 1]]
const wide: Dimensions = [2, 3]

type Case<O extends Operation> = readonly [shapes: readonly Dimensions[], ...attributes: Attributes[O]]
const one = singles.map(shape => [[shape]] as const)
const two = singles.flatMap(a => singles.map(b => [[a, b]] as const))
const [axis, axes] = [singles[1] as Dimensions, singles[2] as Dimensions]
const three = singles.flatMap(a => [[[a, [], axis]], [[a, axes, []]], [[a, axis, axis]]] as const)
const lasts = [[[axis]], [[axes]]] as const
const reductions: readonly Case<'sum'>[] = [true, false].flatMap((keep): readonly Case<'sum'>[] => [
  [[[]], [], keep],
  [[axis], [], keep],
  [[axis], [0], keep],
  [[axes], [0], keep],
  [[axes], [1], keep],
  [[axes], [0, 1], keep],
])
const image: Dimensions = [1, 1, 1, 1]
const none = [
  [0, 0],
  [0, 0],
] as const
const before = [
  [1, 0],
  [0, 1],
] as const
const sliding = { stride: [1, 1], dilation: [1, 1], groups: 1, padding: none } as const
const window = { size: [1, 1], stride: [1, 1], padding: none } as const

const table: { readonly [O in Operation]: readonly Case<O>[] } = {
  negative: one,
  exp: one,
  log: one,
  sqrt: one,
  rsqrt: one,
  square: one,
  abs: one,
  sigmoid: one,
  tanh: one,
  relu: one,
  elu: one,
  softplus: one,
  erf: one,
  sin: one,
  cos: one,
  atan: one,
  floor: one,
  add: two,
  subtract: two,
  multiply: two,
  divide: two,
  pow: two,
  maximum: two,
  minimum: two,
  greater: two,
  equal: two,
  where: three,
  sum: reductions,
  mean: reductions,
  max: reductions,
  argMax: lasts,
  argSort: lasts,
  softmax: lasts,
  logSoftmax: lasts,
  reshape: two.map(([[from, to]]) => [[from], to]),
  transpose: [
    [[[]], []],
    [[axis], [0]],
    [[axes], [0, 1]],
    [[axes], [1, 0]],
  ],
  concatenate: [
    [[axis], 0],
    [[axis, axis], 0],
    [[axes], 1],
    [[axes, axes], 0],
    [[axes, axes, axes], 1],
  ],
  slice: [
    [[[]], [], []],
    [[axis], [0], [1]],
    [[axis], [0], [null]],
    [[axes], [0, 0], [1, null]],
  ],
  reverse: [
    [[[]], []],
    [[axis], [0]],
    [[axes], [1]],
    [[axes], [0, 1]],
  ],
  broadcast: [...singles, wide].flatMap(to =>
    singles.filter(({ length }) => length <= to.length).map((from): Case<'broadcast'> => [[from], to]),
  ),
  gather: two.filter(([[rows]]) => rows.length > 0),
  scatter: singles.flatMap(at =>
    singles.flatMap(rest => [1, 2].map((rows): Case<'scatter'> => [[[...at, ...rest], at], rows])),
  ),
  stopGradient: one,
  clipGradient: singles.map(shape => [[shape], 100]),
  pad: [
    [[[]], []],
    [[axis], [[0, 0]]],
    [[axis], [[1, 0]]],
    [[axes], none],
    [[axes], before],
  ],
  matmul: [
    [[axes, axes]],
    [
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
  ],
  convolve: [
    [[image, image], sliding],
    [[image, image], { ...sliding, padding: before }],
  ],
  maxPool: [
    [[image], window],
    [[image], { ...window, size: [2, 2], padding: before }],
  ],
  averagePool: [
    [[image], window],
    [[image], { ...window, size: [2, 2], padding: before }],
  ],
  maxPoolGradient: [[[image, image, image], window]],
  averagePoolGradient: [[[image], image, window]],
}

/** Inputs that no derivative is taken of: conditions, indices and what was pooled; and operations that have none. */
const fixed: Partial<Record<Operation, readonly number[]>> = {
  where: [0],
  gather: [1],
  scatter: [1],
  maxPoolGradient: [1, 2],
  argMax: [0],
  greater: [0, 1],
  equal: [0, 1],
  stopGradient: [0],
}
/** What the only element of each input is: apart from each other, and within what every operation is of. */
const numbers = [0.7, 0.4, 0.9] as const
const indexed: Partial<Record<Operation, number>> = { gather: 1, scatter: 1 }

const callOf = ([shapes, ...attributes]: Case<'sum'>, operation: Operation): Call =>
  meant({
    operation,
    inputs: shapes.map((shape, i) => ({ shape, data: [indexed[operation] === i ? 0 : (numbers[i] as number)] })),
    attributes: attributes as never,
    differentiable: shapes.map((_, i) => !fixed[operation]?.includes(i)),
  })

/** Where an input comes from, by shape: a tensor that is given, or a constant. */
const sources = [...singles.map(shape => ({ shape, isGiven: true })), { shape: axis, isGiven: false }] as const
type Source = (typeof sources)[number]
const ways = ({ inputs }: Call): readonly (readonly Source[])[] =>
  inputs.reduce<readonly (readonly Source[])[]>(
    rows => rows.flatMap(row => sources.map(source => [...row, source])),
    [[]],
  )

/** A call's result in each shape that it can have, and the gradients of its square there. */
const resultsOf = <T>(
  ops: Ops<T>,
  { operation, inputs, attributes, differentiable }: Call,
  way: readonly Source[],
  values: readonly T[],
): readonly T[] => {
  const { ops: traced, variable, fixed: still, gradients } = tape(ops)
  const varies = way.map(({ isGiven }, i) => isGiven && differentiable[i])
  const given = values.map((value, i) => (varies[i] ? variable(value) : still(value)))
  const shaped = given.map((value, i) => traced.reshape(value, inputs[i]?.shape ?? []))
  const result = perform(traced)(operation, shaped, attributes)
  const isOne = sizeOf(traced.shape(result) as Dimensions) === 1
  const seen = isOne ? singles.map(shape => traced.reshape(result, shape)) : [result]
  return seen.flatMap(each => {
    const square = traced.square(each)
    const cotangent = ops.constant(1, traced.shape(square) as Dimensions)
    return [
      each.value,
      ...gradients(
        [[square, cotangent]],
        given.filter((_, i) => varies[i]),
      ),
    ]
  })
}

const asGraph = (call: Call): Graph => {
  const ops = tracer(interner())
  const given = call.inputs.map((_, i) => singles.map(shape => placeholder(`x${i} ${shape}`, shape)))
  const nodeOf = ({ shape, isGiven }: Source, i: number): GraphNode =>
    isGiven
      ? (given[i]?.[singles.indexOf(shape)] as GraphNode)
      : ops.constant(Float32Array.from(call.inputs[i]?.data ?? []), shape)
  return graph(
    given.flat(),
    ways(call).flatMap(way => resultsOf(ops, call, way, way.map(nodeOf))),
  )
}
const eagerly = (call: Call): readonly number[][] =>
  ways(call).flatMap(way => {
    const found: number[][] = []
    tf.tidy(() => {
      const values = way.map(({ shape }, i) => toTensor({ shape, data: call.inputs[i]?.data ?? [] }))
      for (const result of resultsOf<tf.Tensor>(tfjsOps, call, way, values)) found.push(Array.from(result.dataSync()))
    })
    return found
  })

const expectSame = async (call: Call): Promise<void> => {
  const [own, expected] = [asGraph(call), eagerly(call)]
  for (const each of [own, prepare(own).graph]) {
    const program = await backend.compile(each)
    const results = await program.run(call.inputs.flatMap(({ data }) => singles.map(shape => upload({ shape, data }))))
    program.dispose()
    expect(results.length).to.equal(expected.length)
    for (const [i, result] of results.entries()) {
      expect(result.shape).to.deep.equal(own.outputs[i]?.shape)
      close(await numbersOf(result), expected[i] as number[])
    }
  }
}

describe('ONNX Runtime computes with single elements in any shape, and their gradients', () => {
  for (const [operation, cases] of Object.entries(table) as [Operation, readonly Case<'sum'>[]][])
    it(operation, async () => {
      for (const each of cases) await expectSame(callOf(each, operation))
    })
})
