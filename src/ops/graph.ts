import { alike } from '../core/operations.ts'
import type { Ops } from '../core/ops.ts'
import type { Key } from '../core/random.ts'
import type { Shape } from '../core/shape.ts'
import type { Application, Draw, GraphNode, Placeholder, Scan } from '../graph/graph.ts'
import { resultShape } from './shapes.ts'

/** A tensor that will be given: where tracing starts. */
export const placeholder = (name: string, shape: Shape): Placeholder =>
  Object.freeze({ kind: 'placeholder', name, shape: Object.freeze([...shape]) })

const draw =
  (distribution: Draw['distribution']) =>
  (key: Key, shape: Shape): Draw =>
    Object.freeze({ kind: 'draw', distribution, key, shape })

const scan: Ops<GraphNode>['scan'] = (body, initial, sequence) => {
  const [batch = null, length = null, ...rest] = sequence.shape
  const carried = initial.map((node, i) => placeholder(`carried ${i}`, node.shape))
  const step = placeholder('step', [batch, ...rest])
  const [next, output] = body(carried, step)
  const [outputBatch = null, ...outputRest] = output.shape
  const node: Scan = Object.freeze({
    kind: 'scan',
    initial,
    sequence,
    carried,
    step,
    next,
    output,
    shape: Object.freeze([outputBatch, length, ...outputRest]),
  })
  const last = next.map((state, i) =>
    Object.freeze({ kind: 'scan result' as const, scan: node, result: i, shape: state.shape }),
  )
  return [
    last,
    Object.freeze({ kind: 'scan result' as const, scan: node, result: 'outputs' as const, shape: node.shape }),
  ]
}

/** The tracing interpreter: each operation becomes a node of an immutable graph, with its shape. Nothing is computed. */
export const graphOps: Ops<GraphNode> = alike<GraphNode>(
  (operation, inputs, attributes) =>
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
    }),
  {
    shape: node => node.shape,
    constant: (values, shape) =>
      Object.freeze({
        kind: 'constant' as const,
        values,
        shape: shape ?? (typeof values === 'number' ? [] : [values.length]),
      }),
    uniform: draw('uniform'),
    normal: draw('normal'),
    scan,
  },
)
