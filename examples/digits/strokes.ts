// The ten digits as a pen writes them, in a box 60 wide and 100 high; x grows to the right, y downwards.

export type Point = readonly [x: number, y: number]
/** The points a pen passes, joined by straight lines. */
export type Stroke = readonly Point[]

/** Straight lines from corner to corner. */
const lines = (...points: readonly Point[]): Stroke => points

/** A smooth curve through all the points (Catmull and Rom 1974). */
const curve = (...points: readonly Point[]): Stroke => {
  const at = (i: number): Point => points[Math.min(Math.max(i, 0), points.length - 1)] as Point
  const steps = 5
  const between = (i: number, t: number): Point => {
    const blend = (a: number, b: number, c: number, d: number): number =>
      b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)]
    return [blend(a[0], b[0], c[0], d[0]), blend(a[1], b[1], c[1], d[1])]
  }
  const passed = Array.from({ length: (points.length - 1) * steps }, (_, k) =>
    between(Math.floor(k / steps), (k % steps) / steps),
  )
  return [...passed, at(points.length - 1)]
}

/** Part of an ellipse. The angles are in degrees: 0 points to the right, 90 downwards. */
const arc = ([x, y]: Point, [width, height]: Point, from: number, to: number): Stroke => {
  const steps = Math.ceil(Math.abs(to - from) / 18)
  return Array.from({ length: steps + 1 }, (_, k) => {
    const angle = ((from + ((to - from) * k) / steps) * Math.PI) / 180
    return [x + (width / 2) * Math.cos(angle), y + (height / 2) * Math.sin(angle)]
  })
}

/** `hands[digit]` lists the ways in which people write the digit, each a list of strokes. */
export const hands: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [arc([30, 50], [60, 100], 0, 360)],
    [arc([30, 50], [46, 100], 0, 360)],
    [curve([38, 2], [14, 12], [2, 48], [14, 90], [36, 98], [56, 70], [56, 30], [40, 3], [24, 8])],
  ],
  [
    [lines([32, 0], [32, 100])],
    [lines([12, 24], [34, 0], [34, 100])],
    [lines([12, 22], [32, 0], [32, 100]), lines([10, 100], [54, 100])],
  ],
  [
    [curve([4, 26], [12, 6], [32, 0], [52, 10], [54, 32], [38, 60], [4, 100]), lines([4, 100], [58, 100])],
    [curve([4, 20], [24, 0], [50, 12], [48, 40], [24, 76], [6, 92], [8, 78], [26, 82], [42, 96], [60, 90])],
  ],
  [
    [
      curve([4, 12], [22, 0], [46, 6], [50, 26], [38, 42], [20, 47]),
      curve([20, 47], [44, 52], [56, 72], [44, 94], [20, 100], [2, 88]),
    ],
    [lines([4, 0], [54, 0], [24, 40]), curve([24, 40], [48, 46], [57, 70], [44, 94], [20, 100], [2, 88])],
  ],
  [[lines([42, 100], [42, 0], [0, 68], [60, 68])], [lines([14, 0], [4, 54], [56, 54]), lines([48, 14], [44, 100])]],
  [
    [lines([54, 0], [12, 0], [8, 44]), curve([8, 44], [28, 36], [50, 46], [56, 70], [44, 93], [22, 100], [2, 90])],
    [lines([52, 2], [16, 0], [8, 48]), curve([8, 48], [40, 44], [54, 66], [40, 94], [4, 98])],
  ],
  [
    [curve([50, 4], [26, 14], [8, 42], [2, 70]), arc([30, 71], [56, 58], 180, 540)],
    [curve([34, 0], [12, 34], [4, 70], [16, 96], [40, 98], [56, 78], [46, 56], [24, 56], [6, 76])],
  ],
  [
    [lines([2, 0], [58, 0], [22, 100])],
    [lines([4, 2], [56, 0], [26, 100]), lines([18, 52], [54, 48])],
    [lines([4, 14], [4, 0], [56, 0]), curve([56, 0], [38, 34], [28, 66], [24, 100])],
  ],
  [
    [arc([30, 24], [46, 48], 90, 450), arc([30, 74], [58, 52], -90, 270)],
    [curve([52, 12], [30, 0], [8, 14], [14, 38], [44, 58], [56, 80], [32, 100], [4, 82], [14, 58], [44, 40], [52, 12])],
  ],
  [
    [arc([30, 29], [56, 58], 0, 360), curve([58, 29], [56, 56], [40, 84], [12, 98])],
    [arc([28, 27], [50, 54], 0, 360), lines([53, 18], [50, 100])],
    [arc([28, 27], [50, 54], 0, 360), curve([53, 18], [54, 70], [46, 96], [22, 100], [6, 90])],
  ],
]
