/** The largest of each column of `count` matrices [rows, columns], one after the other; NaN where there is one. */
export function maxRows(x: usize, count: i32, rows: i32, columns: i32, largest: usize): void {
  const width = (<usize>columns) << 2
  const size = <usize>rows * width
  for (let i = 0; i < count; i++) {
    if (columns === 1) store<f32>(largest, largestOf(x, size))
    else ofColumns(x, x + size, width, largest)
    x += size
    largest += width
  }
}

/** The largest of numbers that lie side by side. */
function largestOf(x: usize, size: usize): f32 {
  let found = load<f32>(x)
  let four = f32x4.splat(found)
  const end = x + size
  for (; x + 16 <= end; x += 16) four = f32x4.max(four, v128.load(x))
  found = max(
    max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  )
  for (; x < end; x += 4) found = max(found, load<f32>(x))
  return found
}

function ofColumns(x: usize, end: usize, width: usize, largest: usize): void {
  let at: usize = 0
  for (; at + 16 <= width; at += 16) {
    let four = v128.load(x + at)
    for (let row = x + at + width; row < end; row += width) four = f32x4.max(four, v128.load(row))
    v128.store(largest + at, four)
  }
  for (; at < width; at += 4) {
    let found = load<f32>(x + at)
    for (let row = x + at + width; row < end; row += width) found = max(found, load<f32>(row))
    store<f32>(largest + at, found)
  }
}
