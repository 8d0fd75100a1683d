import type { Metric } from '../metric.ts'
import { accuracy } from './accuracy.ts'

/** The metrics that options may name. */
export const namedMetrics: readonly Metric[] = [accuracy]
