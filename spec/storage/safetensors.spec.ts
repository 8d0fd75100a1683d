import { expect } from 'chai'
import fc from 'fast-check'
import { DocumentError, InvalidOption, key, normals, tensor } from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/storage.ts'
import { bytesOf, fileOf } from './bytes.ts'

const floats = fc.array(fc.float(), { maxLength: 20 }).map(values => Float32Array.from(values))
const anyTensors = fc.dictionary(
  fc.string({ unit: 'binary' }).filter(name => name !== '__metadata__'),
  floats.map(data => ({ data, shape: [data.length] })),
)

const faultOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof DocumentError || error instanceof InvalidOption) return error.message
    throw error
  }
  return 'none'
}

describe('A safetensors file', () => {
  it('has a header of JSON at a multiple of 8 bytes, and the elements in the order of the names', () => {
    const bytes = encodeSafetensors(
      { b: { data: new Float32Array([1, 2]), shape: [2, 1] }, a: { data: [3], shape: [] } },
      { metadata: { format: 'pt' } },
    )
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).to.equal(0)
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).to.equal(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
        '"b":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]}}',
    )
    expect(bytes.subarray(8 + length)).to.deep.equal(bytesOf(Float32Array.of(3, 1, 2)))
  })

  it('gives back what was written, bit by bit, whatever the names', () => {
    fc.assert(
      fc.property(anyTensors, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const read = decodeSafetensors(encodeSafetensors(tensors, { metadata }))
        expect(Object.keys(read.tensors).sort()).to.deep.equal(Object.keys(tensors).sort())
        for (const [name, { data, shape }] of Object.entries(tensors)) {
          expect(bytesOf(read.tensors[name]?.data as Float32Array)).to.deep.equal(bytesOf(data))
          expect(read.tensors[name]).to.include({ dtype: 'F32' }).and.to.have.deep.property('shape', shape)
        }
        expect({ ...read.metadata }).to.deep.equal({ ...metadata })
      }),
    )
  })

  it('has the same bytes whatever the order of the tensors', () => {
    fc.assert(
      fc.property(anyTensors, tensors => {
        const turned = Object.fromEntries(Object.entries(tensors).reverse())
        expect(encodeSafetensors(turned)).to.deep.equal(encodeSafetensors(tensors))
      }),
    )
  })

  it('holds tensors of tfjs, names such as __proto__, and none at all', () => {
    const named = JSON.parse('{ "__proto__": { "data": [1], "shape": [1] } }')
    const { kept } = decodeSafetensors(encodeSafetensors({ kept: tensor([[1, 2]]) })).tensors
    expect(kept?.shape).to.deep.equal([1, 2])
    expect(Object.keys(decodeSafetensors(encodeSafetensors(named)).tensors)).to.deep.equal(['__proto__'])
    expect(Object.keys(decodeSafetensors(encodeSafetensors({})).tensors)).to.deep.equal([])
  })

  const rows: readonly (readonly [dtype: string, elements: ArrayBufferView, values: readonly number[]])[] = [
    ['F32', Float32Array.of(0.1, -0), [Math.fround(0.1), -0]],
    ['F64', Float64Array.of(0.1, 1e300), [Math.fround(0.1), Number.POSITIVE_INFINITY]],
    [
      'F16',
      Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555),
      [1, -2, 2 ** -24, 65504, 1 / 0, 0.333251953125],
    ],
    ['BF16', Uint16Array.of(0x3f80, 0xc049, 0x7f80), [1, -3.140625, Number.POSITIVE_INFINITY]],
    // 2^54 + 2^30 + 1 lies beyond the middle between two floats by less than a double sees.
    ['I64', BigInt64Array.of(-3n, 2n ** 54n + 2n ** 30n + 1n), [-3, 2 ** 54 + 2 ** 31]],
    ['U64', BigUint64Array.of(2n ** 64n - 1n, 2n ** 54n + 2n ** 30n), [2 ** 64, 2 ** 54]],
    ['I32', Int32Array.of(-(2 ** 31), 2 ** 24 + 1), [-(2 ** 31), 2 ** 24]],
    ['U32', Uint32Array.of(2 ** 32 - 1), [2 ** 32]],
    ['I16', Int16Array.of(-32768, 7), [-32768, 7]],
    ['U16', Uint16Array.of(65535), [65535]],
    ['I8', Int8Array.of(-128, 127), [-128, 127]],
    ['U8', Uint8Array.of(255), [255]],
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
  ]
  for (const [dtype, elements, values] of rows)
    it(`with elements of type ${dtype} is read as 32-bit floats, at any place in memory`, () => {
      const bytes = bytesOf(elements)
      const header = { x: { dtype, shape: [values.length], data_offsets: [0, bytes.length] } }
      const file = fileOf(header, bytes)
      const shifted = new Uint8Array(file.length + 1)
      shifted.set(file, 1)
      for (const given of [file, shifted.subarray(1)]) {
        const { x } = decodeSafetensors(given).tensors
        expect([...(x?.data ?? [])]).to.deep.equal(values)
        expect(x?.dtype).to.equal(dtype)
      }
    })

  it('reads every half float as IEEE 754 has it', () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)
    const header = { x: { dtype: 'F16', shape: [2 ** 16], data_offsets: [0, 2 ** 17] } }
    const read = decodeSafetensors(fileOf(header, bytesOf(bits))).tensors.x?.data as Float32Array
    for (let i = 0; i < 2 ** 15; i++) {
      // In doubles: native libraries may make a processor take the smallest 32-bit floats for 0.
      const [exponent, fraction] = [i >> 10, (i & 1023) / 1024]
      const finite = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15)
      const value = exponent === 31 ? (fraction === 0 ? 1 / 0 : Number.NaN) : finite
      expect(read[i], `0x${i.toString(16)}`).to.deep.equal(value)
      expect(read[i + 2 ** 15]).to.deep.equal(-value)
    }
  })
})

describe('A file that is no safetensors file, or a damaged one', () => {
  const x = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
  const four = [0, 0, 128, 63]
  const rows: readonly (readonly [bytes: Uint8Array, fault: string])[] = [
    [new Uint8Array(), 'expected 8 bytes that give the length of the header, got 0 bytes'],
    [fileOf({ x }, four, 2n ** 63n), 'expected a header of at most 100000000 bytes, got 9223372036854775808'],
    [fileOf({ x }, four, 100n), 'expected a header of 100 bytes, got 58 bytes'],
    [fileOf('\xff{}'), "expected a header that begins with '{'"],
    [Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), 'expected a header in UTF-8'],
    [fileOf(' {}'), "expected a header that begins with '{', got ' {}'"],
    [fileOf('{'), 'expected a header of JSON'],
    [fileOf('{}}'), 'expected a header of JSON'],
    [
      fileOf(`{"x":${JSON.stringify(x)},"x":${JSON.stringify(x)}}`, four),
      "expected a header with each name once, got 'x' twice",
    ],
    [fileOf(`{"x":${JSON.stringify(x).replace('{', '{"dtyp\\u0065":"F16",')}}`, four), "got 'dtype' twice"],
    [fileOf({ x: [] }), "expected of 'x' { dtype, shape, data_offsets }, got []"],
    [fileOf({ x: { ...x, order: 'C' } }, four), "expected of 'x' dtype, shape, data_offsets only, got 'order'"],
    [fileOf({ x: { ...x, dtype: 'F8_E4M3' } }, four), "expected of 'x' a dtype of F32, F64,"],
    [fileOf({ x: { ...x, dtype: 3 } }, four), "expected of 'x' a dtype of F32"],
    [fileOf({ x: { ...x, dtype: 'toString' } }, four), "expected of 'x' a dtype of F32"],
    [fileOf({ x: { ...x, shape: [-1] } }, four), "expected of 'x' a shape of integers >= 0, got [-1]"],
    [fileOf({ x: { ...x, shape: 1 } }, four), "expected of 'x' a shape of integers >= 0, got 1"],
    [fileOf({ x: { ...x, data_offsets: [0] } }, four), "expected of 'x' data_offsets, [begin, end], got [0]"],
    [fileOf({ x: { ...x, data_offsets: [0, 0.5] } }, four), "expected of 'x' data_offsets"],
    [fileOf({ x: { ...x, shape: [2] } }, four), "expected of 'x' 8 bytes for F32 (2,), got 4"],
    [fileOf({ x: { ...x, data_offsets: [4, 8] } }, [...four, ...four]), "expected the bytes of 'x' to begin at 0"],
    [fileOf({ x, y: x }, four), "expected the bytes of 'y' to begin at 4, where those before end, got 0"],
    [fileOf({ x }, four.slice(1)), "expected 4 bytes of elements, for 'x', got 3"],
    [fileOf({ x }, [...four, 0]), 'expected 4 bytes of elements, got 5'],
    [fileOf({ x: { ...x, dtype: 'BOOL', shape: [4] } }, [0, 1, 2, 0]), "expected of 'x' elements of type BOOL"],
    [fileOf({ __metadata__: { a: 1 } }), 'expected __metadata__ of texts by name, got { a: 1 }'],
    [fileOf({ __metadata__: 'x' }), 'expected __metadata__ of texts by name'],
    [fileOf(`{"x":${'['.repeat(1e5)}`), 'expected a header of JSON'],
  ]
  for (const [bytes, fault] of rows)
    it(`of ${bytes.length} bytes is refused: ${fault}`, () => {
      expect(faultOf(() => decodeSafetensors(bytes, { file: 'a.safetensors' })))
        .to.match(/^a\.safetensors: /)
        .and.to.contain(fault)
    })

  it('ends in no other error, wherever it is cut off and whichever bit is turned', () => {
    const whole = encodeSafetensors(
      { a: { data: normals(key(1), 6), shape: [2, 3] }, b: { data: [1], shape: [] } },
      { metadata: { format: 'pt' } },
    )
    for (let size = 0; size < whole.length; size++)
      expect(faultOf(() => decodeSafetensors(whole.subarray(0, size)))).to.not.equal('none')
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const turned = whole.slice()
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7))
      faultOf(() => decodeSafetensors(turned))
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), bytes => void faultOf(() => decodeSafetensors(bytes))))
  })
})

describe('What is no safetensors file to write or read', () => {
  const encode = encodeSafetensors as unknown as (...given: readonly unknown[]) => unknown
  const decode = decodeSafetensors as unknown as (...given: readonly unknown[]) => unknown
  const disposed = tensor([1])
  disposed.dispose()
  const throwing = {
    get data() {
      throw new TypeError('no entry')
    },
  }
  const rows: readonly (readonly [call: () => unknown, fault: string])[] = [
    [() => encode(), 'encodeSafetensors, tensors: expected tensors by name, got null'],
    [() => encode([]), 'encodeSafetensors, tensors: expected tensors by name'],
    [() => encode({ a: 1 }), 'encodeSafetensors, tensors, a: expected a tensor, or { data, shape }, got 1'],
    [() => encode({ a: { data: ['x'], shape: [1] } }), 'encodeSafetensors, tensors, a: expected a typed array'],
    [() => encode({ a: { data: [1] } }), 'encodeSafetensors, tensors, a: expected a shape of integers >= 0'],
    [() => encode({ a: { data: [1], shape: [2] } }), 'encodeSafetensors, tensors, a: expected 2 numbers'],
    [
      () => encode({ a: disposed }),
      'encodeSafetensors, tensors, a: expected a tensor of numbers that has not been disposed',
    ],
    [() => encode({ a: throwing }), 'encodeSafetensors, tensors, a: expected an object that can be read'],
    [() => encode({ __metadata__: { data: [], shape: [0] } }), 'encodeSafetensors, tensors: expected other names'],
    [() => encode({}, { metadata: { a: 1 } }), 'encodeSafetensors, metadata: expected texts by name'],
    [() => encode({}, { meta: {} }), 'encodeSafetensors, meta: expected an option of metadata'],
    [() => decode(), 'decodeSafetensors, bytes: expected a Uint8Array, got undefined'],
    [() => decode('x'), 'decodeSafetensors, bytes: expected a Uint8Array'],
    [() => decode(new Uint8Array(), { file: 3 }), 'decodeSafetensors, file: expected the name of a file'],
  ]
  for (const [call, fault] of rows)
    it(`is refused: ${fault}`, () => {
      expect(faultOf(call)).to.contain(fault)
    })
})
