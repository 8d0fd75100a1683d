/**
 * Copies the row of a table that each of `count` indices names, truncated.
 *
 * @returns the place of the first index that names none; -1 where all do
 */
export function gatherRows(table: usize, indices: usize, count: i32, width: i32, rows: i32, to: usize): i32 {
  const bytes = (<usize>width) << 2
  for (let i = 0; i < count; i++) {
    const at = load<f32>(indices + ((<usize>i) << 2))
    if (!(at > -1 && at < <f32>rows)) return i
    memory.copy(to, table + <usize>(<i32>at) * bytes, bytes)
    to += bytes
  }
  return -1
}

/** Adds each of `count` rows of `width` elements to the one of `rows` rows that its index names, truncated; others go nowhere. */
export function scatterRows(values: usize, indices: usize, count: i32, width: i32, rows: i32, sums: usize): void {
  const bytes = (<usize>width) << 2
  memory.fill(sums, 0, <usize>rows * bytes)
  for (let i = 0; i < count; i++) {
    const at = load<f32>(indices + ((<usize>i) << 2))
    if (at > -1 && at < <f32>rows) addRow(sums + <usize>(<i32>at) * bytes, values, bytes)
    values += bytes
  }
}

function addRow(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)))
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i))
}
