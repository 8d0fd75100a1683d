// Elementary functions of four numbers at once. The constants are those of Taylor series; arguments are reduced until the
// first few terms are exact within the rounding of 32-bit floats.

const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.1219444005469057e-4
const LOG2_E: f32 = <f32>Math.LOG2E

function splat(x: f32): v128 {
  return f32x4.splat(x)
}

/** x * y + z */
function mulAdd(x: v128, y: v128, z: v128): v128 {
  return f32x4.add(f32x4.mul(x, y), z)
}

/** 2 to the power of whole numbers from -126 to 127. */
function powerOf2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23)
}

/** exp(r) - 1, where r is at most half of ln 2. */
function aroundZero(r: v128): v128 {
  let sum = mulAdd(r, splat(1.0 / 5040), splat(1.0 / 720))
  sum = mulAdd(sum, r, splat(1.0 / 120))
  sum = mulAdd(sum, r, splat(1.0 / 24))
  sum = mulAdd(sum, r, splat(1.0 / 6))
  sum = mulAdd(sum, r, splat(0.5))
  return mulAdd(f32x4.mul(sum, r), r, r)
}

/** The nearest whole multiple of ln 2, as its factor. */
function multiples(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, splat(LOG2_E)))
}

/** What is left of x without that multiple: ln 2 in two parts, of which the first times a whole number is exact. */
function remainder(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, splat(LN2_HIGH))), f32x4.mul(n, splat(LN2_LOW)))
}

/** exp(x). Beyond these limits it is 0 or infinite. */
export function exp4(x: v128): v128 {
  const within = f32x4.max(f32x4.min(x, splat(89)), splat(-104))
  const n = multiples(within)
  const mantissa = f32x4.add(aroundZero(remainder(within, n)), splat(1))
  // In two steps, as the power may be beyond what a float holds while the product is not.
  const whole = i32x4.trunc_sat_f32x4_s(n)
  const half = i32x4.shr_s(whole, 1)
  return f32x4.mul(f32x4.mul(mantissa, powerOf2(half)), powerOf2(i32x4.sub(whole, half)))
}

/** exp(x) - 1, precise near 0, for x of at most 0. */
function expm1(x: v128): v128 {
  const within = f32x4.max(x, splat(-80))
  const n = multiples(within)
  const power = powerOf2(i32x4.trunc_sat_f32x4_s(n))
  return mulAdd(aroundZero(remainder(within, n)), power, f32x4.sub(power, splat(1)))
}

/** 2 artanh(s), where s is at most a third. */
function twiceArtanh(s: v128): v128 {
  const square = f32x4.mul(s, s)
  let sum = mulAdd(square, splat(2.0 / 17), splat(2.0 / 15))
  sum = mulAdd(sum, square, splat(2.0 / 13))
  sum = mulAdd(sum, square, splat(2.0 / 11))
  sum = mulAdd(sum, square, splat(2.0 / 9))
  sum = mulAdd(sum, square, splat(2.0 / 7))
  sum = mulAdd(sum, square, splat(2.0 / 5))
  sum = mulAdd(sum, square, splat(2.0 / 3))
  return mulAdd(f32x4.mul(sum, square), s, f32x4.add(s, s))
}

/** log(x): of a number from sqrt(1/2) to sqrt(2), and a power of 2. */
export function log4(x: v128): v128 {
  // Numbers with fewer bits become normal ones.
  const isSmall = f32x4.lt(x, splat(1.17549435e-38))
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608)), x, isSmall)
  // The exponent for which the mantissa lies within the limits: the bits of sqrt(1/2) are taken off first.
  const shifted = i32x4.sub(normal, i32x4.splat(0x3f3504f3))
  const n = i32x4.shr_s(shifted, 23)
  const m = i32x4.sub(normal, i32x4.shl(n, 23))
  const exponent = f32x4.sub(f32x4.convert_i32x4_s(n), v128.and(splat(23), isSmall))
  const s = f32x4.div(f32x4.sub(m, splat(1)), f32x4.add(m, splat(1)))
  const found = f32x4.add(f32x4.mul(exponent, splat(LN2_HIGH)), mulAdd(exponent, splat(LN2_LOW), twiceArtanh(s)))
  const isNormal = v128.and(f32x4.gt(x, splat(0)), f32x4.lt(x, splat(Infinity)))
  // -Infinity of 0, NaN of less, and what is NaN or infinite stays so.
  const other = v128.bitselect(
    splat(-Infinity),
    v128.bitselect(splat(NaN), x, f32x4.lt(x, splat(0))),
    f32x4.eq(x, splat(0)),
  )
  return v128.bitselect(found, other, isNormal)
}

function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))))
}

/** By exp(-2|x|) - 1, which is precise near 0. */
function tanh(x: v128): v128 {
  const t = expm1(f32x4.mul(f32x4.abs(x), splat(-2)))
  const size = f32x4.neg(f32x4.div(t, f32x4.add(t, splat(2))))
  return v128.or(v128.and(x, i32x4.splat(0x80000000)), size)
}

function elu(x: v128): v128 {
  return v128.bitselect(x, expm1(f32x4.min(x, splat(0))), f32x4.gt(x, splat(0)))
}

/** max(x, 0) + log(1 + exp(-|x|)) */
function softplus(x: v128): v128 {
  const u = exp4(f32x4.neg(f32x4.abs(x)))
  return f32x4.add(f32x4.max(x, splat(0)), twiceArtanh(f32x4.div(u, f32x4.add(u, splat(2)))))
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function erf(x: v128): v128 {
  const size = f32x4.abs(x)
  const t = f32x4.div(splat(1), mulAdd(size, splat(0.3275911), splat(1)))
  let sum = mulAdd(t, splat(1.061405429), splat(-1.453152027))
  sum = mulAdd(sum, t, splat(1.421413741))
  sum = mulAdd(sum, t, splat(-0.284496736))
  sum = mulAdd(sum, t, splat(0.254829592))
  const rest = f32x4.mul(f32x4.mul(sum, t), exp4(f32x4.neg(f32x4.mul(x, x))))
  return v128.or(v128.and(x, i32x4.splat(0x80000000)), f32x4.sub(splat(1), rest))
}

// The numbers of the functions, as src/module/kernels.ts has them.
const EXP: i32 = 0
const LOG: i32 = 1
const SIGMOID: i32 = 2
const TANH: i32 = 3
const ELU: i32 = 4
const SOFTPLUS: i32 = 5

function valuesOf(f: i32, x: v128): v128 {
  switch (f) {
    case EXP:
      return exp4(x)
    case LOG:
      return log4(x)
    case SIGMOID:
      return sigmoid(x)
    case TANH:
      return tanh(x)
    case ELU:
      return elu(x)
    case SOFTPLUS:
      return softplus(x)
    default:
      return erf(x)
  }
}

/** A function of `count` elements one by one; the results may take the place of the elements. */
export function evaluate(f: i32, x: usize, y: usize, count: i32): void {
  const length = (<usize>count) << 2
  const whole = length & ~15
  let i: usize = 0
  for (; i < whole; i += 16) v128.store(y + i, valuesOf(f, v128.load(x + i)))
  for (; i < length; i += 4) store<f32>(y + i, f32x4.extract_lane(valuesOf(f, v128.load32_splat(x + i)), 0))
}
