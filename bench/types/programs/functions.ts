import {
  activations,
  compile,
  eager,
  grad,
  hessian,
  Input,
  init,
  jacobian,
  join,
  jvp,
  key,
  Linear,
  lossGradients,
  type Ops,
  Tanh,
  treeMap,
  valueAndGrad,
  vjp,
  vmap,
} from 'joinery'

interface Params<T> {
  readonly w: T
  readonly b: readonly [T]
}
const loss = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T =>
  ops.mean(ops.square(ops.subtract(ops.add(ops.matmul(x, params.w), params.b[0]), y)))
const outputs = <T>(ops: Ops<T>, x: T): { readonly y: T; readonly all: readonly T[] } => ({ y: ops.exp(x), all: [x] })
const adapted = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T =>
  loss(
    ops,
    treeMap(ops, (param, slope) => ops.subtract(param, slope as T), params, grad(loss)(ops, params, x, y)),
    x,
    y,
  )
export const inside = <T>(ops: Ops<T>, x: T): T => {
  const [y, pullback] = vjp(outputs)(ops, x)
  const [, moved] = jvp(outputs)(ops, [x], [y.y])
  return pullback(moved)
}

const given = { w: [[1], [2]], b: [{ data: [0], shape: [1] }] } as const
const tasks = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T =>
  ops.mean(vmap(adapted, [null, 0, 0])(ops, params, x, y))
const step = compile(valueAndGrad(tasks, { wrt: [0] }), { backend: 'wasm' })
export const both = step(given, [[[1, 2]]], [[[1]]])
export const third = eager(grad(grad(grad((ops, x) => ops.square(ops.square(x))))))(2)
export const curvature = eager(hessian(loss))(given, [[1, 2]], [[1]])
export const rows = eager(jacobian(outputs))([1, 2])
export const each = eager(vmap(grad(loss), [null, 0, 0]))(given, [[[1, 2]]], [[[1]]])

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
export const slopes = lossGradients(network, variables, { x: [[1, 2]], y: [[1]] }, { perExample: true })
export const hidden = activations(network, variables, [[1, 2]], ['tanh-1'])
