// Powers, in doubles: of numbers up to 2^128 to exponents where the result is one, their rounding is far below that of floats.

const LN2_HIGH: f64 = 0.6931471803691238
const LN2_LOW: f64 = 1.9082149292705877e-10

/** The logarithm of a positive double: of a number from sqrt(1/2) to sqrt(2), and a power of 2. */
function log(x: f64): f64 {
  if (!(x < Infinity)) return x
  const bits = reinterpret<i64>(x) - reinterpret<i64>(<f64>Math.SQRT1_2)
  const exponent = bits >> 52
  const m = reinterpret<f64>(reinterpret<i64>(x) - (exponent << 52))
  const s = (m - 1) / (m + 1)
  const square = s * s
  let sum: f64 = 0
  for (let k: f64 = 21; k > 2; k -= 2) sum = square * (1 / k + sum)
  const n = <f64>exponent
  return n * LN2_HIGH + (n * LN2_LOW + 2 * (s + s * sum))
}

/** Beyond these limits it is 0 or infinite as a float. */
function exp(x: f64): f64 {
  if (x > 200) return Infinity
  if (x < -200) return 0
  const n = nearest(x / (LN2_HIGH + LN2_LOW))
  const r = x - n * LN2_HIGH - n * LN2_LOW
  let sum: f64 = 1
  for (let k: f64 = 14; k > 0; k -= 1) sum = 1 + (r / k) * sum
  return sum * reinterpret<f64>((<i64>n + 1023) << 52)
}

function isNumber(x: f64): bool {
  return x >= 0 || x < 0
}

function powerOf(a: f64, b: f64): f64 {
  if (b === 0 || a === 1) return 1
  const size = abs(a)
  if (!isNumber(a) || !isNumber(b)) return NaN
  const isWhole = floor(b) === b
  const isOdd = isWhole && floor(b / 2) * 2 !== b
  if (a < 0 && !isWhole && size < Infinity) return NaN
  const found = size === 1 ? 1 : size === 0 ? (b > 0 ? 0 : Infinity) : exp(b * log(size))
  return isOdd ? copysign(found, a) : found
}

/** Powers of `rows` of `columns` elements each; the operands are those of `combine`. */
export function power(
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
    for (let j = 0; j < columns; j++) {
      const x = load<f32>(a + ((<usize>(oneA !== 0 ? 0 : j)) << 2))
      const y = load<f32>(b + ((<usize>(oneB !== 0 ? 0 : j)) << 2))
      store<f32>(c, <f32>powerOf(x, y))
      c += 4
    }
    a += (<usize>rowsOfA) << 2
    b += (<usize>rowsOfB) << 2
  }
}
