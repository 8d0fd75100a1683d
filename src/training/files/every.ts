import type * as t from 'io-ts/lib/index.js'
import { codec, ownOptions } from '../../base/options.ts'
import { isRecord } from '../../base/trees.ts'

/** How often something happens: after so many epochs, or so many updates. A number alone is of epochs. */
export type Every = number | { readonly epochs: number } | { readonly updates: number }

/** The same in its normal form. */
export interface NormalEvery {
  readonly unit: 'epochs' | 'updates'
  readonly n: number
}

const units = ['epochs', 'updates'] as const
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** How it is read. */
export const everyOption: t.Type<NormalEvery, unknown, unknown> = codec(
  'a positive integer, of epochs, or { epochs: n } or { updates: n }',
  value => {
    if (isCount(value)) return Object.freeze({ unit: 'epochs', n: value })
    if (!isRecord(value)) return undefined
    const given = ownOptions('every', '{ updates: 100 }', value)
    const [unit, ...rest] = Object.keys(given)
    const known = units.find(own => own === unit)
    const n = known && given[known]
    return known !== undefined && rest.length === 0 && isCount(n) ? Object.freeze({ unit: known, n }) : undefined
  },
)

/** Whether it is time, after so many of them. */
export const isTime = ({ unit, n }: NormalEvery, reached: 'epochs' | 'updates', count: number): boolean =>
  unit === reached && count % n === 0
