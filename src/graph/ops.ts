import { InvalidOption, show } from '../base/errors.ts'
import type { Key } from '../base/random.ts'
import { isShape, type Shape, showFlow } from '../base/shape.ts'
import { alike, forLayers } from '../ops/operations.ts'
import type { GradientRule, Ops } from '../ops/ops.ts'
import { isLong } from '../ops/scan.ts'
import { resultShape } from '../ops/shapes.ts'
import { enclosed, withBody, withScanBody } from './enclosed.ts'
import {
  type Application,
  type Draw,
  type GraphNode,
  isNode,
  type Loop,
  type Own,
  type Placeholder,
  type Scan,
} from './graph.ts'

/**
 * An input of a graph, where tracing starts.
 *
 * @throws InvalidOption if the name is no text, or the shape holds anything but dimensions
 */
export const placeholder = (name: string, shape: Shape): Placeholder => {
  if (typeof name === 'string' && isShape(shape))
    return Object.freeze({ kind: 'placeholder', name, shape: Object.freeze([...shape]) })
  throw new InvalidOption({
    layer: 'placeholder',
    option: typeof name === 'string' ? 'shape' : 'name',
    expected: typeof name === 'string' ? 'dimensions: integers >= 0, or null for unknown ones' : 'a name',
    got: show(typeof name === 'string' ? shape : name),
    remedy: "For example: placeholder('x', [null, 3]).",
  })
}

const draw =
  (distribution: Draw['distribution']) =>
  (key: Key, shape: Shape): Draw =>
    Object.freeze({ kind: 'draw', distribution, key, shape })

/** The carried values, in a body. */
const carriedOf = (initial: readonly GraphNode[]): readonly Placeholder[] =>
  initial.map(({ shape }, i) => placeholder(`carried ${i}`, shape))

/** Steps that are no nodes of their own carry tensors of the same shapes. */
const checkCarried = (before: readonly GraphNode[], after: readonly GraphNode[]): void => {
  const [expected, got] = [before, after].map(nodes => showFlow(nodes.map(({ shape }) => shape)))
  if (expected === got) return
  throw new InvalidOption({
    layer: 'scan',
    option: 'body',
    expected: `tensors of the carried shapes ${expected}`,
    got: String(got),
    remedy: 'Broadcast what is carried first to the shapes of what is carried on.',
  })
}
const graphShapes = { shape: (node: GraphNode): Shape => node.shape }

const scanOf =
  (keep: (node: GraphNode) => GraphNode): Ops<GraphNode>['scan'] =>
  (body, initial, sequence) => {
    const [batch = null, length = null, ...rest] = sequence.shape
    const own = { initial, sequence, carried: carriedOf(initial), step: placeholder('step', [batch, ...rest]) }
    const [traced, last] = body(own.carried, own.step)
    if (isLong(graphShapes, initial, sequence)) checkCarried(initial, traced)
    const { outputs, ...around } = enclosed(keep, [...own.carried, own.step], [...traced, last])
    const [outputBatch = null, ...outputRest] = (outputs.at(-1) as GraphNode).shape
    const shape = Object.freeze([outputBatch, length, ...outputRest])
    const scan = keep(withScanBody({ kind: 'scan', ...own, ...around, shape }, outputs)) as Scan
    const result = (which: number | 'outputs', shape: Shape): GraphNode =>
      keep(Object.freeze({ kind: 'scan result', scan, result: which, shape }))
    return [scan.next.map((state, i) => result(i, state.shape)), result('outputs', shape)]
  }

const scalar: Shape = Object.freeze([])

const loopOf =
  (keep: (node: GraphNode) => GraphNode): Ops<GraphNode>['loop'] =>
  (condition, body, initial, limit) => {
    const own = { initial, carried: carriedOf(initial), limit, shape: scalar }
    const { outputs, ...around } = enclosed(keep, own.carried, [condition(own.carried), ...body(own.carried)])
    const loop = keep(withBody({ kind: 'loop', ...own, ...around }, outputs)) as Loop
    return initial.map(({ shape }, i) => keep(Object.freeze({ kind: 'loop result', loop, result: i, shape })))
  }

/** The results of a function with a gradient of its own. */
export type KeepRule = (ops: Ops<GraphNode>, rule: GradientRule, inputs: readonly GraphNode[]) => readonly GraphNode[]

/**
 * A tracing interpreter: each operation becomes a node of an immutable graph, with its shape. Nothing is computed.
 *
 * @param keep gets each new node and returns the one to use instead, such as an equal one
 * @param layer the layer that the nodes belong to
 * @param keepRule makes calls of functions with a gradient of their own, for who differentiates the graph
 */
export const tracer = (keep: (node: GraphNode) => GraphNode, layer?: string, keepRule?: KeepRule): Ops<GraphNode> => {
  const ops: Ops<GraphNode> = alike<GraphNode>(
    (operation, inputs, attributes) =>
      keep(
        Object.freeze({
          kind: 'application' as const,
          operation,
          inputs: Object.freeze([...inputs]),
          attributes: Object.freeze(attributes) as unknown as Application['attributes'],
          shape: Object.freeze(
            resultShape(
              operation,
              inputs.map(input => input.shape),
              attributes,
            ),
          ),
          ...(layer !== undefined && { layer }),
        }),
      ),
    {
      shape: node => node.shape,
      isTensor: isNode,
      constant: (values, shape) =>
        keep(
          Object.freeze({
            kind: 'constant' as const,
            values,
            shape: Object.freeze([...(shape ?? (typeof values === 'number' ? [] : [values.length]))]),
          }),
        ),
      uniform: (key, shape) => keep(draw('uniform')(key, shape)),
      normal: (key, shape) => keep(draw('normal')(key, shape)),
      scan: scanOf(keep),
      loop: loopOf(keep),
      withKernel: (call, inputs) =>
        keep(
          Object.freeze<Own>({
            kind: 'own',
            call,
            inputs: Object.freeze([...inputs]),
            shape: Object.freeze([...call.shape]),
            ...(layer !== undefined && { layer }),
          }),
        ),
      origin: node => (node.kind === 'application' ? node : undefined),
      ...(keepRule && { withGradient: (rule, inputs) => keepRule(ops, rule, inputs) }),
      within: forLayers(name => tracer(keep, name, keepRule)),
    },
  )
  return ops
}

/** The tracing interpreter: see {@link tracer}. */
export const plainOps: Ops<GraphNode> = tracer(node => node)
