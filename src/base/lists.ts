// Lists of numbers by their bits: NaN equals itself, and 0 is not -0.

export type Numbers = Float32Array | BigInt64Array

/** The same memory by 32 bits. */
export const bitsOf = ({ buffer, byteOffset, byteLength }: Numbers): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / 4)

/** How many numbers of a list a glance takes in. */
const looks = 8

/** A text that equal lists share, and few others. */
export const glanceOf = (values: Float32Array): string => {
  const bits = bitsOf(values)
  return `${bits.length} ${Array.from({ length: looks }, (_, i) => bits[Math.floor((i * bits.length) / looks)])}`
}

/** Whether lists have the same bits. */
export const sameBits = (a: Numbers, b: Numbers): boolean => {
  if (a === b) return true
  if (a.byteLength !== b.byteLength) return false
  const [one, other] = [bitsOf(a), bitsOf(b)]
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}
