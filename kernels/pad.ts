/**
 * A tensor amid zeros: those at `zeros`, of which there are `bytes`; its numbers, runs of `run` elements one after the
 * other, go to `to` and on, `s0`, `s1`, `s2` elements apart along three axes.
 */
export function pad(
  zeros: usize,
  bytes: i32,
  to: usize,
  from: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  run: i32,
  s0: i32,
  s1: i32,
  s2: i32,
): void {
  memory.fill(zeros, 0, bytes)
  const length = (<usize>run) << 2
  for (let i = 0; i < n0; i++)
    for (let j = 0; j < n1; j++)
      for (let k = 0; k < n2; k++) {
        memory.copy(to + ((<usize>(i * s0 + j * s1 + k * s2)) << 2), from, length)
        from += length
      }
}
