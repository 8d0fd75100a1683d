import { expect } from 'chai'
import { print, trace } from '../../src/graph.ts'
import {
  apply,
  compile,
  compileTraining,
  defineOperation,
  eager,
  grad,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  Linear,
  type NumbersKernel,
  type OperationRules,
  type Ops,
  vmap,
} from '../../src/index.ts'
import { backends, onEachOfTfjs } from '../running-backends.ts'

type Given = readonly [factor: number]

/** An operation that adds up along the last axis and scales, and the kernels that have run it. */
const counted = () => {
  const ran: string[] = []
  const inJavaScript =
    (name: string): NumbersKernel<Given> =>
    ([x], { data, shape }, factor) => {
      ran.push(name)
      const width = shape.at(-1) ?? 1
      for (let i = 0; i < data.length; i++)
        data[i] = factor * (x?.data[i] ?? 0) + (i % width === 0 ? 0 : (data[i - 1] as number))
    }
  const rules: OperationRules<Given> = {
    tensors: 1,
    shape: ([x]) => x ?? 'a tensor',
    compute: (ops, [x], factor) => {
      ran.push('compute')
      return ops.multiply(ops.cumsum(x as NonNullable<typeof x>, -1), ops.constant(factor))
    },
    derivative: (ops, gradient, _, factor) => {
      const last = ops.shape(gradient).length - 1
      const reversed = ops.cumsum(ops.reverse(gradient, [last]), last)
      return [ops.multiply(ops.reverse(reversed, [last]), ops.constant(factor))]
    },
    kernels: {
      tfjs: inJavaScript('tfjs'),
      wasm: inJavaScript('wasm'),
      onnxruntime: ({ node, floats, integers }, [x], [shape], factor) => {
        ran.push('onnxruntime')
        const sums = node('CumSum', [x as string, integers([(shape ?? []).length - 1])])
        return node('Mul', [sums, floats(Float32Array.of(factor), [])])
      },
    },
  }
  return { ran, rules, sums: defineOperation<Given>('sums', rules) }
}
const x = [
  [1, 2, 3],
  [-4, 0.5, 2],
]
const expected = [2, 6, 12, -8, -7, -3]
const kernelOf = (backend: string): string =>
  backend.replace(/^wasm.*/, 'wasm').replace(/^onnxruntime.*/, 'onnxruntime')

describe('A kernel of an operation', () => {
  for (const [name, choose] of Object.entries(backends))
    it(`runs on ${name} in place of what it computes, also where it is differentiated`, async () => {
      const { ran, sums } = counted()
      const twice = <T>(ops: Ops<T>, a: T): T => sums(ops, [ops.negative(sums(ops, [a], 2))], -0.5)
      const run = compile(twice, { backend: await choose() })
      expect(Array.from((await run(x)).dataSync())).to.deep.equal([2, 8, 20, -8, -15, -18].map(value => value / 2))
      expect(ran).to.deep.equal([kernelOf(name), kernelOf(name)])
      await run.dispose()
      const slope = compile(
        grad(<T>(ops: Ops<T>, a: T) => ops.sum(ops.square(sums(ops, [a], 2)))),
        { backend: await choose() },
      )
      expect(Array.from((await slope([1, 2])).dataSync())).to.deep.equal([32, 24])
      expect(ran.slice(2)).to.deep.equal([kernelOf(name)])
      await slope.dispose()
    })

  it('runs at once, on the backend of tfjs in use', async () => {
    await onEachOfTfjs(() => {
      const { ran, sums } = counted()
      const network = join(
        Input(3),
        Lambda((ops, a) => sums(ops, [a], 2)),
      )
      const { output } = apply(network, init(network, key(0)), x)
      expect(Array.from(output.dataSync())).to.deep.equal(expected)
      expect(Array.from(eager(<T>(ops: Ops<T>, a: T) => sums(ops, [a], 2))(x).dataSync())).to.deep.equal(expected)
      expect(new Set(ran)).to.have.property('size', 1)
      expect(ran[0]).to.not.equal('compute')
    })
  })

  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`trains on ${name} as what it computes does`, async () => {
      const { rules, sums } = counted()
      const { kernels, ...plain } = rules
      const composed = defineOperation<Given>('sums', plain)
      const losses = []
      for (const own of [sums, composed]) {
        const network = join(
          Input(3),
          Linear(4),
          Lambda((ops, a) => own(ops, [a], 0.5)),
          Linear(2),
        )
        const step = compileTraining(network, { loss: 'mse', backend: name })
        let state = await step.init(init(network, key(1)), key(2))
        for (let i = 0; i < 3; i++) {
          const [next, { loss }] = await step(state, {
            x,
            y: [
              [1, 2],
              [3, 4],
            ],
          })
          state = next
          losses.push(loss)
        }
        await step.dispose()
      }
      for (let i = 0; i < 3; i++) expect(losses[i]).to.be.closeTo(losses[i + 3] ?? Number.NaN, 1e-5)
    })

  it('gives way to what it computes where there is none: other backends, many examples, no elements', async () => {
    const { ran, rules } = counted()
    const sums = defineOperation<Given>('sums', {
      ...rules,
      kernels: { onnxruntime: rules.kernels?.onnxruntime as never },
    })
    const run = compile(<T>(ops: Ops<T>, a: T) => sums(ops, [a], 2), { backend: 'wasm' })
    expect(Array.from((await run(x)).dataSync())).to.deep.equal(expected)
    await run.dispose()
    const each = compile(
      vmap(<T>(ops: Ops<T>, a: T) => sums(ops, [a], 2)),
      { backend: 'onnxruntime' },
    )
    expect(Array.from((await each(x)).dataSync())).to.deep.equal(expected)
    await each.dispose()
    const none = compile(<T>(ops: Ops<T>, a: T) => sums(ops, [a], 2), { backend: 'onnxruntime' })
    expect((await none({ data: new Float32Array(0), shape: [0, 3] })).shape).to.deep.equal([0, 3])
    await none.dispose()
    expect(new Set(ran)).to.deep.equal(new Set(['compute']))
  })

  it('is one node of a graph for the same tensors and numbers, which prints by its name', () => {
    const { sums } = counted()
    const own = trace(
      (ops, a) => {
        const input = a as NonNullable<typeof a>
        return [sums(ops, [input], 2), sums(ops, [input], 2), sums(ops, [input], 0), sums(ops, [input], -0)]
      },
      [[2, 3]],
    )
    expect(print(own)).to.equal(
      'x0 (2, 3) = input\n%1 (2, 3) = sums(x0, 2)\n%2 (2, 3) = sums(x0, 0)\n%3 (2, 3) = sums(x0, 0)\n-> %1, %1, %2, %3',
    )
  })

  it('is refused if it is none, or for a backend that there is not', async () => {
    const { rules } = counted()
    for (const kernels of [{ tfjs: 1 }, { webgpu: () => undefined }, 3])
      expect(() => defineOperation('sums', { ...rules, kernels } as never)).to.throw(
        InvalidOption,
        'defineOperation, rules: expected tensors, a number, and the functions shape and compute; derivative, and kernels by',
      )
    const wrong = defineOperation<Given>('sums', { ...rules, kernels: { onnxruntime: () => 3 as never } })
    const run = compile(<T>(ops: Ops<T>, a: T) => wrong(ops, [a], 2), { backend: 'onnxruntime' })
    const fault = await run(x).catch((error: unknown) => error)
    expect(fault).to.be.instanceOf(InvalidOption)
    expect((fault as Error).message).to.include('sums, kernels.onnxruntime: expected the name of the result, got 3')
  })
})
