import type { AnyLayer, Out, Placed } from './layer.ts'
import type { Format } from './names.ts'
import type { Next } from './next.ts'
import type { Tensor } from './variables.ts'

// From the layers of a network to its variables by name: one walk through all of them, however deep they are nested. What
// is left to walk when a composition ends stands in `Up`, a stack, as recursion would end at a depth of some ten blocks.

/** What a composition stands for: layers in sequence, and the shape that comes in. */
export interface InSequence<L extends readonly AnyLayer[], I> {
  readonly sequence: L
  readonly input: I
}
/** What branches and copies stand for: each of them with its own input, in order. */
export interface SideBySide<P extends readonly AnyLayer[]> {
  readonly sides: P
}
/** A part whose names begin with its own and are numbered anew within it. */
export interface NamedPart<Name extends string, B extends AnyLayer> {
  readonly block: Name
  readonly part: B
}
/** A part whose variables stand under its name wherever it occurs; a composition's names begin with it. */
export interface SharedPart<Name extends string, B extends AnyLayer> {
  readonly shared: Name
  readonly part: B
}
/** Variables that only the run time knows: no names can be told after them. */
export interface UnknownPart {
  readonly unknown: true
}

/**
 * What a layer stands for as '~entries' of its own: its name or pattern, then its parameters and its state; the name
 * alone where it has none.
 */
export type Entry<Name extends string, V, S> = [S] extends [never]
  ? [V] extends [never]
    ? Name
    : readonly [Name, V]
  : readonly [Name, V, S]

/**
 * `Counters` is one string: a prefix for names, then how often each pattern came, as 'res1/;relu-{}=2;convolution-{}=1;'.
 * Updating it costs the same however many patterns a network has.
 */
type Counted<Counters extends string, P extends string> = P extends `${string}{${string}`
  ? Counters extends `${infer A};${P}=${infer N extends number};${infer B}`
    ? `${A};${P}=${Next[N]};${B}`
    : `${Counters}${P}=1;`
  : Counters
/** The full name of a layer that has just been counted. */
type FullName<Counters extends string, P extends string> = Counters extends `${infer Prefix};${infer Rest}`
  ? `;${Rest}` extends `${string};${P}=${infer N};${string}`
    ? `${Prefix}${Format<P, N>}`
    : `${Prefix}${P}`
  : never

/** Whatever name, as numbers cannot be told where a layer may be missing. */
type UnknownEntry = [string, Readonly<Record<string, Tensor>>]

/**
 * The layers `L` from index `N` on, in sequence from the shape `I`: [name, parameters] of each as the union `R`, and
 * [name, state] as the union `S`.
 */
type Resolve<L extends readonly AnyLayer[], N extends number, I, C extends string, R, S, Up> = N extends L['length']
  ? Up extends readonly [infer L1 extends readonly AnyLayer[], infer N1 extends number, infer I1, infer C1, infer Up1]
    ? Resolve<L1, N1, I1, C1 extends string ? C1 : C, R, S, Up1>
    : readonly [R, S]
  : Placed<L[N], I>['~entries'] extends infer E
    ? E extends string
      ? Resolve<L, Next[N], Out<L[N], I>, Counted<C, E>, R, S, Up>
      : E extends readonly [infer P extends string, infer V, ...infer T]
        ? Counted<C, P> extends infer C1 extends string
          ? Resolve<
              L,
              Next[N],
              Out<L[N], I>,
              C1,
              R | ([V] extends [never] ? never : [FullName<C1, P>, V]),
              T extends readonly [infer W] ? S | [FullName<C1, P>, W] : S,
              Up
            >
          : never
        : Inside<E, C, R, S, [L, Next[N], Out<L[N], I>, null, Up]>
    : never
type Inside<E, C extends string, R, S, Up extends readonly unknown[]> =
  E extends InSequence<infer L, infer I>
    ? Resolve<L, 0, I, C, R, S, Up>
    : E extends SideBySide<infer P>
      ? Resolve<[], 0, unknown, C, R, S, Push<P, Up>>
      : E extends NamedPart<infer P, infer B>
        ? Counted<C, P> extends infer C1 extends string
          ? Resolve<[B], 0, B['~in'], `${FullName<C1, P>}/;`, R, S, [Up[0], Up[1], Up[2], C1, Up[4]]>
          : never
        : E extends SharedPart<infer Name, infer B>
          ? B['~entries'] extends readonly [string, infer V, ...infer T]
            ? Resolve<[], 0, unknown, C, R | [Name, V], T extends readonly [infer W] ? S | [Name, W] : S, Up>
            : B['~entries'] extends string
              ? Resolve<[], 0, unknown, C, R, S, Up>
              : Resolve<[B], 0, B['~in'], `${Name}/;`, R, S, [Up[0], Up[1], Up[2], C, Up[4]]>
          : readonly [R | UnknownEntry, S | UnknownEntry]
type Push<P extends readonly AnyLayer[], Up> = P extends readonly [...infer Before extends readonly AnyLayer[], infer B]
  ? B extends AnyLayer
    ? Push<Before, [[B], 0, B['~in'], null, Up]>
    : never
  : Up

type Named<L extends AnyLayer> = Resolve<[L], 0, number[], ';', never, never, null>

/** Tensors by layer and variable, where the compiler does not know the network. */
export type AnyVariables = Readonly<Record<string, Readonly<Record<string, Tensor>>>>

/** What gradients train: tensors by layer name and variable name. */
export type ParamsOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : { readonly [E in Named<L>[0] as E[0]]: E[1] }
/** What training updates without a gradient: tensors by layer name and variable name. */
export type StateOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : { readonly [E in Named<L>[1] as E[0]]: E[1] }

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
