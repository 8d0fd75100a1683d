import { sizeOf } from '../base/shape.ts'
import { grouped, table } from '../base/shown.ts'
import { summary } from '../display/summary.ts'
import type { OnnxValue } from './onnx.ts'
import type { ListedTensor, Opened } from './opened.ts'

// `joinery inspect`: what is in a file, for people.

const shapeOf = (shape: OnnxValue['shape']): string => `[${shape.map(d => d ?? '?').join(', ')}]`

const tensorRows = (tensors: readonly ListedTensor[]): readonly string[] =>
  table([
    ['name', 'type', 'shape', 'bytes'],
    ...tensors.map(({ name, dtype, shape, bytes }) => [name, dtype, shapeOf(shape), grouped(bytes)]),
  ])

const totals = (tensors: readonly ListedTensor[], bytes: number): string => {
  const types = [...new Set(tensors.map(({ dtype }) => dtype))].join(', ')
  const numbers = tensors.reduce((n, { shape }) => n + sizeOf(shape), 0)
  return `${tensors.length} tensors, ${grouped(numbers)} numbers of ${types || 'no type'}, ${grouped(bytes)} bytes`
}

const valueRows = (kind: string, values: readonly OnnxValue[]): readonly (readonly string[])[] =>
  values.map(({ name, dtype, shape }) => [kind, name, dtype, shapeOf(shape)])

/** The lines that tell what a file holds. */
export const inspected = (opened: Opened): readonly string[] => {
  if (opened.form === 'network') {
    const { network, beside, tensors, bytes } = opened
    return [
      String(summary(network)),
      '',
      ...(beside.length === 0 ? [] : [...table(beside.map(([name, text]) => [`${name}:`, text])), '']),
      tensors.length === 0 ? `${grouped(bytes)} bytes, without variables` : totals(tensors, bytes),
    ]
  }
  if (opened.form === 'tensors') {
    const { tensors, metadata, bytes } = opened
    const texts = Object.entries(metadata).map(([name, text]) => [`${name}:`, text])
    return [...tensorRows(tensors), '', ...table(texts), totals(tensors, bytes)]
  }
  const { opset, producer, inputs, outputs, initializers, operators } = opened.model
  const rows = [...valueRows('input', inputs), ...valueRows('output', outputs), ...valueRows('initial', initializers)]
  const used = [...operators].sort(([, a], [, b]) => b - a).map(([name, n]) => `${n} ${name}`)
  return [
    ...table([['', 'name', 'type', 'shape'], ...rows]),
    '',
    `operators: ${used.join(', ')}`,
    `opset ${opset}${producer && `, made by ${producer}`}, ${grouped(opened.bytes)} bytes`,
  ]
}
