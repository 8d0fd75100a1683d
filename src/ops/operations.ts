import { InvalidOption, show } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { normalAttributes } from './attributes.ts'
import { checkedLoop } from './loop.ts'
import type { Margin, Ops, Sliding, Window } from './ops.ts'

/** The operations that take tensors and attributes and give one tensor, by what their attributes are. */
export interface Attributes {
  negative: readonly []
  exp: readonly []
  log: readonly []
  sqrt: readonly []
  rsqrt: readonly []
  square: readonly []
  abs: readonly []
  sigmoid: readonly []
  tanh: readonly []
  relu: readonly []
  elu: readonly []
  softplus: readonly []
  erf: readonly []
  add: readonly []
  subtract: readonly []
  multiply: readonly []
  divide: readonly []
  maximum: readonly []
  minimum: readonly []
  greater: readonly []
  equal: readonly []
  where: readonly []
  sum: readonly [axes: readonly number[], keepDimensions: boolean]
  mean: readonly [axes: readonly number[], keepDimensions: boolean]
  max: readonly [axes: readonly number[], keepDimensions: boolean]
  argMax: readonly []
  softmax: readonly []
  logSoftmax: readonly []
  reshape: readonly [shape: Shape]
  transpose: readonly [permutation: readonly number[]]
  concatenate: readonly [axis: number]
  slice: readonly [begin: readonly number[], size: readonly (number | null)[]]
  reverse: readonly [axes: readonly number[]]
  broadcast: readonly [shape: Shape]
  gather: readonly []
  scatter: readonly [rows: number]
  stopGradient: readonly []
  clipGradient: readonly [limit: number]
  pad: readonly [margins: readonly Margin[]]
  matmul: readonly []
  convolve: readonly [Sliding]
  maxPool: readonly [Window]
  averagePool: readonly [Window]
  maxPoolGradient: readonly [Window]
  averagePoolGradient: readonly [inputShape: Shape, Window]
}
export type Operation = keyof Attributes

/** Whether a value is an interpreter, as far as that shows. */
export const isOps = (value: unknown): boolean => {
  try {
    return ['shape', 'constant', 'add'].every(name => typeof (value as Record<string, unknown>)[name] === 'function')
  } catch {
    // Nothing, or an object whose getters throw.
    return false
  }
}

/** What an interpreter does with an operation, whichever it is. */
export type Perform<T> = <O extends Operation>(operation: O, inputs: readonly T[], attributes: Attributes[O]) => T

const refuseOperand = (operation: Operation, expected: string, got: string): never => {
  throw new InvalidOption({
    layer: operation,
    option: 'operands',
    expected,
    got,
    remedy:
      'Make numbers a tensor with ops.constant; a tape takes its own values and those of the operations beneath it.',
  })
}

/**
 * The operations of an interpreter that treats them all alike; the rest are its own.
 *
 * @param performed gets attributes in their normal form: axes from 0 on, bounds that exist
 */
export const alike = <T>(
  performed: Perform<T>,
  rest: Pick<Ops<T>, 'shape' | 'constant' | 'uniform' | 'normal' | 'scan' | 'loop' | 'within' | 'origin' | 'isTensor'>,
): Ops<T> => {
  const { isTensor } = rest
  const perform: Perform<T> = (operation, inputs, attributes) => {
    if (inputs.length === 0) refuseOperand(operation, 'at least one tensor', 'none')
    for (const input of inputs)
      if (isTensor?.(input) === false) refuseOperand(operation, 'tensors of these operations', show(input))
    return performed(operation, inputs, normalAttributes(operation, rest.shape(inputs[0] as T), attributes))
  }
  const unary = (operation: Operation) => (x: T) => perform(operation, [x], [] as never)
  const binary = (operation: Operation) => (a: T, b: T) => perform(operation, [a, b], [] as never)
  const reduction =
    (operation: 'sum' | 'mean' | 'max') =>
    (x: T, axes: readonly number[], keepDimensions = false) =>
      perform(operation, [x], [axes, keepDimensions])
  return Object.freeze<Ops<T>>({
    ...rest,
    loop: checkedLoop(rest),
    negative: unary('negative'),
    exp: unary('exp'),
    log: unary('log'),
    sqrt: unary('sqrt'),
    rsqrt: unary('rsqrt'),
    square: unary('square'),
    abs: unary('abs'),
    sigmoid: unary('sigmoid'),
    tanh: unary('tanh'),
    relu: unary('relu'),
    elu: unary('elu'),
    softplus: unary('softplus'),
    erf: unary('erf'),
    add: binary('add'),
    subtract: binary('subtract'),
    multiply: binary('multiply'),
    divide: binary('divide'),
    maximum: binary('maximum'),
    minimum: binary('minimum'),
    greater: binary('greater'),
    equal: binary('equal'),
    where: (condition, a, b) => perform('where', [condition, a, b], []),
    sum: reduction('sum'),
    mean: reduction('mean'),
    max: reduction('max'),
    argMax: unary('argMax'),
    softmax: unary('softmax'),
    logSoftmax: unary('logSoftmax'),
    reshape: (x, shape) => perform('reshape', [x], [shape]),
    transpose: (x, permutation) => perform('transpose', [x], [permutation]),
    concatenate: (xs, axis) => perform('concatenate', xs, [axis]),
    slice: (x, begin, size) => perform('slice', [x], [begin, size]),
    reverse: (x, axes) => perform('reverse', [x], [axes]),
    broadcast: (x, shape) => perform('broadcast', [x], [shape]),
    gather: binary('gather'),
    scatter: (values, indices, rows) => perform('scatter', [values, indices], [rows]),
    stopGradient: unary('stopGradient'),
    clipGradient: (x, limit) => perform('clipGradient', [x], [limit]),
    pad: (x, margins) => perform('pad', [x], [margins]),
    matmul: binary('matmul'),
    convolve: (x, filter, sliding) => perform('convolve', [x, filter], [sliding]),
    maxPool: (x, window) => perform('maxPool', [x], [window]),
    averagePool: (x, window) => perform('averagePool', [x], [window]),
    maxPoolGradient: (dy, x, y, window) => perform('maxPoolGradient', [dy, x, y], [window]),
    averagePoolGradient: (dy, shape, window) => perform('averagePoolGradient', [dy], [shape, window]),
  })
}

/** Interpreters on behalf of layers, each made once: a graph names its layers node by node. */
export const forLayers = <T>(make: (layer: string) => Ops<T>): ((layer: string) => Ops<T>) => {
  const made = new Map<string, Ops<T>>()
  return layer => {
    const ops = made.get(layer) ?? make(layer)
    made.set(layer, ops)
    return ops
  }
}

/** Performs an operation in an interpreter: the converse of {@link alike}. */
export const perform =
  <T>(ops: Ops<T>): Perform<T> =>
  (operation, inputs, attributes) =>
    operation === 'concatenate'
      ? ops.concatenate(inputs, attributes[0] as number)
      : // Every other operation takes its tensors one by one, then its attributes.
        (ops[operation] as (...args: unknown[]) => T)(...inputs, ...attributes)
