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

/** What draws numbers into a memory: the export of `kernels/uniform.ts`. */
type Draw = (place: number, isStep: number, threshold: number, below: number, above: number) => void

/** A kernel in a memory, which begins with the generator's state: the words of each half, the low one first. */
interface Kernel {
  readonly draw: Draw
  readonly memory: WebAssembly.Memory
}

/** How many numbers a kernel draws at once. */
const count = 16_384
/** From where on it may, in bytes. */
export const place = 64

/** A kernel in a memory for so many numbers; `null` on a platform that has none. */
export const kernelFor = (numbers: number): Kernel | null => {
  try {
    const pages = Math.ceil((place + 4 * Math.ceil(numbers / count) * count) / 65_536)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const bytes = Uint8Array.from(atob(binary), c => c.charCodeAt(0))
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
    return { draw: exports.draw as Draw, memory }
  } catch {
    // A platform without vectors, a page that is not allowed to compile WebAssembly, or no memory.
    return null
  }
}

let kernel: Kernel | null | undefined

/** The kernels that draw in place, by the memory of what they fill. */
export const inPlace: WeakMap<ArrayBufferLike, Kernel> = new WeakMap()

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
  const own = inPlace.get(values.buffer)
  if (n >= many && !own && kernel === undefined) kernel = kernelFor(count)
  const drawing = own ?? kernel
  const { threshold = 0, below = 0, above = 0 } = step ?? {}
  if (n < many || !drawing) {
    const source = xoroshiro128plusFromState([high0, low0, high1, low1])
    const limit = Math.fround(threshold)
    // A loop: making an array from a function would take ten times as long.
    for (let i = 0; i < n; i++) {
      const drawn = uniformFloat32(source)
      values[i] = step === undefined ? drawn : drawn < limit ? below : above
    }
    return
  }
  const { draw, memory } = drawing
  new Int32Array(memory.buffer).set([low0, high0, low1, high1])
  for (let i = 0; i < n; i += count) {
    draw(own ? values.byteOffset + 4 * i : place, step ? 1 : 0, threshold, below, above)
    if (!own) values.set(new Float32Array(memory.buffer, place, Math.min(count, n - i)), i)
  }
}
