import * as E from 'fp-ts/lib/Either.js'
import { dimsOf } from '../base/dimensions.ts'
import { InvalidOption, LayerConnectionError, show, WeightInitializationError } from '../base/errors.ts'
import { type Flow, type Shape, sharedShape, showFlow, showShape, sizeOf } from '../base/shape.ts'
import { leavesOf, own, type VariableTree } from '../base/trees.ts'
import { batchFirst, oneExample, wrongCount } from '../base/unfit-data.ts'
import { missingLayer, ownVariables } from '../base/unfit-variables.ts'
import type { Node, Part, Wiring } from '../network/parts.ts'
import { outgoing, wire } from '../network/wiring.ts'
import type { Ops } from '../ops/ops.ts'
import { misfit, unfitVariable } from './given.ts'
import { variableRules } from './init.ts'
import { type Shaped, type Trees, variableIn } from './variables.ts'

// The checks before every run of a network.

/** How many numbers one tensor may have: more would use up the memory. */
const mostNumbers = 2 ** 31

const checkOutputSizes = ({ nodes }: Wiring): void => {
  for (const { path, shape, inputShapes } of nodes) {
    if (shape === null || (sizeOf(shape) ?? 0) <= mostNumbers) continue
    throw new LayerConnectionError({
      layer: path,
      expected: `an output of at most ${mostNumbers} numbers`,
      got: `${showShape(shape)}, from ${showFlow(inputShapes)}`,
      remedy: 'Give smaller batches, or make the layer smaller.',
    })
  }
}

/**
 * The graph of a part for inputs of these shapes.
 *
 * @throws LayerConnectionError if they do not fit
 */
export const wireFor = (part: Part, shapes: Flow): Wiring => {
  const expected = 'inputs' in part ? part.inputs : undefined
  if (expected !== undefined && expected.length !== shapes.length && expected.length > 1)
    throw new LayerConnectionError({
      layer: 'network',
      expected: `${expected.length} inputs, ${showFlow(expected)}`,
      got: `${shapes.length}, ${showFlow(shapes)}`,
      remedy: wrongCount,
    })
  // First of the inputs alone: layers that get two of them would say less.
  checkDims(part, ({ externals: [input] }) => (input === undefined ? null : shapes[input]))
  const wired = wire(part, shapes)
  if (E.isLeft(wired)) throw forgottenBatch(expected ?? [], shapes) ?? wired.left
  checkDims(part, (_, i) => wired.right.nodes[i]?.shape)
  checkOutputSizes(wired.right)
  return wired.right
}

/**
 * Checks that dimensions of one name have one size, wherever an Input names them.
 *
 * @param given the shape that the Input at a node gets or gives, as far as it is known
 */
const checkDims = (part: Part, given: (node: Node, i: number) => Shape | null | undefined): void => {
  if (!('nodes' in part)) return
  const sizes = new Map<string, { readonly size: number; readonly at: string }>()
  for (const [i, node] of part.nodes.entries()) {
    const { layer, shape, path } = node
    const found = given(node, i)
    if (layer.kind !== 'Input' || shape === null || found?.length !== shape.length) continue
    for (const [axis, name] of dimsOf(shape).entries()) {
      const size = found[axis] ?? null
      if (name === undefined || size === null) continue
      const at = `${size} in '${path}', ${showShape(shape)}`
      const first = sizes.get(name) ?? { size, at }
      sizes.set(name, first)
      if (first.size === size) continue
      throw new LayerConnectionError({
        layer: 'network',
        expected: `one size of the dimension '${name}'`,
        got: `${first.at}, and ${at}`,
        remedy: 'Give inputs of one size there, or give the dimensions of the Input layers different names.',
      })
    }
  }
}

/** The error for one example in the place of a batch; `undefined` for shapes that do not fit otherwise. */
const forgottenBatch = (expected: Flow, given: Flow): LayerConnectionError | undefined => {
  const at = given.findIndex((shape, i) => {
    const wanted = expected[i] ?? null
    return shape !== null && wanted !== null && sharedShape(wanted.slice(1), shape) !== undefined
  })
  const [wanted, shape] = [expected[at] ?? null, given[at] ?? null]
  if (wanted === null || shape === null) return undefined
  const [length] = shape
  const isShort = shape.length === 1 && typeof length === 'number' && length <= 4
  const example = isShort ? show(Array.from({ length }, (_, i) => i + 1)) : 'x'
  return new LayerConnectionError({
    layer: 'network',
    expected: `${oneExample.expected}, ${showShape(wanted)}`,
    got: `${showShape(shape)}, ${oneExample.got}`,
    remedy: batchFirst(example),
  })
}

const isShaped = (value: unknown): value is Shaped =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Shaped>).shape)

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i])

/**
 * Checks that there are variables of a layer.
 *
 * @throws WeightInitializationError that names the layer
 */
const checkLayer = (layer: string, { params, state }: Trees<unknown>): void => {
  if (own(params, layer) !== undefined || own(state, layer) !== undefined) return
  throw new WeightInitializationError({ layer, ...missingLayer, remedy: ownVariables })
}

/**
 * Checks one of some variables, and gives it.
 *
 * @throws WeightInitializationError that names the layer and the variable
 */
export const checkVariable = <T extends Shaped>(
  layer: string,
  variable: string,
  shape: readonly number[],
  given: Trees<T>,
  isOne: (value: unknown) => boolean = isShaped,
): T => {
  checkLayer(layer, given)
  const found = variableIn(given, layer, variable)
  const unfit = misfit(found, isOne)
  if (unfit === undefined && sameShape((found as T).shape, shape)) return found as T
  throw unfitVariable(layer, `${variable} of shape ${showShape(shape)}`, unfit ?? showShape((found as T).shape))
}

/**
 * Checks one variable in another interpretation of the operations, where dimensions may be unknown.
 *
 * @throws WeightInitializationError that names the layer and the variable
 */
export const checkTensor = <T>(
  { isTensor = isShaped, shape: shapeOf }: Ops<T>,
  layer: string,
  variable: string,
  shape: readonly number[],
  trees: Trees<T>,
): void => {
  checkLayer(layer, trees)
  const given = variableIn(trees, layer, variable)
  const own = isTensor(given) ? shapeOf(given as T) : undefined
  if (own !== undefined && sharedShape(own, shape) !== undefined) return
  throw new WeightInitializationError({
    layer,
    expected: `${variable} of shape ${showShape(shape)}, a tensor of the operations that are given`,
    got: given === undefined ? 'none' : own === undefined ? 'a value of another kind' : showShape(own),
    remedy:
      'Give every variable as a tensor of these operations: a placeholder(...), or what variable(...) of a tape gives.',
  })
}

/**
 * The variables of the shapes that are expected, in order.
 *
 * @throws WeightInitializationError that names the layer and the variable
 */
export const checkedLeaves = <T extends Shaped>(expected: VariableTree<Shaped>, given: Trees<T>): readonly T[] =>
  leavesOf(expected).map(([layer, name, { shape }]) => checkVariable(layer, name, shape, given))

/**
 * The graph for inputs, whose variables have been checked.
 *
 * @throws WeightInitializationError that names the layer and the variable
 */
export const checkedWiring = (part: Part, variables: Trees<Shaped>, inputs: readonly Shaped[]): Wiring => {
  const wiring = wireFor(
    part,
    inputs.map(({ shape }) => shape),
  )
  checkedLeaves(variableRules(wiring), variables)
  return wiring
}

/**
 * Checks that the first axis of every output is the batch, whatever its size: only then can the outputs of several batches
 * be put together.
 *
 * @throws InvalidOption if it is another one, as after a transposition
 */
export const checkBatchFirst = (owner: string, part: Part, inputs: readonly Shaped[]): void => {
  const wired = wire(
    part,
    inputs.map(({ shape }) => [null, ...shape.slice(1)]),
  )
  // Layers that ask for the size of the batch say so where they run.
  if (E.isLeft(wired)) return
  const other = outgoing(wired.right).find(shape => shape !== null && shape[0] !== null)
  if (other === undefined) return
  throw new InvalidOption({
    layer: owner,
    option: 'network',
    expected: 'outputs whose first axis is the batch',
    got: `one of shape ${showShape(other)}`,
    remedy: 'Keep the batch as the first axis of every output, or use apply.',
  })
}
