import { DataError, show } from '../../base/errors.ts'
import { placeIn } from '../../base/nested.ts'
import { type Dataset, iterate } from '../dataset.ts'
import { type Flat, flatOf, hasFields } from './numbers.ts'

// The values of a dataset, from which statistics are taken in one pass.

/** A value of an example, or of several in a batch. */
export interface Value {
  readonly value: unknown
  /** The number of the example, of a batch that of its first one. */
  readonly row: number
  readonly column: string
}

/** The values of a field of a dataset, or its items where no field is named. */
export async function* valuesOf(
  owner: string,
  dataset: Dataset<unknown>,
  field: string | null,
): AsyncGenerator<Value, void, undefined> {
  let row = 0
  for await (const item of iterate(dataset, { epoch: 0, from: 0 })) {
    if (field !== null && !(hasFields(item) && Object.hasOwn(item, field)))
      throw new DataError({
        owner,
        row,
        expected: `an example with the field ${field}`,
        got: hasFields(item) ? Object.keys(item).join(', ') : show(item),
        remedy: 'Name a field of the examples.',
      })
    yield {
      value: field === null ? item : (item as Readonly<Record<string, unknown>>)[field],
      row,
      column: field ?? '',
    }
    row += dataset.batchSize ?? 1
  }
  if (row === 0)
    throw new DataError({
      owner,
      expected: 'at least one example',
      got: 'none',
      remedy: 'Give a dataset with examples.',
    })
}

/** The numbers of a value by feature: those of the last axis. */
export interface Features extends Flat {
  readonly count: number
}

/**
 * The numbers of a value, with how many features they are of.
 *
 * @param axes how many axes do not count as features at the start
 * @throws DataError that names row and column where there are no numbers, or NaN
 */
export const featuresOf = (
  owner: string,
  { value, row, column }: Value,
  axes: number,
  byFeature: boolean,
): Features => {
  const flat = flatOf(value)
  const place = { owner, row, ...(column === '' ? {} : { column }) }
  if (flat === undefined || flat.data.length === 0)
    throw new DataError({
      ...place,
      expected: 'numbers',
      got: show(value),
      remedy: 'Give numbers, arrays of them, { data, shape } or tensors.',
    })
  const { data, shape } = flat
  const count = byFeature && shape.length > axes ? (shape.at(-1) as number) : 1
  for (let i = 0; i < data.length; i++)
    if (Number.isNaN(data[i])) {
      const inRow = data.length / (axes > 0 ? (shape[0] as number) : 1)
      const path = inRow > 1 ? [i % inRow] : []
      const name = placeIn(column, path)
      throw new DataError({
        ...place,
        row: row + Math.floor(i / inRow),
        ...(name === '' ? {} : { column: name }),
        expected: 'a number',
        got: 'NaN',
        remedy: 'Replace it with map, or leave the example out with filter.',
      })
    }
  return { data, shape, count }
}
