/** How many rows are summed before their sum is added to that of the others: errors grow with the length of a sum. */
const ROWS: i32 = 128

/** The sums of the columns of `count` matrices [rows, columns], one after the other. */
export function sumRows(x: usize, count: i32, rows: i32, columns: i32, sums: usize): void {
  const width = (<usize>columns) << 2
  memory.fill(sums, 0, (<usize>(count * columns)) << 2)
  for (let i = 0; i < count; i++) {
    for (let r = 0; r < rows; r += ROWS) {
      const some = min(ROWS, rows - r)
      addRows(x, some, width, sums)
      x += <usize>some * width
    }
    sums += width
  }
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
    const to = sums + at
    v128.store(to, f32x4.add(v128.load(to), s0))
    v128.store(to, f32x4.add(v128.load(to, 16), s1), 16)
    v128.store(to, f32x4.add(v128.load(to, 32), s2), 32)
    v128.store(to, f32x4.add(v128.load(to, 48), s3), 48)
  }
  for (; at < width; at += 4) {
    let sum: f32 = 0
    for (let row = x + at; row < end; row += width) sum += load<f32>(row)
    store<f32>(sums + at, load<f32>(sums + at) + sum)
  }
}
