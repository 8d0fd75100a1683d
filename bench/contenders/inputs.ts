import { type Key, key, normals, uniforms } from '../../src/index.ts'

// What every contender computes on: the same shapes, and numbers that no arithmetic finds easy.

/** A tensor's numbers and shape. */
export interface Numbers {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** Normal draws. */
export const draws = (seed: number, shape: readonly number[]): Numbers => ({
  data: normals(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
  ),
  shape,
})

/**
 * Rows of random classes, smoothed as Szegedy et al. (2016) do: a loss that can become 0 would leave nothing but vanishing
 * numbers to compute with, on which processors are slow.
 */
export const classes = (seed: number, rows: number, count: number): Numbers => {
  const data = new Float32Array(rows * count).fill(0.1 / count)
  for (const [i, draw] of uniforms(key(seed), rows).entries())
    data[i * count + Math.floor(draw * count)] = 0.9 + 0.1 / count
  return { data, shape: [rows, count] }
}

/** Tokens, by default out of 65, as GPTs that write letters take. */
export const tokens = (seed: number, shape: readonly number[], vocabulary = 65): Numbers => ({
  data: uniforms(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
    0,
    vocabulary,
  ).map(Math.floor),
  shape,
})

/** The inputs of each training work: its batch. */
export const batches: Readonly<Record<string, () => { readonly x: Numbers; readonly y: Numbers }>> = {
  'train-mlp': () => ({ x: draws(1, [128, 784]), y: classes(2, 128, 10) }),
  'train-cnn': () => ({ x: draws(1, [64, 28, 28, 1]), y: classes(2, 64, 10) }),
  'train-lstm': () => ({ x: draws(1, [32, 40, 32]), y: classes(2, 32, 10) }),
  'train-gpt': () => ({ x: tokens(1, [16, 128]), y: { ...classes(2, 16 * 128, 65), shape: [16, 128, 65] } }),
  gpt: () => ({ x: tokens(1, [16, 64], 18), y: { ...classes(2, 16 * 64, 18), shape: [16, 64, 18] } }),
  resnet50: () => ({ x: draws(1, [2, 224, 224, 3]), y: classes(2, 2, 1000) }),
  'train-tiny': () => ({ x: draws(1, [16, 4]), y: classes(2, 16, 3) }),
}

const between = (key: Key, shape: readonly number[], least: number, most: number): Numbers => ({
  data: uniforms(
    key,
    shape.reduce((n, d) => n * d, 1),
  ).map(draw => least + (most - least) * draw),
  shape,
})

/** Images of 28 by 28, each in a row. */
export const pixels = (): Numbers => between(key(7), [128, 784], 0, 1)

/** Points in space and time, at which an equation is to hold. */
export const waves = (): { readonly [_ in 'x' | 't']: Numbers } => ({
  x: between(key(1), [256], -5, 5),
  t: between(key(2), [256], 0, 1),
})

/** Ten points of each of 64 sines, and ten others. */
export const sinusoids = (): { readonly [_ in 'x' | 'y' | 'newX' | 'newY']: Numbers } => {
  const [amplitudes, phases] = [between(key(5), [64], 0.1, 5), between(key(6), [64], 0, Math.PI)]
  const [x, newX] = [between(key(3), [64, 10, 1], -5, 5), between(key(4), [64, 10, 1], -5, 5)]
  const at = ({ data, shape }: Numbers): Numbers => ({
    data: data.map((point, i) => {
      const task = Math.floor(i / 10)
      return (amplitudes.data[task] as number) * Math.sin(point - (phases.data[task] as number))
    }),
    shape,
  })
  return { x, y: at(x), newX, newY: at(newX) }
}
