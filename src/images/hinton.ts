import { type Options, orNull, parseOptions, positive } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { digits } from '../base/shown.ts'
import { type Drawing, fittedText, type Shape } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { sizes } from '../pictures/theme.ts'
import type { TensorInput, TypedNumbers } from '../state/data.ts'
import { extentOf } from './bitmap.ts'
import { faultOf, type Labels, labelsOption, numbersOrNone, titleOption } from './options.ts'
import { captioned, headed, lineHeight, margin, named, nothing, roomFor } from './sheet.ts'

/** The options of {@link hinton}. */
export interface HintonOptions {
  /** The weight whose square fills its place. Default, or `null`: the least power of 2 that no weight exceeds. */
  readonly maxWeight?: number | null
  /** The names of the rows. Default, or `null`: their numbers. */
  readonly rows?: readonly (string | number)[] | TypedNumbers | null
  /** The names of the columns. Default, or `null`: their numbers. */
  readonly columns?: readonly (string | number)[] | TypedNumbers | null
  /** Default: what the matrix is: `24 x 10 weights`. */
  readonly title?: string | null
}
interface Normal {
  readonly maxWeight: number | null
  readonly rows: Labels | null
  readonly columns: Labels | null
  readonly title: string | null
}
const options: Options<Normal> = {
  maxWeight: { codec: orNull(positive, 'a power of 2 that fits'), default: null },
  rows: { codec: labelsOption, default: null },
  columns: { codec: labelsOption, default: null },
  title: { codec: titleOption, default: null },
}

/** The most weights of a diagram. */
const most = 16_384
const [ground, positiveInk, negativeInk] = ['#808080', '#ffffff', '#000000'] as const

/** The least power of 2 that is not below a weight; 1 if there is none. */
const powerAbove = (weight: number): number => (weight === 0 ? 1 : 2 ** Math.ceil(Math.log2(weight)))

/** The side of a weight's square, as a part of its place. */
const sideOf = (weight: number, maxWeight: number): number => Math.min(Math.sqrt(Math.abs(weight) / maxWeight), 1)

/**
 * A Hinton diagram: each weight of a matrix is a square whose area is its size, white for positive and black for negative ones. A
 * weight of `maxWeight` or more fills its place.
 *
 * @param matrix [rows, columns]: a tensor such as the weight of a dense layer, nested arrays, or `{ data, shape }`; at most 16,384
 *   numbers
 * @throws InvalidOption if it is no matrix, or too large, or an option is invalid
 * @example
 * ```ts
 * const diagram = hinton([[0.5, -0.25], [1, 0]], { rows: ['x', 'y'], columns: ['to a', 'to b'] })
 * String(diagram.spec.height > 0) // true
 * ```
 */
export const hinton = (matrix: TensorInput, given: HintonOptions = {}): Picture<Drawing> => {
  const owner = 'hinton'
  const { maxWeight, title, ...labels } = parseOptions<Normal>(
    owner,
    'hinton(matrix, { maxWeight: 1 })',
    options,
    given,
  )
  const { data, shape } = numbersOrNone(matrix)
  const [rows = 0, columns = 0] = shape
  const fault = faultOf(owner)
  if (shape.length !== 2 && data.length > 0)
    throw fault(
      'matrix',
      'a matrix, [rows, columns]',
      showShape(shape),
      'Reshape it, or give a part: { data, shape: [rows, columns] }.',
    )
  if (data.length > most)
    throw fault(
      'matrix',
      `at most ${most} weights`,
      `${data.length}`,
      'Give some of the rows, or show it by imageGrid.',
    )
  for (const [option, count] of [
    ['rows', rows],
    ['columns', columns],
  ] as const) {
    const own = labels[option]
    if (own !== null && own.length !== count)
      throw fault(
        option,
        `a name for each of ${count} ${option}`,
        String(own.length),
        'Give as many names, or null for numbers.',
      )
  }
  const heading = title ?? `${rows} x ${columns} weights`
  if (data.length === 0) return drawn({ drawing: nothing(heading), title: heading })
  const { low, high, others } = extentOf(data)
  const full = maxWeight ?? powerAbove(Math.max(Math.abs(low), Math.abs(high)))
  const captions = [
    `white is positive, black negative: from ${digits(low)} to ${digits(high)}; a full square is ${digits(full)} or more`,
    ...(others === 0 ? [] : [`${others} weight${others === 1 ? ' is' : 's are'} not finite, crossed out`]),
  ]
  const drawing = laidOut(heading, captions, data, { rows, columns, full, labels })
  return drawn({ drawing, title: [heading, ...captions].join('\n') })
}

/** The diagram with its names and captions. */
const laidOut = (
  heading: string,
  captions: readonly string[],
  data: Float32Array,
  {
    rows,
    columns,
    full,
    labels,
  }: {
    readonly rows: number
    readonly columns: number
    readonly full: number
    readonly labels: Pick<Normal, 'rows' | 'columns'>
  },
): Drawing => {
  const style = { size: sizes.small, colour: 'muted' } as const
  const cell = Math.max(4, Math.min(24, Math.floor(560 / Math.max(rows, columns))))
  const rowNames = named(labels.rows, rows, cell, lineHeight - 2)
  const columnNames = named(labels.columns, columns, cell, lineHeight - 2)
  const [beside, above] = [rowNames, columnNames].map(names => roomFor(names, 110, style)) as [number, number]
  const [x, y] = [margin + beside, margin + sizes.title + 10 + above]
  const width = Math.max(320, x + columns * cell + margin)
  const squares = Array.from(data, (weight, i): Shape => {
    const [left, top] = [x + (i % columns) * cell, y + Math.floor(i / columns) * cell]
    const name = `${labels.rows?.[Math.floor(i / columns)] ?? Math.floor(i / columns)}, ${labels.columns?.[i % columns] ?? i % columns}: ${digits(weight)}`
    if (!Number.isFinite(weight))
      return {
        kind: 'group',
        title: name,
        shapes: [
          [left + 1, top + 1, left + cell - 1, top + cell - 1],
          [left + 1, top + cell - 1, left + cell - 1, top + 1],
        ].map(
          ([a = 0, b = 0, c = 0, d = 0]): Shape => ({
            kind: 'path',
            points: [
              [a, b],
              [c, d],
            ],
            stroke: 'alarm',
            strokeWidth: Math.min(2, cell / 4),
          }),
        ),
      }
    const side = sideOf(weight, full) * (cell - 1)
    const inset = (cell - side) / 2
    return {
      ...{ kind: 'rect', x: left + inset, y: top + inset, width: side, height: side },
      fill: weight > 0 ? positiveInk : negativeInk,
      title: name,
    }
  })
  const bottom = y + rows * cell
  const below = captioned(captions, bottom + 4, width)
  return {
    width,
    height: bottom + 4 + lineHeight * below.length + margin,
    shapes: [
      headed(heading, width),
      ...rowNames.map(([at, text]) =>
        fittedText({ text, x: x - 6, y: y + (at + 0.5) * cell + 3.5, anchor: 'end', ...style }, beside - 5),
      ),
      ...columnNames.map(([at, text]) =>
        fittedText({ text, x: x + (at + 0.5) * cell + 3.5, y: y - 6, rotate: -90, ...style }, above - 5),
      ),
      { kind: 'rect', x, y, width: columns * cell, height: rows * cell, fill: ground },
      ...squares,
      ...below,
    ],
  }
}
