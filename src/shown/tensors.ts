import { cut, digits, shortened } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import { htmlLine, htmlTable } from './html.ts'
import { isTensor, type Numbers, statisticsCells, statisticsHead, statisticsOf } from './statistics.ts'

/** The rows and columns of a tensor's table. */
const [mostRows, mostColumns] = [8, 8]

/** A tensor in a notebook: its statistics, and the first rows and columns of its last two axes. */
export const tensorHtml = (tensor: Numbers): string => {
  const { shape, dtype = 'float32' } = tensor
  const head = `Tensor [${shape.join(', ')}], ${dtype}`
  if (tensor.isDisposed === true) return htmlLine(`${head}, disposed`)
  const numbers = tensor.dataSync()
  const cells = statisticsCells(statisticsOf(numbers))
  const told = statisticsHead.flatMap((name, i) => (cells[i] === '' ? [] : [`${name} ${cells[i]}`]))
  const line = htmlLine([head, ...(numbers.length > 1 ? told : numbers.length === 0 ? ['empty'] : [])].join(', '))
  if (numbers.length === 0) return line
  const columns = shape.at(-1) ?? 1
  const rows = shape.at(-2) ?? 1
  const shownRows = Array.from({ length: Math.min(rows, mostRows) }, (_, r) => {
    const own = Array.from({ length: Math.min(columns, mostColumns) }, (_, c) =>
      digits(numbers[r * columns + c] as number),
    )
    return [String(r), ...own, ...(columns > mostColumns ? ['…'] : [])]
  })
  const names = ['', ...Array.from({ length: Math.min(columns, mostColumns) }, (_, c) => String(c))]
  const more = rows > mostRows ? [[`… ${rows - mostRows} rows more`]] : []
  const place = shape.length > 2 ? htmlLine(`[${[...shape.slice(0, -2).map(() => '0'), ':', ':'].join(', ')}]`) : ''
  return line + place + htmlTable([...names, ...(columns > mostColumns ? ['…'] : [])], [...shownRows, ...more], 0)
}

/** The tensors within records and arrays, with their names: the keys on the way, with a `/` between them. */
export const tensorsIn = (
  value: unknown,
  path = '',
  depth = 0,
): readonly (readonly [name: string, tensor: Numbers])[] => {
  if (isTensor(value)) return [[path, value]]
  // Deeper than any tree of variables: a value may contain itself.
  if (depth > 16 || (!isRecord(value) && !isList(value))) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    tensorsIn(inner, path === '' ? key : `${path}/${key}`, depth + 1),
  )
}

/** The columns of a table of tensors. */
export const tensorsHead: readonly string[] = ['name', 'shape', ...statisticsHead]

/** A row for each of some tensors. */
export const tensorsRows = (
  tensors: readonly (readonly [name: string, tensor: Numbers])[],
  [first, last]: readonly [number, number],
): readonly (readonly string[])[] => {
  const row = ([name, tensor]: readonly [string, Numbers]): readonly string[] => {
    const shape = `[${tensor.shape.join(', ')}]`
    if (tensor.isDisposed === true) return [cut(name, 32), `${shape}, disposed`]
    return [cut(name, 32), shape, ...statisticsCells(statisticsOf(tensor.dataSync()))]
  }
  // Those that are left out are not read.
  const places = shortened(
    tensors.map((_, i) => [String(i), '']),
    'tensors',
    [first, last],
  )
  return places.map(place =>
    place.length === 1 ? place : row(tensors[Number(place[0])] as readonly [string, Numbers]),
  )
}

/** A table of the tensors within a value, for a notebook. */
export const tensorsHtml = (value: unknown): string =>
  htmlTable(tensorsHead, tensorsRows(tensorsIn(value), [80, 40]), 2)
