// Lists of numbers by their bits: NaN equals itself, and 0 is not -0.

const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Int32Array => new Int32Array(buffer, byteOffset, length)

/** How many numbers of a list a glance takes in. */
const looks = 8

/** A text that equal lists share, and few others. */
export const glanceOf = (values: Float32Array): string => {
  const bits = bitsOf(values)
  return `${bits.length} ${Array.from({ length: looks }, (_, i) => bits[Math.floor((i * bits.length) / looks)])}`
}

/** Whether lists have the same bits. */
export const sameBits = (a: Float32Array, b: Float32Array): boolean => {
  if (a === b) return true
  if (a.length !== b.length) return false
  const [one, other] = [bitsOf(a), bitsOf(b)]
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}
