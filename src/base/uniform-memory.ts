import { inPlace, kernelFor, place } from './uniform.ts'

/** From how many numbers on memory of their own is not mostly unused: it comes in pages, and is filled in blocks. */
const many = 2 ** 16

/** An array that `fillUniform` draws into in place: what it draws elsewhere is copied. */
export const arrayForDraws = (numbers: number): Float32Array => {
  const kernel = numbers < many ? null : kernelFor(numbers)
  if (kernel === null) return new Float32Array(numbers)
  inPlace.set(kernel.memory.buffer, kernel)
  return new Float32Array(kernel.memory.buffer, place, numbers)
}
