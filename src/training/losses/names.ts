import type { Loss } from '../loss.ts'
import { binaryCrossentropy, categoricalCrossentropy } from './crossentropy.ts'
import { mse } from './mse.ts'

/** The losses that options may name. */
export const namedLosses: readonly Loss[] = [mse, categoricalCrossentropy, binaryCrossentropy]
