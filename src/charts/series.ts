import { counted } from './texts.ts'

// Series of numbers as charts draw them: gaps for what is not finite, and no more points than can be seen.

/** A number, or a gap: JSON and logarithms have no others. */
export const orGap = (value: number, isLog = false): number | null =>
  Number.isFinite(value) && (!isLog || value > 0) ? value : null

/** What a chart says about values that it cannot draw; nothing if there are none. */
export const gapCaptions = (values: Iterable<number>, isLog = false): readonly string[] => {
  let [notFinite, notPositive] = [0, 0]
  for (const value of values)
    if (!Number.isFinite(value)) notFinite++
    else if (value <= 0) notPositive++
  return [
    ...(notFinite > 0 ? [`${counted(notFinite, 'value is', 'values are')} not finite: gaps.`] : []),
    ...(isLog && notPositive > 0
      ? [`${counted(notPositive, 'value is', 'values are')} not above 0, where the scale is logarithmic: gaps.`]
      : []),
  ]
}

/**
 * The exponential moving average, without its bias to 0 at the start (Kingma and Ba 2015, section 3). What is not finite is left
 * out of it, and stays.
 *
 * @param smoothing how much of the mean so far counts, from 0 on and below 1
 */
export const smoothed = (values: readonly number[], smoothing: number): readonly number[] => {
  let [mean, weight] = [0, 0]
  return values.map(value => {
    if (!Number.isFinite(value)) return value
    mean = smoothing * mean + (1 - smoothing) * value
    weight = smoothing * weight + (1 - smoothing)
    return mean / weight
  })
}

/** The most points of one line. */
const most = 600

/**
 * Which elements of a long series are drawn: the first and the last, and of each of many equal parts the smallest, the largest
 * and a gap if there is one. The line looks the same.
 */
export const drawnOf = (values: readonly (number | null)[]): readonly number[] => {
  if (values.length <= most) return values.map((_, i) => i)
  const parts = Math.floor(most / 3)
  const kept = new Set([0, values.length - 1])
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map(at => Math.floor((at * values.length) / parts)) as [number, number]
    let [low, high] = [-1, -1]
    for (let i = from; i < to; i++) {
      const value = values[i] ?? null
      if (value === null) {
        kept.add(i)
        continue
      }
      if (low < 0 || value < (values[low] as number)) low = i
      if (high < 0 || value > (values[high] as number)) high = i
    }
    for (const i of [low, high]) if (i >= 0) kept.add(i)
  }
  return [...kept].sort((a, b) => a - b)
}

/** Whether a point needs a mark of its own: of a short series, and where no line leads to it or from it. */
export const isMarked = (values: readonly (number | null)[], i: number): boolean =>
  values.length <= 50 || ((values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null)
