import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { binary } from './uniform-binary.ts'

// Draws from [0, 1) by xoroshiro128+. Where the platform has vectors, a kernel draws four numbers at once: the same bits as
// one after the other, in a fifth of the time.

/** A function of a draw, of two values: `below` where the draw is less than `threshold`, otherwise `above`. */
export interface Step {
  readonly threshold: number
  readonly below: number
  readonly above: number
}

/** The exports of `kernels/uniform.ts`. */
interface Exports {
  readonly place: () => number
  readonly count: () => number
  readonly draw: (isStep: number, threshold: number, below: number, above: number) => void
}

interface Kernel {
  readonly draw: Exports['draw']
  /** The generator's state: the words of each half, the low one first. */
  readonly state: Int32Array
  /** What a call has drawn. */
  readonly numbers: Float32Array
}

const pages = 2

const kernelOf = (): Kernel | null => {
  try {
    const memory = new WebAssembly.Memory({ initial: pages })
    const bytes = Uint8Array.from(atob(binary), c => c.charCodeAt(0))
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
    const { draw, place, count } = exports as unknown as Exports
    const { buffer } = memory
    return { draw, state: new Int32Array(buffer, 0, 4), numbers: new Float32Array(buffer, place(), count()) }
  } catch {
    // A platform without vectors, or a page that is not allowed to compile WebAssembly.
    return null
  }
}

let kernel: Kernel | null | undefined

/** From how many draws on the kernel is faster: a call draws more than may be needed. */
const many = 4096

/**
 * Fills an array with draws from [0, 1), multiples of 2^-24.
 *
 * @param words the state of the generator, as of a key
 * @param step what becomes of each draw
 */
export const fillUniform = (
  [high0, low0, high1, low1]: readonly [number, number, number, number],
  values: Float32Array,
  step?: Step,
): void => {
  const n = values.length
  if (n >= many && kernel === undefined) kernel = kernelOf()
  const { threshold = 0, below = 0, above = 0 } = step ?? {}
  if (n < many || !kernel) {
    const source = xoroshiro128plusFromState([high0, low0, high1, low1])
    const limit = Math.fround(threshold)
    // A loop: making an array from a function would take ten times as long.
    for (let i = 0; i < n; i++) {
      const drawn = uniformFloat32(source)
      values[i] = step === undefined ? drawn : drawn < limit ? below : above
    }
    return
  }
  const { draw, state, numbers } = kernel
  state.set([low0, high0, low1, high1])
  for (let i = 0; i < n; i += numbers.length) {
    draw(step === undefined ? 0 : 1, threshold, below, above)
    values.set(n - i < numbers.length ? numbers.subarray(0, n - i) : numbers, i)
  }
}
