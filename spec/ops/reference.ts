import { normals, type Ops, uniforms, type Window } from '../../src/index.ts'
import { type Attributes, alike, type Operation } from '../../src/ops/operations.ts'

// The operations once more, from their definitions: plain loops over doubles, slow and obvious. Eager values are compared
// with these, and doubles make finite differences precise.

/** Numbers in row-major order with their shape. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
export type Index = readonly number[]

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
export const indices = (shape: readonly number[]): readonly Index[] =>
  shape.reduce<Index[]>((all, d) => all.flatMap(index => Array.from({ length: d }, (_, i) => [...index, i])), [[]])

/** A tensor whose elements a function of their indices gives. */
export const build = (shape: readonly number[], at: (index: Index) => number): Numbers => ({
  shape,
  data: indices(shape).map(at),
})

/** The element at an index; 0 outside, which is what padding adds. */
export const get = ({ shape, data }: Numbers, index: Index): number => {
  let offset = 0
  for (const [axis, d] of shape.entries()) {
    const i = index[axis] as number
    if (i < 0 || i >= d) return 0
    offset = offset * d + i
  }
  return data[offset] as number
}

const broadcastShape = (shapes: readonly (readonly number[])[]): readonly number[] => {
  const rank = Math.max(...shapes.map(shape => shape.length))
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map(shape => shape[i - rank + shape.length] ?? 1)
    return sizes.find(d => d !== 1) ?? 1
  })
}
/** The element of an operand that broadcasting puts at an index of the result. */
const spread = (x: Numbers, index: Index): number =>
  get(
    x,
    x.shape.map((d, i) => (d === 1 ? 0 : (index[i + index.length - x.shape.length] as number))),
  )
export const elementwise =
  (f: (...values: number[]) => number) =>
  (inputs: readonly Numbers[]): Numbers =>
    build(broadcastShape(inputs.map(input => input.shape)), index => f(...inputs.map(input => spread(input, index))))

export const reduction =
  (f: (values: readonly number[]) => number) =>
  ([x]: readonly Numbers[], axes: readonly number[], keep: boolean): Numbers => {
    const { shape } = x as Numbers
    const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d))
    const over = indices(shape.map((d, i) => (axes.includes(i) ? d : 1)))
    const { data } = build(kept, index =>
      f(
        over.map(offset =>
          get(
            x as Numbers,
            index.map((i, axis) => i + (offset[axis] as number)),
          ),
        ),
      ),
    )
    return { shape: keep ? kept : shape.filter((_, i) => !axes.includes(i)), data }
  }
/** Of nothing it is 0; -0 alone stays -0. */
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, -0) + (values.length === 0 ? 0 : -0)

/** Changes each vector along the last axis. */
const alongLast =
  (f: (values: readonly number[]) => readonly number[]) =>
  ([x]: readonly Numbers[]): Numbers => {
    const { shape, data } = x as Numbers
    const n = shape.at(-1) as number
    return {
      shape,
      data: Array.from({ length: n === 0 ? 0 : data.length / n }, (_, i) => f(data.slice(i * n, i * n + n))).flat(),
    }
  }
const logSoftmax = (values: readonly number[]): readonly number[] => {
  const most = Math.max(...values)
  const total = most + Math.log(sum(values.map(value => Math.exp(value - most))))
  return values.map(value => value - total)
}

const slid = (d: number, extent: number, stride: number, [before, after]: readonly [number, number]): number =>
  Math.floor((d + before + after - extent) / stride) + 1
const pooledShape = ({ shape }: Numbers, { size, stride, padding }: Window): readonly number[] => {
  const [batch, rows, cols, channels] = shape as [number, number, number, number]
  return [batch, slid(rows, size[0], stride[0], padding[0]), slid(cols, size[1], stride[1], padding[1]), channels]
}
/** The indices of a window's elements that are not padding. */
const windowAt = (shape: readonly number[], index: Index, { size, stride, padding }: Window): readonly Index[] => {
  const [b, i, j, c] = index as [number, number, number, number]
  return indices(size)
    .map(([r, k]) => [
      b,
      i * stride[0] - padding[0][0] + (r as number),
      j * stride[1] - padding[1][0] + (k as number),
      c,
    ])
    .filter(place => place.every((at, axis) => at >= 0 && at < (shape[axis] as number)))
}
const pool =
  (f: (values: readonly number[]) => number) =>
  ([x]: readonly Numbers[], window: Window): Numbers =>
    build(pooledShape(x as Numbers, window), index =>
      f(windowAt((x as Numbers).shape, index, window).map(place => get(x as Numbers, place))),
    )
/** Equal, where NaN is equal to itself. */
const isSame = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))
const accumulate = (shape: readonly number[], parts: readonly (readonly [Index, number])[]): Numbers => {
  const totals = new Map<string, number>()
  for (const [index, value] of parts) totals.set(index.join(), (totals.get(index.join()) ?? 0) + value)
  return build(shape, index => totals.get(index.join()) ?? 0)
}

/** The error function by its series (Abramowitz and Stegun 1964, 7.1.6); it is 1 to the last digit beyond 6. */
const erf = (x = 0): number => {
  if (Math.abs(x) > 6) return Math.sign(x)
  let [term, total] = [x, x]
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}

type Rule<O extends Operation> = (inputs: readonly Numbers[], ...attributes: Attributes[O]) => Numbers
const input = (inputs: readonly Numbers[], i: number): Numbers => inputs[i] as Numbers

const rules: { readonly [O in Operation]: Rule<O> } = {
  negative: elementwise(x => -x),
  exp: elementwise(Math.exp),
  log: elementwise(Math.log),
  sqrt: elementwise(Math.sqrt),
  rsqrt: elementwise(x => 1 / Math.sqrt(x)),
  square: elementwise(x => x * x),
  abs: elementwise(Math.abs),
  sigmoid: elementwise(x => 1 / (1 + Math.exp(-x))),
  tanh: elementwise(Math.tanh),
  relu: elementwise(x => Math.max(x, 0)),
  elu: elementwise(x => (x > 0 ? x : Math.expm1(x))),
  softplus: elementwise((x = 0) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  erf: elementwise(erf),
  sin: elementwise(Math.sin),
  cos: elementwise(Math.cos),
  atan: elementwise(Math.atan),
  floor: elementwise(Math.floor),
  add: elementwise((a = 0, b = 0) => a + b),
  subtract: elementwise((a = 0, b = 0) => a - b),
  multiply: elementwise((a = 0, b = 0) => a * b),
  divide: elementwise((a = 0, b = 0) => a / b),
  pow: elementwise((a = 0, b = 0) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)),
  maximum: elementwise(Math.max),
  minimum: elementwise(Math.min),
  greater: elementwise((a = 0, b = 0) => (a > b ? 1 : 0)),
  equal: elementwise((a, b) => (a === b ? 1 : 0)),
  where: elementwise((condition, a = 0, b = 0) => (condition === 0 ? b : a)),
  sum: reduction(sum),
  mean: reduction(values => sum(values) / values.length),
  max: reduction(values => Math.max(...values)),
  argMax: ([x]) => {
    const { shape, data } = x as Numbers
    const n = shape.at(-1) as number
    return build(shape.slice(0, -1), index => {
      const from = index.reduce((offset, i, axis) => offset * (shape[axis] as number) + i, 0) * n
      const row = data.slice(from, from + n)
      return row.findIndex(value => isSame(value, Math.max(...row)))
    })
  },
  argSort: alongLast(values =>
    values
      .map((_, i) => i)
      .toSorted((i, j) => {
        const [a, b] = [values[i] as number, values[j] as number]
        return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
      }),
  ),
  softmax: alongLast(values => logSoftmax(values).map(Math.exp)),
  logSoftmax: alongLast(logSoftmax),
  reshape: ([x], shape) => {
    const { data } = x as Numbers
    const rest = sizeOf(shape.map(d => d ?? 1))
    return { shape: shape.map(d => d ?? (rest === 0 ? 0 : data.length / rest)), data }
  },
  transpose: ([x], permutation) =>
    build(
      permutation.map(axis => (x as Numbers).shape[axis] as number),
      index =>
        get(
          x as Numbers,
          permutation.map((_, axis) => index[permutation.indexOf(axis)] as number),
        ),
    ),
  concatenate: (inputs, axis) => {
    const lengths = inputs.map(({ shape }) => shape[axis] as number)
    return build(
      input(inputs, 0).shape.map((d, i) => (i === axis ? sum(lengths) : d)),
      index => {
        let at = index[axis] as number
        let from = 0
        while (at >= (lengths[from] as number)) at -= lengths[from++] as number
        return get(
          input(inputs, from),
          index.map((i, k) => (k === axis ? at : i)),
        )
      },
    )
  },
  slice: ([x], begin, size) =>
    build(
      (x as Numbers).shape.map((d, i) => size[i] ?? d - (begin[i] as number)),
      index =>
        get(
          x as Numbers,
          index.map((i, axis) => i + (begin[axis] as number)),
        ),
    ),
  reverse: ([x], axes) =>
    build((x as Numbers).shape, index =>
      get(
        x as Numbers,
        index.map((i, axis) => (axes.includes(axis) ? ((x as Numbers).shape[axis] as number) - 1 - i : i)),
      ),
    ),
  broadcast: ([x], shape) =>
    build(
      shape.map(d => d as number),
      index => spread(x as Numbers, index),
    ),
  gather: inputs => {
    const [table, at] = [input(inputs, 0), input(inputs, 1)]
    return build([...at.shape, ...table.shape.slice(1)], index =>
      get(table, [Math.trunc(get(at, index.slice(0, at.shape.length))), ...index.slice(at.shape.length)]),
    )
  },
  scatter: (inputs, rows) => {
    const [values, at] = [input(inputs, 0), input(inputs, 1)]
    const rank = at.shape.length
    return accumulate(
      [rows, ...values.shape.slice(rank)],
      indices(values.shape).map(index => [
        [Math.trunc(get(at, index.slice(0, rank))), ...index.slice(rank)],
        get(values, index),
      ]),
    )
  },
  stopGradient: inputs => input(inputs, 0),
  clipGradient: inputs => input(inputs, 0),
  pad: ([x], margins) =>
    build(
      (x as Numbers).shape.map((d, i) => d + sum(margins[i] ?? [])),
      index =>
        get(
          x as Numbers,
          index.map((i, axis) => i - (margins[axis]?.[0] ?? 0)),
        ),
    ),
  matmul: inputs => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)]
    return build([...a.shape.slice(0, -1), b.shape.at(-1) as number], index => {
      const [leading, i, j] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number]
      const inner = Array.from({ length: a.shape.at(-1) as number }, (_, k) => k)
      return sum(inner.map(k => get(a, [...leading, i, k]) * get(b, [...leading, k, j])))
    })
  },
  convolve: (inputs, { stride, dilation, padding, groups }) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)]
    const [batch, rows, cols] = x.shape as [number, number, number]
    const [high, wide, channels, outputs] = filter.shape as [number, number, number, number]
    const out = [
      slid(rows, (high - 1) * dilation[0] + 1, stride[0], padding[0]),
      slid(cols, (wide - 1) * dilation[1] + 1, stride[1], padding[1]),
    ]
    return build([batch, ...out, outputs], index => {
      const [b, i, j, o] = index as [number, number, number, number]
      const products = indices([high, wide, channels]).map(place => {
        const [r, k, c] = place as [number, number, number]
        const row = i * stride[0] - padding[0][0] + r * dilation[0]
        const first = Math.floor((o * groups) / outputs) * channels
        return get(x, [b, row, j * stride[1] - padding[1][0] + k * dilation[1], first + c]) * get(filter, [r, k, c, o])
      })
      return sum(products)
    })
  },
  maxPool: pool(values => Math.max(...values)),
  averagePool: pool(values => sum(values) / values.length),
  maxPoolGradient: (inputs, window) => {
    const [dy, x, y] = [input(inputs, 0), input(inputs, 1), input(inputs, 2)]
    const parts = indices(y.shape).map(index => {
      const largest = windowAt(x.shape, index, window).find(place => isSame(get(x, place), get(y, index))) as Index
      return [largest, get(dy, index)] as const
    })
    return accumulate(x.shape, parts)
  },
  averagePoolGradient: ([dy], shape, window) => {
    const known = shape.map(d => d as number)
    const parts = indices((dy as Numbers).shape).flatMap(index => {
      const window_ = windowAt(known, index, window)
      return window_.map(place => [place, get(dy as Numbers, index) / window_.length] as const)
    })
    return accumulate(known, parts)
  },
}

const stepOf = ({ shape, data }: Numbers, time: number): Numbers => {
  const [batch, length, ...rest] = shape as [number, number, ...number[]]
  const size = sizeOf(rest)
  const rows = Array.from({ length: batch }, (_, b) => data.slice((b * length + time) * size).slice(0, size))
  return { shape: [batch, ...rest], data: rows.flat() }
}

const known = (shape: readonly (number | null)[]): readonly number[] => shape.map(d => d as number)

/** The operations over doubles. */
export const reference: Ops<Numbers> = alike<Numbers>(
  // Each rule takes the attributes of its own operation, which the table's type says and an index into it cannot.
  (operation, inputs, attributes) => (rules[operation] as Rule<'exp'>)(inputs, ...(attributes as readonly [])),
  {
    shape: x => x.shape,
    constant: (values, shape) =>
      typeof values === 'number'
        ? build(shape ?? [], () => values)
        : { shape: shape ?? [values.length], data: [...values] },
    uniform: (key, shape) => ({ shape: known(shape), data: [...uniforms(key, sizeOf(known(shape)))] }),
    normal: (key, shape) => ({ shape: known(shape), data: [...normals(key, sizeOf(known(shape)))] }),
    scan: (body, initial, sequence) => {
      let carried = initial
      // No step says what its output would be.
      if (sequence.shape[1] === 0) throw new Error('a scan of no steps')
      const outputs = Array.from({ length: sequence.shape[1] as number }, (_, time) => {
        const [next, output] = body(carried, stepOf(sequence, time))
        carried = next
        return output
      })
      const [batch, ...rest] = (outputs[0] as Numbers).shape
      const rows = Array.from({ length: batch as number }, (_, b) =>
        outputs.map(({ data }) => data.slice(b * sizeOf(rest), (b + 1) * sizeOf(rest))),
      )
      return [carried, { shape: [batch as number, outputs.length, ...rest], data: rows.flat(2) }]
    },
    loop: (condition, body, initial, limit) => {
      let carried = initial
      for (let i = 0; i < limit && condition(carried).data[0] !== 0; i++) carried = body(carried)
      return carried
    },
  },
)
