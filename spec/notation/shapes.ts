import fc from 'fast-check'
import { type Layer, notation } from '../../src/index.ts'
import { drawnWith, initial, layerOf } from '../drawn.ts'
import { saidOf } from './values.ts'

// Layers with random options after inputs that do not fit them, as texts: the compiler has to say of each what the run
// time says.

const draws = 60

const inputText = (shape: readonly number[]): string => `Input([${shape.join(', ')}])`

/** Every layer that has a text, with draws that the run time refuses. */
export const misfits = (seed: number): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(drawnWith(initial)).map(([name, arbitrary]) => {
      const texts = fc.sample(arbitrary, { seed, numRuns: draws }).map(one => {
        const starts = one.inputs.map(inputText)
        const start = starts.length === 1 ? starts[0] : `(${starts.join(' | ')})`
        return `${start} >> ${notation(layerOf(one) as Layer)}`
      })
      return [name, [...new Set(texts)].filter(text => saidOf(text) !== null)]
    }),
  )
