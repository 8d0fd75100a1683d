import type { Numbers } from '../ops/reference.ts'
import { largest } from './noise.ts'

// How far from doubles a result in single precision may be: some times as far as random roundings of the same computation
// are. Where these change a result altogether (beside a kink, or where a number is too large for single precision), nothing
// is said about it.

/** How many times as far as random roundings a result may be from doubles. */
const leeway = 24
const samples = 4
/** As many again where a result would be found wrong: near a kink few roundings lie beyond it. */
const more = 24

const kindOf = (value: number): string => (Number.isFinite(value) ? 'finite' : String(value))
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/** Near enough to be right without further ado. */
const nearby = (found: Numbers, wanted: Numbers): boolean => {
  const typical = median(wanted.data.filter(Number.isFinite).map(Math.abs))
  return wanted.data.every((value, i) => {
    const own = found.data[i] as number
    if (!Number.isFinite(value)) return Object.is(own, value)
    return Math.abs(own - value) <= 1e-5 * Math.abs(value) + 1e-6 * typical
  })
}

/**
 * The first element that no rounding explains, or null.
 *
 * @param nan whether NaN is always right: what the slope at NaN or infinity is, layers do not say
 */
const wrongIn = (found: Numbers, wanted: Numbers, noise: readonly Numbers[], nan: boolean): number | null => {
  const known = wanted.data.map(
    (value, i) =>
      !(Number.isFinite(value) && Math.abs(value) > largest) &&
      noise.every(({ data }) => kindOf(data[i] as number) === kindOf(value)),
  )
  const spread = wanted.data.map((value, i) =>
    Number.isFinite(value) ? Math.max(...noise.map(({ data }) => Math.abs((data[i] as number) - value))) : 0,
  )
  const typical = median(spread.filter((_, i) => known[i] === true && Number.isFinite(wanted.data[i])))
  const at = wanted.data.findIndex((value, i) => {
    if (known[i] !== true) return false
    const own = found.data[i] as number
    if (nan && Number.isNaN(own)) return false
    if (!Number.isFinite(value)) return !Object.is(own, value)
    return !(Math.abs(own - value) <= leeway * ((spread[i] as number) + typical) + 1e-6 * Math.abs(value) + 1e-37)
  })
  return at < 0 ? null : at
}

const shown = (value: number | undefined): string => (value === undefined ? 'nothing' : String(value))

/**
 * What is wrong with a result, or null.
 *
 * @param noise the same result with so many random roundings, which takes long
 * @param slope whether it is a gradient where numbers are not finite: what that is layers do not say, and NaN is right
 */
export const compare = async (
  found: Numbers | undefined,
  wanted: Numbers,
  noise: (count: number) => readonly Numbers[] | Promise<readonly Numbers[]>,
  { slope }: { readonly slope: boolean },
): Promise<string | null> => {
  if (found === undefined || found.shape.join() !== wanted.shape.join() || found.data.length !== wanted.data.length)
    return `has shape [${found?.shape}], not [${wanted.shape}]`
  if (nearby(found, wanted)) return null
  for (const count of [samples, more]) {
    const all = await noise(count)
    const at = wrongIn(found, wanted, all, slope)
    if (at === null) return null
    if (count === samples) continue
    const near = Math.max(...all.map(({ data }) => Math.abs((data[at] ?? 0) - (wanted.data[at] ?? 0))))
    const numbers = `${shown(found.data[at])}, not ${shown(wanted.data[at])}`
    return `element ${at} of [${wanted.shape}]: ${numbers} (roundings: ${near.toExponential(1)})`
  }
  return null
}
