import { Input, init, join, key, Relu, type Tensor, tensor } from '../../../src/index.ts'
import type { Callback, EpochEnd } from '../../../src/training/loops/callbacks.ts'
import type { RawReport } from '../../../src/training/report.ts'

/** A run of training as callbacks are told of it, without any. */
export interface Told {
  /** The first epoch and the last one. */
  readonly epochs: readonly [number, number]
  /** Updates of each epoch. */
  readonly batches: number
  readonly report: (update: number) => RawReport
  readonly validation?: (update: number) => RawReport
}

const weight = [
  [0, 1],
  [2, 3],
]
/** Variables as the event of an epoch gives them. */
const variables = init(join(Input(2), Relu(2, { weight, bias: 5 })), key(1))

export const tellAll = async (callback: Callback, { epochs, batches, report, validation }: Told): Promise<void> => {
  const [from, to] = epochs
  await callback.trainStart?.({ epochs: to, batches, examples: batches })
  for (let epoch = from; epoch <= to; epoch++) {
    await callback.epochStart?.({ epoch })
    for (let batch = 1; batch <= batches; batch++) {
      const update = (epoch - 1) * batches + batch
      await callback.update?.({ epoch, batch, update, report: report(update), last: report(update) })
    }
    const update = epoch * batches
    const held = validation?.(update)
    const end = {
      ...{ epoch, update, report: report(update), rate: 1 },
      ...(held && { validation: held }),
      values: { ...report(update), ...(held && { validationLoss: held.loss }) },
      read: async () => ({ variables }),
    }
    await callback.epoch?.(end as unknown as EpochEnd)
  }
  await callback.trainEnd?.({ history: {}, stopped: undefined })
}

/** A tensor, to be shown. */
export const pixels: Tensor = tensor([
  [0, 0.5],
  [1, 2],
])
