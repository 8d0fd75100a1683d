import { digits, grouped, shownAs } from '../base/shown.ts'
import type { Trained } from '../training/loops/train.ts'
import type { Recording } from './types.ts'

// What consoles and notebooks show of a run.

/** What a run says of itself. */
const text = (run: Recording & Trained): string => {
  const { firstUpdate, lastUpdate, frames, losses, history, stopped } = run
  const [first, last] = [losses[0], losses.at(-1)]
  const epochs = history.loss?.length ?? 0
  return [
    `Run of updates ${grouped(firstUpdate)} to ${grouped(lastUpdate)}, ${epochs} epoch${epochs === 1 ? '' : 's'}`,
    ...(first === undefined || last === undefined
      ? []
      : [`  loss of a batch: ${digits(first)} at first, ${digits(last)} at last`]),
    `  ${frames.length} frame${frames.length === 1 ? '' : 's'}, after updates ${listed(frames)}`,
    ...(stopped === undefined ? [] : [`  ${stopped.message}`]),
  ].join('\n')
}
const listed = (updates: readonly number[]): string =>
  updates.length <= 8
    ? updates.map(grouped).join(', ')
    : `${updates.slice(0, 5).map(grouped).join(', ')}, …, ${updates.slice(-2).map(grouped).join(', ')}`
/** The properties by which a run shows itself. */
export const shownRun: PropertyDescriptorMap = shownAs(text)
