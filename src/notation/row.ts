import type { InitialOf, NameOf, OptionAs, OptionOf } from '../core/notated.ts'

// Shorter names of what core/notated.ts has, for the rows that are not yet in the files of their layers.

export type { Together, With, WrongArguments, WrongOptions } from '../core/notated.ts'
export type Option<O, K extends string, Default> = OptionOf<O, K, Default>
export type Name<O, Pattern extends string> = NameOf<O, Pattern>
export type Initial<O, K extends string> = InitialOf<O, K>
export type Bias<O> = InitialOf<O, 'bias'>
export type Numeric<O, K extends string, Default extends number> = OptionAs<O, K, number, Default>
export type Stride<O> = OptionAs<O, 'stride', number, null>
export type Axes<O> = OptionAs<O, 'axes', readonly number[], readonly [-1]>
