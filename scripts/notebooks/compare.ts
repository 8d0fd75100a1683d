import { inOnePiece, type Notebook, type Output } from './notebook.ts'

/** Numbers of a picture are the same if they differ by less than this part of the larger one. */
const tolerance = 1e-4

/** Forms of an output that follow from its data, and may be drawn otherwise by another version of what draws them. */
const drawn = (type: string): boolean => type.startsWith('image/') || type === 'text/html'
const isData = (type: string): boolean => type.endsWith('json')

/** An output without what says how fast the machine was, and of a picture that comes with its data, the data alone. */
const compared = ({ data, ...output }: Output): unknown => {
  if (data === undefined) return { ...output, text: timeless(output.text) }
  const types = Object.keys(data)
  const kept = types.some(isData) ? types.filter(type => !drawn(type)) : types
  return {
    ...output,
    execution_count: undefined,
    data: Object.fromEntries(kept.map(type => [type, timeless(data[type])])),
  }
}

const timeless = (value: unknown): unknown =>
  typeof value === 'string'
    ? value.replace(/ {2}[\d.]+[kM]? examples\/s/g, '')
    : Array.isArray(value) && value.every(line => typeof line === 'string')
      ? timeless(value.join(''))
      : value

/** The same texts and truths in the same places, and numbers that are as good as the same. */
const alike = (a: unknown, b: unknown): boolean => {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const [left, right] = [a, b].map(own => Object.entries(own).filter(([, value]) => value !== undefined))
  if (left?.length !== right?.length) return false
  const others = new Map(right)
  return (left ?? []).every(([key, value]) => others.has(key) && alike(value, others.get(key)))
}

const printed = (value: unknown): string => {
  const text = JSON.stringify(value, null, 1)
  return text.length > 4000 ? `${text.slice(0, 4000)}…` : text
}

/** What differs between the outputs of two versions of a notebook; nothing when they agree. */
export const differences = (before: Notebook, after: Notebook): readonly string[] =>
  before.cells.flatMap((cell, i) => {
    const [was, is] = [cell, after.cells[i]].map(own => inOnePiece(own?.outputs ?? []).map(compared))
    return alike(was, is) ? [] : [`cell ${i + 1} gave\n${printed(was)}\nand gives\n${printed(is)}`]
  })
