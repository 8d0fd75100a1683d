/** Fills `bytes` with zeros. */
export function clear(to: usize, bytes: i32): void {
  memory.fill(to, 0, bytes)
}

/**
 * Copies runs of `run` adjoining elements along three axes: `n0` x `n1` x `n2` of them, which lie `f0`, `f1`, `f2` elements
 * apart where they come from, and `t0`, `t1`, `t2` where they go.
 */
export function copyRuns(
  to: usize,
  from: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  run: i32,
  t0: i32,
  t1: i32,
  t2: i32,
  f0: i32,
  f1: i32,
  f2: i32,
): void {
  const length = (<usize>run) << 2
  for (let i = 0; i < n0; i++)
    for (let j = 0; j < n1; j++) {
      let target = to + ((<usize>(i * t0 + j * t1)) << 2)
      let source = from + ((<usize>(i * f0 + j * f1)) << 2)
      for (let k = 0; k < n2; k++) {
        // What copies long runs is a call away.
        if (run > 16) memory.copy(target, source, length)
        else for (let b: usize = 0; b < length; b += 4) store<f32>(target + b, load<f32>(source + b))
        target += (<usize>t2) << 2
        source += (<usize>f2) << 2
      }
    }
}
