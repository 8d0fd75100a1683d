import type { AnyLayer, Entries, Out } from './layer.ts'
import type { Format } from './names.ts'
import type { Next } from './next.ts'
import type { Tensor } from './variables.ts'

// From the list of a network's layers to its variables by name. `Counters` is one string, such as
// ';relu-{}=2;convolution-{}=1;': updating it costs the same however many patterns a network has.

type Count<
  Counters extends string,
  P extends string,
> = Counters extends `${string};${P}=${infer N extends number};${string}` ? N : 0
type Increment<
  Counters extends string,
  P extends string,
> = Counters extends `${infer A};${P}=${infer N extends number};${infer B}`
  ? `${A};${P}=${Next[N]};${B}`
  : `${Counters}${P}=1;`

/**
 * A union of [name, parameters, state] of the layers from index `N` on. What stands for several layers has four parts:
 * [name or pattern, its entries, never, what it is].
 */
type Resolve<E extends readonly unknown[], N extends number, Counters extends string, R> = N extends E['length']
  ? R
  : E[N] extends readonly [infer P extends string, infer V, infer S]
    ? Resolve<
        E,
        Next[N],
        Increment<Counters, P>,
        [V] extends [never] ? ([S] extends [never] ? R : R | Entry<P, V, S, Counters>) : R | Entry<P, V, S, Counters>
      >
    : E[N] extends readonly [infer P extends string, infer Inner, never, infer Form]
      ? Form extends 'unknown'
        ? UnknownEntry
        : Form extends 'block'
          ? Resolve<E, Next[N], Increment<Counters, P>, R | BlockEntries<Numbered<P, Counters>, Inner, 0, ';', never>>
          : Resolve<E, Next[N], Counters, R | SharedEntries<P, Inner, Form>>
      : R
type Numbered<P extends string, Counters extends string> = Format<P, `${Next[Count<Counters, P>]}`>
type Entry<P extends string, V, S, Counters extends string> = [Numbered<P, Counters>, V, S]
/** The variables of a shared layer stand under its name, those of a shared composition under name/inner-name. */
type SharedEntries<Name extends string, E, Form> = E extends readonly unknown[]
  ? Form extends 'layer'
    ? E[0] extends readonly [string, infer V, infer S]
      ? [Name, V, S]
      : never
    : Prefixed<Name, Resolve<E, 0, ';', never>>
  : never
type Prefixed<Name extends string, R> = R extends readonly [infer N extends string, infer V, infer S]
  ? [`${Name}/${N}`, V, S]
  : never
/** As {@link Resolve}, within a block; shared layers belong to the whole network, so their names stay. */
type BlockEntries<Name extends string, E, N extends number, Counters extends string, R> = E extends readonly unknown[]
  ? N extends E['length']
    ? R
    : E[N] extends readonly [infer P extends string, infer V, infer S]
      ? BlockEntries<Name, E, Next[N], Increment<Counters, P>, R | [`${Name}/${Numbered<P, Counters>}`, V, S]>
      : E[N] extends readonly [infer P extends string, infer Inner, never, infer Form]
        ? Form extends 'unknown'
          ? UnknownEntry
          : Form extends 'block'
            ? BlockEntries<
                Name,
                E,
                Next[N],
                Increment<Counters, P>,
                R | BlockEntries<`${Name}/${Numbered<P, Counters>}`, Inner, 0, ';', never>
              >
            : BlockEntries<Name, E, Next[N], Counters, R | SharedEntries<P, Inner, Form>>
        : R
  : never
/** Whatever name, as numbers cannot be told where a layer may be missing. */
type UnknownEntry = [string, Readonly<Record<string, Tensor>>, Readonly<Record<string, Tensor>>]

type Named<L extends AnyLayer> =
  Entries<L, number[]> extends infer E extends readonly unknown[] ? Resolve<E, 0, ';', never> : never

/** The parameters of a part within a layer: a layer's own, a composition's as `layer/variable`; `never` for none. */
export type InnerParams<L extends AnyLayer, I> = Inner<L, I, 1>
/** The same for its state. */
export type InnerState<L extends AnyLayer, I> = Inner<L, I, 2>
type Inner<L extends AnyLayer, I, At extends 1 | 2> =
  Entries<L, I> extends infer E extends readonly unknown[]
    ? L extends { readonly nodes: unknown }
      ? Flat<Resolve<E, 0, ';', never>, At>
      : E[0] extends readonly [string, infer V, infer S]
        ? At extends 1
          ? V
          : S
        : never
    : never
type Flat<R, At extends 1 | 2> = [Pairs<R, At>] extends [never] ? never : { readonly [P in Pairs<R, At> as P[0]]: P[1] }
type Pairs<R, At extends 1 | 2> = R extends readonly [infer N extends string, infer V, infer S]
  ? At extends 1
    ? PairsOf<N, V>
    : PairsOf<N, S>
  : never
type PairsOf<N extends string, V> = [V] extends [never]
  ? never
  : { [K in keyof V & string]: [`${N}/${K}`, V[K]] }[keyof V & string]

/** Tensors by layer and variable, where the compiler does not know the network. */
export type AnyVariables = Readonly<Record<string, Readonly<Record<string, Tensor>>>>

/** What gradients train: tensors by layer name and variable name. */
export type ParamsOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : { readonly [E in Named<L> as [E[1]] extends [never] ? never : E[0]]: E[1] }
/** What training updates without a gradient: tensors by layer name and variable name. */
export type StateOf<L extends AnyLayer> = unknown extends L['~entries']
  ? AnyVariables
  : { readonly [E in Named<L> as [E[2]] extends [never] ? never : E[0]]: E[2] }

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
