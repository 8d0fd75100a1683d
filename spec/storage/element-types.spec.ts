import { expect } from 'chai'
import fc from 'fast-check'
import { elementTypes, type WritableType } from '../../src/storage/element-types.ts'

// Types of 16 bits, of which every value can be tried.

const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)

for (const name of ['F16', 'BF16']) {
  const { read, write } = elementTypes.get(name) as WritableType
  const valuesOf = (bits: Uint16Array): Float32Array<ArrayBuffer> =>
    read(new Uint16Array(bits).buffer) as Float32Array<ArrayBuffer>
  const bitsOf = (values: Float32Array<ArrayBuffer>): Uint16Array => new Uint16Array(write(values).buffer)
  const values = valuesOf(all)

  describe(`Elements of type ${name}`, () => {
    it('come back from 32-bit floats, all of them, NaN as one', () => {
      const back = bitsOf(values)
      for (const bits of all) {
        if (Number.isNaN(values[bits])) expect(Number.isNaN(valuesOf(back.subarray(bits, bits + 1))[0])).to.equal(true)
        else expect(back[bits]).to.equal(bits)
      }
    })

    it('are the nearest to a 32-bit float, of two as near the even one', () => {
      // From zero up: the bits of floats stand in the order of their values.
      const positive = [...all.subarray(0, 2 ** 15)].filter(bits => Number.isFinite(values[bits]))
      const nearest = (value: number): number => {
        const size = Math.abs(value)
        let [low, high] = [0, positive.length]
        while (high - low > 1) {
          const middle = (low + high) >> 1
          if ((values[middle] as number) <= size) low = middle
          else high = middle
        }
        const above =
          low + 1 < positive.length
            ? (values[low + 1] as number)
            : 2 * (values[low] as number) - (values[low - 1] as number)
        const [before, after] = [size - (values[low] as number), above - size]
        const up = after < before || (after === before && (low & 1) === 1)
        return (up ? low + 1 : low) | (Object.is(value, -0) || value < 0 ? 0x8000 : 0)
      }
      const near = fc
        .tuple(fc.nat(positive.length - 2), fc.constantFrom(0.25, 0.5, 0.75), fc.boolean())
        .map(([i, part, minus]) => {
          const [a, b] = [values[i] as number, values[i + 1] as number]
          return Math.fround((minus ? -1 : 1) * (a + (b - a) * part))
        })
      fc.assert(
        fc.property(fc.oneof(near, fc.float({ noNaN: true, noDefaultInfinity: true })), value => {
          expect(bitsOf(Float32Array.of(value))[0], String(value)).to.equal(nearest(value))
        }),
        { numRuns: 5000, seed: 4 },
      )
    })

    it('have infinities, and what is too large for them becomes one', () => {
      const infinite = valuesOf(
        bitsOf(Float32Array.of(Infinity, -Infinity, 3.4028234663852886e38, -3.4028234663852886e38)),
      )
      expect([...infinite]).to.deep.equal([Infinity, -Infinity, Infinity, -Infinity])
    })
  })
}
