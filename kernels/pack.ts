// Four vectors of numbers that lie somewhere, side by side.

/** Whether four places from `at` on are next to each other. */
function adjoin(at: usize): bool {
  const first = load<i32>(at)
  return load<i32>(at, 4) - first === 1 && load<i32>(at, 8) - first === 2 && load<i32>(at, 12) - first === 3
}

/** Four rows side by side: where they adjoin in memory, each step is one load. */
export function gathered(to: usize, from: usize, rowsOf: usize, depthOf: usize, depth: i32): void {
  if (!adjoin(rowsOf)) {
    transposed4(to, 16, from, rowsOf, depthOf, depth)
    return
  }
  const row = from + (load<i32>(rowsOf) << 2)
  for (let p = 0; p < depth; p++)
    v128.store(to + ((<usize>p) << 4), v128.load(row + (load<i32>(depthOf + ((<usize>p) << 2)) << 2)))
}

/**
 * Four rows side by side, `step` bytes from one element to the next: four elements of each at once where they adjoin, one
 * by one where not.
 */
export function transposed4(to: usize, step: usize, from: usize, rowsOf: usize, depthOf: usize, depth: i32): void {
  const r0 = from + (load<i32>(rowsOf) << 2)
  const r1 = from + (load<i32>(rowsOf, 4) << 2)
  const r2 = from + (load<i32>(rowsOf, 8) << 2)
  const r3 = from + (load<i32>(rowsOf, 12) << 2)
  const end = depthOf + ((<usize>depth) << 2)
  let at = depthOf
  while (at < end) {
    const offset = <usize>(load<i32>(at) << 2)
    if (at + 16 <= end && adjoin(at)) {
      const v0 = v128.load(r0 + offset)
      const v1 = v128.load(r1 + offset)
      const v2 = v128.load(r2 + offset)
      const v3 = v128.load(r3 + offset)
      const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5)
      const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7)
      const low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5)
      const high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7)
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5))
      v128.store(to + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7))
      v128.store(to + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5))
      v128.store(to + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7))
      to += 4 * step
      at += 16
    } else {
      store<f32>(to, load<f32>(r0 + offset))
      store<f32>(to, load<f32>(r1 + offset), 4)
      store<f32>(to, load<f32>(r2 + offset), 8)
      store<f32>(to, load<f32>(r3 + offset), 12)
      to += step
      at += 4
    }
  }
}
