/**
 * A convolution of each channel by a filter of its own. Channels lie side by side, in the images [batch, rows, cols,
 * channels] and in the filter [high, wide, channels].
 *
 * @param bias one number for each channel, or 0
 * @param positive 1 for negative results to become 0
 * @param top, left padding
 * @param spread, apart dilations
 */
export function depthwise(
  x: usize,
  filter: usize,
  bias: usize,
  positive: i32,
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
  spread: i32,
  apart: i32,
): void {
  const width = (<usize>channels) << 2
  for (let b = 0; b < batch; b++) {
    const image = x + <usize>(b * rows * cols) * width
    for (let i = 0; i < outRows; i++)
      for (let j = 0; j < outCols; j++) {
        const row = i * down - top
        const col = j * right - left
        let c: usize = 0
        for (; c + 16 <= width; c += 16) {
          let sum = f32x4.splat(0)
          for (let r = 0; r < high; r++) {
            const atRow = row + r * spread
            if (<u32>atRow >= <u32>rows) continue
            for (let k = 0; k < wide; k++) {
              const atCol = col + k * apart
              if (<u32>atCol >= <u32>cols) continue
              const here = v128.load(image + <usize>(atRow * cols + atCol) * width + c)
              sum = f32x4.add(sum, f32x4.mul(here, v128.load(filter + <usize>(r * wide + k) * width + c)))
            }
          }
          if (bias !== 0) sum = f32x4.add(sum, v128.load(bias + c))
          if (positive !== 0) sum = f32x4.max(sum, f32x4.splat(0))
          v128.store(y + c, sum)
        }
        for (; c < width; c += 4) {
          let sum: f32 = 0
          for (let r = 0; r < high; r++) {
            const atRow = row + r * spread
            if (<u32>atRow >= <u32>rows) continue
            for (let k = 0; k < wide; k++) {
              const atCol = col + k * apart
              if (<u32>atCol >= <u32>cols) continue
              sum +=
                load<f32>(image + <usize>(atRow * cols + atCol) * width + c) *
                load<f32>(filter + <usize>(r * wide + k) * width + c)
            }
          }
          if (bias !== 0) sum += load<f32>(bias + c)
          if (positive !== 0) sum = max(sum, <f32>0)
          store<f32>(y + c, sum)
        }
        y += width
      }
  }
}
