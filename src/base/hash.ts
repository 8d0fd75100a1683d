import { bitsOf, type Numbers } from './lists.ts'

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
