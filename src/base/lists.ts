// Lists of numbers by their bits: NaN equals itself, and 0 is not -0.

type Numbers = Float32Array | BigInt64Array

/** The same memory by 32 bits. */
const bitsOf = ({ buffer, byteOffset, byteLength }: Numbers): Int32Array =>
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

/** 64 bits of a hash (FNV-1a, and the same by another prime): lists are told apart without being kept. */
export const hashOf = (values: Numbers): string => {
  const bits = bitsOf(values)
  let [one, other] = [0x811c9dc5, 0x811c9dc5]
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] as number
    one = Math.imul(one ^ word, 0x01000193)
    other = Math.imul(other ^ (word >>> 15) ^ (word << 7), 0x85ebca6b)
  }
  return `${one} ${other}`
}
