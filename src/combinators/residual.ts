import type { Offered } from '../base/limits.ts'
import { checkName } from '../base/names.ts'
import { codec, type Options, parseOptions } from '../base/options.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Identity } from '../layers/input.ts'
import { Elementwise, type MergeName, mergeFunction } from '../layers/merge.ts'
import { compose } from '../network/compose.ts'
import { type Arrangement, asPart, innerLayer, isPart, type Part } from '../network/parts.ts'
import type { Block } from '../network-types/blocks.ts'
import type { Join, Side } from '../network-types/compose.ts'

/** How shortcut and block are merged: as in `Elementwise`, or by a layer. */
export type ResidualMerge = Elementwise['mergeFunction'] | AnyLayer

/** The options of {@link residual}. */
export interface ResidualOptions<
  Shortcut extends AnyLayer = AnyLayer,
  Merge extends ResidualMerge = ResidualMerge,
  Name extends string = string,
> {
  /** The layer beside the block, for a block that changes the shape. Default: `Identity()`. */
  readonly shortcut?: Shortcut
  /** How shortcut and block are merged: as in `Elementwise`, or by a layer such as `Concatenate()`. Default: 'add'. */
  readonly merge?: Offered<Merge, MergeName>
  /** A name or pattern for the whole, as of `block`. Default: none. */
  readonly name?: Name
}

type Merging<Merge> = Merge extends AnyLayer ? Merge : Elementwise
type Ways<B extends AnyLayer, Shortcut extends AnyLayer, Merge> = Join<[Side<[Shortcut, B]>, Merging<Merge>]>
/** The type that `residual` makes. */
export type Residual<B extends AnyLayer, Shortcut extends AnyLayer, Merge, Name extends string> = [Name] extends [never]
  ? Ways<B, Shortcut, Merge>
  : Block<Name, Ways<B, Shortcut, Merge>>

interface Normal {
  readonly shortcut: Part
  readonly merge: Part
  readonly name: string | null
}
const settings: Options<Normal> = {
  shortcut: { codec: innerLayer, default: Identity() },
  merge: {
    codec: codec<Part>(`${mergeFunction.name}, as of Elementwise, or a layer that merges`, value => {
      if (isPart(value)) return value
      return mergeFunction.is(value) ? asPart('residual', Elementwise(value)) : undefined
    }),
    default: 'add',
  },
  name: {
    codec: codec<string | null>('a name or pattern', value =>
      value === null || (typeof value === 'string' && value !== '') ? value : undefined,
    ),
    default: null,
  },
}

/**
 * A block with a shortcut around it (He et al. 2016): `merge(shortcut(x), block(x))`, that is
 * `join(parallel(shortcut, block), Elementwise('add'))`.
 *
 * @param block the layers beside the shortcut
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if block and shortcut give different shapes: give a shortcut that brings
 *   the input to the block's
 * @example
 * ```ts
 * const wider = residual(join(Convolution([3, 3, 16], { padding: 'same' }), Relu()), {
 *   shortcut: Convolution([1, 1, 16]),
 *   name: 'res{}',
 * })
 * const network = join(Input([8, 8, 3]), wider, residual(Tanh()))
 * String(network) // (?, 8, 8, 3) -> [... 8 layers ...] -> (?, 8, 8, 16)
 * ```
 */
export const residual = <
  const B extends AnyLayer,
  const Shortcut extends AnyLayer = Identity,
  const Merge extends ResidualMerge = 'add',
  const Name extends string = never,
>(
  block: B,
  options?: ResidualOptions<Shortcut, Merge, Name>,
): Residual<B, Shortcut, Merge, Name> => {
  const inner = asPart('residual', block, 'residual(Relu(8))')
  const example = "residual(Relu(8), { shortcut: Linear(8), merge: 'add', name: 'res{}' })"
  const { shortcut, merge, name } = parseOptions<Normal>('residual', example, settings, options)
  const ways: Part = compose({ form: 'parallel', parts: [shortcut, inner] })
  const whole: Arrangement = { form: 'sequence', parts: [ways, merge] }
  return name === null
    ? compose(whole)
    : compose({ form: 'block', part: compose(whole), name: checkName('block', name) })
}
