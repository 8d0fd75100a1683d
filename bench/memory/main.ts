import { setTimeout as later } from 'node:timers/promises'
import { type BackendOption, compile, compileTraining, Input, init, join, key, Relu, Softmax } from '../../src/index.ts'
import { classes, draws } from '../contenders/inputs.ts'
import { rule } from '../contenders/networks.ts'

// Prints the megabytes that batches of many sizes add to a process in which one size has run,
// with the garbage collector exposed: node --expose-gc main.mjs train onnxruntime 200.

const network = join(Input(64), Relu(256), Relu(256), Softmax(10))
const [work = 'predict', backend = 'tfjs', sizes = '200'] = process.argv.slice(2)

/** Resident memory once what is unused has been collected, and the allocator has given pages back. */
const settled = async (): Promise<number> => {
  for (let i = 0; i < 8; i++) {
    globalThis.gc?.()
    await later(30)
  }
  return process.memoryUsage().rss / 1e6
}

/** A computation on a batch of so many rows. */
type Run = (rows: number) => Promise<void>
const option = { backend: backend as BackendOption }
const runs: Readonly<Record<string, () => Promise<Run>>> = {
  predict: async () => {
    const model = compile(network, init(network, key(0)), option)
    return async rows => {
      const output = await model(draws(1, [rows, 64]))
      await output.data()
      output.dispose()
    }
  },
  apply: async () => {
    const model = compile(network, option)
    const variables = init(network, key(0))
    return async rows => {
      const output = await model(variables, draws(1, [rows, 64]))
      await output.data()
      output.dispose()
    }
  },
  train: async () => {
    const step = compileTraining(network, rule(backend as BackendOption))
    let state = await step.init(init(network, key(0)), key(1))
    return async rows => {
      const [next] = await step(state, { x: draws(1, [rows, 64]), y: classes(2, rows, 10) })
      state = next
    }
  },
}

const run = await (runs[work] as () => Promise<Run>)()
for (let i = 0; i < 20; i++) await run(1)
const before = await settled()
for (let rows = 2; rows <= Number(sizes) + 1; rows++) await run(rows)
console.log(JSON.stringify({ added: (await settled()) - before, before }))
process.exit()
