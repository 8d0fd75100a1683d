import { foldIn, type Key, normals, split, uniforms } from '../../src/index.ts'
import type { Labelled } from './images.ts'
import { hands, type Point, type Stroke } from './strokes.ts'

/** Drawn images have this many rows and columns. */
export const size = 16

/** What differs from one image to the next, and between which limits. Lengths are in pixels, angles in radians. */
const limits = {
  hand: [0, 1],
  width: [5, 9],
  height: [8.5, 12.5],
  rotation: [-0.3, 0.3],
  shear: [-0.3, 0.3],
  shiftX: [-1.6, 1.6],
  shiftY: [-1.6, 1.6],
  waveX: [-0.7, 0.7],
  waveY: [-0.7, 0.7],
  phase: [0, 2 * Math.PI],
  thickness: [1, 2.4],
  ink: [0.8, 1],
  grain: [0, 0.12],
} as const
type Manner = Readonly<Record<keyof typeof limits, number>>

const chooseManner = (key: Key): Manner => {
  const names = Object.keys(limits) as (keyof Manner)[]
  const draws = uniforms(key, names.length)
  const chosen = names.map((name, i) => {
    const [low, high] = limits[name]
    return [name, low + (high - low) * (draws[i] as number)]
  })
  return Object.fromEntries(chosen)
}

/** Where a point of the strokes comes to lie in the image. */
const place =
  ({ width, height, rotation, shear, shiftX, shiftY, waveX, waveY, phase }: Manner) =>
  ([strokeX, strokeY]: Point): Point => {
    const [u, v] = [strokeX / 60 - 0.5, strokeY / 100 - 0.5]
    // A gentle wave, as no hand draws a line quite straight.
    const y = height * v + waveY * Math.sin(4 * u + phase)
    const x = width * u + waveX * Math.sin(4 * v + phase) - shear * y
    const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)]
    return [size / 2 + shiftX + cos * x - sin * y, size / 2 + shiftY + sin * x + cos * y]
  }

/** A straight piece of a stroke: where it starts, and how far it goes. */
interface Line {
  readonly x: number
  readonly y: number
  readonly dx: number
  readonly dy: number
}

const toLines = (stroke: Stroke): readonly Line[] =>
  stroke.slice(1).map(([endX, endY], i) => {
    const [x, y] = stroke[i] as Point
    return { x, y, dx: endX - x, dy: endY - y }
  })

const distance = (x: number, y: number, line: Line): number => {
  const along = ((x - line.x) * line.dx + (y - line.y) * line.dy) / (line.dx ** 2 + line.dy ** 2 || 1)
  const t = Math.min(Math.max(along, 0), 1)
  return Math.sqrt((x - line.x - t * line.dx) ** 2 + (y - line.y - t * line.dy) ** 2)
}

/** One image: a digit in a manner of its own, on grainy paper. */
const drawDigit = (key: Key, digit: number): Float32Array => {
  const [forManner, forGrain] = split(key) as [Key, Key]
  const manner = chooseManner(forManner)
  const ways = hands[digit] as (typeof hands)[number]
  const strokes = ways[Math.floor(manner.hand * ways.length)] as readonly Stroke[]
  const lines = strokes.flatMap(stroke => toLines(stroke.map(place(manner))))
  return normals(forGrain, size * size, 0, manner.grain).map((grain, pixel) => {
    const [x, y] = [(pixel % size) + 0.5, Math.floor(pixel / size) + 0.5]
    const nearest = lines.reduce((least, line) => Math.min(least, distance(x, y, line)), Infinity)
    // The pen covers a pixel less and less over the width of a pixel: this is the anti-aliasing.
    const covered = Math.min(Math.max(manner.thickness / 2 + 0.5 - nearest, 0), 1)
    return Math.min(Math.max(manner.ink * covered + grain, 0), 1)
  })
}

/**
 * Draws `n` digits: 0 to 9 in turn, no two alike. The same key gives the same images, and image `i` does not depend on
 * how many follow it.
 */
export const drawDigits = (key: Key, n: number): Labelled => {
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 10)
  const data = new Float32Array(n * size * size)
  labels.forEach((digit, i) => {
    data.set(drawDigit(foldIn(key, i), digit), i * size * size)
  })
  return { images: { data, shape: [n, size, size, 1] }, labels }
}
