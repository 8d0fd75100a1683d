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
  Relu,
  type Tensor,
  treeMap,
  uniforms,
  valueAndGrad,
  vmap,
  xavierNormal,
} from '../../src/index.ts'
import '../../src/wasm.ts'
import { learn, type Params } from './learning.ts'

// Learning to learn: parameters from which one gradient step on ten points of a sine that was never seen gives that sine (Finn,
// Abbeel and Levine 2017, "Model-agnostic meta-learning", 5.1). Each update looks at 64 sines at once: the loss after the step is a
// function of one task, vmap makes it one of 64, and its gradient goes through all their steps.

const network = join(Input(1), Relu(40, { weight: xavierNormal() }), Relu(40, { weight: xavierNormal() }), Linear(1))
/** How far the parameters go along the gradient of a task. */
const rate = 0.01

const loss = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T => {
  const { output } = apply(network, { params, state: {} }, x, { ops })
  return ops.mean(ops.square(ops.subtract(output as T, y)))
}
/** The parameters after a gradient step. */
const adapted = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): Params<T> => {
  const descend = (param: T, slope?: T): T => ops.subtract(param, ops.multiply(slope as T, ops.constant(rate)))
  return treeMap(ops, descend, params, grad(loss)(ops, params, x, y))
}

/** Points of a sine to learn from, and others to be right at: for each task [tasks, points, 1]. */
interface Tasks<T> {
  readonly x: T
  readonly y: T
  readonly newX: T
  readonly newY: T
}
const meanLoss = <T>(ops: Ops<T>, params: Params<T>, { x, y, newX, newY }: Tasks<T>): T => {
  const ofTask = (inner: Ops<T>, own: Params<T>, a: T, b: T, c: T, d: T): T =>
    loss(inner, adapted(inner, own, a, b), c, d)
  return ops.mean(vmap(ofTask, [null, 0, 0, 0, 0])(ops, params, x, y, newX, newY))
}

/** Sines of any amplitude from 0.1 to 5 and any phase from 0 to π. */
const sines = (key: Key, tasks: number, points: number): Tasks<{ data: Float32Array; shape: readonly number[] }> => {
  const amplitudes = uniforms(foldIn(key, 'amplitude'), tasks).map(draw => 0.1 + 4.9 * draw)
  const phases = uniforms(foldIn(key, 'phase'), tasks).map(draw => Math.PI * draw)
  const shape = [tasks, points, 1]
  const x = (name: string): Float32Array => uniforms(foldIn(key, name), tasks * points).map(draw => 10 * draw - 5)
  const y = (x: Float32Array): Float32Array =>
    x.map((at, i) => {
      const task = Math.floor(i / points)
      return (amplitudes[task] as number) * Math.sin(at - (phases[task] as number))
    })
  const [first, second] = [x('x'), x('new x')]
  const given = (data: Float32Array) => ({ data, shape })
  return { x: given(first), y: given(y(first)), newX: given(second), newY: given(y(second)) }
}

const start = init(network, key(1)).params
const step = compile(valueAndGrad(meanLoss), { backend: 'wasm' })
const params = await learn(step, start, update => sines(foldIn(key(2), update), 64, 10), {
  updates: 500,
  rate: 0.01,
})

// Sines that were never seen, of which ten points are shown: the mean error at others before, and after each of five steps.
const errors = eager(<T>(ops: Ops<T>, own: Params<T>, given: Tasks<T>): readonly T[] => {
  const ofTask = (inner: Ops<T>, x: T, y: T, newX: T, newY: T): readonly T[] => {
    const steps = [own]
    while (steps.length < 6) steps.push(adapted(inner, steps.at(-1) as Params<T>, x, y))
    return steps.map(at => loss(inner, at, newX, newY))
  }
  return vmap(ofTask)(ops, given.x, given.y, given.newX, given.newY).map(each => ops.mean(each))
})
const unseen = sines(key(3), 100, 10)
const shown = (of: Params<Tensor>): string =>
  errors(of, unseen)
    .map(error => error.dataSync()[0]?.toFixed(3))
    .join(', ')
console.log(`\nerrors from fresh parameters: ${shown(start)}`)
console.log(`errors from learnt parameters: ${shown(params)}`)
