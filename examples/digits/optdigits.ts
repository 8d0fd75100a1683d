import { DocumentError } from '../../src/index.ts'
import type { Content } from './content.ts'
import type { Labelled } from './images.ts'

const [rows, cols, ink] = [8, 8, 16]
const fields = rows * cols + 1

/**
 * Reads the "Optical Recognition of Handwritten Digits" of Alpaydin and Kaynak (UCI, 1998): to a line, 64 pixels from 0
 * to 16 and the digit, separated by commas.
 *
 * @throws DocumentError that names the line
 */
export const readOptdigits = ({ file, bytes }: Content): Labelled => {
  const text = new TextDecoder().decode(bytes).trimEnd()
  if (text === '')
    throw new DocumentError({
      file,
      expected: `lines of ${fields} numbers`,
      got: 'an empty file',
      remedy: 'Download it again.',
    })
  const samples = text.split('\n').map((line, i) => readLine(line, file, i + 1))
  return {
    images: {
      data: Float32Array.from(samples.flatMap(numbers => numbers.slice(0, -1).map(value => value / ink))),
      shape: [samples.length, rows, cols, 1],
    },
    labels: Uint8Array.from(samples, numbers => numbers.at(-1) as number),
  }
}

const readLine = (text: string, file: string, line: number): readonly number[] => {
  const values = text.trim() === '' ? [] : text.split(',')
  if (values.length !== fields)
    throw new DocumentError({
      file,
      line,
      expected: `${fields} numbers separated by commas (${fields - 1} pixels and the digit)`,
      got: values.length === 0 ? 'a blank line' : String(values.length),
      remedy: 'Mend the line or remove it.',
    })
  return values.map((value, i) => {
    const isPixel = i < fields - 1
    const most = isPixel ? ink : 9
    const number = /^\s*\d+\s*$/.test(value) ? Number(value) : Number.NaN
    if (!(number <= most))
      throw new DocumentError({
        file,
        line,
        expected: `an integer from 0 to ${most} for ${isPixel ? `pixel ${i + 1}` : 'the digit'}`,
        got: JSON.stringify(value.trim()),
        remedy: 'Mend the line or remove it.',
      })
    return number
  })
}
