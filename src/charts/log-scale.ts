// Logarithmic axes with round numbers as ticks: Vega's own are often labelled at 0.3 and 7 alone.

/** Multiples of powers of ten that are ticks, from few to many. */
const multiples: readonly (readonly number[])[] = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]
/** The ticks that an axis has at best. */
const wanted = { least: 3, most: 9 }

/** A logarithmic scale and its ticks for some values, of which those that are not above 0 do not count. */
export const logScale = (
  values: Iterable<number | null>,
): { readonly scale: Readonly<Record<string, unknown>>; readonly axis: Readonly<Record<string, unknown>> } => {
  let [low, high] = [Number.POSITIVE_INFINITY, 0]
  for (const value of values)
    if (value !== null && value > 0 && Number.isFinite(value))
      [low, high] = [Math.min(low, value), Math.max(high, value)]
  if (high === 0) return { scale: { type: 'log', domain: [0.1, 10] }, axis: { values: [0.1, 1, 10] } }
  // Room at both ends, in parts of the axis; one value alone gets a decade.
  const room = low === high ? 0.5 : 0.04 * Math.log10(high / low)
  const [from, to] = [Math.log10(low) - room, Math.log10(high) + room]
  const ticksOf = (steps: readonly number[], each: number): readonly number[] => {
    const ticks: number[] = []
    for (let power = Math.floor(from); power <= Math.ceil(to); power++)
      if (power % each === 0)
        for (const step of steps) {
          const tick = Number(`${step}e${power}`)
          if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick)
        }
    return ticks
  }
  const fewer = Math.max(1, Math.ceil((to - from) / wanted.most))
  const found = multiples.map(steps => ticksOf(steps, fewer)).find(ticks => ticks.length >= wanted.least)
  // Within less than a part of a decade, round numbers are those of a plain axis.
  const [bottom, top] = [10 ** from, 10 ** to]
  return {
    scale: { type: 'log', domain: [bottom, top], nice: false },
    axis: found === undefined ? { tickCount: 5 } : { values: found, format: '~g', labelExpr: shortLabel },
  }
}

/** 0.001 and 1000 in full, and what is further from 1 with an exponent: 1e-4. */
const shortLabel =
  "abs(datum.value) >= 1e5 || abs(datum.value) < 1e-3 ? replace(format(datum.value, '.1~e'), '+', '') : format(datum.value, '~g')"
