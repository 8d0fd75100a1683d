import { larger, marked, withNaN } from './largest'

/**
 * Pooling: the largest of each window, NaN where there is one, or the mean of the elements that are not padding. Channels
 * lie side by side.
 */
export function pool(
  averages: i32,
  x: usize,
  y: usize,
  batch: i32,
  rows: i32,
  cols: i32,
  channels: i32,
  outRows: i32,
  outCols: i32,
  high: i32,
  wide: i32,
  down: i32,
  right: i32,
  top: i32,
  left: i32,
): void {
  const width = (<usize>channels) << 2
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < outRows; i++)
      for (let j = 0; j < outCols; j++) {
        const firstRow = max(0, i * down - top)
        const firstCol = max(0, j * right - left)
        const endRow = min(rows, i * down - top + high)
        const endCol = min(cols, j * right - left + wide)
        const start = x + <usize>((b * rows + firstRow) * cols + firstCol) * width
        const tall = max(0, endRow - firstRow)
        const broad = max(0, endCol - firstCol)
        if (averages !== 0) meanOf(start, tall, broad, <usize>cols * width, width, y)
        else largestOf(start, tall, broad, <usize>cols * width, width, y)
        y += width
      }
}

/** One window of all channels. */
function largestOf(x: usize, tall: i32, broad: i32, row: usize, width: usize, y: usize): void {
  const end = x + <usize>tall * row
  const across = <usize>broad * width
  let c: usize = 0
  for (; c + 32 <= width; c += 32) {
    let m0 = f32x4.splat(-Infinity)
    let m1 = m0
    let marks0 = f32x4.splat(0)
    let marks1 = marks0
    for (let from = x + c; from < end + c; from += row)
      for (let at = from; at < from + across; at += width) {
        const v0 = v128.load(at)
        const v1 = v128.load(at, 16)
        m0 = larger(m0, v0)
        m1 = larger(m1, v1)
        marks0 = marked(marks0, v0)
        marks1 = marked(marks1, v1)
      }
    v128.store(y + c, withNaN(m0, marks0))
    v128.store(y + c, withNaN(m1, marks1), 16)
  }
  for (; c + 16 <= width; c += 16) {
    let found = f32x4.splat(-Infinity)
    let marks = f32x4.splat(0)
    for (let from = x + c; from < end + c; from += row)
      for (let at = from; at < from + across; at += width) {
        const here = v128.load(at)
        found = larger(found, here)
        marks = marked(marks, here)
      }
    v128.store(y + c, withNaN(found, marks))
  }
  for (; c < width; c += 4) {
    let found: f32 = -Infinity
    for (let from = x + c; from < end + c; from += row)
      for (let at = from; at < from + across; at += width) found = max(found, load<f32>(at))
    store<f32>(y + c, found)
  }
}

/** The same for the mean: the sums of the rows of a window are added up. */
function meanOf(x: usize, tall: i32, broad: i32, row: usize, width: usize, y: usize): void {
  const end = x + <usize>tall * row
  const across = <usize>broad * width
  const count = <f32>(tall * broad)
  let c: usize = 0
  for (; c + 16 <= width; c += 16) {
    let total = f32x4.splat(0)
    for (let from = x + c; from < end + c; from += row) {
      let sum = f32x4.splat(0)
      for (let at = from; at < from + across; at += width) sum = f32x4.add(sum, v128.load(at))
      total = f32x4.add(total, sum)
    }
    v128.store(y + c, f32x4.div(total, f32x4.splat(count)))
  }
  for (; c < width; c += 4) {
    let total: f32 = 0
    for (let from = x + c; from < end + c; from += row) {
      let sum: f32 = 0
      for (let at = from; at < from + across; at += width) sum += load<f32>(at)
      total += sum
    }
    store<f32>(y + c, total / count)
  }
}

/**
 * The gradient of max pooling: each element of `dy` goes to the first element of its window that is the largest, `y`, or
 * is NaN, than which nothing is larger.
 * Channels lie side by side, four of which are done at once.
 */
export function maxPoolGradient(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  batch: i32,
  rows: i32,
  cols: i32,
  channels: i32,
  outRows: i32,
  outCols: i32,
  high: i32,
  wide: i32,
  down: i32,
  right: i32,
  top: i32,
  left: i32,
): void {
  const width = (<usize>channels) << 2
  memory.fill(dx, 0, <usize>(batch * rows * cols) * width)
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < outRows; i++)
      for (let j = 0; j < outCols; j++) {
        const firstRow = i * down - top
        const firstCol = j * right - left
        toLargest(
          <usize>((b * outRows + i) * outCols + j) * width,
          <usize>(b * rows * cols) * width,
          max(0, firstRow),
          min(rows, firstRow + high),
          max(0, firstCol),
          min(cols, firstCol + wide),
          cols,
          width,
          dy,
          x,
          y,
          dx,
        )
      }
}

/** One window of all channels. */
function toLargest(
  out: usize,
  image: usize,
  firstRow: i32,
  endRow: i32,
  firstCol: i32,
  endCol: i32,
  cols: i32,
  width: usize,
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
): void {
  let c: usize = 0
  for (; c + 16 <= width; c += 16) {
    const given = v128.load(dy + out + c)
    const largest = v128.load(y + out + c)
    let found = i32x4.splat(0)
    for (let r = firstRow; r < endRow; r++)
      for (let k = firstCol; k < endCol; k++) {
        const at = image + <usize>(r * cols + k) * width + c
        const here = v128.load(x + at)
        const hit = v128.andnot(v128.or(f32x4.eq(here, largest), f32x4.ne(here, here)), found)
        found = v128.or(found, hit)
        if (v128.any_true(hit)) v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(given, hit)))
      }
  }
  for (; c < width; c += 4) {
    const largest = load<f32>(y + out + c)
    let found = false
    for (let r = firstRow; r < endRow && !found; r++)
      for (let k = firstCol; k < endCol && !found; k++) {
        const at = image + <usize>(r * cols + k) * width + c
        const here = load<f32>(x + at)
        if (here !== largest && !F32.isNaN(here)) continue
        found = true
        store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + out + c))
      }
  }
}
