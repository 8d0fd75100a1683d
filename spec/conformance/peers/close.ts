import { type Case, Differs } from '../data.ts'

/** How far a number may lie from the expected one. */
export interface Tolerance {
  readonly atol: number
  readonly rtol: number
}

/** The peers' tests may ask for more than 32-bit floats hold. */
const least = 1e-5

/** A case's own tolerance, which is not less than what 32-bit floats need. */
export const toleranceOf = ({ atol, rtol }: Case): Tolerance => ({
  atol: Math.max(Number(atol ?? 0), least),
  rtol: Math.max(Number(rtol ?? 0), least),
})

/** Compares numbers: `|a - b| <= atol + rtol |expected|`; what is not finite must be the same. */
export const close = (
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { atol, rtol }: Tolerance,
): void => {
  if (actual.length !== expected.length)
    throw new Differs(`${what}: expected ${expected.length} numbers, got ${actual.length}`)
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i] as number, expected[i] as number]
    if (Object.is(got, wanted) || got === wanted) continue
    // Written so that NaN does not pass, and nothing is near what is not finite.
    if (!(Number.isFinite(wanted) && Math.abs(got - wanted) <= atol + rtol * Math.abs(wanted)))
      throw new Differs(`${what}[${i}]: expected ${wanted}, got ${got}`)
  }
}
