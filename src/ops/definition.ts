import { InvalidOption, show } from '../base/errors.ts'
import { type Shape, sharedShape, showFlow, showShape } from '../base/shape.ts'
import { isList, isRecord } from '../base/trees.ts'
import { misfit } from './attributes.ts'
import type { KernelCall, Kernels } from './kernels.ts'
import { isOps } from './operations.ts'
import { type GradientRule, type Ops, runRule } from './ops.ts'

// Operations of users: functions of others with a derivative of their own.

/** What a derivative is computed from. */
export interface Differentiated<T> {
  /** The tensors that the operation took. */
  readonly inputs: readonly T[]
  /** Its result. */
  readonly y: T
  /** Which of the tensors need a gradient. */
  readonly needed: readonly boolean[]
}

/** An operation of a user. */
export interface OperationRules<Given extends readonly unknown[]> {
  /** How many tensors it takes. */
  readonly tensors: number
  /** The shape of the result, from those of the tensors; or what was expected, as a text, if they do not fit. */
  readonly shape: (shapes: readonly Shape[], ...given: Given) => Shape | string
  /** The result, by other operations. */
  readonly compute: <T>(ops: Ops<T>, inputs: readonly T[], ...given: Given) => T
  /**
   * The gradients of the tensors, each of its shape, from that of the result; `null` for none. It is differentiated like any
   * other function of the operations. Default: what follows from `compute`.
   */
  readonly derivative?: <T>(
    ops: Ops<T>,
    gradient: T,
    about: Differentiated<T>,
    ...given: Given
  ) => readonly (T | null)[]
  /**
   * Kernels by backend, which run there in place of `compute`: they must give the same values. Differentiation goes through
   * them only with `derivative`. Where there is none, such as in `vmap` and in exported files, and for tensors without elements, `compute` runs.
   */
  readonly kernels?: Kernels<Given>
}

/** An operation of a user. */
interface Definition extends OperationRules<readonly unknown[]> {
  readonly name: string
}

const backends: readonly string[] = ['tfjs', 'wasm', 'onnxruntime']
const areKernels = (kernels: unknown): boolean =>
  isRecord(kernels) &&
  Object.entries(kernels).every(([name, kernel]) => backends.includes(name) && typeof kernel === 'function')

const refuse = (layer: string, option: string, expected: string, got: string, remedy: string): never => {
  throw new InvalidOption({ layer, option, expected, got, remedy })
}

/** The gradients by a derivative, which have to be those of the tensors. */
const gradientsBy = <T>(
  ops: Ops<T>,
  { name, derivative }: Definition,
  gradient: T,
  about: Differentiated<T>,
  given: readonly unknown[],
): readonly (T | null)[] => {
  const shapes = about.inputs.map(ops.shape)
  const found = derivative?.(ops, gradient, about, ...given)
  const fits = (own: T | null, i: number): boolean =>
    own === null || sharedShape(ops.shape(own), shapes[i] ?? null) !== undefined
  if (!isList(found) || found.length !== shapes.length || !found.every(fits))
    return refuse(
      name,
      'derivative',
      `a gradient or null for each of ${showFlow(shapes)}, of its shape`,
      isList(found) ? showFlow(found.map(own => (own === null ? null : ops.shape(own)))) : show(found),
      'Sum over what was broadcast.',
    )
  return found
}

/** The result by a kernel, if the operation and the interpreter have one. */
const byKernel = <T>(
  ops: Ops<T>,
  definition: Definition,
  inputs: readonly T[],
  given: readonly unknown[],
): T | undefined => {
  const { name, kernels } = definition
  // Graphs keep calls with a derivative too, so that gradients of a graph use it.
  if (kernels === undefined || ops.withKernel === undefined) return undefined
  const shapes = inputs.map(ops.shape)
  const shape = definition.shape(shapes, ...given)
  if (typeof shape === 'string' || [shape, ...shapes].some(own => own.includes(0))) return undefined
  return ops.withKernel({ name, kernels, given, shape, run: runOf(definition, given) }, inputs)
}

/** What runs an operation in any interpretation. */
const runOf =
  (definition: Definition, given: readonly unknown[]): KernelCall['run'] =>
  <T>(ops: Ops<T>, inputs: readonly T[]): T => {
    const kept = byKernel(ops, definition, inputs, given)
    if (kept !== undefined) return kept
    const rule = ruleOf(definition, given)
    const results = definition.derivative === undefined ? rule.forward(ops, inputs) : runRule(ops, rule, inputs)
    // The operation has one result.
    return results[0] as T
  }

/** What runs an operation, with what it takes beside tensors. */
const ruleOf = (definition: Definition, given: readonly unknown[]): GradientRule => ({
  forward: (ops, inputs) => [byKernel(ops, definition, inputs, given) ?? definition.compute(ops, inputs, ...given)],
  backward: (ops, inputs, [y], [gradient], needed) =>
    // The operation has one result.
    gradientsBy(
      ops,
      definition,
      gradient as (typeof inputs)[number],
      { inputs, y: y as (typeof inputs)[number], needed },
      given,
    ),
})

/**
 * An operation of your own: a function of other operations, with its shape rule and its derivative. It runs in every
 * interpretation: at once, while it is traced, and compiled for any backend.
 *
 * @typeParam Given what it takes beside tensors: `defineOperation<readonly [factor: number]>(…)`
 * @param name for errors
 * @returns a function of the operations, the tensors, and whatever else `compute` takes
 * @throws InvalidOption if a rule is missing; from the function, if it is not given so many tensors, or a rule gives another
 *   shape than it should
 * @throws LayerConnectionError, from the function, if shapes do not fit
 * @example
 * ```ts
 * // A step, through which gradients go as if it were the identity (Bengio et al. 2013).
 * const step = defineOperation('step', {
 *   tensors: 1,
 *   shape: ([x]) => x!,
 *   compute: (ops, [x]) => ops.greater(x!, ops.constant(0)),
 *   derivative: (_, gradient) => [gradient],
 * })
 * Array.from(step(tfjsOps, [tfjsOps.constant(Float32Array.of(-2, 3))]).dataSync()) // [0, 1]
 * ```
 */
export const defineOperation = <Given extends readonly unknown[] = readonly []>(
  name: string,
  rules: OperationRules<Given>,
): (<T>(ops: Ops<T>, inputs: readonly T[], ...given: Given) => T) => {
  if (typeof name !== 'string' || name === '')
    return refuse('defineOperation', 'name', 'a name', show(name), "For example: 'step'.")
  const isComplete =
    typeof rules?.shape === 'function' &&
    typeof rules.compute === 'function' &&
    Number.isInteger(rules.tensors) &&
    rules.tensors > 0 &&
    (rules.derivative === undefined || typeof rules.derivative === 'function') &&
    (rules.kernels === undefined || areKernels(rules.kernels))
  if (!isComplete)
    return refuse(
      'defineOperation',
      'rules',
      'tensors, a number, and the functions shape and compute; derivative, and kernels by backend, if there are any',
      show(rules),
      'For example: { tensors: 1, shape: ([x]) => x, compute: (ops, [x]) => ops.exp(x) }.',
    )
  // The rules get what the function was given, whose types are the same.
  const { kernels, derivative } = rules as unknown as OperationRules<readonly unknown[]>
  const definition: Definition = Object.freeze({
    ...(rules as unknown as OperationRules<readonly unknown[]>),
    name,
    // A copy, by whose identity graphs tell operations apart.
    ...((kernels !== undefined || derivative !== undefined) && { kernels: Object.freeze({ ...kernels }) }),
  })
  return (ops, inputs, ...given) => {
    if (!isOps(ops)) return refuse(name, 'ops', 'operations', show(ops), 'Give the operations before the tensors.')
    const fits = (x: unknown): boolean => ops.isTensor?.(x) !== false
    if (!isList(inputs) || inputs.length !== rules.tensors || !inputs.every(fits))
      return refuse(
        name,
        'inputs',
        `an array of ${rules.tensors} tensors of these operations`,
        show(inputs),
        'Make numbers a tensor with ops.constant.',
      )
    const shapes = inputs.map(ops.shape)
    const shape = rules.shape(shapes, ...given)
    if (typeof shape === 'string') throw misfit(name, shape, shapes)
    const result = runOf(definition, given)(ops, inputs)
    const own = ops.shape(result)
    return sharedShape(own, shape) === undefined
      ? refuse(
          name,
          'compute',
          `a tensor of shape ${showShape(shape)}`,
          showShape(own),
          'Make shape and compute agree.',
        )
      : result
  }
}
