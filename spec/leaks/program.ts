import * as joinery from '../../src/index.ts'

// A process of its own whose memory a spec reads: it does one thing many times, and prints how much it has grown, in MB.

const { compile, init, Input, join, key, Linear, Relu, apply, compileTraining, gradients, tensor } = joinery
const [what = '', backend = '', count = '0'] = process.argv.slice(2)
const n = Number(count)
const mega = 2 ** 20
const rss = (): number => process.memoryUsage().rss / mega
/** What has been dropped is collected as far as the process ever does it by itself: nothing is forced. */
const wide = join(Input(8), Relu(256))
const rows = 1024
const frame = { data: new Float32Array(rows * 8).fill(0.5), shape: [rows, 8] }

const works: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  // Outputs of 1 MB, each dropped before the next.
  outputs: async () => {
    const model = compile(wide, init(wide, key(1)), { backend: backend as 'tfjs' })
    return () => model(frame)
  },
  // Weights of 2 MB, and another batch size at each call.
  shapes: async () => {
    const network = join(Input(512), Linear(1024), Linear(8))
    const model = compile(network, init(network, key(1)), { backend: backend as 'tfjs' })
    // Of one array: what is measured is what the calls leave, not what they are given.
    const numbers = new Float32Array(256 * 512)
    let batch = 0
    return () => {
      batch++
      return model({ data: numbers.subarray(0, batch * 512), shape: [batch, 512] })
    }
  },
  // States of 1 MB, each spent by the next step.
  steps: async () => {
    const network = join(Input(256), Linear(1024))
    const step = compileTraining(network, { backend: backend as 'tfjs' })
    let state = await step.init(init(network, key(1)), key(2))
    const batch = {
      x: { data: new Float32Array(4 * 256), shape: [4, 256] },
      y: { data: new Float32Array(4 * 1024), shape: [4, 1024] },
    }
    return async () => {
      ;[state] = await step(state, batch)
    }
  },
  // Synchronous calls without a macrotask between them.
  eager: async () => {
    const variables = init(wide, key(1))
    return async () => {
      for (let i = 0; i < 10; i++) apply(wide, variables, frame)
    }
  },
  gradients: async () => {
    const network = join(Input(8), Relu(16))
    const variables = init(network, key(1))
    const x = [new Array(8).fill(1)]
    const dy = [new Array(16).fill(1)]
    return async () => {
      for (let i = 0; i < 10; i++) gradients(network, variables, x, dy)
    }
  },
  tensors: async () => async () => {
    for (let i = 0; i < 100; i++) tensor([[1, 2, 3]])
  },
}

const work = await (works[what] as (typeof works)['tensors'])()
// The first calls load kernels and make programs; tensors of 1 MB fill what the collector is used to.
for (let i = 0; i < n / 10; i++) await work()
const before = rss()
let peak = before
for (let i = 0; i < n; i++) {
  await work()
  if (i % 10 === 0) peak = Math.max(peak, rss())
}
console.log(JSON.stringify({ grown: Math.max(peak, rss()) - before, from: before }))
process.exit()
