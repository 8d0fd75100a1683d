import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { Backend } from '../../src/backends/backend.ts'
import { prepare, prepareTraced } from '../../src/backends/prepare.ts'
import { numbersOf } from '../../src/backends/programs.ts'
import {
  cost,
  equals,
  fuse,
  type Graph,
  type GraphNode,
  gradients,
  graph,
  graphOps,
  interpret,
  placeholder,
  print,
  simplify,
  topological,
  trace,
} from '../../src/graph.ts'
import { InvalidOption, type Ops, tape, tfjsOps } from '../../src/index.ts'
import { backends } from '../running-backends.ts'
import { type Looping, loops, repeat } from './loops.ts'
import { type Numbers, reference } from './reference.ts'

const toTensor = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape])
const given = <T>(inputs: readonly T[]): readonly [T, T, T] => inputs as readonly [T, T, T]

const expected = ({ inputs, compute }: Looping): readonly Numbers[] => compute(reference, ...given(inputs))
const eager = ({ inputs, compute }: Looping): readonly Numbers[] =>
  tf.tidy(() =>
    compute(tfjsOps, ...given(inputs.map(toTensor))).map(x => ({ shape: x.shape, data: Array.from(x.dataSync()) })),
  ) as never
const traced = ({ inputs, compute }: Looping): Graph =>
  trace(
    (ops, ...own) => compute(ops, ...given(own)),
    inputs.map(({ shape }) => shape),
  )
const interpreted = ({ inputs, outputs }: Graph, values: readonly Numbers[]): readonly Numbers[] =>
  interpret(reference, outputs, new Map<GraphNode, Numbers>(inputs.map((input, i) => [input, values[i] as Numbers])))

const close = (found: readonly Numbers[], wanted: readonly Numbers[], tolerance = 2e-5): void => {
  expect(found.map(({ shape }) => shape)).to.deep.equal(wanted.map(({ shape }) => shape))
  for (const [i, { data }] of wanted.entries())
    for (const [k, value] of data.entries())
      if (Number.isNaN(value)) expect(found[i]?.data[k]).to.be.NaN
      else expect(found[i]?.data[k], `${i}, ${k}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}

/** What a graph gives on a backend, run twice, and after whose program nothing is left. */
const onBackend = async (backend: Backend, looping: Looping, passes: typeof prepare): Promise<readonly Numbers[]> => {
  const { graph: ready, draws } = passes(traced(looping))
  const before = tf.memory().numDataBuffers
  const program = await backend.compile(ready)
  const drawn = draws
    .map(draw => numbersOf(draw, undefined))
    .map(({ data, shape }) => ({ data: Array.from(data), shape }))
  const run = async (): Promise<readonly Numbers[]> => {
    const handles = [...looping.inputs, ...drawn].map(({ data, shape }) =>
      backend.upload(Float32Array.from(data), shape),
    )
    const results = await program.run(handles)
    const again = await program.run(handles, [...handles.keys()])
    const read = async (from: readonly unknown[]) =>
      Promise.all(from.map(async handle => Array.from(await backend.download(handle))))
    const [numbers, same] = [await read(results), await read(again)]
    expect(numbers).to.deep.equal(same)
    for (const handle of [...results, ...again]) backend.release(handle)
    return numbers.map((data, i) => ({ data, shape: ready.outputs[i]?.shape as readonly number[] }))
  }
  const found = await run()
  program.dispose()
  expect(tf.memory().numDataBuffers).to.equal(before)
  return found
}

describe('A loop', () => {
  for (const [name, looping] of Object.entries(loops)) {
    it(`${name} gives eagerly what it says, and leaves nothing behind`, () => {
      const before = tf.memory().numTensors
      close(eager(looping), expected(looping))
      expect(tf.memory().numTensors).to.equal(before)
    })

    it(`${name} is traced as nodes that say the same, through every pass`, () => {
      const own = traced(looping)
      const wanted = expected(looping)
      for (const after of [own, graph(own.inputs, own.outputs), simplify(own), fuse(simplify(own))])
        close(interpreted(after, looping.inputs), wanted)
      expect(own.outputs.map(({ shape }) => shape)).to.deep.equal(wanted.map(({ shape }) => shape))
      expect(equals(own, traced(looping))).to.equal(true)
      expect(print(own)).to.be.a('string')
    })

    it(`${name} runs on a tape, of what does not vary`, () => {
      const { ops, fixed, variable, gradients: back } = tape(reference)
      const results = looping.compute(ops, ...given(looping.inputs.map(fixed)))
      close(
        results.map(({ value }) => value),
        expected(looping),
      )
      const x = variable({ shape: [], data: [3] })
      const loss = ops.add(ops.square(x), ops.sum(results[0] as never, [...(results[0]?.value.shape.keys() ?? [])]))
      close(back([[loss, { shape: [], data: [1] }]], [x]), [{ shape: [], data: [6] }])
    })
  }
})

for (const [backendName, choose] of Object.entries(backends))
  describe(`A loop on ${backendName}`, () => {
    let backend: Backend
    before(async () => {
      backend = await choose()
    })
    for (const [name, looping] of Object.entries(loops))
      it(`${name} gives what it says`, async () => {
        close(await onBackend(backend, looping, prepare), expected(looping))
        const exact = await onBackend(backend, looping, prepareTraced)
        if (backendName === 'tfjs') expect(exact).to.deep.equal(eager(looping))
        else close(exact, expected(looping))
      })
  })

for (const [backendName, choose] of Object.entries(backends))
  it(`A loop on ${backendName} that fails in a repetition leaves nothing behind`, async () => {
    const backend = await choose()
    // Rows 0 to 2, and then one that is not there.
    const { graph: ready } = prepare(
      trace(
        (ops, table) =>
          repeat<GraphNode, readonly [GraphNode, GraphNode]>(
            ops,
            () => ops.constant(1),
            (at, sum) => [ops.add(at, ops.constant(1)), ops.add(sum, ops.gather(table as GraphNode, at))],
            [ops.constant(0), ops.constant(0, [2])],
          ),
        [[3, 2]],
      ),
    )
    const program = await backend.compile(ready)
    const table = backend.upload(new Float32Array(6), [3, 2])
    const before = tf.memory().numDataBuffers
    let fault: unknown
    try {
      await program.run([table])
    } catch (error) {
      fault = error
    }
    expect(fault).to.be.instanceOf(Error)
    expect(tf.memory().numDataBuffers).to.equal(before)
    backend.release(table)
    program.dispose()
  })

describe('Loops in a graph', () => {
  const doubled = (limit: number, shape: readonly (number | null)[] = []): Graph =>
    trace(
      (ops, x, more) =>
        repeat<GraphNode, readonly [GraphNode]>(
          ops,
          y => ops.greater(ops.constant(100), ops.sum(y, [...shape.keys()])),
          y => [ops.add(ops.add(y, y), ops.exp(more as GraphNode))],
          [x as GraphNode],
          limit,
        ),
      [shape, []],
    )

  it('show what they use of the graph around them as operands, computed once', () => {
    const [result] = doubled(5).outputs
    const [loop] = topological([result as GraphNode]).filter(({ kind }) => kind === 'loop')
    if (loop?.kind !== 'loop') throw new Error('no loop')
    expect(loop.captured.map(node => 'operation' in node && node.operation)).to.deep.equal(['exp'])
    expect(topological(loop.next).filter(({ kind }) => kind === 'placeholder')).to.deep.equal([
      ...loop.carried,
      ...loop.inner,
    ])
    expect(Object.isFrozen(loop)).to.equal(true)
  })

  it('are one where they are equal, and differ with their limits', () => {
    const x = placeholder('x', [])
    const loop = (limit: number) =>
      repeat<GraphNode, readonly [GraphNode]>(
        graphOps,
        y => y,
        y => [graphOps.exp(y)],
        [x],
        limit,
      )
    const { outputs } = graph([x], [...loop(3), ...loop(3), ...loop(4)])
    expect(outputs[0]).to.equal(outputs[1])
    expect(outputs[0]).not.to.equal(outputs[2])
    expect(equals(doubled(3), doubled(3))).to.equal(true)
    expect(equals(doubled(3), doubled(4))).to.equal(false)
  })

  it('are printed, and cost what they may cost', () => {
    expect(print(doubled(3))).to.contain('loop(x0, %1, 3) { 7 nodes }')
    const [one, three] = [1, 3].map(limit => cost(doubled(limit, [4]).outputs))
    expect(one).to.deep.equal({ flops: 14, bytes: 124, peakBytes: 80 })
    expect(three).to.deep.equal({ flops: 40, bytes: 356, peakBytes: 80 })
  })

  it('keep unknown dimensions', () => expect(doubled(3, [null, 2]).outputs[0]?.shape).to.deep.equal([null, 2]))

  it('have their bodies fused', () => {
    const own = fuse(
      trace(
        (ops, x, w, b) =>
          repeat<GraphNode, readonly [GraphNode]>(
            ops,
            () => ops.constant(1),
            y => [ops.relu(ops.add(ops.matmul(y, w as GraphNode), b as GraphNode))],
            [x as GraphNode],
            3,
          ),
        [[2, 2], [2, 2], [2]],
      ),
    )
    const [loop] = topological(own.outputs).filter(({ kind }) => kind === 'loop')
    expect(loop?.kind === 'loop' && loop.next.map(({ kind }) => kind)).to.deep.equal(['fused'])
  })
})

describe('A gradient through a loop', () => {
  const toFifth = <T>(ops: Ops<T>, x: T, n: T): T =>
    repeat<T, readonly [T, T]>(
      ops,
      left => left,
      (left, y) => [ops.subtract(left, ops.constant(1)), ops.multiply(y, x)],
      [n, ops.constant(1)],
    )[1]
  const one: Numbers = { shape: [], data: [1] }
  const five: Numbers = { shape: [], data: [5] }

  it('goes through it, on a tape and in a graph', () => {
    const { ops, variable, fixed, gradients: back } = tape(reference)
    const x = variable({ shape: [], data: [2] })
    const y = toFifth(ops, x, fixed(five))
    close([y.value], [{ shape: [], data: [32] }])
    // 5 x^4 times twice x^5.
    close(back([[ops.square(y), one]], [x]), [{ shape: [], data: [5120] }])
    const own = trace((taped, at, n) => [toFifth(taped, at as GraphNode, n as GraphNode)], [[], []])
    close(interpreted(gradients(own), [{ shape: [], data: [2] }, five]), [
      { shape: [], data: [80] },
      { shape: [], data: [0] },
    ])
  })

  it('is there beside it, of its result itself, and with what stops before it', () => {
    const { ops, variable, fixed, gradients: back } = tape(reference)
    const x = variable({ shape: [], data: [2] })
    const y = toFifth(ops, x, fixed(five))
    close(back([[ops.square(x), one]], [x]), [{ shape: [], data: [4] }])
    close(back([[ops.square(y), one]], [y]), [{ shape: [], data: [64] }])
    const stopped = toFifth(ops, ops.stopGradient(x), fixed(five))
    close(back([[ops.multiply(stopped, x), one]], [x]), [{ shape: [], data: [32] }])
    // How long it takes does not vary with anything.
    const counted = toFifth(ops, fixed(one), ops.greater(x, fixed(one)))
    close(back([[ops.multiply(counted, x), one]], [x]), [one])
  })
})

describe('A loop that cannot be', () => {
  const x = tf.scalar(1)
  const wrong = tfjsOps.loop as (...args: readonly unknown[]) => unknown
  const flag = () => tf.scalar(0)
  const same = (carried: unknown) => carried
  const cases: readonly (readonly [string, readonly unknown[], string])[] = [
    ['no condition', [undefined, same, [x], 3], 'loop, condition: expected a function'],
    ['no body', [flag, 3, [x], 3], 'loop, body: expected a function'],
    ['nothing to start from', [flag, same, undefined, 3], 'loop, initial: expected an array of tensors'],
    ['numbers to start from', [flag, same, [1], 3], 'loop, initial: expected an array of tensors'],
    ['no limit', [flag, same, [x]], 'loop, limit: expected a whole number of repetitions >= 0, got undefined'],
    ['an infinite limit', [flag, same, [x], Number.POSITIVE_INFINITY], 'got Infinity'],
    ['a negative limit', [flag, same, [x], -1], 'got -1'],
    [
      'a condition of some elements',
      [() => tf.ones([1]), same, [x], 3],
      'loop, condition: expected a scalar, got a tensor of shape (1,)',
    ],
    ['a condition of JavaScript', [() => true, same, [x], 3], 'loop, condition: expected an array of tensors'],
    [
      'a body of another shape',
      [() => tf.scalar(1), () => [tf.ones([2])], [x], 3],
      'loop, body: expected tensors of the carried shapes (), got (2,)',
    ],
    [
      'a body of more tensors',
      [() => tf.scalar(1), () => [x, x], [x], 3],
      'loop, body: expected tensors of the carried shapes (), got [(), ()]',
    ],
    ['a body of nothing', [() => tf.scalar(1), () => undefined, [x], 3], 'loop, body: expected an array of tensors'],
  ]
  for (const [name, args, message] of cases)
    it(`for ${name} is refused`, () => {
      const before = tf.memory().numTensors
      expect(() => tf.tidy(() => void wrong(...args))).to.throw(InvalidOption, message)
      expect(tf.memory().numTensors).to.equal(before)
    })
})
