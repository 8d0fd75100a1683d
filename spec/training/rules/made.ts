import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { key, normals } from '../../../src/index.ts'

/** Normal draws of a shape. */
export const draws = (seed: number, ...shape: number[]): { readonly data: Float32Array; readonly shape: number[] } => ({
  data: normals(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
  ),
  shape,
})
/** All numbers of a tree of tensors, by where they stand. */
export const numbersOf = (tree: object, path = ''): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, readonly number[]>()
  for (const [name, value] of Object.entries(tree) as [string, object][]) {
    const at = `${path}/${name}`
    if ('dataSync' in value) found.set(at, [...(value as tf.Tensor).dataSync()])
    else for (const [place, numbers] of numbersOf(value, at)) found.set(place, numbers)
  }
  return found
}
export const near = (actual: object, expected: object, tolerance = 1e-4): void => {
  const [found, wanted] = [numbersOf(actual), numbersOf(expected)]
  expect([...found.keys()]).to.deep.equal([...wanted.keys()])
  for (const [place, numbers] of wanted)
    for (const [i, value] of numbers.entries())
      expect(found.get(place)?.[i], `${place}, ${i}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}
export const same = (actual: object, expected: object): void => {
  expect([...numbersOf(actual)]).to.deep.equal([...numbersOf(expected)])
}
