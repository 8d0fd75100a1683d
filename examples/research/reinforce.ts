import {
  adam,
  compile,
  compileTraining,
  foldIn,
  type Handle,
  Input,
  init,
  join,
  key,
  Linear,
  Tanh,
  uniforms,
} from '../../src/index.ts'
import '../../src/wasm.ts'

// A policy learnt from returns alone (Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement
// learning", REINFORCE): a pole on a cart is held upright by pushes to the left or to the right (Barto, Sutton and Anderson 1983). The
// second rule learns what returns are to be expected, which is subtracted from them as a baseline.

const networks = { policy: join(Input(4), Tanh(32), Linear(2)), baseline: join(Input(4), Tanh(32), Linear(1)) }
const [carts, longest, discount] = [16, 200, 0.99]

/** The position and speed of a cart, and the angle and speed of its pole. */
type Cart = readonly [x: number, v: number, angle: number, w: number]
/** A fiftieth of a second later. */
const pushed = ([x, v, angle, w]: Cart, right: boolean): Cart => {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  const push = ((right ? 10 : -10) + 0.05 * w * w * sin) / 1.1
  const turn = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1))
  const speedUp = push - (0.05 * turn * cos) / 1.1
  return [x + 0.02 * v, v + 0.02 * speedUp, angle + 0.02 * w, w + 0.02 * turn]
}
const stands = ([x, , angle]: Cart): boolean => Math.abs(x) < 2.4 && Math.abs(angle) < 0.21

/** What carts have met, one row for each moment of each: those after the end count for nothing. */
interface Played<T> {
  readonly seen: T
  /** 1 for the push that was made. */
  readonly pushes: T
  readonly returns: T
  readonly counts: T
}

const step = compileTraining(
  networks,
  [
    {
      name: 'policy',
      trains: 'policy',
      optimizer: adam({ step: 0.01 }),
      loss: ({ ops, run }, { seen, pushes, returns, counts }: Played<Handle>) => {
        const likely = ops.sum(ops.multiply(ops.logSoftmax(run.policy(seen)), pushes), [1], true)
        const better = ops.multiply(ops.stopGradient(ops.subtract(returns, run.baseline(seen))), counts)
        return ops.negative(ops.divide(ops.sum(ops.multiply(likely, better)), ops.sum(counts)))
      },
    },
    {
      name: 'baseline',
      trains: 'baseline',
      optimizer: adam({ step: 0.01 }),
      loss: ({ ops, run }, { seen, returns, counts }: Played<Handle>) => {
        const errors = ops.square(ops.subtract(returns, run.baseline(seen)))
        return ops.divide(ops.sum(ops.multiply(errors, counts)), ops.sum(counts))
      },
    },
  ],
  { backend: 'wasm' },
)
const act = compile(networks.policy, { backend: 'wasm' })

let state = await step.init(init(networks, key(1)), key(2))
const lengths: number[] = []
for (let round = 0; round < 30; round++) {
  const { variables } = await step.read(state)
  const draws = uniforms(foldIn(key(3), round), carts * (longest + 4))
  let all: readonly Cart[] = Array.from({ length: carts }, (_, i) => {
    const [x = 0, v = 0, angle = 0, w = 0] = draws.slice(4 * i, 4 * i + 4).map(draw => 0.1 * draw - 0.05)
    return [x, v, angle, w] as const
  })
  const rows = carts * longest
  const [seen, pushes, returns, counts] = [4, 2, 1, 1].map(width => new Float32Array(width * rows)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  for (let time = 0; time < longest && all.some(stands); time++) {
    const logits = (await act(variables.policy, all)).dataSync()
    all = all.map((cart, i) => {
      if (!stands(cart)) return cart
      const row = i * longest + time
      const odds = Math.exp((logits[2 * i + 1] as number) - (logits[2 * i] as number))
      const right = (draws[4 * carts + i * longest + time] as number) < odds / (1 + odds)
      seen.set(cart, 4 * row)
      pushes[2 * row + Number(right)] = 1
      counts[row] = 1
      return pushed(cart, right)
    })
  }
  // Each moment that the pole stands is worth 1 of the longest return there is.
  for (let row = rows - 1; row >= 0; row--) {
    const after = (row + 1) % longest === 0 ? 0 : (returns[row + 1] as number)
    returns[row] = (counts[row] as number) * (1 - discount + discount * after)
  }
  lengths.push(counts.reduce((sum, one) => sum + one, 0) / carts)
  const [next] = await step(state, {
    seen: { data: seen, shape: [rows, 4] },
    pushes: { data: pushes, shape: [rows, 2] },
    returns: { data: returns, shape: [rows, 1] },
    counts: { data: counts, shape: [rows, 1] },
  })
  state = next
  if (round % 10 === 9) console.log(`round ${round + 1}: poles stand for ${lengths.at(-1)?.toFixed(0)} moments`)
}
await Promise.all([step.dispose(), act.dispose()])

const mean = (some: readonly number[]): string => (some.reduce((sum, own) => sum + own, 0) / some.length).toFixed(1)
console.log(`\npoles stood at first for: ${mean(lengths.slice(0, 5))}`)
console.log(`poles stand at last for: ${mean(lengths.slice(-5))}`)
