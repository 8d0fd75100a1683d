import * as joinery from '../../../../src/index.ts'
import { type Case, same } from '../../data.ts'
import { type Engine, tensorOf } from '../../engine.ts'
import { type Arr, arr } from '../array.ts'
import { close, toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { cannot } from '../verdict.ts'

// Regularizers, constraints and initializers of Keras.

const exclude: readonly string[] = []
const at = { layer: 'layer', name: 'weight' }

const regularizers: Readonly<Record<string, (o: Options) => joinery.Regularizer>> = {
  L1: o => joinery.l1({ rate: o.read('l1', 0.01), exclude }),
  L2: o => joinery.l2({ rate: o.read('l2', 0.01), exclude }),
  L1L2: o => joinery.elastic({ l1: o.read('l1', 0), l2: o.read('l2', 0), exclude }),
  OrthogonalRegularizer: o => {
    o.ignore('factor', 'mode')
    return cannot('OrthogonalRegularizer: the sum of absolute cosines')
  },
}

const axisOf = (o: Options): number | readonly number[] => o.read<number | readonly number[]>('axis', 0)

const constraints: Readonly<Record<string, (o: Options) => joinery.Constraint>> = {
  NonNeg: () => joinery.nonNegative({ exclude }),
  UnitNorm: o => joinery.unitNorm({ axis: axisOf(o), exclude }),
  MaxNorm: o => joinery.limitNorm({ max: o.read('maxValue', 2), axis: axisOf(o), exclude }),
  MinMaxNorm: o =>
    joinery.limitNorm({
      min: o.read('minValue', 0),
      max: o.read('maxValue', 1),
      rate: o.read('rate', 1),
      axis: axisOf(o),
      exclude,
    }),
}

/** A regularizer of a tensor. */
const checkRegularizer = async (name: string, one: Case, given: Arr, engine: Engine): Promise<void> => {
  const options = optionsOf(name, one.config)
  const regularizer = (regularizers[name] ?? cannot(`regularizer ${name}`))(options)
  options.done()
  const [cost = []] = await engine.compute(
    (ops, w) => [regularizer.penalty(ops, { [at.layer]: { [at.name]: w as never } })],
    [tensorOf(given.data, given.shape)],
  )
  close('cost', cost, arr(one.expected).data, toleranceOf(one))
}

const checkConstraint = async (name: string, one: Case, given: Arr, engine: Engine): Promise<void> => {
  const options = optionsOf(name, one.config)
  const constraint = (constraints[name] ?? cannot(`constraint ${name}`))(options)
  options.done()
  const [found = []] = await engine.compute(
    (ops, w) => [constraint.apply(ops, w as never, at)],
    [tensorOf(given.data, given.shape)],
  )
  close('weights', found, arr(one.expected).data, toleranceOf(one))
}

/** Values that are drawn by no chance. */
const initializers: Readonly<Record<string, (o: Options) => joinery.Initializer>> = {
  Constant: o => joinery.constant(o.read('value', 0)),
  Zeros: () => joinery.constant(0),
  Ones: () => joinery.constant(1),
}

const checkInitializer = (name: string, one: Case): void => {
  const { kwargs = {}, args = [] } = one as { kwargs?: { shape?: readonly number[] }; args?: readonly unknown[] }
  const shape = kwargs.shape ?? (args[0] as readonly number[])
  const options = optionsOf(name, one.config)
  const initializer = (initializers[name] ?? cannot(`initializer ${name}`))(options)
  options.done()
  const expected = arr(one.expected)
  same('shape of the values', shape, expected.shape)
  close('values', initializer.sample(joinery.key(0), shape), expected.data, toleranceOf(one))
}

/** A case of a regularizer, a constraint or an initializer of Keras. */
export const checkPenalty = async (one: Case, engine: Engine): Promise<void> => {
  const {
    regularizer,
    constraint,
    initializer,
    args = [],
  } = one as {
    regularizer?: string
    constraint?: string
    initializer?: string
    args?: readonly unknown[]
  }
  if (initializer !== undefined) return checkInitializer(initializer, one)
  const given = arr(args[0])
  if (regularizer !== undefined) return checkRegularizer(regularizer, one, given, engine)
  return checkConstraint(constraint ?? '', one, given, engine)
}
