import type { Typed } from '../core/layer.ts'
import type { InputOf, OutputOf } from '../network-types/compose.ts'
import type { DataFaults, DataFor } from '../network-types/data.ts'
import type { Examples, Field } from './batches.ts'
import type { TargetFaults, TargetsFor } from './losses/targets.ts'

// Examples, as far as their types say that they do not fit a network and its loss.

/** What no examples have: fields of other names. */
export const otherFields = { expected: 'examples of x, y, weights, mask alone' } as const

type X<E> = E extends { readonly x: infer V } ? V : unknown
type Y<E> = E extends { readonly y: infer V } ? V : unknown
type Others<E> = E extends Examples ? Exclude<keyof E, Field> : never

/** Faults are counted, as in network-types/data.ts: no examples have more. */
type Some = 1 | 2 | 3 | 4 | 5 | 6 | 7

/**
 * The examples `E` for the network `N` and the loss `L`: as they are; or, in the place of what does not fit, what is wrong with
 * it. Datasets are checked where they are read.
 */
export type ExamplesFor<N extends Typed, L, E> = [
  ...DataFaults<InputOf<N>, X<E>>,
  ...TargetFaults<OutputOf<N>, L, Y<E>>,
  ...([Others<E>] extends [never] ? [] : ['fields']),
]['length'] extends Some
  ? {
      [K in keyof E]: K extends 'x'
        ? DataFor<'x', InputOf<N>, E[K]>
        : K extends 'y'
          ? TargetsFor<'y', OutputOf<N>, L, E[K]>
          : K extends Field
            ? E[K]
            : `fit expects ${(typeof otherFields)['expected']}, got '${K & string}'`
    }
  : E
