// The largest of numbers. The instruction for vectors that knows of NaN takes many times as long on x86 as the one that
// ignores it: NaN is looked for beside it.

/** The larger of each two numbers, the first one where the second is NaN. */
export function larger(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b)
}

/** Marks NaN in addition to what is marked. */
export function marked(marks: v128, x: v128): v128 {
  return v128.or(marks, f32x4.ne(x, x))
}

/** Numbers with NaN where there are marks: all bits set are one. */
export function withNaN(x: v128, marks: v128): v128 {
  return v128.or(x, marks)
}

/** The largest of each column of `count` matrices [rows, columns], one after the other; NaN where there is one. */
export function maxRows(x: usize, count: i32, rows: i32, columns: i32, largest: usize): void {
  const width = (<usize>columns) << 2
  const size = <usize>rows * width
  for (let i = 0; i < count; i++) {
    if (columns === 1) store<f32>(largest, largestOf(x, x + size))
    else ofColumns(x, x + size, width, largest)
    x += size
    largest += width
  }
}

/** The largest of numbers that lie side by side. */
function largestOf(x: usize, end: usize): f32 {
  const least = f32x4.splat(-Infinity)
  let m0 = least
  let m1 = least
  let m2 = least
  let m3 = least
  let marks = f32x4.splat(0)
  for (; x + 64 <= end; x += 64) {
    const v0 = v128.load(x)
    const v1 = v128.load(x, 16)
    const v2 = v128.load(x, 32)
    const v3 = v128.load(x, 48)
    m0 = larger(m0, v0)
    m1 = larger(m1, v1)
    m2 = larger(m2, v2)
    m3 = larger(m3, v3)
    marks = marked(marked(marked(marked(marks, v0), v1), v2), v3)
  }
  const four = withNaN(larger(larger(m0, m1), larger(m2, m3)), marks)
  let found = max(
    max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  )
  for (; x < end; x += 4) found = max(found, load<f32>(x))
  return found
}

function ofColumns(x: usize, end: usize, width: usize, largest: usize): void {
  let at: usize = 0
  for (; at + 16 <= width; at += 16) {
    let four = f32x4.splat(-Infinity)
    let marks = f32x4.splat(0)
    for (let row = x + at; row < end; row += width) {
      const here = v128.load(row)
      four = larger(four, here)
      marks = marked(marks, here)
    }
    v128.store(largest + at, withNaN(four, marks))
  }
  for (; at < width; at += 4) {
    let found: f32 = -Infinity
    for (let row = x + at; row < end; row += width) found = max(found, load<f32>(row))
    store<f32>(largest + at, found)
  }
}
