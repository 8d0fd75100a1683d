import type { AnyLayer } from '../../core/layer.ts'
import type { Variables } from '../../network-types/named.ts'
import type { RawReport, Sums } from '../report.ts'
import type { TrainState } from '../step.ts'
import type { EarlyMemory } from './early-stopping.ts'
import type { PlateauMemory } from './plateau.ts'

/** What an epoch has reported. */
export interface EpochRow {
  readonly training: RawReport
  readonly validation: RawReport | null
}

/** Everything from which `fit` can go on as if it had never been interrupted. */
export interface Session<N extends AnyLayer = AnyLayer> {
  readonly trainState: TrainState<N>
  /** Epochs that have ended. */
  readonly epoch: number
  /** Batches that are done of the epoch under way. */
  readonly batch: number
  /** What the epochs have reported. */
  readonly rows: readonly EpochRow[]
  /** The sums over the epoch under way; `null` at its start. */
  readonly sums: Sums | null
  readonly earlyStopping: EarlyMemory | null
  readonly plateau: PlateauMemory | null
  /** The best variables so far, where they are to come back. */
  readonly best: Variables<N> | null
}
