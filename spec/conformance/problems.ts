import * as joinery from '../../src/index.ts'
import type { Wiring } from '../../src/network/parts.ts'
import { run } from '../../src/network/run.ts'
import { UnreadableCases } from './data.ts'
import { meanOf } from './losses.ts'
import { camelCase, exported } from './translate.ts'

// What the cases of optimizers make small, in any interpretation of the operations.

/** One parameter: where it is in a tree, and its shape. */
export interface Place {
  readonly layer: string
  readonly variable: string
  readonly shape: readonly number[]
}

/** A function to be made small, of parameters at some places. */
export interface Problem {
  readonly places: readonly Place[]
  readonly objective: joinery.Objective
  /** The errors whose mean square it is, where it is such a mean. */
  readonly residuals?: joinery.Objective
}

/** The only parameter of a function that is no network's. */
const alone = (size: number): readonly Place[] => [{ layer: 'problem', variable: 'weight', shape: [size] }]

/** `f(w) = ½ wᵀ A w - bᵀ w` */
const quadratic = ({ A, b }: { readonly A: number[][]; readonly b: number[] }): Problem => ({
  places: alone(b.length),
  objective: (ops, params) => {
    const w = ops.reshape(params.problem?.weight as never, [b.length, 1])
    const matrix = ops.constant(Float32Array.from(A.flat()), [b.length, b.length])
    const vector = ops.constant(Float32Array.from(b), [b.length, 1])
    const half = ops.multiply(ops.constant(0.5), ops.matmul(matrix, w))
    return ops.sum(ops.multiply(w, ops.subtract(half, vector)), [0, 1])
  },
})

/** `f(x, y) = (1 - x)² + c (y - x²)²` */
const rosenbrock = ({ c }: { readonly c: number }): Problem => ({
  places: alone(2),
  objective: (ops, params) => {
    const w = params.problem?.weight as never
    const [x, y] = [ops.slice(w, [0], [1]), ops.slice(w, [1], [1])]
    const valley = ops.square(ops.subtract(y, ops.square(x)))
    const slope = ops.square(ops.subtract(ops.constant(1), x))
    return ops.sum(ops.add(slope, ops.multiply(ops.constant(c), valley)), [0])
  },
})

interface NetProblem {
  readonly network: string
  readonly loss: string
  readonly x_train: number[][]
  readonly y_train: number[][]
  readonly parameter_order: readonly { readonly name: string; readonly shape: number[] }[]
}

/** `Input(2) >> Sigmoid(3)` as a network. */
const parseNetwork = (text: string): joinery.Layer => {
  const layers = text.split('>>').map(call => {
    const [, name = '', units = ''] = /^\s*(\w+)\((\d+)\)\s*$/.exec(call) ?? []
    if (name === '') throw new UnreadableCases(`a layer of an unknown form, ${call}`)
    return exported(name)(Number(units))
  })
  return joinery.join(...(layers as never[]))
}

const matrix = <T>(ops: joinery.Ops<T>, rows: number[][]): T =>
  ops.constant(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0])

/** A network's loss on a batch, with what is added to it. */
const net = (given: NetProblem, regularizer?: joinery.Regularizer): Problem => {
  const { x_train: x, y_train: y } = given
  const wiring = parseNetwork(given.network) as unknown as Wiring
  const loss = exported(camelCase(given.loss)) as unknown as joinery.Loss
  const predicted: joinery.Objective = (ops, params) =>
    run(ops, wiring, params, [matrix(ops, x)], { training: true, key: undefined })[0][0] as never
  return {
    places: given.parameter_order.map(({ name, shape }) => {
      const [layer = '', variable = ''] = name.split('/')
      return { layer, variable, shape }
    }),
    objective: (ops, params) => {
      const mean = meanOf(loss, ops, matrix(ops, y), predicted(ops, params))
      return regularizer ? ops.add(mean, regularizer.penalty(ops, params)) : mean
    },
    residuals: (ops, params) => {
      const errors = ops.subtract(predicted(ops, params), matrix(ops, y))
      return ops.reshape(errors, [y.length * (y[0]?.length ?? 0)])
    },
  }
}

/** The problem of this name. */
export const problemOf = (name: string, given: unknown, regularizer?: joinery.Regularizer): Problem => {
  if (name.startsWith('net-')) return net(given as NetProblem, regularizer)
  if (regularizer) throw new UnreadableCases(`a regularizer of ${name}`)
  if (name === 'quadratic') return quadratic(given as never)
  if (name.startsWith('rosenbrock')) return rosenbrock(given as never)
  throw new UnreadableCases(`unknown problem ${name}`)
}
