import * as joinery from '../../src/index.ts'
import { type Case, close, same, type Tolerance } from './data.ts'

// Cases of batches: which examples are together, and what the mean over batches is.

/** Which rows each batch of a data set holds. */
const checkSlices = async (samples: number, size: number | null, slices: readonly number[][]): Promise<void> => {
  const rows = joinery.dataset(Array.from({ length: samples }, (_, i) => i))
  const found: number[][] = []
  for await (const batch of rows.batch(size ?? samples)) {
    const { data } = batch as unknown as joinery.Stacked
    const ids = Array.from(data as ArrayLike<number>)
    found.push([ids[0] as number, (ids.at(-1) as number) + 1])
    same(
      'rows of a batch',
      ids,
      ids.map((_, i) => (ids[0] as number) + i),
    )
  }
  same('batches', found, slices)
}

/** The mean over all examples, of which the last batch may hold fewer. */
const checkAverage = async (
  { errors, samples, size, average }: { errors: readonly number[]; samples: number; size: number; average: number },
  tolerance: Tolerance,
): Promise<void> => {
  const x = Array.from({ length: samples }, (_, i) => [errors[Math.floor(i / size)] as number])
  const network = joinery.Input(1)
  const itself = joinery.defineLoss('itself', {
    forward: (ops, _, predicted) => ops.reshape(predicted, [ops.shape(predicted)[0] ?? null]),
    expects: false,
  })
  const variables = joinery.init(network, joinery.key(0))
  const { loss } = await joinery.evaluate(network, variables, { x }, { loss: itself, batchSize: size })
  close('average', [loss as number], [average], tolerance)
}

export const checkBatching = async (one: Case, tolerance: Tolerance): Promise<void> => {
  const fields = one as never as {
    n_samples: number
    batch_size: number | null
    slices?: readonly number[][]
    errors?: readonly number[]
    average?: number
  }
  const { n_samples: samples, batch_size: size, slices, errors, average } = fields
  if (slices) await checkSlices(samples, size, slices)
  else
    await checkAverage(
      { errors: errors as readonly number[], samples, size: size as number, average: average as number },
      tolerance,
    )
}
