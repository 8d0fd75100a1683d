import { type Options, parseOptions } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Drawing, Shape } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { sizes } from '../pictures/theme.ts'
import type { Examples } from '../training/batches.ts'
import type { ExamplesFor } from '../training/examples.ts'
import type { ForOutputs, LossOf, LossOption, NoLoss } from '../training/step.ts'
import { axesOf, axisRoom, type Frame, placeIn } from './axes.ts'
import { extentOf, notFinite, scaled } from './bitmap.ts'
import { isoline } from './isolines.ts'
import {
  exampleOf,
  type LossLandscape,
  type LossLandscapeOptions,
  landscapeOf,
  landscapeOptions,
  type NormalLandscape,
} from './loss-landscape.ts'
import { titleOption } from './options.ts'
import { captioned, headed, lineHeight, margin, scaleKey } from './sheet.ts'

/** The options of {@link plotLandscape}. */
export interface LandscapePictureOptions<
  N extends AnyLayer = AnyLayer,
  W extends ForOutputs<number> = ForOutputs<number>,
> extends LossLandscapeOptions<N, W> {
  /** Default: `Loss around the parameters`. */
  readonly title?: string | null
}
interface Normal extends NormalLandscape {
  readonly title: string | null
}
const options: Options<Normal> = { ...landscapeOptions, title: { codec: titleOption, default: null } }

/** How many lines of equal loss are drawn. */
const lines = 12

/**
 * The loss of a network around its parameters as a map with lines of equal loss, on the plane that {@link lossLandscape} computes (Li et
 * al. 2018). The cross is where the parameters are. Where the largest loss is more than 20 times the least, colours and lines are
 * those of its logarithm.
 *
 * @param examples `{ x, y }`, with `weights` and `mask` where examples count differently
 * @param loss as for `evaluate`
 * @throws InvalidOption if an option is invalid, or there is neither a key nor directions
 * @throws LayerConnectionError, WeightInitializationError as `evaluate`
 * @see {@link lossLandscape} for the numbers
 * @example
 * ```ts
 * const network = join(Input(24), Relu(8), Softmax(10))
 * const picture = await plotLandscape(network, init(network, key(1)), digits(), 'sparseCategoricalCrossentropy', {
 *   key: key(2),
 *   points: 9,
 * })
 * ```
 */
export const plotLandscape = async <
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
  given: LandscapePictureOptions<N, W> = {},
): Promise<Picture<Drawing>> => {
  const owner = 'plotLandscape'
  const { title, ...normal } = parseOptions(owner, exampleOf(owner), options, given)
  const landscape = await landscapeOf(owner, network, variables, examples, loss, normal)
  return drawnLandscape(title ?? 'Loss around the parameters', landscape, normal.directions === null)
}

const drawnLandscape = (heading: string, { losses, steps }: LossLandscape, random: boolean): Picture<Drawing> => {
  const { data, shape } = losses
  const [points] = shape
  const { low, high, others } = extentOf(data)
  const logarithmic = low > 0 && high > 20 * low
  const values = logarithmic ? data.map(Math.log10) : data
  const ends = logarithmic ? ([Math.log10(low), Math.log10(high)] as const) : ([low, high] as const)
  const reach = steps.at(-1) as number
  // Each point is the middle of its pixel.
  const edge = reach + reach / (points - 1)
  const side = 400
  const frame: Frame = {
    ...{ x: margin + axisRoom.left, y: margin + sizes.title + 12, width: side, height: side },
    ...{ across: [-edge, edge], up: [-edge, edge] },
  }
  // Rows of pixels run down, those of the plane up.
  const downwards = Float64Array.from(
    values,
    (_, i) => values[(points - 1 - Math.floor(i / points)) * points + (i % points)] as number,
  )
  const { href } = scaled(downwards, [points, points], ends, 'sequential')
  const levels = Array.from({ length: lines }, (_, i) => ends[0] + ((i + 0.5) / lines) * (ends[1] - ends[0]))
  const cell = side / points
  const contours = levels.flatMap(level =>
    isoline(downwards, [points, points], level).map(
      ([from, to]): Shape => ({
        kind: 'path',
        points: [from, to].map(([col, row]) => [frame.x + (col + 0.5) * cell, frame.y + (row + 0.5) * cell] as const),
        stroke: '#ffffff',
        strokeWidth: 0.75,
      }),
    ),
  )
  const middle = data[(points * points - 1) / 2] as number
  const [x, y] = placeIn(frame, [0, 0])
  const cross = [3, 1.5].flatMap((strokeWidth, i): readonly Shape[] => [
    {
      kind: 'path',
      points: [
        [x - 6, y],
        [x + 6, y],
      ],
      stroke: i === 0 ? '#ffffff' : '#c5221f',
      strokeWidth,
    },
    {
      kind: 'path',
      points: [
        [x, y - 6],
        [x, y + 6],
      ],
      stroke: i === 0 ? '#ffffff' : '#c5221f',
      strokeWidth,
      title: `the parameters: ${digits(middle)}`,
    },
  ])
  const captions = [
    `the cross is the parameters, with a loss of ${digits(middle)}; the least loss of the plane is ${digits(low)}, the largest ${digits(high)}`,
    ...(random ? ['random directions, each filter of which is as long as that of the network'] : []),
    ...notFinite(others, 'point'),
  ]
  const width = frame.x + side + margin + 20
  const bottom = frame.y + side + axisRoom.below + 6
  const below = captioned(captions, bottom + 20, width)
  const drawing: Drawing = {
    width,
    height: bottom + 20 + lineHeight * below.length + margin - 4,
    shapes: [
      headed(heading, width),
      { kind: 'image', x: frame.x, y: frame.y, width: side, height: side, href },
      ...contours,
      ...axesOf(frame, { across: 'step along direction 1', up: 'step along direction 2' }),
      ...cross,
      ...scaleKey(
        { scale: 'sequential', ends: [low, high], label: logarithmic ? 'loss, colours by its logarithm' : 'loss' },
        margin,
        bottom,
        width,
      ),
      ...below,
    ],
  }
  return drawn({ drawing, title: [heading, ...captions].join('\n') })
}
