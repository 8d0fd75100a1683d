import { right } from 'fp-ts/lib/Either.js'
import type { Within } from '../base/limits.ts'
import { integer } from '../base/options.ts'
import type { NotSeveral, Several } from '../base/shape.ts'
import { defineMerge, type NameOption, type Plain } from '../core/define.ts'
import { type RefusesAll, refusalOfAll } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { Add } from '../type-arithmetic/digits.ts'

const callee = { kind: 'Select', example: 'Select(0)' } as const

const enough = { expected: 'at least {count} inputs', remedy: 'Inputs are counted from 0.' } as const

/** The type of {@link Select}: several inputs → one of them. */
export interface Select<Index extends number, Name extends string = 'select-{}'> extends Plain<Name> {
  readonly kind: 'Select'
  readonly index: Index
  readonly ' out': this[' in'] extends Several
    ? this[' in'] extends { readonly [_ in Index]: infer One extends readonly unknown[] }
      ? One
      : RefusesAll<'Select', typeof enough, this[' in'], { count: Add<Index, 1> }>
    : NotSeveral<'Select', this[' in']>
}

interface SelectRow extends Takes<readonly [number], NameOption, Limits<'whole'>> {
  readonly ' made': Select<Argument<this[' given'], 0, number>, NameOf<this[' options'], 'select-{}'>>
}
/** The constructor of {@link Select}. */
export interface SelectConstructor {
  readonly ' row'?: SelectRow
  <const Index extends number, const Name extends string = 'select-{}'>(
    /** the number of the input, counted from 0 */
    index: Within<Index, 'whole', typeof callee, 'index'> & Index,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Select<Index, Name>
}

/**
 * Returns one of several inputs and drops the others. With `branch` it routes inputs.
 *
 * Shape: several inputs → one of them.
 *
 * @param index the number of the input, counted from 0
 * @param options the name of the layer
 * @throws InvalidOption if the index is not an integer >= 0
 * @throws LayerConnectionError, from `join`, if there are too few inputs
 * @category Several inputs
 * @see indexing in PyTorch
 * @example
 * ```ts
 * const sides = parallel(Input(4), Input(3))
 * const network = join(sides, branch([Select(0), Relu(3)], Select(1)), Elementwise('add'))
 * String(network) // [(?, 4), (?, 3)] -> [... 6 layers ...] -> (?, 3)
 * ```
 */
export const Select: SelectConstructor = defineMerge({
  ...callee,
  positional: ['index'],
  options: { index: { codec: integer(0) } },
  shape: ({ index }, inputs) =>
    index < inputs.length ? right(inputs[index] ?? null) : refusalOfAll(enough, inputs, { count: index + 1 }),
  decode: ({ index }, _, steps) => right(steps[index] === true ? 'steps' : 'whole'),
  forward: ({ index }, _, inputs) => inputs[index] as (typeof inputs)[number],
})
