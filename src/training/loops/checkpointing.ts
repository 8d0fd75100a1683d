import type { RawReport } from '../report.ts'
import type { Monitor } from './monitor.ts'
import type { Session } from './session.ts'

/** Where training may be saved. */
export interface Reached {
  /** Epochs that have ended. */
  readonly epoch: number
  readonly update: number
  /** At the end of an epoch, what it has reported; `null` after another update. */
  readonly values: RawReport | null
  /** Whether training ends here. */
  readonly isLast: boolean
}

/** What saves one run of training as it goes on. */
export interface Saving {
  /** Whether it is to be saved here. */
  readonly isDue: (reached: Reached) => boolean
  /** Saves it, whole or not at all. */
  readonly write: (session: Session, reached: Reached) => Promise<void>
}

/** How training is saved. */
export interface Checkpointing {
  /**
   * Called before training.
   *
   * @param resumed the hash of the checkpoint that training goes on from
   * @param start gives what training starts from
   */
  readonly begin: (resumed: string | null, start: () => Promise<Session>) => Promise<Saving>
  /** The same, with what tells the best checkpoint changed. */
  readonly watching: (change: (best: Monitor | null) => Monitor | null) => Checkpointing
}
