import { unprepared } from '../backends/backend.ts'
import { isMultiplied, throughTransposes } from '../backends/wasm/sources.ts'
import { InvalidOption } from '../base/errors.ts'
import { known } from '../base/shape.ts'
import { type GraphNode, operands } from '../graph/graph.ts'
import type { Attributes, Operation } from '../ops/operations.ts'
import type { Address, Call } from './calls.ts'
import { changing, combining, evaluating, raising, selecting, turning } from './lowerings/elementwise.ts'
import type { Lowering, Task } from './lowerings/lowering.ts'
import {
  broadcasting,
  gathering,
  joining,
  padding,
  reversing,
  scattering,
  slicing,
  transposing,
} from './lowerings/moves.ts'
import { pooling, unpoolingAverage, unpoolingMax } from './lowerings/pooling.ts'
import { isDepthwise, multiplying, type Packing } from './lowerings/products.ts'
import { averaging, choosing, maximizing, softmax, sorting, summing } from './lowerings/reductions.ts'

/** Operations whose result is the operand, in another shape. */
const renaming: ReadonlySet<Operation> = new Set(['reshape', 'stopGradient', 'clipGradient'])
type Renaming = 'reshape' | 'stopGradient' | 'clipGradient'
/** Products have a function of their own. */
type Lowered = Exclude<Operation, Renaming | 'matmul' | 'convolve'>

const table: { readonly [O in Lowered]?: Lowering<Attributes[O]> } = {
  negative: changing('negative'),
  exp: evaluating('exp'),
  log: evaluating('log'),
  sqrt: changing('sqrt'),
  rsqrt: changing('rsqrt'),
  square: changing('square'),
  abs: changing('abs'),
  sigmoid: evaluating('sigmoid'),
  tanh: evaluating('tanh'),
  relu: changing('relu'),
  elu: evaluating('elu'),
  softplus: evaluating('softplus'),
  erf: evaluating('erf'),
  sin: turning('sin'),
  cos: turning('cos'),
  atan: turning('atan'),
  floor: changing('floor'),
  add: combining('add'),
  subtract: combining('subtract'),
  multiply: combining('multiply'),
  divide: combining('divide'),
  pow: raising,
  maximum: combining('maximum'),
  minimum: combining('minimum'),
  greater: combining('greater'),
  equal: combining('equal'),
  where: selecting,
  sum: summing,
  mean: averaging,
  max: maximizing,
  argMax: choosing,
  argSort: sorting,
  softmax: softmax(false),
  logSoftmax: softmax(true),
  transpose: transposing,
  concatenate: joining,
  slice: slicing,
  reverse: reversing,
  gather: gathering,
  scatter: scattering,
  broadcast: broadcasting,
  pad: padding,
  maxPool: pooling(false),
  averagePool: pooling(true),
  maxPoolGradient: unpoolingMax,
  averagePoolGradient: unpoolingAverage,
}

/** Whether a node only names its operand anew. */
export const isAlias = (node: GraphNode): boolean => node.kind === 'application' && renaming.has(node.operation)

/** The nodes that a node reads. Products read through transposes of their factors. */
export const reads = (node: GraphNode): readonly GraphNode[] =>
  isMultiplied(node) && !isDepthwise(node) ? throughTransposes(node) : operands(node)

/** Where a node computes. */
export interface Place extends Pick<Task<unknown>, 'from' | 'to' | 'room'> {
  /** Keeps packed columns of the second operand; `null` if that changes. */
  readonly pack: ((packing: (to: Address) => Packing) => Address) | null
}

/**
 * The calls that compute a node.
 *
 * @throws InvalidOption that names the layer if there is no kernel for the operation
 */
export const lowered = (node: GraphNode, place: Place): readonly Call[] => {
  const result = known(node.shape)
  if (isMultiplied(node)) return multiplying({ ...place, node, result })
  if (node.kind !== 'application') throw unprepared('toModule', node.kind)
  const { operation, attributes, inputs, layer = 'toModule' } = node
  // The table pairs each lowering with its own attributes, which a node of any kind cannot express.
  const lowering = table[operation as Lowered] as Lowering<unknown> | undefined
  if (lowering === undefined)
    throw new InvalidOption({
      layer,
      option: 'network',
      expected: 'operations that modules have a kernel for',
      got: operation,
      remedy: 'Compose it of other operations, or leave out the layer.',
    })
  return lowering({ ...place, attributes, result, shapes: inputs.map(({ shape }) => known(shape)) })
}
