import {
  apply,
  compile,
  eager,
  foldIn,
  grad,
  Input,
  init,
  join,
  type Key,
  key,
  Linear,
  type Ops,
  Tanh,
  uniforms,
  valueAndGrad,
  vmap,
} from '../../src/index.ts'
import '../../src/wasm.ts'
import { learn, type Params, relativeError } from './learning.ts'

// A wave that keeps its form: the Korteweg-de Vries equation, u_t + 6 u u_x + u_xxx = 0, solved by a network u(x, t) that sees no
// solution, only the equation (Raissi, Perdikaris and Karniadakis 2019, "Physics-informed neural networks"). Its third derivative
// is three gradients, one in the other, and what the network learns by is the gradient of all that.

const [speed, from, to, duration] = [2, -5, 5, 1]
/** The soliton, which is known: the form at the beginning, moved with its speed. */
const soliton = (x: number, t: number): number => speed / 2 / Math.cosh((Math.sqrt(speed) / 2) * (x - speed * t)) ** 2

const network = join(Input(2), Tanh(24), Tanh(24), Tanh(24), Linear(1))

/** The form at the beginning, exactly, and what the network adds as time goes on. */
const u = <T>(ops: Ops<T>, x: T, t: T, params: Params<T>): T => {
  const scaled = ops.divide(x, ops.constant(to))
  const { output } = apply(network, { params, state: {} }, ops.reshape(ops.stack([scaled, t]), [1, 2]), { ops })
  const cosh = (at: T): T => ops.multiply(ops.add(ops.exp(at), ops.exp(ops.negative(at))), ops.constant(0.5))
  const first = ops.divide(
    ops.constant(speed / 2),
    ops.square(cosh(ops.multiply(x, ops.constant(Math.sqrt(speed) / 2)))),
  )
  return ops.add(first, ops.multiply(t, ops.reshape(output as T, [])))
}

/** What is left of the equation at a point: nothing, for a solution. */
const residual = <T>(ops: Ops<T>, x: T, t: T, params: Params<T>): T => {
  const slope = grad(u)(ops, x, t, params)
  const third = grad(grad(grad(u)))(ops, x, t, params)
  const change = grad(u, { wrt: 1 })(ops, x, t, params)
  const moved = ops.multiply(ops.constant(6), ops.multiply(u(ops, x, t, params), slope))
  return ops.add(change, ops.add(moved, third))
}

interface Points<T> {
  /** Within, and at the ends, where the wave is known to be flat. */
  readonly within: { readonly x: T; readonly t: T }
  readonly ends: { readonly x: T; readonly t: T; readonly u: T }
}
const loss = <T>(ops: Ops<T>, params: Params<T>, { within, ends }: Points<T>): T => {
  const left = vmap(residual, [0, 0, null])(ops, within.x, within.t, params)
  const found = vmap(u, [0, 0, null])(ops, ends.x, ends.t, params)
  return ops.add(ops.mean(ops.square(left)), ops.mean(ops.square(ops.subtract(found, ends.u))))
}

const between = (key: Key, count: number, least: number, most: number): Float32Array =>
  uniforms(key, count).map(draw => least + (most - least) * draw)
/** Other points for each update. */
const points = (key: Key): Points<Float32Array> => {
  const t = between(foldIn(key, 'ends'), 32, 0, duration)
  const x = t.map((_, i) => (i % 2 === 0 ? from : to))
  return {
    within: { x: between(foldIn(key, 'x'), 128, from, to), t: between(foldIn(key, 't'), 128, 0, duration) },
    ends: { x, t, u: x.map((at, i) => soliton(at, t[i] as number)) },
  }
}

const step = compile(valueAndGrad(loss), { backend: 'wasm' })
const params = await learn(step, init(network, key(1)).params, update => points(foldIn(key(2), update)), {
  updates: 700,
  rate: 0.01,
})

const [columns, rows] = [81, 21]
const grid = Array.from({ length: columns * rows }, (_, i): readonly [x: number, t: number] => [
  from + ((to - from) * (i % columns)) / (columns - 1),
  (duration * Math.floor(i / columns)) / (rows - 1),
])
const found = eager(vmap(u, [0, 0, null]))(
  grid.map(([x]) => x),
  grid.map(([, t]) => t),
  params,
).dataSync()
const error = relativeError(
  found,
  grid.map(([x, t]) => soliton(x, t)),
)
const last = found.slice(-columns)
const [crest = 0] = grid[last.indexOf(Math.max(...last))] ?? []
console.log(`\nrelative error: ${error.toFixed(4)}`)
console.log(`crest at t = ${duration}: x = ${crest.toFixed(2)}`)
