/** Whether the left one of two elements stays before the right one; NaN is larger than any number. */
function stays(left: f32, right: f32): bool {
  const isLeftKnown = left <= Infinity
  const isRightKnown = right <= Infinity
  return isLeftKnown && isRightKnown ? !(right < left) : isLeftKnown || !isRightKnown
}

/** Merges the sorted runs of indices [from, middle) and [middle, end). */
function merge(x: usize, indices: usize, to: usize, from: i32, middle: i32, end: i32): void {
  let i = from
  let j = middle
  for (let k = from; k < end; k++) {
    const left = i < middle ? load<f32>(indices + ((<usize>i) << 2)) : 0
    const right = j < end ? load<f32>(indices + ((<usize>j) << 2)) : 0
    const isLeft =
      j >= end ||
      (i < middle && stays(load<f32>(x + ((<usize>(<i32>left)) << 2)), load<f32>(x + ((<usize>(<i32>right)) << 2))))
    store<f32>(to + ((<usize>k) << 2), isLeft ? left : right)
    if (isLeft) i++
    else j++
  }
}

/**
 * The positions of the elements of each of `rows` rows in ascending order; equal ones stay in order, NaN comes last.
 * `scratch` has room for a row.
 */
export function argSort(x: usize, y: usize, scratch: usize, rows: i32, columns: i32): void {
  const bytes = (<usize>columns) << 2
  for (let r = 0; r < rows; r++) {
    let source = y
    let target = scratch
    for (let i = 0; i < columns; i++) store<f32>(y + ((<usize>i) << 2), <f32>i)
    for (let size = 1; size < columns; size <<= 1) {
      for (let from = 0; from < columns; from += size << 1)
        merge(x, source, target, from, min(from + size, columns), min(from + (size << 1), columns))
      const sorted = target
      target = source
      source = sorted
    }
    if (source !== y) memory.copy(y, source, bytes)
    x += bytes
    y += bytes
  }
}
