/** Where a place beyond an edge is found, as in a mirror that stands on it. */
const mirrored = (at: number, length: number): number => {
  const period = 2 * length
  const within = ((at % period) + period) % period
  return within < length ? within : period - 1 - within
}

/** One pass along an axis whose places are `step` apart. */
const along = (
  data: Float64Array,
  kernel: Float64Array,
  length: number,
  startOf: (line: number) => number,
  step: number,
): Float64Array => {
  const into = new Float64Array(data.length)
  const reach = (kernel.length - 1) / 2
  for (let line = 0; line < data.length / length; line++) {
    const start = startOf(line)
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (let k = -reach; k <= reach; k++)
        sum += (kernel[k + reach] as number) * (data[start + mirrored(i + k, length) * step] as number)
      into[start + i * step] = sum
    }
  }
  return into
}

/**
 * A map [rows, cols], blurred by a Gaussian that is cut off at four deviations; its edges are mirrors.
 *
 * @param sigma the deviation in pixels; 0 leaves the map as it is
 */
export const blurred = (map: Float32Array, [rows, cols]: readonly [number, number], sigma: number): Float32Array => {
  if (sigma === 0 || map.length === 0) return map
  const reach = Math.ceil(4 * sigma)
  const bell = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)))
  const sum = bell.reduce((a, b) => a + b, 0)
  const kernel = bell.map(value => value / sum)
  const flat = along(Float64Array.from(map), kernel, cols, row => row * cols, 1)
  return Float32Array.from(along(flat, kernel, rows, col => col, cols))
}
