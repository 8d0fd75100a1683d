import { digits } from '../base/shown.ts'
import type { Shape } from '../pictures/drawing.ts'
import { widthOf } from '../pictures/text-width.ts'
import { sizes } from '../pictures/theme.ts'

// Axes around a square or rectangle: ticks at round numbers, and titles.

/** A rectangle in which numbers have places. */
export interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly across: readonly [low: number, high: number]
  readonly up: readonly [low: number, high: number]
}

/** The place of numbers in a frame. */
export const placeIn = (
  { x, y, width, height, across, up }: Frame,
  [a, b]: readonly [number, number],
): readonly [number, number] => [
  x + (width * (a - across[0])) / (across[1] - across[0]),
  y + height - (height * (b - up[0])) / (up[1] - up[0]),
]

/** Round numbers within two, about as many as are asked for: 1, 2 or 5 of a power of 10 apart. */
export const ticksIn = ([low, high]: readonly [number, number], wanted: number): readonly number[] => {
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find(factor => factor * power >= rough) ?? 10) * power
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)]
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The room that axes take to the left of a frame and below it. */
export const axisRoom = { left: 62, below: 38 } as const

/** The frame, its ticks and titles. */
export const axesOf = (frame: Frame, titles: { readonly across: string; readonly up: string }): readonly Shape[] => {
  const { x, y, width, height, across, up } = frame
  const style = { size: sizes.small, colour: 'muted' } as const
  const bottom = y + height
  const acrossTicks = ticksIn(across, width / 80).flatMap((value): readonly Shape[] => {
    const [at] = placeIn(frame, [value, up[0]])
    const text = digits(value)
    const half = widthOf(text, style) / 2
    return [
      {
        kind: 'path',
        points: [
          [at, bottom],
          [at, bottom + 4],
        ],
        stroke: 'border',
      },
      {
        kind: 'text',
        text,
        x: Math.min(Math.max(at, x + half - 20), x + width - half + 10),
        y: bottom + 15,
        anchor: 'middle',
        ...style,
      },
    ]
  })
  const upTicks = ticksIn(up, height / 60).flatMap((value): readonly Shape[] => {
    const [, at] = placeIn(frame, [across[0], value])
    return [
      {
        kind: 'path',
        points: [
          [x - 4, at],
          [x, at],
        ],
        stroke: 'border',
      },
      { kind: 'text', text: digits(value), x: x - 7, y: at + 3.5, anchor: 'end', ...style },
    ]
  })
  return [
    { kind: 'rect', x, y, width, height, stroke: 'border' },
    ...acrossTicks,
    ...upTicks,
    { kind: 'text', text: titles.across, x: x + width / 2, y: bottom + 32, size: sizes.label, anchor: 'middle' },
    { kind: 'text', text: titles.up, x: x - 50, y: y + height / 2, size: sizes.label, anchor: 'middle', rotate: -90 },
  ]
}
