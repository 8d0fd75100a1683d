import fc from 'fast-check'
import { anywhere, seed, shape, size, spread, tensor } from '../calls.ts'
import { build, get, indices, type Numbers } from '../reference.ts'
import { type Case, single } from './case.ts'
import { written } from './reductions.ts'

/** A sum of products from its definition: over all values of all indices. */
const summed = (equation: string, xs: readonly Numbers[]): Numbers => {
  const [left = '', result = ''] = equation.split('->')
  const operands = left.split(',')
  const sizes = new Map(
    operands.flatMap((own, i) => [...own].map((name, axis) => [name, xs[i]?.shape[axis] as number])),
  )
  const names = [...sizes.keys()]
  const totals = new Map<string, number>()
  for (const values of indices([...sizes.values()])) {
    const at = (own: string) => [...own].map(name => values[names.indexOf(name)] as number)
    const product = operands.reduce((factor, own, i) => factor * get(xs[i] as Numbers, at(own)), 1)
    const place = at(result).join()
    totals.set(place, (totals.get(place) ?? 0) + product)
  }
  return build(
    [...result].map(name => sizes.get(name) as number),
    index => totals.get(index.join()) ?? 0,
  )
}

/** Equations, as users write them and with all axes named. */
const equations: readonly (readonly [written: string, named: string])[] = [
  ['ij,jk->ik', 'ij,jk->ik'],
  ['ij,jk', 'ij,jk->ik'],
  ['bij, bkj -> bik', 'bij,bkj->bik'],
  ['...ij,...jk->...ik', 'abij,abjk->abik'],
  ['i,j->ij', 'i,j->ij'],
  ['ii->i', 'ii->i'],
  ['ii', 'ii->'],
  ['iij->j', 'iij->j'],
  ['ij->ji', 'ij->ji'],
  ['ij->', 'ij->'],
  ['i,i->', 'i,i->'],
  ['bhqd,bhkd->bhqk', 'bhqd,bhkd->bhqk'],
  ['ij,jk,kl->il', 'ij,jk,kl->il'],
  ['ij,ij->ij', 'ij,ij->ij'],
  ['ijk,jil->kl', 'ijk,jil->kl'],
  ['bij,kjl->bikl', 'bij,kjl->bikl'],
  ['i...->...', 'iab->ab'],
  ['ij,k->k', 'ij,k->k'],
]

/** Where a pixel of a result lies in an image. */
const placeOf = (i: number, from: number, to: number, alignCorners: boolean): number =>
  alignCorners ? (to === 1 ? 0 : (i * (from - 1)) / (to - 1)) : ((i + 0.5) * from) / to - 0.5
const within = (place: number, n: number): number => Math.min(Math.max(place, 0), n - 1)

const resized = (
  x: Numbers,
  [rows, cols]: readonly [number, number],
  method: 'nearest' | 'bilinear',
  alignCorners: boolean,
): Numbers => {
  const [batch, high, wide, channels] = x.shape as [number, number, number, number]
  return build([batch, rows, cols, channels], ([b = 0, r = 0, c = 0, k = 0]) => {
    const [y, z] = [placeOf(r, high, rows, alignCorners), placeOf(c, wide, cols, alignCorners)]
    if (method === 'nearest')
      return get(x, [b, within(Math.floor(y + 0.5), high), within(Math.floor(z + 0.5), wide), k])
    const [top, left] = [within(y, high), within(z, wide)]
    let sum = 0
    for (let i = 0; i < high; i++)
      for (let j = 0; j < wide; j++)
        sum += get(x, [b, i, j, k]) * Math.max(0, 1 - Math.abs(top - i)) * Math.max(0, 1 - Math.abs(left - j))
    return sum
  })
}

/** Calls of what arranges elements, sums of products and images. */
export const arranged: Readonly<
  Record<'tile' | 'stack' | 'split' | 'squeeze' | 'expandDims' | 'einsum' | 'resize', fc.Arbitrary<Case>>
> = {
  tile: tensor(0, 3).chain(x =>
    fc.array(size, { minLength: x.shape.length, maxLength: x.shape.length }).map(repeats =>
      single(
        [x],
        (ops, own) => ops.tile(own, repeats),
        build(
          x.shape.map((d, i) => d * (repeats[i] as number)),
          index =>
            get(
              x,
              index.map((at, axis) => at % (x.shape[axis] as number)),
            ),
        ),
      ),
    ),
  ),
  stack: fc.tuple(shape(0, 2), size, seed).map(([own, count, s]) => {
    const inputs = Array.from({ length: count }, (_, i) => spread(s + i, own, anywhere))
    const axis = s % (own.length + 1)
    const expected = build(own.toSpliced(axis, 0, count), index =>
      get(inputs[index[axis] as number] as Numbers, index.toSpliced(axis, 1)),
    )
    return single(inputs, (ops, ...xs) => ops.stack(xs, written(axis, own.length + 1, s)), expected)
  }),
  split: fc.tuple(shape(1, 3), fc.array(size, { minLength: 1, maxLength: 3 }), seed).map(([own, sizes, s]) => {
    const axis = s % own.length
    const isEven = new Set(sizes).size === 1
    const whole = own.with(
      axis,
      sizes.reduce((sum, d) => sum + d, 0),
    )
    const x = spread(s, whole, anywhere)
    return {
      inputs: [x],
      differentiable: [true],
      apply: (ops, [given]) => ops.split(given as never, isEven ? sizes.length : sizes, written(axis, own.length, s)),
      expected: sizes.map((d, i) => {
        const from = sizes.slice(0, i).reduce((sum, each) => sum + each, 0)
        return build(own.with(axis, d), index => get(x, index.with(axis, from + (index[axis] as number))))
      }),
    }
  }),
  squeeze: tensor(1, 3).chain(x =>
    fc.boolean().map(isAll => {
      const ones = x.shape.flatMap((d, axis) => (d === 1 ? [axis] : []))
      const axes = isAll ? undefined : ones.slice(0, 1).map(axis => axis - x.shape.length)
      const dropped = isAll ? ones : ones.slice(0, 1)
      const expected = { shape: x.shape.filter((_, axis) => !dropped.includes(axis)), data: x.data }
      return single([x], (ops, own) => ops.squeeze(own, axes), expected)
    }),
  ),
  expandDims: fc.tuple(tensor(0, 3), seed).map(([x, s]) => {
    const axis = s % (x.shape.length + 1)
    const expected = { shape: x.shape.toSpliced(axis, 0, 1), data: x.data }
    return single([x], (ops, own) => ops.expandDims(own, written(axis, x.shape.length + 1, s)), expected)
  }),
  einsum: fc.tuple(fc.constantFrom(...equations), seed).map(([[equation, named], s]) => {
    const [left = ''] = named.split('->')
    const sizes = new Map([...new Set(left.replaceAll(',', ''))].map((name, i) => [name, 1 + ((s >> i) % 3)]))
    const inputs = left.split(',').map((own, i) =>
      spread(
        s + i,
        [...own].map(name => sizes.get(name) as number),
        anywhere,
      ),
    )
    return single(inputs, (ops, ...xs) => ops.einsum(equation, ...xs), summed(named, inputs))
  }),
  resize: fc
    .tuple(fc.tuple(size, size, size, size), fc.tuple(size, fc.integer({ min: 1, max: 5 })), seed)
    .map(([own, to, s]) => {
      const method = s % 2 === 0 ? 'nearest' : 'bilinear'
      // With aligned corners nearest pixels may be equally near, which rounding would decide.
      const alignCorners = method === 'bilinear' && s % 4 === 1
      const x = spread(s, own, anywhere)
      return single(
        [x],
        (ops, image) => ops.resize(image, to, { method, alignCorners }),
        resized(x, to, method, alignCorners),
      )
    }),
}
