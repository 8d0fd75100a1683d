import type { Several, Show } from '../../base/shape.ts'
import type { AnyData, Judged, Shaped, ShapeOf } from '../../network-types/data.ts'
import type { LossesByName } from './names.ts'
import type { alike, classNumbers, targetCount } from './words.ts'

// Targets, as far as the types of the loss, of the network's outputs and of the targets say which shapes they have.

/**
 * What a loss takes: targets of the shape of the output, vectors of that shape with a number for each class, or class numbers,
 * in place of the last axis or of another one.
 */
export type Targets = 'outputs' | 'vectors' | 'classes' | 'classesOfAxis'

/** What a loss takes, itself or its name; `unknown` where its type does not say. */
type TargetsOf<L> = L extends { readonly ' targets'?: infer T }
  ? T
  : string extends L
    ? unknown
    : L extends keyof LossesByName
      ? TargetsOf<LossesByName[L]>
      : unknown

/** The loss of one output: of an option for all outputs, or by order. Those by name are not known to the compiler. */
type LossAt<L, K> = L extends readonly unknown[] ? (K extends keyof L ? L[K] : unknown) : L

/** One element if a loss, or one of several, is known to compare with targets. */
export type WantsTargets<L> = true extends Compares<L> ? ['targets'] : []
type Compares<L> = L extends string
  ? L extends keyof LossesByName
    ? true
    : false
  : L extends { readonly kind: 'Loss'; readonly ' targets'?: infer T }
    ? unknown extends T
      ? false
      : true
    : L extends (...given: never) => unknown
      ? false
      : L extends readonly (infer One)[]
        ? Compares<One>
        : Compares<L[keyof L]>

/** The shape of targets of outputs of the shape `O` for the loss `L`; `never` where the compiler does not know it. */
export type ShapeOfTargets<O, L> =
  TargetsOf<L> extends infer T extends Targets
    ? T extends 'outputs' | 'vectors'
      ? O
      : O extends readonly [...infer Leading, unknown]
        ? Leading
        : never
    : never

// Faults are counted, as in network-types/data.ts.

type FaultOf<O, T, S> = T extends 'outputs' | 'vectors'
  ? Judged<O, S>
  : T extends 'classes' | 'classesOfAxis'
    ? O extends readonly [...infer Leading, unknown]
      ? ClassFault<Leading, T, S>
      : []
    : []
type ClassFault<Leading extends readonly unknown[], T, S> = S extends readonly number[]
  ? number extends S['length']
    ? []
    : T extends 'classes'
      ? [...Judged<Leading, S>]['length'] extends 1
        ? Judged<[...Leading, 1], S>
        : []
      : // As many axes as there are beside that of the classes, or one number in place of a vector.
        S['length'] extends Leading['length']
        ? []
        : S['length'] extends [...Leading, 1]['length']
          ? Judged<[1], [Last<S>]>
          : ['shape']
  : []
type Last<S> = S extends readonly [...(readonly unknown[]), infer D] ? D : number

/** `[]` if the targets `Y` may be those of outputs of the shape `O` for the loss `L`. */
export type TargetFaults<O, L, Y> = number[] extends O
  ? []
  : [O] extends [never]
    ? []
    : AnyData extends Y
      ? []
      : O extends Several
        ? Each<O, L, Y>
        : Y extends readonly [Shaped, Shaped, ...(readonly unknown[])]
          ? ['count', 'of outputs']
          : FaultOf<O, TargetsOf<L>, ShapeOf<Y>>
type Each<O extends Several, L, Y> = Y extends readonly unknown[]
  ? number extends Y['length']
    ? []
    : Y['length'] extends O['length']
      ? 1 extends {
          [K in keyof Y]: K extends keyof O ? [...FaultOf<O[K], TargetsOf<LossAt<L, K>>, ShapeOf<Y[K]>>]['length'] : 0
        }[number]
        ? ['one', 'of', 'several']
        : []
      : ['count', 'of outputs']
  : Y extends Shaped | { readonly BYTES_PER_ELEMENT: number }
    ? ['count', 'of outputs']
    : []

/** The targets `Y` for outputs of the shape `O` and the loss `L`: as they are, or what is wrong with them. */
export type TargetsFor<What extends string, O, L, Y> = [...TargetFaults<O, L, Y>]['length'] extends 1 | 2 | 3
  ? Instead<What, O, L, Y>
  : Y
type Instead<What extends string, O, L, Y> = [...TargetFaults<O, L, Y>]['length'] extends 3
  ? InsteadOfOne<What, O, L, Y>
  : Refused<What, O, L, Y>[[...TargetFaults<O, L, Y>]['length'] & number]
/** As that of data in network-types/data.ts. */
interface Refused<What extends string, O, L, Y> {
  readonly [faults: number]: string
  readonly 1: Wrong<What, O, TargetsOf<L>, ShapeOf<Y>>
  readonly 2: `${What} expects ${(typeof targetCount)['expected']} ${O extends Several ? O['length'] & number : 1} outputs, got ${Y extends readonly [Shaped, ...(readonly unknown[])] ? Y['length'] & number : 1}. ${(typeof targetCount)['remedy']}`
}
type InsteadOfOne<What extends string, O, L, Y> = AnyData extends Y
  ? Y
  : { [K in keyof Y]: K extends keyof O ? TargetsFor<`${What}[${K & string}]`, O[K], LossAt<L, K>, Y[K]> : Y[K] }

type Wrong<What extends string, O, T, S> = O extends readonly [...infer Leading, infer Classes]
  ? T extends 'outputs' | 'vectors'
    ? `${What} expects ${(typeof alike)[T]} ${(typeof alike)['shape']}, ${Show<O>}, got ${Show<S>}. ${AlikeRemedy<Leading, Classes, T, S>}`
    : `${What} expects ${(typeof classNumbers)['expected']}: ${Show<Leading>}, got ${Show<S>}. ${ClassRemedy<O, S>}`
  : never
type AlikeRemedy<Leading extends readonly unknown[], Classes, T, S> = T extends 'vectors'
  ? [...ClassFault<Leading, 'classes', S>]['length'] extends 1
    ? (typeof alike)['vector']
    : (typeof alike)['numbers']
  : Classes extends 1
    ? [...Judged<Leading, S>]['length'] extends 1
      ? (typeof alike)['reshape']
      : (typeof alike)['each']
    : (typeof alike)['reshape']
type ClassRemedy<O extends readonly unknown[], S> = S extends readonly number[]
  ? S['length'] extends O['length']
    ? (typeof classNumbers)['oneHot']
    : (typeof classNumbers)['number']
  : never
