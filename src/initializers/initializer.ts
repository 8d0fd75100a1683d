import { WeightInitializationError } from '../base/errors.ts'
import { type Options, parseOptions } from '../base/options.ts'
import type { Fans, Initializer } from '../base/parameters.ts'
import type { Key } from '../base/random.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import { shownAs } from '../base/shown.ts'

const print = (name: string, options: Readonly<Record<string, number>>): string => {
  // The value of a constant is its argument; every other option is written with its name.
  const entries = Object.entries(options)
  const values = entries.map(([option, value]) => `${option}: ${value}`).join(', ')
  return name === 'constant' ? `constant(${entries[0]?.[1]})` : `${name}({ ${values} })`
}

/** Makes an initializer: options, checked, and the rule that draws from them. */
export const initializer = <Normal extends Readonly<Record<string, number>>>(
  name: string,
  options: Options<Normal>,
  given: unknown,
  sample: (options: Normal, key: Key, shape: readonly number[], fans: Fans | undefined) => Float32Array,
): Initializer => {
  const values = parseOptions(name, `${name}()`, options, given)
  const initializer: Initializer & { readonly toString: () => string } = {
    kind: 'Initializer',
    name,
    options: values,
    sample: (key, shape, fans) => sample(values, key, shape, fans),
    toString: () => print(name, values),
  }
  return Object.freeze(Object.defineProperties(initializer, shownAs(String)))
}

/**
 * The fans of a weight by its shape: [n] has n inputs and 1 output, [inputs, outputs] says it itself, and in
 * [...window, inputs, outputs] every element of the window counts.
 *
 * @throws WeightInitializationError for a scalar, which has none
 */
export const fansOf = (initializer: string, shape: readonly number[]): Fans => {
  if (shape.length === 0)
    throw new WeightInitializationError({
      layer: initializer,
      expected: 'a shape of at least one dimension',
      got: showShape(shape),
      remedy: 'Initialise a scalar with constant(...), normal(...) or uniform(...).',
    })
  if (shape.length === 1) return { in: shape[0] as number, out: 1 }
  const window = sizeOf(shape.slice(0, -2))
  return { in: (shape.at(-2) as number) * window, out: (shape.at(-1) as number) * window }
}
