import { plain, relaxed } from '../../../src/backends/wasm/binary.ts'
import type { Exports } from '../../../src/backends/wasm/module.ts'

// Multiplies two matrices with both sets of kernels; fails where they disagree by more than rounding.

const n = 64
const address = { table: 65536, lines: 66560, a: 131072, b: 147456, c: 163840, scratch: 196608 }

const product = async (base64: string): Promise<Float32Array> => {
  const memory = new WebAssembly.Memory({ initial: 32 })
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0))
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } })
  const { contract } = instance.exports as unknown as Exports
  new Int32Array(memory.buffer, address.table, n).set(Array.from({ length: n }, (_, i) => i))
  new Int32Array(memory.buffer, address.lines, n).set(Array.from({ length: n }, (_, i) => i * n))
  const numbers = new Float32Array(memory.buffer)
  for (let i = 0; i < n * n; i++) {
    numbers[address.a / 4 + i] = Math.sin(i)
    numbers[address.b / 4 + i] = Math.cos(3 * i)
  }
  const { a, b, c, table, lines, scratch } = address
  contract(a, lines, table, b, lines, table, c, lines, n, n, n, 0, 0, scratch)
  return numbers.slice(c / 4, c / 4 + n * n)
}

const [rounded, fused] = [await product(plain), await product(relaxed)]
const apart = rounded.map((value, i) => Math.abs(value - (fused[i] as number)))
const largest = Math.max(...apart)
if (!(largest < 1e-5)) throw new Error(`The products are ${largest} apart.`)
console.log(
  `${n * n} elements, ${apart.filter(d => d > 0).length} of them not to the last bit, at most ${largest} apart`,
)
