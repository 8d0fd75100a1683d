import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import { codec, integer, type Options, orNull, parsed, parseOptions } from '../base/options.ts'
import { isRecord } from '../base/trees.ts'
import { locationOption } from '../storage/disk.ts'
import type { FrameOptions } from './frames.ts'

// How the options of recorded runs are read; what else is given belongs to `fit`.

/** Options as they were given. */
export type Given = Readonly<Record<string, unknown>>

const keepOption: t.Type<number, unknown, unknown> = codec('an integer >= 2, or Infinity for all', value =>
  integer(2).is(value) || value === Number.POSITIVE_INFINITY ? (value as number) : undefined,
)
const recording: Options<FrameOptions> = {
  every: { codec: integer(1), default: 100 },
  keep: { codec: keepOption, default: 16 },
  folder: { codec: orNull(locationOption('folder'), 'memory'), default: null },
}
/** A call, for remedies. */
export const example = 'recorded(network, variables, { x, y }, { epochs: 10, every: 100 })'

/** The options of `recorded`: of frames, and those of `fit`. */
export const readOptions = (given: Given): { readonly frames: FrameOptions; readonly rest: Given } => {
  const { every, keep, folder, ...rest } = given
  const own = Object.entries({ every, keep, folder }).filter(([, value]) => value !== undefined)
  const frames = parseOptions('recorded', example, recording, Object.fromEntries(own))
  const other = isRecord(rest.checkpoint) ? rest.checkpoint.folder : undefined
  if (frames.folder !== null && parsed(locationOption('folder'), other) === frames.folder)
    throw new InvalidOption({
      layer: 'recorded',
      option: 'folder',
      expected: 'another folder than that of checkpoint',
      got: show(other),
      remedy: 'Leave checkpoint out: frames are checkpoints.',
    })
  return { frames, rest }
}
