import type { AnyLayer } from '../core/layer.ts'
import type { RefusedOptions, RefusesGiven, Suspect } from './limits.ts'
import type { WrongArguments, WrongOptions } from './row.ts'
import type { Rows } from './table.ts'
import type { ReadArguments } from './values.ts'
import type { Applied, Layers, RowOf } from './words.ts'

// From names and arguments to layers, for the compiler. The run time's twin is make.ts.

/** A layer of the table: what its row says, or the argument that cannot be read. */
export type Call<Word extends keyof Layers, G extends string> = G extends ''
  ? Makes<Word, [], {}>
  : ReadArguments<G> extends infer X
    ? X extends readonly [infer P extends readonly unknown[], infer O]
      ? G extends Suspect<Word>
        ? Limited<Word, P, O, Makes<Word, P, O>>
        : Makes<Word, P, O>
      : X
    : never
type Makes<Word extends keyof Layers, P extends readonly unknown[], O> = Word extends keyof Rows<[], {}>
  ? Rows<P, O>[Word]
  : Applied<RowOf<Layers[Word]>, P, O>
/** The layer, or what is wrong with its arguments, where none of them is refused for its value. */
export type Limited<Word extends string, P extends readonly unknown[], O, Y> =
  true extends RefusesGiven<Word, P>
    ? WrongArguments
    : Y extends AnyLayer
      ? RefusedOptions<Word, P, O> extends infer Refused
        ? [Refused] extends [never]
          ? Y
          : WrongOptions<O, O>
        : never
      : Y

/** A layer of the user's own, or what a function of the user makes of the arguments. */
export type Own<Made, X> = X extends readonly [infer P extends readonly unknown[], infer O]
  ? Made extends (...given: infer Given) => infer Y
    ? [keyof O] extends [never]
      ? P extends Given
        ? Y
        : WrongArguments
      : [...P, O] extends Given
        ? Y
        : WrongArguments
    : [P, keyof O] extends [readonly [], never]
      ? Made
      : WrongArguments
  : X
