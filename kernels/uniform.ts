// Draws from the uniform distribution by xoroshiro128+ (Blackman, Vigna 2018), whose state is a linear function of the one
// before. So four generators draw at once: each begins where the one before it ends, found by a jump ahead.

/** How many numbers each of the four draws. */
const apart = 4096
/**
 * x to the power `apart`, modulo the characteristic polynomial of the generator: its coefficients are the states, counted from
 * now, whose sum is the state after so many steps.
 */
const jumpLow: u64 = (0xc3865bb1 << 32) | 0x54e9be10
const jumpHigh: u64 = (0xe3fbe606 << 32) | 0xef4e8e09

/** The state: before a call the first one, after it the one that follows. */
const stateAt: usize = 0

let s0: u64 = 0
let s1: u64 = 0

function jump(): void {
  let t0: u64 = 0
  let t1: u64 = 0
  for (let i: u64 = 0; i < 128; i++) {
    const word = i < 64 ? jumpLow : jumpHigh
    const mask = -(<u64>((word >> (i & 63)) & 1))
    t0 ^= s0 & mask
    t1 ^= s1 & mask
    const mixed = s0 ^ s1
    s0 = rotl<u64>(s0, 24) ^ mixed ^ (mixed << 16)
    s1 = rotl<u64>(mixed, 37)
  }
  s0 = t0
  s1 = t1
}

function rotated(x: v128, by: i32): v128 {
  return v128.or(i64x2.shl(x, by), i64x2.shr_u(x, 64 - by))
}

/**
 * Draws 16,384 numbers from [0, 1), multiples of 2^-24, to a place; with `isStep`, each as `below` if it is less than
 * `threshold`, otherwise as `above`.
 */
export function draw(place: usize, isStep: i32, threshold: f32, below: f32, above: f32): void {
  s0 = load<u64>(stateAt)
  s1 = load<u64>(stateAt + 8)
  let a0 = i64x2.splat(s0)
  let a1 = i64x2.splat(s1)
  jump()
  a0 = i64x2.replace_lane(a0, 1, s0)
  a1 = i64x2.replace_lane(a1, 1, s1)
  jump()
  let b0 = i64x2.splat(s0)
  let b1 = i64x2.splat(s1)
  jump()
  b0 = i64x2.replace_lane(b0, 1, s0)
  b1 = i64x2.replace_lane(b1, 1, s1)

  const mask = i32x4.splat(0xffffff)
  const scale = f32x4.splat(1.0 / 16777216)
  const limit = f32x4.splat(threshold)
  const low = f32x4.splat(below)
  const high = f32x4.splat(above)
  let r0 = mask
  let r1 = mask
  let r2 = mask
  for (let to = place, end = place + 4 * apart; to < end; to += 16) {
    for (let k = 0; k < 4; k++) {
      const drawn = v128.shuffle<i32>(i64x2.add(a0, a1), i64x2.add(b0, b1), 0, 2, 4, 6)
      const a = v128.xor(a0, a1)
      const b = v128.xor(b0, b1)
      a0 = v128.xor(v128.xor(rotated(a0, 24), a), i64x2.shl(a, 16))
      b0 = v128.xor(v128.xor(rotated(b0, 24), b), i64x2.shl(b, 16))
      a1 = rotated(a, 37)
      b1 = rotated(b, 37)
      let numbers = f32x4.mul(f32x4.convert_i32x4_s(v128.and(drawn, mask)), scale)
      if (isStep) numbers = v128.bitselect(low, high, f32x4.lt(numbers, limit))
      if (k === 0) r0 = numbers
      else if (k === 1) r1 = numbers
      else if (k === 2) r2 = numbers
      else {
        const p = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5)
        const q = v128.shuffle<i32>(r2, numbers, 0, 4, 1, 5)
        const u = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
        const v = v128.shuffle<i32>(r2, numbers, 2, 6, 3, 7)
        v128.store(to, v128.shuffle<i64>(p, q, 0, 2))
        v128.store(to + 4 * apart, v128.shuffle<i64>(p, q, 1, 3))
        v128.store(to + 8 * apart, v128.shuffle<i64>(u, v, 0, 2))
        v128.store(to + 12 * apart, v128.shuffle<i64>(u, v, 1, 3))
      }
    }
  }
  store<u64>(stateAt, i64x2.extract_lane(b0, 1))
  store<u64>(stateAt + 8, i64x2.extract_lane(b1, 1))
}
