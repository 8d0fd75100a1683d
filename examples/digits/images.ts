import { type Key, permutation } from '../../src/index.ts'

/** Grey images in row-major order, from 0 (paper) to 1 (ink): a batch that `fit` and `predict` take as it is. */
export interface Images {
  readonly data: Float32Array
  readonly shape: readonly [count: number, rows: number, cols: number, channels: 1]
}

/** Images and the digit, 0 to 9, that each one shows. */
export interface Labelled {
  readonly images: Images
  readonly labels: Uint8Array
}

/** What a network learns from, and what it is judged by. */
export interface DataSet {
  readonly name: string
  readonly training: Labelled
  readonly test: Labelled
}

/** The images from `start` up to, not including, `end`. */
export const slice = ({ images, labels }: Labelled, start: number, end: number = labels.length): Labelled => {
  const [, rows, cols] = images.shape
  const size = rows * cols
  const chosen = labels.slice(start, end)
  return {
    images: { data: images.data.slice(start * size, end * size), shape: [chosen.length, rows, cols, 1] },
    labels: chosen,
  }
}

/** The same images in a random order. */
export const shuffle = ({ images, labels }: Labelled, key: Key): Labelled => {
  const [count, rows, cols] = images.shape
  const size = rows * cols
  const data = new Float32Array(images.data.length)
  const order = permutation(key, count)
  order.forEach((from, to) => {
    data.set(images.data.subarray(from * size, (from + 1) * size), to * size)
  })
  return { images: { data, shape: images.shape }, labels: Uint8Array.from(order, from => labels[from] as number) }
}

/** The labels as `categoricalCrossentropy` takes them: 1 in the column of the digit, 0 in the others. */
export const oneHot = ({
  labels,
}: Labelled): { readonly data: Float32Array; readonly shape: readonly [number, 10] } => {
  const data = new Float32Array(labels.length * 10)
  labels.forEach((digit, i) => {
    data[i * 10 + digit] = 1
  })
  return { data, shape: [labels.length, 10] }
}
