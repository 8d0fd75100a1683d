import { InvalidOption, show } from '../base/errors.ts'
import { boolean, codec, parseOptions } from '../base/options.ts'
import { isShortList } from '../base/trees.ts'
import { described } from '../state/given.ts'

/** The options of {@link grad} and {@link valueAndGrad}. */
export interface GradientOptions<
  W extends number | readonly number[] = number | readonly number[],
  Aux extends boolean = boolean,
> {
  /**
   * The argument to differentiate with respect to, counted from 0 after the operations, or several in an array. Default:
   * 0.
   */
  readonly wrt?: W
  /** Whether the function gives `[scalar, anything]`; what is beside the scalar is given back as it is. Default: false. */
  readonly aux?: Aux
}

/** The arguments that `wrt` names: a tree, or an array of trees. */
export type Chosen<A extends readonly unknown[], W> = W extends readonly number[]
  ? { readonly [K in keyof W]: A[W[K] & number] }
  : A[W & number]

/** The options in their normal form. */
export interface Wanted {
  /** Positions of arguments. */
  readonly wrt: readonly number[]
  /** Whether a single tree is given, not an array. */
  readonly single: boolean
  readonly aux: boolean
}

const isPosition = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0
const isPositions = (value: unknown): value is readonly number[] =>
  isShortList(value) && value.length > 0 && value.every(isPosition) && new Set(value).size === value.length

const positions = codec<number | readonly number[]>('the position of an argument, or an array of some', value =>
  isPosition(value) ? value : isPositions(value) ? [...value] : undefined,
)

/**
 * Reads the options of a gradient.
 *
 * @throws InvalidOption if one is invalid
 */
export const wantedOf = (owner: string, given: unknown): Wanted => {
  const { wrt, aux } = parseOptions<{ wrt: number | readonly number[]; aux: boolean }>(
    owner,
    `${owner}(f, { wrt: 1, aux: true })`,
    { wrt: { codec: positions, default: 0 }, aux: { codec: boolean, default: false } },
    given,
  )
  return typeof wrt === 'number' ? { wrt: [wrt], single: true, aux } : { wrt, single: false, aux }
}

/** What a function has to give two of. */
export interface Paired {
  readonly option: string
  readonly expected: string
  readonly remedy: string
}
const pairWithAux: Paired = {
  option: 'aux',
  expected: 'a function that gives [scalar, anything]',
  remedy: 'Return both in an array, or leave aux out.',
}

/**
 * Both values of a pair; by default the loss, and what is beside it.
 *
 * @throws InvalidOption if a function gave no pair
 */
export const pairOf = (
  owner: string,
  result: unknown,
  paired: Paired = pairWithAux,
): readonly [first: unknown, second: unknown] => {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]]
  const got = Array.isArray(result) ? show(result) : described(result)
  throw new InvalidOption({ layer: owner, got, ...paired })
}
