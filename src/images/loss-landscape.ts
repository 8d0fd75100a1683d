import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { InvalidOption, show } from '../base/errors.ts'
import { codec, integer, type Options, parseOptions, positive } from '../base/options.ts'
import { type Key, split } from '../base/random.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import { isList, leafOf, leavesOf, mapTree, mergeTrees, treeOf, type VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compile } from '../functions/compile.ts'
import type { Handle } from '../functions/function.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { ParamsOf } from '../network-types/named.ts'
import type { Ops } from '../ops/ops.ts'
import { wireFor } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variableIn, variablesBy } from '../state/variables.ts'
import { type Examples, finallyRelease, keepExamples, mapFields } from '../training/batches.ts'
import { lossOption, lossWeightsOption, spelling } from '../training/codecs.ts'
import type { EvaluateOptions } from '../training/evaluate.ts'
import type { ExamplesFor } from '../training/examples.ts'
import { asTensors, holding } from '../training/given.ts'
import { checkTraining } from '../training/network-subject.ts'
import { optionalBackend } from '../training/options.ts'
import { type Asked, lossOf, outputNames, scoringOf } from '../training/scoring.ts'
import type { ForOutputs, LossOf, LossOption, MetricsOption, NoLoss } from '../training/step.ts'
import { outcomeOf } from '../training/update.ts'
import { type Leaf, randomDirection } from './directions.ts'
import { keyOrNone } from './options.ts'
import { copied, inference, taken } from './watched.ts'

/** Changes of parameters, by layer and name; `params` of variables, gradients and differences have this form. */
export type Direction<N extends AnyLayer> = ParamsOf<N>

/** The options of {@link lossLandscape}. */
export interface LossLandscapeOptions<N extends AnyLayer = AnyLayer, W extends ForOutputs<number> = ForOutputs<number>>
  extends Pick<EvaluateOptions<MetricsOption, NoLoss, W>, 'lossWeights' | 'backend'> {
  /** What random directions are drawn with: the same key gives the same ones. They are needed unless `directions` are given. */
  readonly key?: Key | null
  /** How far the plane reaches from the parameters along each direction, in its lengths. Default: 1. */
  readonly span?: number
  /** At how many points along each direction the loss is computed: an odd number, so that one is the parameters. Default: 25. */
  readonly points?: number
  /** Two directions, each of the form of `params`. They are taken as they are. Default, or `null`: random ones. */
  readonly directions?: readonly [Direction<N>, Direction<N>] | null
}

/** What {@link lossLandscape} gives. */
export interface LossLandscape {
  /** [points, points]: rows along the second direction, from `-span` up, columns along the first one. */
  readonly losses: { readonly data: Float64Array; readonly shape: readonly [number, number] }
  /** The steps along each direction, in its lengths, from `-span` to `span`. */
  readonly steps: Float64Array
}

/** The options, after they have been read. */
export interface NormalLandscape {
  readonly lossWeights: Asked['lossWeights']
  readonly key: Key | null
  readonly span: number
  readonly points: number
  readonly directions: readonly [unknown, unknown] | null
  readonly backend: BackendOption | null
}
export const landscapeOptions: Options<NormalLandscape> = {
  lossWeights: { codec: lossWeightsOption, default: 1 },
  key: { codec: keyOrNone, default: null },
  span: { codec: positive, default: 1 },
  points: {
    codec: codec('an odd number of points, 3 or more', value =>
      integer(3).is(value) && value % 2 === 1 ? value : undefined,
    ),
    default: 25,
  },
  directions: {
    codec: codec<readonly [unknown, unknown] | null>('two directions, or null for random ones', value =>
      value === null || (isList(value) && value.length === 2)
        ? (value as readonly [unknown, unknown] | null)
        : undefined,
    ),
    default: null,
  },
  backend: { codec: optionalBackend, default: null },
}

/** The numbers of tensors by layer and name. */
const numbersOf = async (tree: VariableTree<tf.Tensor>): Promise<VariableTree<Leaf>> =>
  treeOf(
    await Promise.all(
      leavesOf(tree).map(async ([layer, name, tensor]) => [layer, name, await copied(tensor)] as const),
    ),
  )

/** A direction that was given, of the form of the parameters: what it leaves out does not move. */
const directionOf = async (owner: string, given: unknown, params: VariableTree<Leaf>): Promise<VariableTree<Leaf>> => {
  const tree = asTensors(owner, 'directions', given)
  for (const [layer, name, { shape }] of leavesOf(tree)) {
    const own = leafOf(params, layer, name)
    if (own !== undefined && own.shape.join() === shape.join()) continue
    throw new InvalidOption({
      layer: owner,
      option: 'directions',
      expected:
        own === undefined ? 'parameters of the network' : `${name} of ${layer} of shape ${showShape(own.shape)}`,
      got: own === undefined ? `${name} of ${layer}` : showShape(shape),
      remedy: 'Give two trees of the form of params, such as differences of params.',
    })
  }
  const numbers = await numbersOf(tree)
  return mapTree(
    params,
    ({ shape }, layer, name) => leafOf(numbers, layer, name) ?? { data: new Float32Array(sizeOf(shape)), shape },
  )
}

/**
 * The loss of a network around its parameters, on a plane of two directions: random ones, whose filters are as long as those of the
 * network, so that networks of other scales can be compared (Li et al. 2018); or directions that are given. The network runs as it
 * predicts; penalties are not counted. One compiled program computes all points.
 *
 * @param examples `{ x, y }`, with `weights` and `mask` where examples count differently
 * @param loss as for `evaluate`
 * @throws InvalidOption if an option is invalid, or there is neither a key nor directions
 * @throws LayerConnectionError, WeightInitializationError as `evaluate`
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * const variables = init(network, key(1))
 * const examples = { x: [[1, 2], [0, 1]], y: [[5], [0]] }
 * const { losses, steps } = await lossLandscape(network, variables, examples, 'mse', { key: key(2), points: 3 })
 * losses.shape // [3, 3]
 * Array.from(steps) // [-1, 0, 1]
 * ```
 */
export const lossLandscape = async <
  N extends AnyLayer,
  const E extends Examples = Examples,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  loss: L & LossOption,
  given: LossLandscapeOptions<N, W> = {},
): Promise<LossLandscape> => {
  const normal = parseOptions('lossLandscape', exampleOf('lossLandscape'), landscapeOptions, given)
  return landscapeOf('lossLandscape', network, variables, examples, loss, normal)
}

/** A right call. */
export const exampleOf = (owner: string): string => `${owner}(network, variables, { x, y }, 'mse', { key: key(1) })`

/** The same for another function, which errors name. */
export const landscapeOf = async (
  owner: string,
  network: unknown,
  variables: unknown,
  examples: unknown,
  loss: unknown,
  { lossWeights, key, span, points, directions, backend }: NormalLandscape,
): Promise<LossLandscape> => {
  const example = exampleOf(owner)
  const part = asPart(owner, network)
  const asked: Asked = {
    ...spelling({ loss }, () => parseOptions(owner, example, { loss: { codec: lossOption } }, { loss })),
    lossWeights,
    metrics: { by: 'all', value: [] },
  }
  if (key === null && directions === null)
    throw new InvalidOption({
      layer: owner,
      option: 'key',
      expected: 'a key for random directions, such as key(1)',
      got: show(key),
      remedy: `For example: ${example}.`,
    })
  const own = asVariables(owner, variables)
  const batch = keepExamples(owner, part, examples as Examples)
  return holding(own, held =>
    finallyRelease(batch, async () => {
      checkTraining(owner, part, held, batch, asked)
      const wiring = wireFor(
        part,
        batch.x.map(({ shape }) => shape),
      )
      const scoring = scoringOf(owner, asked, outputNames(wiring))
      const trees = variablesBy(variableRules(wiring), (layer, name) => variableIn(held, layer, name) as tf.Tensor)
      const [params, state] = await Promise.all([numbersOf(trees.params), numbersOf(trees.state)])
      const [first, second] = (await (directions === null
        ? split(key as Key).map(one => randomDirection(one, params))
        : Promise.all(directions.map(one => directionOf(owner, one, params))))) as [
        VariableTree<Leaf>,
        VariableTree<Leaf>,
      ]
      const fields = mapFields(batch, tensor => tensor)
      const taught = await Promise.all(
        (['x', 'y', 'weights', 'mask'] as const).map(field => Promise.all(fields[field].map(copied))),
      )
      // All but the steps is the same for every point: constants of the program, which no point gives anew.
      const lossAt = <T>(ops: Ops<T>, a: T, b: T): T => {
        const constant = ({ data, shape }: Leaf): T => ops.constant(data, shape)
        const moved = mapTree(params, (param, layer, name) => {
          const along = (tree: VariableTree<Leaf>, step: T): T =>
            ops.multiply(step, constant(leafOf(tree, layer, name) as Leaf))
          return ops.add(constant(param), ops.add(along(first, a), along(second, b)))
        })
        const [x = [], y = [], weights = [], mask = []] = taught.map(all => all.map(constant))
        const all = mergeTrees(moved, mapTree(state, constant))
        const [outcome] = outcomeOf(ops, wiring, all, { x, y, weights, mask }, inference)
        return lossOf(ops, scoring, outcome)[0]
      }
      const program = compile<[Handle, Handle], Handle>(lossAt, { backend: backend ?? 'tfjs' })
      const middle = (points - 1) / 2
      const steps = Float64Array.from({ length: points }, (_, i) => (span * (i - middle)) / middle)
      const data = new Float64Array(points * points)
      try {
        for (const [row, b] of steps.entries())
          for (const [column, a] of steps.entries()) {
            const found = await taken((await program(a, b)) as unknown as tf.Tensor)
            data[row * points + column] = found.data[0] as number
          }
      } finally {
        await program.dispose()
      }
      return Object.freeze({ losses: Object.freeze({ data, shape: Object.freeze([points, points] as const) }), steps })
    }),
  )
}
