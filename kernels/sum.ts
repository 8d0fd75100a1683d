// Sums of many numbers in two levels: some in 32-bit floats, where the error is still that of a few additions, and these
// sums in 64-bit ones.

/** How many rows, or vectors, are summed before their sum goes to the others. */
const ROWS: i32 = 64

/**
 * The sums of the columns of `count` matrices [rows, columns], one after the other.
 *
 * @param scratch 8 bytes for each column, where there are more than `fewRows` rows
 */
export function sumRows(x: usize, count: i32, rows: i32, columns: i32, sums: usize, scratch: usize): void {
  const width = (<usize>columns) << 2
  for (let i = 0; i < count; i++) {
    if (columns === 1) {
      store<f32>(sums, <f32>sumOf(x, rows))
      x += (<usize>rows) << 2
    } else if (rows <= ROWS) {
      sumFew(x, rows, width, sums)
      x += <usize>rows * width
    } else {
      memory.fill(scratch, 0, width << 1)
      for (let r = 0; r < rows; r += ROWS) {
        const some = min(ROWS, rows - r)
        addRows(x, some, width, scratch)
        x += <usize>some * width
      }
      for (let at: usize = 0; at < width; at += 4) store<f32>(sums + at, <f32>load<f64>(scratch + (at << 1)))
    }
    sums += width
  }
}

/** How many rows take no scratch. */
export function fewRows(): i32 {
  return ROWS
}

/** The sums of the columns of few rows. */
function sumFew(x: usize, rows: i32, width: usize, sums: usize): void {
  const end = x + <usize>rows * width
  let at: usize = 0
  for (; at + 16 <= width; at += 16) {
    let sum = v128.load(x + at)
    for (let row = x + at + width; row < end; row += width) sum = f32x4.add(sum, v128.load(row))
    v128.store(sums + at, sum)
  }
  for (; at < width; at += 4) {
    let sum = load<f32>(x + at)
    for (let row = x + at + width; row < end; row += width) sum += load<f32>(row)
    store<f32>(sums + at, sum)
  }
}

/** The sum of numbers that lie side by side. */
function sumOf(x: usize, count: i32): f64 {
  let sum: f64 = 0
  const end = x + ((<usize>count) << 2)
  while (x + 64 <= end) {
    const stop = min(x + ROWS * 64, x + ((end - x) & ~63))
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (; x < stop; x += 64) {
      s0 = f32x4.add(s0, v128.load(x))
      s1 = f32x4.add(s1, v128.load(x, 16))
      s2 = f32x4.add(s2, v128.load(x, 32))
      s3 = f32x4.add(s3, v128.load(x, 48))
    }
    sum += lanes(s0) + lanes(s1) + lanes(s2) + lanes(s3)
  }
  for (; x < end; x += 4) sum += <f64>load<f32>(x)
  return sum
}

function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))
}

/** The sum of the four numbers of a vector. */
function lanes(x: v128): f64 {
  const pair = f64x2.add(low(x), high(x))
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

/** Adds four sums to those that are there. */
function addTo(to: usize, sums: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low(sums)))
  v128.store(to, f64x2.add(v128.load(to, 16), high(sums)), 16)
}

/** Adds some rows to the sums, sixteen columns at a time: a line of the cache. */
function addRows(x: usize, rows: i32, width: usize, sums: usize): void {
  const end = x + <usize>rows * width
  let at: usize = 0
  for (; at + 64 <= width; at += 64) {
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let row = x + at; row < end; row += width) {
      s0 = f32x4.add(s0, v128.load(row))
      s1 = f32x4.add(s1, v128.load(row, 16))
      s2 = f32x4.add(s2, v128.load(row, 32))
      s3 = f32x4.add(s3, v128.load(row, 48))
    }
    const to = sums + (at << 1)
    addTo(to, s0)
    addTo(to + 32, s1)
    addTo(to + 64, s2)
    addTo(to + 96, s3)
  }
  for (; at + 16 <= width; at += 16) {
    let sum = f32x4.splat(0)
    for (let row = x + at; row < end; row += width) sum = f32x4.add(sum, v128.load(row))
    addTo(sums + (at << 1), sum)
  }
  for (; at < width; at += 4) {
    let sum: f32 = 0
    for (let row = x + at; row < end; row += width) sum += load<f32>(row)
    const to = sums + (at << 1)
    store<f64>(to, load<f64>(to) + <f64>sum)
  }
}
