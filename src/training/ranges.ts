import type * as t from 'io-ts/lib/index.js'
import { expectedNumbers } from '../base/limits.ts'
import { number } from '../base/options.ts'

// Ranges of numbers that options of training take, beside those of all rooms.

export const partBelow1: t.Type<number, unknown, unknown> = number(
  expectedNumbers.partBelow1,
  value => value >= 0 && value < 1,
)
export const inside: t.Type<number, unknown, unknown> = number(expectedNumbers.inside, value => value > 0 && value < 1)
export const upTo1: t.Type<number, unknown, unknown> = number(expectedNumbers.upTo1, value => value > 0 && value <= 1)
export const above1: t.Type<number, unknown, unknown> = number(expectedNumbers.above1, value => value > 1)
export const from1: t.Type<number, unknown, unknown> = number(expectedNumbers.from1, value => value >= 1)
export const negative: t.Type<number, unknown, unknown> = number(expectedNumbers.negative, value => value < 0)
