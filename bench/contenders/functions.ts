import {
  apply,
  type BackendOption,
  compile,
  eager,
  grad,
  Input,
  init,
  join,
  key,
  Linear,
  type Ops,
  Relu,
  Tanh,
  type Tensor,
  treeMap,
  type VariableTree,
  vmap,
} from '../../src/index.ts'
import { type Numbers, sinusoids, waves } from './inputs.ts'
import type { Step } from './protocol.ts'

// Losses that are functions of derivatives: a step of Adam on their gradients is one program.

type Params<T> = VariableTree<T>
/** A loss of parameters and of a batch, which is a record of tensors. */
type Loss = <T>(ops: Ops<T>, params: Params<T>, batch: Readonly<Record<string, T>>) => T

/** What a work trains: a network, by a loss on a batch. */
interface Trained {
  readonly params: Params<Tensor>
  readonly loss: Loss
  readonly batch: Readonly<Record<string, Numbers>>
}

/** What is left of the equation of Korteweg and de Vries, u_t + 6 u u_x + u_xxx = 0, at 256 points. */
const pinn = (): Trained => {
  const network = join(Input(2), Tanh(32), Tanh(32), Tanh(32), Linear(1))
  const u = <T>(ops: Ops<T>, x: T, t: T, params: Params<T>): T => {
    const { output } = apply(network, { params, state: {} }, ops.reshape(ops.stack([x, t]), [1, 2]), { ops })
    return ops.reshape(output as T, [])
  }
  const residual = <T>(ops: Ops<T>, x: T, t: T, params: Params<T>): T => {
    const slope = grad(u)(ops, x, t, params)
    const third = grad(grad(grad(u)))(ops, x, t, params)
    const moved = ops.multiply(ops.constant(6), ops.multiply(u(ops, x, t, params), slope))
    return ops.add(grad(u, { wrt: 1 })(ops, x, t, params), ops.add(moved, third))
  }
  return {
    params: init(network, key(0)).params,
    loss: (ops, params, { x, t }) =>
      ops.mean(ops.square(vmap(residual, [0, 0, null])(ops, x as never, t as never, params))),
    batch: waves(),
  }
}

/** The loss of 64 regressions, each after a gradient step on ten points of its own (Finn et al. 2017, 5.1). */
const maml = (): Trained => {
  const network = join(Input(1), Relu(40), Relu(40), Linear(1))
  const loss = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T => {
    const { output } = apply(network, { params, state: {} }, x, { ops })
    return ops.mean(ops.square(ops.subtract(output as T, y)))
  }
  const adapted = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T, newX: T, newY: T): T => {
    const moved = treeMap(
      ops,
      (param, slope) => ops.subtract(param, ops.multiply(slope as T, ops.constant(0.01))),
      params,
      grad(loss)(ops, params, x, y),
    )
    return loss(ops, moved, newX, newY)
  }
  return {
    params: init(network, key(0)).params,
    loss: (ops, params, batch) => {
      const { x, y, newX, newY } = batch as { readonly [_ in 'x' | 'y' | 'newX' | 'newY']: never }
      return ops.mean(vmap(adapted, [null, 0, 0, 0, 0])(ops, params, x, y, newX, newY))
    },
    batch: sinusoids(),
  }
}

const works: Readonly<Record<string, () => Trained>> = { pinn, maml }
/** Whether a work trains by a function of derivatives. */
export const isFunction = (work: string): boolean => Object.hasOwn(works, work)

/** Parameters, and what Adam remembers of them. */
interface State<T> {
  readonly params: Params<T>
  readonly means: Params<T>
  readonly squares: Params<T>
}

/** A step of Adam, as one would write it by hand. */
const adamStep =
  (loss: Loss) =>
  <T>(ops: Ops<T>, { params, means, squares }: State<T>, batch: Readonly<Record<string, T>>, rate: T): State<T> => {
    const slopes = grad(loss)(ops, params, batch)
    const blended = (share: number) => (before: T, next?: T) =>
      ops.add(ops.multiply(before, ops.constant(share)), ops.multiply(next as T, ops.constant(1 - share)))
    const nextMeans = treeMap(ops, blended(0.9), means, slopes)
    const nextSquares = treeMap(
      ops,
      blended(0.999),
      squares,
      treeMap(ops, slope => ops.square(slope), slopes),
    )
    const moved = (param: T, mean?: T, square?: T): T =>
      ops.subtract(param, ops.divide(ops.multiply(mean as T, rate), ops.add(ops.sqrt(square as T), ops.constant(1e-7))))
    return { params: treeMap(ops, moved, params, nextMeans, nextSquares), means: nextMeans, squares: nextSquares }
  }

/** The step of a work, as one program. */
export const stepOf = (work: string, backend: BackendOption): Step => {
  const { params, loss, batch } = (works[work] as () => Trained)()
  const zeros = eager(<T>(ops: Ops<T>, tree: Params<T>) =>
    treeMap(ops, leaf => ops.multiply(leaf, ops.constant(0)), tree),
  )
  const step = compile(adamStep(loss), { backend })
  let state: State<Tensor> = { params, means: zeros(params), squares: zeros(params) }
  let update = 0
  return async () => {
    update++
    const rate = (0.001 * Math.sqrt(1 - 0.999 ** update)) / (1 - 0.9 ** update)
    state = await step(state, batch, rate)
  }
}
