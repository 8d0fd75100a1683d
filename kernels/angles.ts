// Sines, cosines and angles, in doubles and without tables. The constants are those of Taylor series.

const TWO_OVER_PI: f64 = 0.6366197723675814
// π/2 in two parts, of which the first times a whole number below 2^20 is exact.
const HALF_PI_HIGH: f64 = 1.5707963267341256
const HALF_PI_LOW: f64 = 6.077100506506192e-11
const HALF_PI: f64 = Math.PI / 2

/** For at most π/4. */
function sineNear0(r: f64): f64 {
  const s = r * r
  let sum = 1.0 / 6227020800 - s / 1307674368000
  sum = sum * s - 1.0 / 39916800
  sum = sum * s + 1.0 / 362880
  sum = sum * s - 1.0 / 5040
  sum = sum * s + 1.0 / 120
  sum = sum * s - 1.0 / 6
  return r + r * s * sum
}

/** For at most π/4. */
function cosineNear0(r: f64): f64 {
  const s = r * r
  let sum = 1.0 / 479001600 - s / 87178291200
  sum = sum * s - 1.0 / 3628800
  sum = sum * s + 1.0 / 40320
  sum = sum * s - 1.0 / 720
  sum = sum * s + 1.0 / 24
  sum = sum * s - 0.5
  return 1 + s * sum
}

/** The sine of `quarters` quarters of a turn, and `r` more, at most π/4. */
function sineOfParts(quarters: i32, r: f64): f64 {
  const quarter = quarters & 3
  const found = (quarter & 1) === 0 ? sineNear0(r) : cosineNear0(r)
  return (quarter & 2) === 0 ? found : -found
}

/** The binary digits of 2/π behind the point, 64 at a time. */
function digits(i: i32): u64 {
  switch (i) {
    case 0:
      return ((<u64>0xa2f9836e) << 32) | 0x4e441529
    case 1:
      return ((<u64>0xfc2757d1) << 32) | 0xf534ddc0
    case 2:
      return ((<u64>0xdb629599) << 32) | 0x3c439041
    default:
      return ((<u64>0xfe5163ab) << 32) | 0xdebbc561
  }
}
function digitsFrom(at: i32): u64 {
  const shift = at & 63
  const first = digits(at >> 6) << shift
  return shift === 0 ? first : first | (digits((at >> 6) + 1) >> (64 - shift))
}

/**
 * The sine of x, a float of at least 2^29, and some quarters of a turn (Payne and Hanek 1983): the digits of 2/π that make
 * whole turns of it are left out, of the others its 24 digits take 96.
 */
function sineOfLarge(x: f32, quarters: i32): f64 {
  const bits = reinterpret<u32>(x)
  const mantissa: u64 = (bits & 0x7fffff) | 0x800000
  const from = <i32>((bits >> 23) & 0xff) - 152
  const turned = mantissa * digitsFrom(from) + ((mantissa * (digitsFrom(from + 64) >> 32)) >> 32)
  const rest = <i64>(turned << 2)
  const n = <i32>(turned >> 62) + (rest < 0 ? 1 : 0)
  const r = (<f64>rest * HALF_PI) / 1.8446744073709552e19
  return x < 0 ? sineOfParts(quarters - n, -r) : sineOfParts(quarters + n, r)
}

/** The sine of x and some quarters of a turn. */
function sine(x: f32, quarters: i32): f64 {
  if (!(abs(x) < Infinity)) return NaN
  if (abs(x) > 1e9) return sineOfLarge(x, quarters)
  const n = nearest(<f64>x * TWO_OVER_PI)
  return sineOfParts(<i32>n + quarters, <f64>x - n * HALF_PI_HIGH - n * HALF_PI_LOW)
}

/** atan(t), for at most tan(π/8). */
function smallAngle(t: f64): f64 {
  const s = t * t
  let sum: f64 = 0
  for (let k: f64 = 21; k > 2; k -= 2) sum = s * (1 / k - sum)
  return t - t * sum
}

function angleOf(x: f64): f64 {
  const size = abs(x)
  const t = size > 1 ? 1 / size : size
  const near = t > 0.4142135623730951 ? HALF_PI / 2 + smallAngle((t - 1) / (t + 1)) : smallAngle(t)
  return copysign(size > 1 ? HALF_PI - near : near, x)
}

// The numbers of the functions, as src/backends/wasm/elementwise.ts has them.
const SIN: i32 = 0
const COS: i32 = 1

/** A function of `count` elements one by one; the results may take the place of the elements. */
export function angles(f: i32, x: usize, y: usize, count: i32): void {
  const length = (<usize>count) << 2
  for (let i: usize = 0; i < length; i += 4) {
    const value = load<f32>(x + i)
    store<f32>(y + i, <f32>(f === SIN && value === 0 ? value : f <= COS ? sine(value, f) : angleOf(value)))
  }
}
