import type { AnyLayer, Out, Placed } from './layer.ts'
import type { Format } from './names.ts'
import type { Next } from './next.ts'
import type { Deep } from './run.ts'
import type { BranchInput, Several } from './shape.ts'
import type { Tensor } from './variables.ts'

// From the layers of a network to its variables by name: one walk through all of them, however deep they are nested. What
// is left to walk when a part ends stands in `Up`, a stack: recursion into the parts would end at a depth of some ten.
//
// The walk only names and places layers. Their variables are read when somebody asks for them.

// What layers stand for in the walk, as '~entries'. A layer without variables is its name or pattern alone.

/** Which variables a layer has: parameters, which gradients train, other state, both, or whichever turn out to be some. */
export type Has = 'params' | 'state' | 'both' | 'some'
/** A layer with variables: its name or pattern, what it has, and what stands before and after the number in '{}'. */
export type Entry<Name extends string, H extends Has> = H extends 'state' | 'some'
  ? readonly [Name, H]
  : Name extends `${infer Before}{}${infer After}`
    ? readonly [Name, H, Before, After]
    : readonly [Name, H]
/** Layers in sequence. */
export interface InSequence<L extends readonly AnyLayer[]> {
  readonly sequence: L
}
/** Branches side by side, each of which gets one of several inputs or all of them. */
export interface InParallel<L extends readonly AnyLayer[], Gets extends 'one' | 'all'> {
  readonly branches: L
  readonly gets: Gets
}
/** A part whose names begin with its own and are numbered anew within it. */
export interface InBlock<Name extends string, B extends AnyLayer> {
  readonly block: Name
  readonly part: B
}
/** A part whose variables stand under its name wherever it occurs; those of a composition under name/inner-name. */
export interface InShared<Name extends string, B extends AnyLayer> {
  readonly shared: Name
  readonly part: B
}
/** What '~within' has of a part with shared layers. */
export type SharedWithin = '/'
/** Variables that only the run time knows: no names can be told after them. */
export interface Unknown {
  readonly unknown: true
}

/**
 * Counts a name. `C` is one string that holds the number to come of each pattern, as ';relu-{}=3;convolution-{}=2;':
 * updating it costs the same however many patterns a network has.
 */
type Count<C extends string, P extends string> = P extends `${string}{${string}`
  ? C extends `${infer A};${P}=${infer K extends number};${infer B}`
    ? `${A};${P}=${Next[K]};${B}`
    : `${C}${P}=2;`
  : C
type NameOf<C extends string, P extends string> = P extends `${string}{${string}`
  ? C extends `${string};${P}=${infer K};${string}`
    ? Format<P, K>
    : Format<P, '1'>
  : P

/**
 * A layer with variables in its place, and its name: [name, what it has, layer]. Where it may have no parameters, the
 * name of its parameters stands first, that of its state last, `never` for that which it has not.
 */
type Found<Name extends string, H, L> = H extends 'params' | 'both'
  ? [Name, H, L]
  : H extends 'state'
    ? [never, H, L, Name]
    : [IfAny<Own<L, '~params'>, Name>, H, L, IfAny<Own<L, '~state'>, Name>]
type IfAny<V, Name> = [V] extends [never] ? never : Name
type StateName<E> = E extends readonly [infer Name, 'both', unknown]
  ? Name
  : E extends readonly [unknown, unknown, unknown, infer Name]
    ? Name
    : never

/**
 * A union of what is `Found` in the layers `L` from index `N` on, in sequence from the shape `I`, added to `R`. `U` has the
 * names and patterns of layers with variables: no others need be counted.
 */
type Walk<L extends readonly AnyLayer[], N extends number, I, C extends string, U, R, Up> = N extends L['length']
  ? GoUp<I, C, U, R, Up>
  : L[N]['~entries'] extends infer E
    ? E extends readonly string[]
      ? E extends readonly [infer P extends string, infer H, infer Before extends string, infer After extends string]
        ? C extends `${infer X};${P}=${infer K extends number};${infer Y}`
          ? Walk<
              L,
              Next[N],
              Out<L[N], I>,
              `${X};${P}=${Next[K]};${Y}`,
              U,
              R | [`${Before}${K}${After}`, H, Placed<L[N], I>],
              Up
            >
          : Walk<L, Next[N], Out<L[N], I>, `${C}${P}=2;`, U, R | [`${Before}1${After}`, H, Placed<L[N], I>], Up>
        : E extends readonly [infer P extends string, infer H]
          ? Walk<L, Next[N], Out<L[N], I>, Count<C, P>, U, R | Found<NameOf<C, P>, H, Placed<L[N], I>>, Up>
          : never
      : E extends U
        ? Walk<L, Next[N], Out<L[N], I>, Count<C, E & string>, U, R, Up>
        : E extends string
          ? Walk<L, Next[N], Out<L[N], I>, C, U, R, Up>
          : E extends InSequence<infer S>
            ? Walk<S, 0, I, C, U, R, readonly [L, Next[N], Up]>
            : GoDown<L[N], E, I, C, U, R, readonly [L, Next[N], Up]>
    : never
type GoDown<B extends AnyLayer, E, I, C extends string, U, R, Up> =
  E extends InParallel<infer L, infer Gets>
    ? GoAcross<L, 0, I, Gets, [], C, U, R, Up>
    : E extends InBlock<infer P, infer Part>
      ? Deep extends Part['~within']
        ? Walk<[Part], 0, I, ';', U, never, readonly [`${NameOf<C, P>}/`, false, Count<C, P>, R, Up]>
        : GoUp<Out<Part, I>, Count<C, P>, U, R | Prefixed<`${NameOf<C, P>}/`, Inside<Part, I>>, Up>
      : E extends InShared<infer Name, infer Part>
        ? Part['~entries'] extends readonly [string, infer H, ...(readonly string[])]
          ? GoUp<Out<B, I>, C, U, R | Free<Found<Name, H, Placed<Part, I>>>, Up>
          : Walk<[Part], 0, I, ';', U, never, readonly [`${Name}/`, true, C, R, Up]>
        : R | [string, 'both', UnknownVariables]
/** The branches `L` from index `N` on; `O` are the outputs of those before. */
type GoAcross<
  L extends readonly AnyLayer[],
  N extends number,
  I,
  Gets,
  O extends readonly unknown[],
  C extends string,
  U,
  R,
  Up,
> = N extends L['length']
  ? GoUp<O, C, U, R, Up>
  : Walk<[L[N]], 0, Gets extends 'one' ? BranchInput<I, N> : I, C, U, R, readonly [L, Next[N], I, Gets, O, Up]>
/**
 * Goes on from the shape `I` with what `Up` holds: the rest of a sequence, [layers, index, more]; the branches to come,
 * [layers, index, input, what each gets, outputs so far, more]; or what is outside of a block or shared part, [prefix,
 * whether it is shared, counters, what was found before, more].
 */
type GoUp<I, C extends string, U, R, Up> = Up extends null
  ? R
  : Up extends readonly [infer L extends readonly AnyLayer[], infer N extends number, infer More]
    ? Walk<L, N, I, C, U, R, More>
    : Up extends readonly [
          infer L extends readonly AnyLayer[],
          infer N extends number,
          infer From,
          infer Gets,
          infer O extends readonly unknown[],
          infer More,
        ]
      ? GoAcross<L, N, From, Gets, I extends Several ? [...O, ...I] : [...O, I], C, U, R, More>
      : Up extends readonly [
            infer Prefix extends string,
            infer Shares,
            infer D extends string,
            infer Before,
            infer More,
          ]
        ? GoUp<I, D, U, Before | (Shares extends true ? Free<Prefixed<Prefix, R>> : Prefixed<Prefix, R>), More>
        : never

/** What a block found, whose name is to stand before that of each layer: but for what is shared, which is free of it. */
type Prefixed<Prefix extends string, F> = F extends readonly [infer Name extends string, infer H, infer L]
  ? [`${Prefix}${Name}`, H, L]
  : F extends readonly [infer Name extends string, infer H, infer L, infer Other extends string]
    ? [`${Prefix}${Name}`, H, L, `${Prefix}${Other}`]
    : F
interface IsFree<F> {
  readonly free: F
}
type Free<F> = F extends IsFree<unknown> ? F : IsFree<F>
type Freed<F> = F extends IsFree<infer G> ? G : F

/** What a layer found within. A type of its own, so that blocks that are alike are walked once. */
type Inside<L extends AnyLayer, I> = Walk<[L], 0, I, ';', L['~within'], never, null>
type Named<L extends AnyLayer, I = number[]> = SharedWithin extends L['~within'] ? Freed<Inside<L, I>> : Inside<L, I>

/** The parameters of a part within a layer: a layer's own, a composition's as `layer/variable`; `never` for none. */
export type InnerParams<L extends AnyLayer, I> = L extends { readonly nodes: unknown }
  ? Flat<{ [E in Named<L, I> as E[0]]: Own<E[2], '~params'> }>
  : Own<Placed<L, I>, '~params'>
/** The same for its state. */
export type InnerState<L extends AnyLayer, I> = L extends { readonly nodes: unknown }
  ? Flat<{ [E in Named<L, I> as StateName<E>]: Own<E[2], '~state'> }>
  : Own<Placed<L, I>, '~state'>
type Flat<Tree> = [keyof Tree] extends [never] ? never : { readonly [P in Pairs<Tree> as P[0]]: P[1] }
type Pairs<Tree> = {
  [Name in keyof Tree & string]: {
    [K in keyof Tree[Name] & string]: [`${Name}/${K}`, Tree[Name][K]]
  }[keyof Tree[Name] & string]
}[keyof Tree & string]

/** Tensors by layer and variable, where the compiler does not know the network. */
export type AnyVariables = Readonly<Record<string, Readonly<Record<string, Tensor>>>>

interface UnknownVariables {
  readonly '~params': AnyVariables[string]
  readonly '~state': AnyVariables[string]
}

/** What gradients train: tensors by layer name and variable name. */
export type ParamsOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : {
      readonly [E in Named<L> as E[0]]: Own<E[2], '~params'>
    }
/** What training updates without a gradient: tensors by layer name and variable name. */
export type StateOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : {
      readonly [E in Named<L> as StateName<E>]: Own<E[2], '~state'>
    }

type Own<L, Key extends '~params' | '~state'> = L extends { readonly [_ in Key]: infer V } ? V : never

/** The variables of a network: parameters, which gradients train, and the rest of its state. */
export interface Variables<L extends AnyLayer = AnyLayer> {
  readonly params: ParamsOf<L>
  readonly state: StateOf<L>
}

/** The output shape of a network; several outputs are a tuple of shapes. */
export type OutputOf<L extends AnyLayer> = Out<L, number[]>
/** The input shape of a network; several inputs are a tuple of shapes. */
export type InputOf<L extends AnyLayer> = [L['~source']] extends [never] ? number[] : L['~source']
/** Tensors of a shape, or a tuple of them. */
export type TensorsOf<S> = S extends readonly [readonly unknown[], ...(readonly unknown[])]
  ? { readonly [K in keyof S]: TensorsOf<S[K]> }
  : S extends number[]
    ? Tensor<S>
    : Tensor
