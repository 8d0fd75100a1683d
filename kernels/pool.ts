/**
 * The gradient of max pooling: each element of `dy` goes to the first element of its window that is the largest, `y`.
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
        const hit = v128.andnot(f32x4.eq(v128.load(x + at), largest), found)
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
        if (load<f32>(x + at) !== largest) continue
        found = true
        store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + out + c))
      }
  }
}
