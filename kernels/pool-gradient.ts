/**
 * The gradient of average pooling: each element of `dy` goes in equal parts to the elements of its window that are not
 * padding. Channels lie side by side.
 */
export function averagePoolGradient(
  dy: usize,
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
        const firstRow = max(0, i * down - top)
        const firstCol = max(0, j * right - left)
        const endRow = min(rows, i * down - top + high)
        const endCol = min(cols, j * right - left + wide)
        const count = <f32>((endRow - firstRow) * (endCol - firstCol))
        for (let c: usize = 0; c < width; c += 4) {
          const part = load<f32>(dy + c) / count
          for (let r = firstRow; r < endRow; r++)
            for (let k = firstCol; k < endCol; k++) {
              const at = dx + <usize>((b * rows + r) * cols + k) * width + c
              store<f32>(at, load<f32>(at) + part)
            }
        }
        dy += width
      }
}
