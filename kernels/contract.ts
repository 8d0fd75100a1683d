// One kernel for every product and convolution: result(row, column) is the sum over k of a(row, k) * b(k, column), where
// tables say how far the elements of each row, k and column lie from the first. What is transposed, strided, dilated or
// reversed is so by its tables; nothing is copied but into the packed blocks that the innermost loop walks.
//
// Packing and blocking as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.

import { gathered, transposed4 } from './pack'

/** Rows and columns of the tile whose sums stay in registers: more would not fit in the sixteen of x86. */
const ROWS: i32 = 4
const COLUMNS: i32 = 8
/** Sizes of blocks: columns times depth of `b` stay in the second cache, rows times depth of `a` in the first and second. */
export const DEPTH: i32 = 256
const BLOCK_ROWS: i32 = 64
/** How many rows of `b` are added to a row of sums at once. */
const ADDED: i32 = 8
export const BLOCK_COLUMNS: i32 = 512

/** Fused where the platform has it. */
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(c, f32x4.mul(a, b))
}

/**
 * A tile of sums over `depth`, from packed rows and packed columns, to `tile`: 4 x 8, row-major.
 *
 * Measured: where multiplications are fused, one load of four elements that are then spread takes less than four loads,
 * above all where each load is checked (Deno); elsewhere it takes more.
 */
function sumTile(depth: i32, a: usize, b: usize, tile: usize): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  let n = depth
  do {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const rows = ASC_FEATURE_RELAXED_SIMD ? v128.load(a) : b0
    const a0 = ASC_FEATURE_RELAXED_SIMD ? v128.shuffle<f32>(rows, rows, 0, 0, 0, 0) : v128.load32_splat(a)
    c00 = multiplyAdd(a0, b0, c00)
    c01 = multiplyAdd(a0, b1, c01)
    const a1 = ASC_FEATURE_RELAXED_SIMD ? v128.shuffle<f32>(rows, rows, 1, 1, 1, 1) : v128.load32_splat(a, 4)
    c10 = multiplyAdd(a1, b0, c10)
    c11 = multiplyAdd(a1, b1, c11)
    const a2 = ASC_FEATURE_RELAXED_SIMD ? v128.shuffle<f32>(rows, rows, 2, 2, 2, 2) : v128.load32_splat(a, 8)
    c20 = multiplyAdd(a2, b0, c20)
    c21 = multiplyAdd(a2, b1, c21)
    const a3 = ASC_FEATURE_RELAXED_SIMD ? v128.shuffle<f32>(rows, rows, 3, 3, 3, 3) : v128.load32_splat(a, 12)
    c30 = multiplyAdd(a3, b0, c30)
    c31 = multiplyAdd(a3, b1, c31)
    a += 16
    b += 32
    n -= 1
  } while (n !== 0)
  v128.store(tile, c00)
  v128.store(tile, c01, 16)
  v128.store(tile, c10, 32)
  v128.store(tile, c11, 48)
  v128.store(tile, c20, 64)
  v128.store(tile, c21, 80)
  v128.store(tile, c30, 96)
  v128.store(tile, c31, 112)
}

/** One row of a tile into the result: added to what is there or not, and at the end with the bias and the activation. */
function storeRow(tile: usize, c: usize, columns: i32, adds: bool, bias: usize, positive: bool): void {
  if (columns === COLUMNS) {
    let low = v128.load(tile)
    let high = v128.load(tile, 16)
    if (adds) {
      low = f32x4.add(low, v128.load(c))
      high = f32x4.add(high, v128.load(c, 16))
    }
    if (bias !== 0) {
      low = f32x4.add(low, v128.load(bias))
      high = f32x4.add(high, v128.load(bias, 16))
    }
    if (positive) {
      low = f32x4.max(low, f32x4.splat(0))
      high = f32x4.max(high, f32x4.splat(0))
    }
    v128.store(c, low)
    v128.store(c, high, 16)
    return
  }
  for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) {
    let value = load<f32>(tile + j)
    if (adds) value += load<f32>(c + j)
    if (bias !== 0) value += load<f32>(bias + j)
    if (positive) value = max(value, <f32>0)
    store<f32>(c + j, value)
  }
}

/** `count` rows of `a`, `depth` of its elements each, in tiles of rows side by side; missing rows are zeros. */
function packRows(to: usize, a: usize, rowsOf: usize, count: i32, depthOf: usize, depth: i32): void {
  for (let i = 0; i < count; i += ROWS) {
    const at = rowsOf + ((<usize>i) << 2)
    const some = min(ROWS, count - i)
    if (some === ROWS) gathered(to, a, at, depthOf, depth)
    else {
      memory.fill(to, 0, (<usize>(depth * ROWS)) << 2)
      for (let r = 0; r < some; r++) {
        const row = a + (load<i32>(at + ((<usize>r) << 2)) << 2)
        for (let p = 0; p < depth; p++)
          store<f32>(
            to + ((<usize>(p * ROWS + r)) << 2),
            load<f32>(row + (load<i32>(depthOf + ((<usize>p) << 2)) << 2)),
          )
      }
    }
    to += (<usize>(depth * ROWS)) << 2
  }
}

/** `count` columns of `b`, `depth` elements each, in panels of columns side by side; missing columns are zeros. */
function packColumns(to: usize, b: usize, depthOf: usize, depth: i32, columnsOf: usize, count: i32): void {
  for (let j = 0; j < count; j += COLUMNS) {
    const at = columnsOf + ((<usize>j) << 2)
    const some = min(COLUMNS, count - j)
    const first = load<i32>(at)
    if (some === COLUMNS && load<i32>(at, 28) - first === 7) {
      const from = b + (first << 2)
      for (let p = 0; p < depth; p++) {
        const row = from + (load<i32>(depthOf + ((<usize>p) << 2)) << 2)
        const place = to + ((<usize>p) << 5)
        v128.store(place, v128.load(row))
        v128.store(place, v128.load(row, 16), 16)
      }
    } else if (some === COLUMNS) transposed8(to, b, depthOf, depth, at)
    else {
      memory.fill(to, 0, (<usize>depth) << 5)
      for (let p = 0; p < depth; p++) {
        const row = b + (load<i32>(depthOf + ((<usize>p) << 2)) << 2)
        for (let c = 0; c < some; c++)
          store<f32>(to + ((<usize>(p * COLUMNS + c)) << 2), load<f32>(row + (load<i32>(at + ((<usize>c) << 2)) << 2)))
      }
    }
    to += (<usize>depth) << 5
  }
}

/** Eight columns whose elements lie along the depth: four by four, each block transposed. */
function transposed8(to: usize, b: usize, depthOf: usize, depth: i32, columnsOf: usize): void {
  transposed4(to, 32, b, columnsOf, depthOf, depth)
  transposed4(to + 16, 32, b, columnsOf + 16, depthOf, depth)
}

/**
 * One row of sums over `depth`, of up to four panels of columns at once: 32 sums stay in registers, as many as a tile has.
 *
 * @param a packed rows, of which the first is summed
 * @param across how far apart the panels are, in bytes
 * @param tile 1 x 32
 */
function sumRow(depth: i32, a: usize, b: usize, across: usize, tile: usize): void {
  let c0 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let c2 = f32x4.splat(0)
  let c3 = f32x4.splat(0)
  let c4 = f32x4.splat(0)
  let c5 = f32x4.splat(0)
  let c6 = f32x4.splat(0)
  let c7 = f32x4.splat(0)
  let second = b + across
  let third = second + across
  let fourth = third + across
  let n = depth
  do {
    const row = v128.load32_splat(a)
    c0 = multiplyAdd(row, v128.load(b), c0)
    c1 = multiplyAdd(row, v128.load(b, 16), c1)
    c2 = multiplyAdd(row, v128.load(second), c2)
    c3 = multiplyAdd(row, v128.load(second, 16), c3)
    c4 = multiplyAdd(row, v128.load(third), c4)
    c5 = multiplyAdd(row, v128.load(third, 16), c5)
    c6 = multiplyAdd(row, v128.load(fourth), c6)
    c7 = multiplyAdd(row, v128.load(fourth, 16), c7)
    a += 16
    b += 32
    second += 32
    third += 32
    fourth += 32
    n -= 1
  } while (n !== 0)
  v128.store(tile, c0)
  v128.store(tile, c1, 16)
  v128.store(tile, c2, 32)
  v128.store(tile, c3, 48)
  v128.store(tile, c4, 64)
  v128.store(tile, c5, 80)
  v128.store(tile, c6, 96)
  v128.store(tile, c7, 112)
}

/**
 * One block: packed columns from `jc` on, by all rows of `a`, over `depth` elements from `pc` on.
 *
 * @param rowsOfA, depthOfA, rowsOfC see `contract`
 * @param adds whether to add to what is in the result
 * @param bias one number for each column of the block, or 0
 */
function multiplyBlock(
  a: usize,
  rowsOfA: usize,
  depthOfA: usize,
  panels: usize,
  c: usize,
  rowsOfC: usize,
  m: i32,
  depth: i32,
  columns: i32,
  adds: bool,
  bias: usize,
  positive: bool,
  scratch: usize,
): void {
  const packedA = scratch + 128
  const across = (<usize>depth) << 5
  for (let ic = 0; ic < m; ic += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, m - ic)
    packRows(packedA, a, rowsOfA + ((<usize>ic) << 2), rows, depthOfA, depth)
    let j = 0
    if (m === 1)
      for (; j + 4 * COLUMNS <= columns; j += 4 * COLUMNS) {
        sumRow(depth, packedA, panels + <usize>(j * depth * 4), across, scratch)
        for (let p = 0; p < 4; p++) {
          const at = (<usize>(j + p * COLUMNS)) << 2
          const row = c + (load<i32>(rowsOfC) << 2) + at
          storeRow(scratch + ((<usize>p) << 5), row, COLUMNS, adds, bias !== 0 ? bias + at : 0, positive)
        }
      }
    for (; j < columns; j += COLUMNS) {
      const panel = panels + <usize>(j * depth * 4)
      const some = min(COLUMNS, columns - j)
      const at = (<usize>j) << 2
      for (let i = 0; i < rows; i += ROWS) {
        sumTile(depth, packedA + <usize>(i * depth * 4), panel, scratch)
        const end = min(ROWS, rows - i)
        for (let r = 0; r < end; r++) {
          const row = c + (load<i32>(rowsOfC + ((<usize>(ic + i + r)) << 2)) << 2) + at
          storeRow(scratch + ((<usize>r) << 5), row, some, adds, bias !== 0 ? bias + at : 0, positive)
        }
      }
    }
  }
}

/**
 * Adds `some` multiples of rows of `b`, four numbers at a time from the first on, to a row of sums.
 *
 * @param depthOfB see `contract`
 * @param factors what each row of `b` is multiplied by
 */
function addRows(sums: usize, factors: usize, b: usize, depthOfB: usize, some: i32, columns: i32): void {
  const last = (<usize>some) << 2
  const whole = (<usize>columns & ~3) << 2
  const end = (<usize>columns) << 2
  if (some === ADDED) {
    const b0 = b + (load<i32>(depthOfB) << 2)
    const b1 = b + (load<i32>(depthOfB, 4) << 2)
    const b2 = b + (load<i32>(depthOfB, 8) << 2)
    const b3 = b + (load<i32>(depthOfB, 12) << 2)
    const b4 = b + (load<i32>(depthOfB, 16) << 2)
    const b5 = b + (load<i32>(depthOfB, 20) << 2)
    const b6 = b + (load<i32>(depthOfB, 24) << 2)
    const b7 = b + (load<i32>(depthOfB, 28) << 2)
    const a0 = v128.load32_splat(factors)
    const a1 = v128.load32_splat(factors, 4)
    const a2 = v128.load32_splat(factors, 8)
    const a3 = v128.load32_splat(factors, 12)
    const a4 = v128.load32_splat(factors, 16)
    const a5 = v128.load32_splat(factors, 20)
    const a6 = v128.load32_splat(factors, 24)
    const a7 = v128.load32_splat(factors, 28)
    for (let j: usize = 0; j < whole; j += 16) {
      let sum = multiplyAdd(a0, v128.load(b0 + j), v128.load(sums + j))
      sum = multiplyAdd(a1, v128.load(b1 + j), sum)
      sum = multiplyAdd(a2, v128.load(b2 + j), sum)
      sum = multiplyAdd(a3, v128.load(b3 + j), sum)
      sum = multiplyAdd(a4, v128.load(b4 + j), sum)
      sum = multiplyAdd(a5, v128.load(b5 + j), sum)
      sum = multiplyAdd(a6, v128.load(b6 + j), sum)
      v128.store(sums + j, multiplyAdd(a7, v128.load(b7 + j), sum))
    }
  } else
    for (let p: usize = 0; p < last; p += 4) {
      const row = b + (load<i32>(depthOfB + p) << 2)
      const factor = v128.load32_splat(factors + p)
      for (let j: usize = 0; j < whole; j += 16)
        v128.store(sums + j, multiplyAdd(factor, v128.load(row + j), v128.load(sums + j)))
    }
  for (let j = whole; j < end; j += 4) {
    let sum = v128.load32_zero(sums + j)
    for (let p: usize = 0; p < last; p += 4)
      sum = multiplyAdd(v128.load32_zero(factors + p), v128.load32_zero(b + (load<i32>(depthOfB + p) << 2) + j), sum)
    v128.store32_lane(sums + j, sum, 0)
  }
}

/**
 * A contraction of one row, by columns that lie side by side in `b`: the rows of `b` are read where they are, so that it takes
 * as long as reading them.
 *
 * @param sums room for as many sums as there are columns in a block, then for `ADDED` factors
 */
function contractRow(
  a: usize,
  depthOfA: usize,
  b: usize,
  depthOfB: usize,
  c: usize,
  k: i32,
  n: i32,
  bias: usize,
  positive: bool,
  sums: usize,
): void {
  const factors = sums + <usize>(BLOCK_COLUMNS * 4)
  for (let jc = 0; jc < n; jc += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - jc)
    const at = (<usize>jc) << 2
    for (let pc = 0; pc < k; pc += DEPTH) {
      const depth = min(DEPTH, k - pc)
      memory.fill(sums, 0, (<usize>columns) << 2)
      for (let p = 0; p < depth; p += ADDED) {
        const some = min(ADDED, depth - p)
        const along = (<usize>(pc + p)) << 2
        for (let q: usize = 0; q < (<usize>some) << 2; q += 4)
          store<f32>(factors + q, load<f32>(a + (load<i32>(depthOfA + along + q) << 2)))
        addRows(sums, factors, b + at, depthOfB + along, some, columns)
      }
      const last = pc + depth === k
      for (let j = 0; j < columns; j += COLUMNS) {
        const to = (<usize>j) << 2
        const some = min(COLUMNS, columns - j)
        const biased = last && bias !== 0 ? bias + at + to : 0
        storeRow(sums + to, c + at + to, some, pc > 0, biased, last && positive)
      }
    }
  }
}

/**
 * The whole contraction.
 *
 * @param rowsOfA, rowsOfC for each of `m` rows, where it begins, in elements
 * @param depthOfA, depthOfB for each of `k` steps, how far on
 * @param columnsOf for each of `n` columns, how far on in `b`; in the result they lie side by side
 * @param bias one number for each column, or 0
 * @param positive 1 for negative results to become 0
 * @param scratch room for a tile and the packed blocks: see `scratchBytes`
 */
export function contract(
  a: usize,
  rowsOfA: usize,
  depthOfA: usize,
  b: usize,
  depthOfB: usize,
  columnsOf: usize,
  c: usize,
  rowsOfC: usize,
  m: i32,
  k: i32,
  n: i32,
  bias: usize,
  positive: i32,
  scratch: usize,
): void {
  const first = load<i32>(columnsOf)
  // All columns are as far apart as the first two. To pack them would take as long as a few rows.
  if (m < ROWS && (n === 1 || load<i32>(columnsOf, 4) - first === 1)) {
    for (let i: usize = 0; i < (<usize>m) << 2; i += 4) {
      const row = a + (load<i32>(rowsOfA + i) << 2)
      const to = c + (load<i32>(rowsOfC + i) << 2)
      contractRow(row, depthOfA, b + (first << 2), depthOfB, to, k, n, bias, positive !== 0, scratch)
    }
    return
  }
  const panels = scratch + 128 + <usize>(BLOCK_ROWS * DEPTH * 4)
  for (let jc = 0; jc < n; jc += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - jc)
    const at = (<usize>jc) << 2
    for (let pc = 0; pc < k; pc += DEPTH) {
      const depth = min(DEPTH, k - pc)
      const along = (<usize>pc) << 2
      const last = pc + depth === k
      packColumns(panels, b, depthOfB + along, depth, columnsOf + at, columns)
      multiplyBlock(
        a,
        rowsOfA,
        depthOfA + along,
        panels,
        c + at,
        rowsOfC,
        m,
        depth,
        columns,
        pc > 0,
        last && bias !== 0 ? bias + at : 0,
        last && positive !== 0,
        scratch,
      )
    }
  }
}

/** The bytes of `k` elements of each of `n` columns, packed. */
function packedBytes(k: i32, n: i32): usize {
  return (<usize>(k * ((n + COLUMNS - 1) & ~(COLUMNS - 1)))) << 2
}

/** Packs all columns of `b`, block by block, for `contractPacked`. */
export function packAll(to: usize, b: usize, depthOfB: usize, columnsOf: usize, k: i32, n: i32): void {
  for (let jc = 0; jc < n; jc += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - jc)
    for (let pc = 0; pc < k; pc += DEPTH) {
      const depth = min(DEPTH, k - pc)
      packColumns(to, b, depthOfB + ((<usize>pc) << 2), depth, columnsOf + ((<usize>jc) << 2), columns)
      to += packedBytes(depth, columns)
    }
  }
}

/** The whole contraction, with the columns that `packAll` has packed. */
export function contractPacked(
  a: usize,
  rowsOfA: usize,
  depthOfA: usize,
  panels: usize,
  c: usize,
  rowsOfC: usize,
  m: i32,
  k: i32,
  n: i32,
  bias: usize,
  positive: i32,
  scratch: usize,
): void {
  for (let jc = 0; jc < n; jc += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - jc)
    const at = (<usize>jc) << 2
    for (let pc = 0; pc < k; pc += DEPTH) {
      const depth = min(DEPTH, k - pc)
      const last = pc + depth === k
      multiplyBlock(
        a,
        rowsOfA,
        depthOfA + ((<usize>pc) << 2),
        panels,
        c + at,
        rowsOfC,
        m,
        depth,
        columns,
        pc > 0,
        last && bias !== 0 ? bias + at : 0,
        last && positive !== 0,
        scratch,
      )
      panels += packedBytes(depth, columns)
    }
  }
}

/** How many bytes of scratch a contraction needs. */
export function scratchBytes(): i32 {
  return 128 + BLOCK_ROWS * DEPTH * 4 + BLOCK_COLUMNS * DEPTH * 4
}
