import type * as t from 'io-ts/lib/index.js'
import { codec } from '../../core/options.ts'
import type { RawReport } from '../report.ts'
import type { Session } from './session.ts'

/** Where training may be saved. */
export interface Reached {
  readonly epoch: number
  readonly update: number
  /** At the end of an epoch, what it has reported; `null` after another update. */
  readonly values: RawReport | null
}

/** What saves training as it goes on. */
export interface Checkpointing {
  /** Whether it is to be saved here. */
  readonly isDue: (reached: Reached) => boolean
  /** Saves it, whole or not at all. */
  readonly write: (session: Session, reached: Reached) => Promise<void>
}

/** How it is read. */
export const checkpointOption: t.Type<Checkpointing | null, unknown, unknown> = codec<Checkpointing | null>(
  "where checkpoints go, such as { folder: 'run-1' }",
  value => (value === null ? null : undefined),
)

/** What an interrupted run is resumed from. */
export type Resumed = Session & { readonly kind: 'Checkpoint' }
