// Operations element by element. A result may take the place of an operand: each element is read before it is written.

// The numbers of the operations, as src/backends/wasm/elementwise.ts has them.
const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2
const DIVIDE: i32 = 3
const MAXIMUM: i32 = 4
const MINIMUM: i32 = 5
const GREATER: i32 = 6

function combined(operation: i32, a: v128, b: v128): v128 {
  switch (operation) {
    case ADD:
      return f32x4.add(a, b)
    case SUBTRACT:
      return f32x4.sub(a, b)
    case MULTIPLY:
      return f32x4.mul(a, b)
    case DIVIDE:
      return f32x4.div(a, b)
    case MAXIMUM:
      return f32x4.max(a, b)
    case MINIMUM:
      return f32x4.min(a, b)
    case GREATER:
      return v128.and(f32x4.gt(a, b), f32x4.splat(1))
    default:
      return v128.and(f32x4.eq(a, b), f32x4.splat(1))
  }
}

/** One row of elements; an operand of which `one` is asked is the same for all of them. */
function combineRow(operation: i32, a: usize, oneA: bool, b: usize, oneB: bool, c: usize, count: i32): void {
  const length = (<usize>count) << 2
  const whole = length & ~15
  const sameA = v128.load32_splat(a)
  const sameB = v128.load32_splat(b)
  let i: usize = 0
  if (oneB) for (; i < whole; i += 16) v128.store(c + i, combined(operation, v128.load(a + i), sameB))
  else if (oneA) for (; i < whole; i += 16) v128.store(c + i, combined(operation, sameA, v128.load(b + i)))
  else for (; i < whole; i += 16) v128.store(c + i, combined(operation, v128.load(a + i), v128.load(b + i)))
  for (; i < length; i += 4) {
    const x = oneA ? sameA : v128.load32_splat(a + i)
    const y = oneB ? sameB : v128.load32_splat(b + i)
    store<f32>(c + i, f32x4.extract_lane(combined(operation, x, y), 0))
  }
}

/**
 * Combines two operands: `rows` of `columns` elements each, of which an operand may have one row for all (its rows then
 * lie 0 elements apart), and one element for all of a row.
 */
export function combine(
  operation: i32,
  a: usize,
  rowsOfA: i32,
  oneA: i32,
  b: usize,
  rowsOfB: i32,
  oneB: i32,
  c: usize,
  rows: i32,
  columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    combineRow(operation, a, oneA !== 0, b, oneB !== 0, c, columns)
    a += (<usize>rowsOfA) << 2
    b += (<usize>rowsOfB) << 2
    c += (<usize>columns) << 2
  }
}

const NEGATIVE: i32 = 0
const SQUARE: i32 = 1
const SQRT: i32 = 2
const ABS: i32 = 3
const RELU: i32 = 4
const RSQRT: i32 = 5

function changed(operation: i32, x: v128): v128 {
  switch (operation) {
    case NEGATIVE:
      return f32x4.neg(x)
    case SQUARE:
      return f32x4.mul(x, x)
    case SQRT:
      return f32x4.sqrt(x)
    case ABS:
      return f32x4.abs(x)
    case RELU:
      return f32x4.max(x, f32x4.splat(0))
    case RSQRT:
      return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
    default:
      return f32x4.floor(x)
  }
}

/** Changes `count` elements one by one. */
export function change(operation: i32, x: usize, y: usize, count: i32): void {
  const length = (<usize>count) << 2
  const whole = length & ~15
  let i: usize = 0
  for (; i < whole; i += 16) v128.store(y + i, changed(operation, v128.load(x + i)))
  for (; i < length; i += 4) store<f32>(y + i, f32x4.extract_lane(changed(operation, v128.load32_splat(x + i)), 0))
}

/** Divides `size` elements by a number. */
export function share(x: usize, count: f32, y: usize, size: i32): void {
  const end = (<usize>size) << 2
  for (let i: usize = 0; i < end; i += 4) store<f32>(y + i, load<f32>(x + i) / count)
}

/** Takes elements of `a` where `condition` is not 0, of `b` elsewhere; of an operand of which `one` is asked, the only one. */
export function select(condition: usize, a: usize, oneA: i32, b: usize, oneB: i32, c: usize, count: i32): void {
  const length = (<usize>count) << 2
  const whole = length & ~15
  const sameA = v128.load32_splat(a)
  const sameB = v128.load32_splat(b)
  let i: usize = 0
  for (; i < whole; i += 16) {
    const x = oneA !== 0 ? sameA : v128.load(a + i)
    const y = oneB !== 0 ? sameB : v128.load(b + i)
    v128.store(c + i, v128.bitselect(x, y, f32x4.ne(v128.load(condition + i), f32x4.splat(0))))
  }
  for (; i < length; i += 4) {
    const from = load<f32>(condition + i) !== 0 ? a + (oneA !== 0 ? 0 : i) : b + (oneB !== 0 ? 0 : i)
    store<f32>(c + i, load<f32>(from))
  }
}
