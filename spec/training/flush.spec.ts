import { expect } from 'chai'
import { asGraph } from '../../src/graph/build.ts'
import { graphOps, placeholder } from '../../src/graph.ts'
import { adam, Input, init, join, key, Linear, tensor, tfjsOps, trainStep } from '../../src/index.ts'
import { flushed } from '../../src/training/flush.ts'
import { printed } from '../process.ts'
import { backends } from '../running-backends.ts'

const least = 2 ** -126

describe('Subnormal numbers', () => {
  const given = [0.99 * least, -0.5 * least, 2 ** -149, 0, least, -least, 1, -3e38, Infinity, -Infinity, NaN]
  const expected = [0, 0, 0, 0, ...given.slice(4)].map(Math.fround)
  it('become 0, and others stay', () => {
    expect([...flushed(tfjsOps, tensor(given)).dataSync()]).to.deep.equal(expected)
  })
  for (const [name, backendOf] of Object.entries(backends))
    it(`do on ${name}`, async () => {
      const backend = await backendOf()
      const x = placeholder('x', [given.length])
      const program = await backend.compile(asGraph([x], [flushed(graphOps, x)]))
      const [found] = await program.run([backend.upload(Float32Array.from(given), [given.length])])
      expect([...(await backend.download(found))]).to.deep.equal(expected)
      program.dispose()
    })
})

describe('What an optimizer remembers', () => {
  interface Slot {
    readonly fc: { readonly weight: { readonly dataSync: () => ArrayLike<number> } }
  }
  const network = join(Input(2), Linear(1, { name: 'fc' }))
  const variables = init(network, key(1))
  const optimizer = adam()
  const slot = (value: number) => ({ fc: { weight: tensor([[value], [1]]), bias: tensor([0]) } })
  const memory = { update: 30, slots: { mean: slot(1.1 * least), square: slot(least) } }
  const numbersIn = ({ slots }: { readonly slots: unknown }) =>
    Object.values(slots as Readonly<Record<string, Slot>>).map(({ fc }) => [...(fc.weight.dataSync() as Float32Array)])

  /** What is remembered after each of three updates without a gradient. */
  const byOptimizer = () => {
    const zeros = { fc: { weight: tensor([[0], [0]]), bias: tensor([0]) } }
    const first = optimizer.update(zeros, memory, variables.params)[1]
    const second = optimizer.update(zeros, first, variables.params)[1]
    return [first, second, optimizer.update(zeros, second, variables.params)[1]].map(numbersIn)
  }

  it('is flushed every 32 updates', () => {
    const [first, second, third] = byOptimizer().map(slots => slots.map(([dead]) => dead as number))
    for (const values of [first, second] as const)
      for (const value of values as number[])
        expect(value)
          .to.be.greaterThan(0.8 * least)
          .and.lessThan(least)
    expect(third).to.deep.equal([0, 0])
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`is the same on ${backend}`, async () => {
      const step = trainStep(network, { loss: 'mse', optimizer, backend })
      let state = { ...step.init(variables, key(2)), optimizer: memory as never }
      const seen: unknown[] = []
      // Without inputs, weights have no gradient.
      for (let i = 0; i < 3; i++) {
        ;[state as unknown] = await step(state, { x: [[0, 0]], y: [[1]] })
        seen.push(numbersIn(state.optimizer))
      }
      expect(seen).to.deep.equal(byOptimizer())
    })
})

describe('A process in which ONNX Runtime has run', () => {
  it('computes with subnormal numbers as before', async function () {
    this.timeout(60_000)
    const program = `
const { Input, Linear, compile, fit, init, join, key } = joinery
const computed = () => {
  const [x, factor] = [Float32Array.of(2 ** -140, 3), Math.random() < 2 ? 1 : 0]
  return [1e-310 * factor, 2 ** -1070 + 2 ** -1074 * factor, x[0] * factor, Math.fround(x[1] * 2 ** -130 * factor)]
}
const before = computed()
const network = join(Input(2), Linear(1))
const backend = 'onnxruntime'
const { variables } = await fit(network, init(network, key(1)), { x: [[1, 2]], y: [[3]] }, { backend, epochs: 40, key: key(2) })
const model = compile(network, variables, { backend })
await model([[1e-40, 0]])
console.log(JSON.stringify([before, computed()]))
process.exit()`
    const [before, after] = JSON.parse(await printed(program)) as readonly (readonly number[])[]
    expect(before).to.deep.equal([1e-310, 2 ** -1070 + 2 ** -1074, 2 ** -140, 3 * 2 ** -130])
    expect(after).to.deep.equal(before)
  })
})
