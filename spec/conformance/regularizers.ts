import * as joinery from '../../src/index.ts'
import { type Case, close, flat, type Shaped, type Tolerance } from './data.ts'
import { type Computation, type Engine, tensorOf } from './engine.ts'
import { exported } from './translate.ts'

// Cases of regularizers: what parameters cost, and the gradient of that.

const names: Readonly<Record<string, string>> = { maxnorm: 'maxNorm' }

/** A regularizer of the original, which leaves out parameters by their own names: biases, unless told otherwise. */
export const regularizerOf = (name: string, rate: number, exclude: readonly string[] | null): joinery.Regularizer =>
  exported(names[name] ?? name)({ rate, exclude: (exclude ?? ['bias']).map(own => `*.${own}`) })

interface Written extends Shaped {
  readonly layer: string
  readonly name: string
  readonly trainable: boolean
}

/** The cost of parameters, and its gradient with respect to each that is trained. */
export const checkRegularizer = async (one: Case, tolerance: Tolerance, engine: Engine): Promise<void> => {
  const fields = one as never as {
    regularizer: string
    decay_rate: number
    exclude: readonly string[] | null
    parameters: readonly Written[]
    cost: number
    grad?: readonly (readonly number[] | null)[]
  }
  const regularizer = regularizerOf(fields.regularizer, fields.decay_rate, fields.exclude)
  const trained = fields.parameters.filter(({ trainable }) => trainable)
  const treeOf = <T>(values: readonly T[]): joinery.VariableTree<T> => {
    const tree: Record<string, Record<string, T>> = {}
    for (const [i, { layer, name }] of trained.entries()) tree[layer] = { ...tree[layer], [name]: values[i] as T }
    return tree
  }
  const costAndSlopes: Computation = <T>(beneath: joinery.Ops<T>, ...inputs: readonly T[]) => {
    const { ops, variable, gradients } = joinery.tape(beneath)
    const at = inputs.map(variable)
    const cost = regularizer.penalty(ops, treeOf(at))
    return [
      regularizer.penalty(beneath, treeOf(inputs)),
      ...gradients([[cost, beneath.constant(1)]], at).map((slope, i) => slope ?? zeros(beneath, inputs[i] as T)),
    ]
  }
  const given = trained.map(parameter => flat(parameter)).map(({ data, shape }) => tensorOf(data, shape))
  const [cost = [], ...slopes] = await engine.compute(costAndSlopes, given)
  close('cost', cost, [fields.cost], tolerance)
  if (!fields.grad) return
  const expected = fields.grad.filter((_, i) => fields.parameters[i]?.trainable)
  for (const [i, slope] of slopes.entries())
    close(`gradient of ${trained[i]?.layer}/${trained[i]?.name}`, slope, expected[i] ?? slope.map(() => 0), tolerance)
}

const zeros = <T>(ops: joinery.Ops<T>, x: T): T => ops.multiply(x, ops.constant(0))
