import { exp4, log4 } from './functions'

/** The largest of `count` numbers that lie side by side; NaN where there is one. */
function largestOf(x: usize, length: usize): f32 {
  let largest: f32 = -Infinity
  for (let i: usize = 0; i < length; i += 4) largest = max(largest, load<f32>(x + i))
  return largest
}

/** The exponentials of numbers less `shift`, to `y`. Returns their sum. */
function exponentials(x: usize, y: usize, length: usize, shift: f32): f32 {
  const whole = length & ~15
  const shifts = f32x4.splat(shift)
  let sums = f32x4.splat(0)
  let i: usize = 0
  for (; i < whole; i += 16) {
    const value = exp4(f32x4.sub(v128.load(x + i), shifts))
    sums = f32x4.add(sums, value)
    v128.store(y + i, value)
  }
  let sum: f32 =
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3))
  for (; i < length; i += 4) {
    const value = f32x4.extract_lane(exp4(f32x4.sub(v128.load32_splat(x + i), shifts)), 0)
    sum += value
    store<f32>(y + i, value)
  }
  return sum
}

/**
 * The softmax of each of `rows` rows, or its logarithm. The results may take the place of the elements of a softmax, not
 * of a logarithm.
 */
export function softmax(isLog: i32, x: usize, y: usize, rows: i32, columns: i32): void {
  const length = (<usize>columns) << 2
  for (let r = 0; r < rows; r++) {
    const largest = largestOf(x, length)
    const sum = exponentials(x, y, length, largest)
    if (isLog !== 0) {
      const whole = f32x4.extract_lane(log4(f32x4.splat(sum)), 0)
      for (let i: usize = 0; i < length; i += 4) store<f32>(y + i, load<f32>(x + i) - largest - whole)
    } else for (let i: usize = 0; i < length; i += 4) store<f32>(y + i, load<f32>(y + i) / sum)
    x += length
    y += length
  }
}

/** The place of the largest number of each of `rows` rows, the first where several are; NaN is larger than any other. */
export function argMax(x: usize, y: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    let largest = load<f32>(x)
    let found = 0
    for (let i = 1; i < columns; i++) {
      const value = load<f32>(x + ((<usize>i) << 2))
      // Nothing is larger than NaN, of which every comparison is false.
      if (largest <= Infinity && !(value <= largest)) {
        largest = value
        found = i
      }
    }
    store<f32>(y + ((<usize>r) << 2), <f32>found)
    x += (<usize>columns) << 2
  }
}
