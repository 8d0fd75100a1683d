import { type Options, parseOptions } from '../base/options.ts'
import { type CategoryColour, type Drawing, fittedText, type Point, type Shape } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { sizes } from '../pictures/theme.ts'
import type { TensorInput, TypedNumbers } from '../state/data.ts'
import { axesOf, axisRoom, type Frame, placeIn } from './axes.ts'
import { extentOf } from './bitmap.ts'
import { checkLabels, type Labels, labelsOption, titleOption } from './options.ts'
import { type NormalProjection, type ProjectionOptions, projected, projectionOptions } from './projection.ts'
import { captioned, headed, lineHeight, margin, nothing } from './sheet.ts'

/** The options of {@link embedding}. */
export interface EmbeddingPictureOptions extends ProjectionOptions {
  /** The class of each point, as a text or a number: it has a colour and a shape. Default, or `null`: none. */
  readonly labels?: readonly (string | number)[] | TypedNumbers | null
  /** Default: the method and how many points there are. */
  readonly title?: string | null
}
interface Normal extends NormalProjection {
  readonly labels: Labels | null
  readonly title: string | null
}
const options: Options<Normal> = {
  ...projectionOptions,
  labels: { codec: labelsOption, default: null },
  title: { codec: titleOption, default: null },
}

/** How points of a class are drawn: with as many colours and shapes, classes differ in one at least. */
const marks = ['circle', 'square', 'triangle', 'diamond'] as const
const hues = 8
const mostClasses = marks.length * hues

const markOf = (index: number): readonly [CategoryColour, (typeof marks)[number]] => [
  `category-${(index % hues) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`,
  // The eight first differ in both: colours alone are lost to some.
  marks[(index + Math.floor(index / hues)) % marks.length] as (typeof marks)[number],
]

const mark = ([x, y]: Point, index: number, title?: string): Shape => {
  const [fill, shape] = index >= mostClasses ? (['muted', 'circle'] as const) : markOf(index)
  const told = {
    fill,
    fillOpacity: 0.85,
    stroke: 'page',
    strokeWidth: 0.5,
    ...(title !== undefined && { title }),
  } as const
  const r = 3.5
  if (shape === 'circle') return { kind: 'rect', x: x - r, y: y - r, width: 2 * r, height: 2 * r, radius: r, ...told }
  if (shape === 'square')
    return { kind: 'rect', x: x - r + 0.5, y: y - r + 0.5, width: 2 * r - 1, height: 2 * r - 1, ...told }
  const points: readonly Point[] =
    shape === 'triangle'
      ? [
          [x, y - r - 0.5],
          [x + r + 0.5, y + r - 0.5],
          [x - r - 0.5, y + r - 0.5],
        ]
      : [
          [x, y - r - 1],
          [x + r + 1, y],
          [x, y + r + 1],
          [x - r - 1, y],
        ]
  return { kind: 'path', points, closed: true, ...told }
}

/** A little more than the numbers, so that no mark leaves the frame; around one number a unit. */
const wider = (values: Float64Array): readonly [number, number] => {
  const { low, high } = extentOf(values)
  const room = high > low ? (high - low) * 0.05 : 0.5
  return [low - room, high + room]
}

const names = { pca: 'Principal components', 't-sne': 't-SNE' } as const

/**
 * Points of many dimensions, such as what a layer gives for a data set, in a plane: by principal components or t-SNE, as
 * {@link projection} computes them. Classes have colours and shapes; of more than 32 the rarest are drawn as others.
 *
 * @param points [points, ...]: tensors of more axes are flattened
 * @throws InvalidOption if numbers are not finite, there are not as many labels as points, an option is invalid, or `'t-sne'` has no
 *   key
 * @throws PackageError if `@saehrimnir/druidjs` is not installed
 * @example
 * ```ts
 * const { x, y } = noisyDigits(200, { noise: 0.05, key: key(1) })
 * const picture = await embedding(x, { labels: y.data })
 * ```
 */
export const embedding = async (
  points: TensorInput,
  given: EmbeddingPictureOptions = {},
): Promise<Picture<Drawing>> => {
  const owner = 'embedding'
  const { labels, title, ...normal } = parseOptions<Normal>(
    owner,
    "embedding(points, { method: 't-sne', labels, key: key(1) })",
    options,
    given,
  )
  const { points: found, explained } = await projected(owner, points, normal)
  const [count] = found.shape
  checkLabels(owner, labels, count, 'points')
  const heading = title ?? `${names[normal.method]} of ${count} points`
  if (count === 0) return drawn({ drawing: nothing(heading), title: heading })
  const [left, top] = [0, 1].map(axis => found.data.filter((_, i) => i % 2 === axis)) as [Float64Array, Float64Array]
  const titles =
    explained === null
      ? { across: 't-SNE 1', up: 't-SNE 2' }
      : {
          across: `component 1 (${(100 * explained[0]).toFixed(1)} % of the variance)`,
          up: `component 2 (${(100 * explained[1]).toFixed(1)} % of the variance)`,
        }
  const classes = classesOf(labels)
  const frame: Frame = {
    ...{ x: margin + axisRoom.left, y: margin + sizes.title + 12, width: 440, height: 360 },
    ...{ across: wider(left), up: wider(top) },
  }
  const folded = classes.length - mostClasses
  const captions = [
    ...(folded > 0 ? [`${mostClasses} of ${classes.length} classes by name; the ${folded} rarest are others`] : []),
    ...(normal.method === 't-sne' ? ['near points are alike; distances between groups mean little'] : []),
  ]
  const marksOf = Array.from({ length: count }, (_, i) => {
    const label = labels?.[i]
    const index = label === undefined ? 0 : classes.indexOf(label)
    return mark(
      placeIn(frame, [left[i] as number, top[i] as number]),
      index,
      `point ${i}${label === undefined ? '' : `: ${label}`}`,
    )
  })
  const drawing = laidOut(heading, captions, frame, [...axesOf(frame, titles), ...marksOf], classes)
  return drawn({ drawing, title: [heading, ...captions].join('\n') })
}

/** The classes in order: numbers by size, texts by name; of too many, the rarest come last. */
const classesOf = (labels: Labels | null): readonly (string | number)[] => {
  const counts = new Map<string | number, number>()
  for (const label of labels ?? []) counts.set(label, (counts.get(label) ?? 0) + 1)
  const inOrder = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
  const all = [...counts.keys()].sort(inOrder)
  if (all.length <= mostClasses) return all
  const common = new Set([...all].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, mostClasses))
  return [...all.filter(label => common.has(label)), ...all.filter(label => !common.has(label))]
}

const laidOut = (
  heading: string,
  captions: readonly string[],
  frame: Frame,
  shapes: readonly Shape[],
  classes: readonly (string | number)[],
): Drawing => {
  const right = frame.x + frame.width
  const shown = classes.slice(0, mostClasses)
  const entries = [...shown.map(String), ...(classes.length > mostClasses ? ['others'] : [])]
  const perColumn = Math.floor(frame.height / 16)
  const legend = entries.flatMap((name, i): readonly Shape[] => {
    const [x, y] = [right + 20 + 100 * Math.floor(i / perColumn), frame.y + 8 + 16 * (i % perColumn)]
    return [mark([x, y], i), fittedText({ text: name, x: x + 10, y: y + 3.5, size: sizes.small }, 82)]
  })
  const columns = Math.ceil(entries.length / perColumn)
  const width = right + (columns === 0 ? 0 : 12 + 100 * columns) + margin
  const bottom = frame.y + frame.height + axisRoom.below
  const below = captioned(captions, bottom + 4, width)
  return {
    width,
    height: bottom + 4 + lineHeight * below.length + margin - 4,
    shapes: [headed(heading, width), ...shapes, ...legend, ...below],
  }
}
