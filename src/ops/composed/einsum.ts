import { show } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'
import { misfit, refuse } from '../attributes.ts'
import type { Ops } from '../ops.ts'
import type { Composition } from './composition.ts'

/** A tensor with an index for each axis: a letter, or `.n` for the n-th of the axes that dots stand for, from the last on. */
interface Indexed<T> {
  readonly x: T
  readonly indices: readonly string[]
}

const refuseEquation = (expected: string, equation: unknown): never =>
  refuse('einsum', 'equation', expected, show(equation), "For example: 'bik,bkj->bij'.")

/** The indices of one operand of so many axes. */
const indicesOf = (text: string, equation: string, rank: number): readonly string[] => {
  if (!/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(text))
    return refuseEquation('letters, and three dots at most once', equation)
  const [before = '', after] = text.split('...')
  const further = after === undefined ? 0 : rank - before.length - after.length
  const dots = Array.from({ length: Math.max(0, further) }, (_, i) => `.${further - 1 - i}`)
  return [...before, ...dots, ...(after ?? '')]
}

/** The equation: indices of each operand, and of the result. */
const parsed = (equation: string, shapes: readonly Shape[]) => {
  if (typeof equation !== 'string') return refuseEquation('a text', equation)
  const [left = '', result, ...more] = equation.replaceAll(' ', '').split('->')
  const texts = left.split(',')
  if (more.length > 0 || texts.length !== shapes.length)
    return refuseEquation(`indices of ${shapes.length} tensors, and of a result`, equation)
  const operands = texts.map((text, i) => indicesOf(text, equation, (shapes[i] as Shape).length))
  for (const [i, indices] of operands.entries())
    if (indices.length !== (shapes[i] as Shape).length)
      throw misfit('einsum', `a tensor of ${indices.length} axes for '${texts[i]}' of '${equation}'`, [
        shapes[i] as Shape,
      ])
  const all = operands.flat()
  const dots = [...new Set(all.filter(index => index.startsWith('.')))].sort().reverse()
  // Without a result: every index that occurs once, in alphabetical order, behind the dots.
  const single = [...new Set(all)].filter(
    index => !index.startsWith('.') && all.indexOf(index) === all.lastIndexOf(index),
  )
  const wanted =
    result === undefined
      ? [...dots, ...single.sort()]
      : indicesOf(result, equation, result.replace('...', '').length + dots.length)
  if (new Set(wanted).size !== wanted.length || !wanted.every(index => all.includes(index)))
    return refuseEquation('a result of indices of the tensors, each once', equation)
  return { operands, wanted }
}

/** @throws LayerConnectionError if an index has different sizes; those of dots may be 1 beside others */
const checkSizes = (equation: string, operands: readonly (readonly string[])[], shapes: readonly Shape[]): void => {
  const sizes = new Map<string, number>()
  for (const [i, indices] of operands.entries())
    for (const [axis, index] of indices.entries()) {
      const d = shapes[i]?.[axis] ?? null
      if (d === null || (d === 1 && index.startsWith('.'))) continue
      const before = sizes.get(index) ?? d
      if (before !== d) throw misfit('einsum', `one size for each index of '${equation}'`, shapes)
      sizes.set(index, d)
    }
}

/** The diagonal of axes that have the same index. */
const diagonal = <T>(ops: Ops<T>, { x, indices }: Indexed<T>): Indexed<T> => {
  const second = indices.findIndex((index, axis) => indices.indexOf(index) < axis)
  if (second < 0) return { x, indices }
  const first = indices.indexOf(indices[second] as string)
  const shape = ops.shape(x)
  const n = shape[second] as number
  const places = (axis: number): T =>
    ops.constant(
      Float32Array.from({ length: n }, (_, i) => i),
      shape.map((_, i) => (i === axis ? n : 1)),
    )
  const kept = ops.where(ops.equal(places(first), places(second)), x, ops.constant(0))
  return diagonal(ops, { x: ops.sum(kept, [second]), indices: indices.toSpliced(second, 1) })
}

/** Sums over the indices that nothing needs. */
const reduced = <T>(ops: Ops<T>, { x, indices }: Indexed<T>, isNeeded: (index: string) => boolean): Indexed<T> => {
  const axes = indices.flatMap((index, axis) => (isNeeded(index) ? [] : [axis]))
  return axes.length === 0 ? { x, indices } : { x: ops.sum(x, axes), indices: indices.filter(isNeeded) }
}

/** The axes of some indices, in this order, each group of them as one axis. */
const grouped = <T>(
  ops: Ops<T>,
  { x, indices }: Indexed<T>,
  batch: readonly string[],
  ...groups: readonly (readonly string[])[]
): T => {
  const order = [...batch, ...groups.flat()].map(index => indices.indexOf(index))
  const moved = order.every((axis, i) => axis === i) ? x : ops.transpose(x, order)
  const shape = ops.shape(moved)
  let from = batch.length
  const sizes = groups.map(group => {
    const own = shape.slice(from, from + group.length)
    from += group.length
    return own.length === 1
      ? (own[0] ?? null)
      : own.includes(null)
        ? null
        : (own as number[]).reduce((n, d) => n * d, 1)
  })
  const whole = [...shape.slice(0, batch.length), ...sizes]
  return groups.every(group => group.length === 1) ? moved : ops.reshape(moved, whole)
}

/** The product of two tensors, summed over what only both have. */
const contracted = <T>(ops: Ops<T>, a: Indexed<T>, b: Indexed<T>, isNeeded: (index: string) => boolean): Indexed<T> => {
  const isShared = (index: string): boolean => a.indices.includes(index) && b.indices.includes(index)
  const batch = a.indices.filter(index => isShared(index) && isNeeded(index))
  const depth = a.indices.filter(index => isShared(index) && !isNeeded(index))
  const [left, right] = [a, b].map(({ indices }) => indices.filter(index => !isShared(index))) as [string[], string[]]
  const sizes = (of: Indexed<T>, indices: readonly string[]): Shape => {
    const shape = ops.shape(of.x)
    return indices.map(index => shape[of.indices.indexOf(index)] ?? null)
  }
  const product = ops.matmul(grouped(ops, a, batch, left, depth), grouped(ops, b, batch, depth, right))
  const shape = [...ops.shape(product).slice(0, batch.length), ...sizes(a, left), ...sizes(b, right)]
  return { x: ops.reshape(product, shape), indices: [...batch, ...left, ...right] }
}

/** Sums of products by Einstein's notation: two tensors after the other, each time by one product of matrices. */
export const einsum: Composition<'einsum'> = (ops, equation, ...xs) => {
  const shapes = xs.map(ops.shape)
  const { operands, wanted } = parsed(equation, shapes)
  checkSizes(equation, operands, shapes)
  const given = xs.map((x, i) => diagonal(ops, { x, indices: operands[i] as readonly string[] }))
  const [first, ...rest] = given as [Indexed<(typeof xs)[number]>, ...Indexed<(typeof xs)[number]>[]]
  const isNeededAfter =
    (i: number) =>
    (index: string): boolean =>
      wanted.includes(index) || rest.slice(i).some(({ indices }) => indices.includes(index))
  let result = reduced(ops, first, isNeededAfter(0))
  for (const [i, next] of rest.entries()) {
    const isNeeded = isNeededAfter(i + 1)
    const own = reduced(ops, next, index => isNeeded(index) || result.indices.includes(index))
    result = contracted(ops, result, own, isNeeded)
  }
  const order = wanted.map(index => result.indices.indexOf(index))
  return order.every((axis, i) => axis === i) ? result.x : ops.transpose(result.x, order)
}
