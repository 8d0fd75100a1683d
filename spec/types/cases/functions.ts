import {
  compile,
  eager,
  grad,
  hessian,
  Input,
  init,
  jacobian,
  join,
  jvp,
  type Key,
  key,
  type Layer,
  type Ops,
  type Optimizer,
  Softmax,
  scan,
  type Tensor,
  type Variables,
  valueAndGrad,
  vjp,
  vmap,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Functions of the operations: what they take and give is inferred through transforms, in any order.

interface Params<T> {
  readonly w: T
  readonly b: readonly [T]
}
const loss = <T>(ops: Ops<T>, params: Params<T>, x: T, y: T): T =>
  ops.mean(ops.square(ops.subtract(ops.add(ops.matmul(x, params.w), params.b[0]), y)))
const outputs = <T>(ops: Ops<T>, x: T): { readonly y: T; readonly all: readonly T[] } => ({ y: ops.exp(x), all: [x] })
const withReport = <T>(ops: Ops<T>, x: T): readonly [T, { readonly norm: T }] => [ops.sum(x), { norm: x }]

const data = [[1, 2]]
const given = { w: [[1], [2]], b: [{ data: [0], shape: [1] }] } as const

// Results are trees of the form of the arguments, or of the results.
const slopes = eager(grad(loss))(given, data, [[1]])
holds<Same<typeof slopes.w, Tensor>>()
const [value, gradient] = eager(valueAndGrad(loss))(given, data, [[1]])
holds<Same<typeof value, Tensor>>()
holds<Same<(typeof gradient.b)[0], Tensor>>()
const byTwo = eager(grad(loss, { wrt: [2, 0] }))(given, data, [[1]])
holds<Same<(typeof byTwo)[0], Tensor>>()
holds<Same<(typeof byTwo)[1]['w'], Tensor>>()
const [slope, report] = eager(grad(withReport, { aux: true }))([1, 2])
holds<Same<typeof slope, Tensor>>()
holds<Same<typeof report.norm, Tensor>>()
const each = eager(vmap(grad(loss), [null, 0, 0]))(given, [data], [[[1]]])
holds<Same<typeof each.w, Tensor>>()
const matrices = eager(jacobian(outputs))([1, 2])
holds<Same<typeof matrices.y, Tensor>>()
const curvature = eager(hessian(loss))(given, data, [[1]])
holds<Same<typeof curvature.w.w, Tensor>>()
const promised = compile(vmap(hessian((ops, x) => ops.sum(ops.square(x)))), { backend: 'wasm' })([[1, 2]])
holds<Same<typeof promised, Promise<Tensor>>>()
const [carried, [states]] = eager(
  scan(<T>(ops: Ops<T>, { sum }: { readonly sum: T }, { x }: { readonly x: T }) => {
    const next = { sum: ops.add(sum, x) }
    return [next, [next]] as const
  }),
)({ sum: 0 }, { x: [1, 2] })
holds<Same<typeof carried.sum, Tensor>>()
holds<Same<typeof states.sum, Tensor>>()
const [doubled] = eager(scan((ops, x) => [ops.add(x, x), []] as const, { length: 3 }))(1)
holds<Same<typeof doubled, Tensor>>()
const optimizer = hessian({ penaltyConst: 1 })
holds<Same<typeof optimizer, Optimizer<never>>>()

const [[scalar, beside], ofBoth] = eager(valueAndGrad(withReport, { wrt: [0], aux: true }))([1, 2])
holds<Same<typeof scalar | typeof beside.norm | (typeof ofBoth)[0], Tensor>>()
const twice = eager(grad((ops, x) => grad(withReport<typeof x>, { aux: true })(ops, x)[1].norm))([1, 2])
holds<Same<typeof twice, Tensor>>()

// Functions of single tensors need no annotation; those within functions use the types around.
const third = eager(grad(grad(grad((ops, x) => ops.square(ops.square(x))))))
holds<Same<ReturnType<typeof third>, Tensor>>()
export const inside = <T>(ops: Ops<T>, params: Params<T>, x: T, from: Key): T => {
  const { w } = grad(loss)(ops, params, x, x)
  const [y, pullback] = vjp(outputs)(ops, x)
  const [, moved] = jvp(outputs)(ops, [x], [y.y])
  const closed = grad((inner: Ops<T>, at: T) => inner.sum(inner.multiply(at, x)))(ops, w)
  return ops.add(ops.add(closed, pullback(moved)), ops.normal(from, [2]))
}
eager(inside)(given, data, key(1))
eager(inside)(given, data, 3)
//                         ~ Argument of type 'number' is not assignable to parameter of type 'Key'
eager(inside)({ w: 3 }, data, key(1))
//            ~~~~~~~~ Property 'b' is missing in type
eager(loss)(given, data, 'y')
//                       ~~~ Argument of type 'string' is not assignable to parameter of type
export const short = eager(loss)(given, data)
//                   ~~~~~~~~~~~ Expected 3 arguments, but got 2.
grad(outputs)
//   ~~~~~~~ is not assignable to
const flat = <T>(ops: Ops<T>, x: T, y: T): T => ops.mean(ops.multiply(x, y))
grad(flat, { wrtt: 1 })
//           ~~~~ 'wrtt' does not exist in type 'GradientOptions<0, false>'. Did you mean to write 'wrt'?
grad(flat, { wrt: '1' })
//           ~~~ Type 'string' is not assignable to type 'number | readonly number[]
valueAndGrad(flat, { wrt: 0, aux: 1 })
//                           ~~~ Type 'number' is not assignable to type 'boolean
grad(flat, { aux: true })
//   ~~~~ is not assignable to type 'readonly [T, unknown]'
vmap(flat, '0')
//         ~~~ Argument of type '"0"' is not assignable to parameter of type 'AxesFor<

// Beside functions of trees, too, what is wrong is underlined, and not the function.
const pair = <T>(ops: Ops<T>, { w }: Params<T>, x: T): readonly [T, T] => [ops.mean(w), x]
const stepOf = <T>(ops: Ops<T>, carry: Params<T>, x: Params<T>) => [carry, ops.add(carry.w, x.w)] as const
const stepAlone = <T>(ops: Ops<T>, carry: Params<T>) => [carry, ops.exp(carry.w)] as const
vmap(loss, '0')
//         ~~~ Argument of type '"0"' is not assignable to parameter of type 'AxesFor<
vmap(loss, [0, '1', null])
//             ~~~ Type 'string' is not assignable to type 'AxesOf<T>'.
vmap(pair, [{ w: '0' }, 0])
//            ~ Type 'string' is not assignable to type
vmap(pair, [{ w: 0, b: 0, c: 0 }, 0])
//                        ~ 'c' does not exist in type
const stacked = <T>(ops: Ops<T>, { p }: { readonly p: readonly T[] }): T => ops.stack(p)
vmap(stacked, [{ p: [0, '1'] }])
//                      ~~~ Type 'string' is not assignable to type 'AxesOf<T>'.
vmap(grad(loss), '0')
//               ~~~ Argument of type '"0"' is not assignable to parameter of type 'AxesFor<
grad(loss, { wrtt: 1 })
//           ~~~~ 'wrtt' does not exist in type 'GradientOptions<0, false>'. Did you mean to write 'wrt'?
grad(loss, { wrt: '1' })
//           ~~~ Type 'string' is not assignable to type 'number | readonly number[]
grad(pair, { aux: 1 })
//           ~~~ Type 'number' is not assignable to type 'boolean
valueAndGrad(loss, { wrt: 0, auxx: true })
//                           ~~~~ 'auxx' does not exist in type 'GradientOptions<0, false>'. Did you mean to write 'aux'?
scan(stepOf, { revers: true })
//             ~~~~~~ 'revers' does not exist in type
scan(stepOf, { reverse: 1 })
//             ~~~~~~~ Type 'number' is not assignable to type 'boolean | undefined'.
scan(stepAlone, { length: '3' })
//                ~~~~~~ Type 'string' is not assignable to type 'number'.
scan(stepAlone, { length: 3, revers: true })
//                           ~~~~~~ 'revers' does not exist in type
compile(loss, { backend: 'gpu' })
//              ~~~~~~~ Type '"gpu"' is not assignable to type 'BackendOption | undefined'.
compile((ops, x) => ops.exp(x), { backend: 'gpu' })
//                                ~~~~~~~ Type '"gpu"' is not assignable to type 'BackendOption | undefined'.
compile(grad(loss), { backnd: 'wasm' })
//                    ~~~~~~ 'backnd' does not exist in type 'CompileOptions'. Did you mean to write 'backend'?
compile(null)
//      ~~~~ Argument of type 'null' is not

// A network that is compiled with the variables of another one is told what its own are.
const network = join(Input(4), Softmax(3))
compile(network, init(join(Input(4), Softmax(5)), key(1)))
//               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ softmax-1: expected weight of shape (4, 3), got (4, 5). Make
compile(network, { backend: 'gpu' })
//                 ~~~~~~~ Type '"gpu"' is not assignable to type 'BackendOption | undefined'.
compile(network, undefined, { backend: 'gpu' })
//                            ~~~~~~~ Type '"gpu"' is not assignable to type 'BackendOption | undefined'.
compile(network, init(network, key(1)), { backnd: 'wasm' })
//                                        ~~~~~~ 'backnd' does not exist in type 'CompileOptions'. Did you mean to write 'backend'?
export const generic = <N extends Layer>(own: N, variables: Variables<N>) => [
  compile(own),
  compile(own, { backend: 'wasm' }),
  compile(own, undefined, { backend: 'wasm' }),
  compile(own, variables, { backend: 'wasm' }),
]
