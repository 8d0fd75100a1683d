import { show as printed } from '../base/errors.ts'
import { cut, digits } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Dataset } from '../data/dataset.ts'
import { htmlLine, htmlTable } from './html.ts'
import { isTensor } from './statistics.ts'

/** How many items of a dataset are shown, and for how many milliseconds they are waited for. */
const [mostItems, patience] = [5, 3000]

/** The first of some numbers. */
const firstOf = (numbers: ArrayLike<number>): string => {
  const some = Array.from({ length: Math.min(numbers.length, 5) }, (_, i) => digits(numbers[i] as number))
  return [...some, ...(numbers.length > some.length ? ['…'] : [])].join(', ')
}
const isNumbers = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)

/** A value in a cell: of tensors and arrays of numbers, the shape and the first. */
const cellOf = (value: unknown): string => {
  if (typeof value === 'number') return digits(value)
  if (isTensor(value)) return `[${value.shape.join(', ')}]: ${firstOf(value.dataSync())}`
  if (isNumbers(value)) return `[${value.length}]: ${firstOf(value)}`
  if (isRecord(value) && isNumbers(value.data) && isList(value.shape))
    return `[${value.shape.join(', ')}]: ${firstOf(value.data)}`
  return cut(printed(value), 80)
}

/** The first items; `undefined` if they are not there in time, as when a whole file is shuffled first. */
const firstItems = async (dataset: Dataset<unknown>): Promise<readonly unknown[] | undefined> => {
  const iterator = dataset.iterate()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, patience, undefined)
  })
  const read = async (): Promise<readonly unknown[]> => {
    const items: unknown[] = []
    while (items.length < mostItems) {
      const { done, value } = await iterator.next()
      if (done) break
      items.push(value)
    }
    return items
  }
  try {
    return await Promise.race([read(), late])
  } finally {
    clearTimeout(timer)
    iterator.return(undefined).catch(() => {})
  }
}

/** The first items of a dataset in a notebook. */
export const datasetHtml = async (dataset: Dataset<unknown>, told: string): Promise<string | undefined> => {
  const items = await firstItems(dataset)
  if (items === undefined) return undefined
  const fields = [...new Set(items.flatMap(item => (isRecord(item) && !isTensor(item) ? Object.keys(item) : [])))]
  const isOfFields = fields.length > 0 && items.every(item => isRecord(item) && !isTensor(item))
  const head = ['', ...(isOfFields ? fields : ['item'])]
  const rows = items.map((item, i) => [
    String(i),
    ...(isOfFields ? fields.map(field => cellOf((item as Readonly<Record<string, unknown>>)[field])) : [cellOf(item)]),
  ])
  const more = items.length === mostItems && dataset.size !== mostItems ? [['…']] : []
  return htmlLine(told) + htmlTable(head, [...rows, ...more])
}
