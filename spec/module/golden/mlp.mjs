// (?, 4) to (?, 2)
//
//   Input(4) >> Relu(2) >> Softmax(2)
//
// A network as a module without dependencies, written by joinery:
//
//   import { predict } from './network.mjs'
//   const output = predict(input)
//
// An input is a typed array in row-major order, or nested arrays, of any batch; an output is a Float32Array with its shape.
// The kernels are WebAssembly with 128-bit vectors. A Content-Security-Policy has to allow 'wasm-unsafe-eval'.

export const inputs = [
  { name: 'input', shape: [null, 4] },
]
export const outputs = [
  { name: 'output', shape: [null, 2] },
]

// What the network computes for a batch of n. Weights lie in memory at w, packed ones at p, other constants at c, tables of
// offsets at t, and values, which share buffers, at b. Addresses are in bytes; everything else is counted in elements.

const weights = [
  ['relu-1/bias', [2]],
  ['softmax-1/bias', [2]],
  ['relu-1/weight', [4, 2]],
  ['softmax-1/weight', [2, 2]],
]
/** How many of them are read in each run. */
const kept = 2

const packed = [32, 16]
const packTables = [
  [0, [4, 2]],
  [0, [2, 1]],
  [0, [2, 2]],
]
const pack = ({ packAll }, state) => {
  const { w, p, t } = state
  packAll(p[0], w[2], t[0], t[1], 4, 2)
  packAll(p[1], w[3], t[2], t[1], 2, 2)
}

const buffers = n => [4 * n, 2 * n]
const inputBuffers = [0]
const tables = n => [
  [0, [n, 4]],
  [0, [4, 1]],
  [0, [n, 2]],
  [0, [2, 1]],
]
const results = ({ n, b, c, w }) => [[b[0], [n, 2]]]
const run = ({ contractPacked, softmax }, state) => {
  const { n, b, c, p, scratch, t, w } = state
  // relu-1
  contractPacked(b[0], t[0], t[1], p[0], b[1], t[2], n, 4, 2, w[0], 1, scratch)
  // softmax-1
  contractPacked(b[1], t[2], t[3], p[1], b[0], t[2], n, 2, 2, w[1], 0, scratch)
  softmax(0, b[0], b[0], n, 2)
}

// What follows is the same for every network.

const sizeOf = shape => shape.reduce((size, d) => size * d, 1)

const show = shape => `(${shape.map(d => d ?? '?').join(', ')}${shape.length === 1 ? ',' : ''})`

const bytesOf = base64 => {
  const signs = atob(base64)
  const bytes = new Uint8Array(signs.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = signs.charCodeAt(i)
  return bytes
}

/** Half-precision floats, IEEE 754's binary16, as numbers. */
const halves = buffer =>
  Float32Array.from(new Uint16Array(buffer), bits => {
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
    if (exponent === 31) return fraction ? NaN : sign * Infinity
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24)
  })

/** How the elements of a file become 32-bit floats, by their type. */
const readers = {
  F32: buffer => new Float32Array(buffer),
  F16: halves,
  BF16: buffer => new Float32Array(Uint32Array.from(new Uint16Array(buffer), bits => bits << 16).buffer),
}

/** The weights of a file in the safetensors format: a header in JSON, and the elements of all tensors. */
const weightsOf = file => {
  const refuse = (expected, got) => {
    throw new TypeError(`the weights: expected ${expected}, got ${got}`)
  }
  let [header, start] = [undefined, 0]
  try {
    start = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)))
  } catch {
    refuse('a file in the safetensors format', `${file.length} bytes that are none`)
  }
  return weights.map(([name, shape]) => {
    const { dtype, shape: own, data_offsets: [begin, end] = [] } = header[name] ?? {}
    const wanted = `${name} ${show(shape)}`
    if (own?.join() !== shape.join()) refuse(wanted, own ? show(own) : 'none')
    if (!Object.hasOwn(readers, dtype)) refuse(`${wanted} of ${Object.keys(readers)}`, dtype)
    const bytes = file.slice(start + begin, start + end)
    if (bytes.length !== sizeOf(shape) * (dtype === 'F32' ? 4 : 2)) refuse(wanted, `${bytes.length} bytes`)
    return readers[dtype](bytes.buffer)
  })
}

/** The kernels, in a memory: the first version of each file that the platform takes. */
const kernelsIn = memory => {
  const instances = binaries.map(versions => {
    const bytes = versions.map(bytesOf).find(bytes => WebAssembly.validate(bytes))
    if (!bytes) throw new Error('expected a platform that has WebAssembly with 128-bit vectors')
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  })
  const fill = (at, count, value) => new Float32Array(memory.buffer, at, count).fill(value)
  return Object.assign({ fill }, ...instances.map(({ exports }) => exports))
}

/** Calls a kernel at every place along some axes; each of its addresses goes on by steps of its own. */
const each = (sizes, steps, call) => {
  for (let i = 0; i < sizeOf(sizes); i++) {
    const at = steps.map(() => 0)
    for (let axis = sizes.length - 1, rest = i; axis >= 0; rest = Math.floor(rest / sizes[axis--]))
      steps.forEach((own, k) => {
        at[k] += (rest % sizes[axis]) * own[axis]
      })
    call(...at)
  }
}

/** Refuses an index, at an address, that names no row of a table. */
const found = ({ memory }, place, at, rows, layer) => {
  if (place < 0) return
  const [index] = new Float32Array(memory.buffer, at + 4 * place, 1)
  throw new RangeError(`${layer}: expected whole numbers from 0 to ${rows - 1}, got ${index}`)
}

/** How far elements along some axes, [size, step], lie from the first: the last axis innermost, from one on. */
const offsets = ([from, ...axes]) =>
  axes
    .reduce((before, [size, step]) => {
      const far = new Int32Array(before.length * size)
      for (let i = 0; i < far.length; i++) far[i] = before[Math.floor(i / size)] + (i % size) * step
      return far
    }, new Int32Array(1))
    .subarray(from)

/** The numbers of an input in row-major order, and the size of the batch. */
const numbersOf = (given, { name, shape }) => {
  const refuse = got => {
    throw new TypeError(`predict, ${name}: expected numbers of shape ${show(shape)}, got ${got}`)
  }
  const isView = value => ArrayBuffer.isView(value) && typeof (value[0] ?? 0) === 'number'
  if (isView(given)) {
    const own = given.shape ?? [given.length / sizeOf(shape.slice(1)), ...shape.slice(1)]
    const fits = own.length === shape.length && own.every((d, axis) => d === (shape[axis] ?? d))
    if (!fits) refuse(show(own))
    if (!(given.length === sizeOf(own) && Number.isInteger(own[0]))) refuse(`${given.length} of them`)
    return [given, own[0]]
  }
  const numbers = []
  const add = (value, place, [size, ...inner]) => {
    const where = place.length > 0 ? ` at [${place}]` : ''
    const isList = Array.isArray(value) || isView(value)
    if (size === undefined ? typeof value !== 'number' : !isList) refuse(`${typeof value}${where}`)
    if (size === undefined) numbers.push(value)
    else if (value.length !== (size ?? value.length)) refuse(`${value.length} elements${where}`)
    else for (let i = 0; i < value.length; i++) add(value[i], [...place, i], inner)
  }
  add(given, [], shape)
  return [numbers, given.length]
}

/** The network with weights, the bytes of a file: a function of inputs. */
const opened = file => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const kernels = kernelsIn(memory)
  let end = 64
  const take = bytes => {
    const at = end
    end = 16 * Math.ceil((end + bytes) / 16)
    const pages = Math.ceil(end / 65536) - memory.buffer.byteLength / 65536
    if (pages > 0) memory.grow(pages)
    return at
  }
  const place = numbers => {
    const at = take(numbers.byteLength)
    new numbers.constructor(memory.buffer, at, numbers.length).set(numbers)
    return at
  }
  // What stays comes first. Weights that are only read to be packed are overwritten.
  const read = weightsOf(file)
  const state = { memory, n: -1 }
  state.w = read.slice(0, kept).map(place)
  state.c = constants.map(value =>
    place(typeof value === 'number' ? Float32Array.of(value) : new Float32Array(bytesOf(value).buffer)),
  )
  state.p = packed.map(size => take(4 * size))
  state.scratch = take(kernels.scratchBytes?.() ?? 0)
  const stays = end
  state.w.push(...read.slice(kept).map(place))
  state.t = packTables.map(table => place(offsets(table)))
  pack(kernels, state)

  /** Lays out memory for a batch of `n`. */
  const layOut = n => {
    state.n = -1
    end = stays
    try {
      state.t = tables(n).map(table => place(offsets(table)))
      state.b = buffers(n).map(size => take(4 * size))
    } catch {
      throw new RangeError(`predict: expected memory for a batch of ${n}, got none; give smaller batches`)
    }
    state.n = n
  }

  return given => {
    if (inputs.length > 1 && given?.length !== inputs.length)
      throw new TypeError(`predict: expected an array of ${inputs.length} inputs, got ${given?.length ?? typeof given}`)
    const all = inputs.map((input, i) => numbersOf(inputs.length > 1 ? given[i] : given, input))
    const [[, n]] = all
    if (all.some(([, own]) => own !== n))
      throw new TypeError(`predict: expected inputs of one batch, got ${all.map(([, own]) => own).join(', ')}`)
    if (n !== state.n) layOut(n)
    const { b } = state
    if (n > 0) {
      all.forEach(([numbers], i) => new Float32Array(memory.buffer, b[inputBuffers[i]], numbers.length).set(numbers))
      run(kernels, state)
    }
    const made = results(state).map(([at, shape]) => {
      if (n === 0 && sizeOf(shape) > 0) throw new TypeError('predict: expected at least one example, got none')
      return Object.assign(new Float32Array(memory.buffer, at, sizeOf(shape)).slice(), { shape })
    })
    return made.length > 1 ? made : made[0]
  }
}

// The kernels, WebAssembly in base64: versions for several platforms, of which the last needs 128-bit vectors only.
const binaries = [
  ['AGFzbQEAAAABPgVgBn9/f39/fwBgDX9/f39/f39/f39/f38AYAABf2AMf39/f39/f39/f39/AGAOf39/f39/f39/f39/f38AAg8BA2VudgZtZW1vcnkCAAADCQgAAAABAgADBAYNAn8AQYACC38AQYAECwdXBwVERVBUSAMADUJMT0NLX0NPTFVNTlMDAQhjb250cmFjdAAHB3BhY2tBbGwABQ5jb250cmFjdFBhY2tlZAAGDHNjcmF0Y2hCeXRlcwAEBm1lbW9yeQIACvIYCOgDAgZ7BH8gAiADKAIAQQJ0aiEMIAIgAygCBEECdGohDSACIAMoAghBAnRqIQ4gAiADKAIMQQJ0aiEDIAQgBUECdGohBQNAIAQgBUkEQCAEKAIAIg9BAnQhAiAEQRBqIAVNBH8gBCgCBCAPa0EBRgR/IAQoAgggD2tBAkYFQQALBH8gBCgCDCAPa0EDRgVBAAsFQQALBH8gACACIAxq/QAEACIIIAIgDWr9AAQAIgn9DQABAgMQERITBAUGBxQVFhciCiACIA5q/QAEACILIAIgA2r9AAQAIgb9DQABAgMQERITBAUGBxQVFhciB/0NAAECAwQFBgcQERITFBUWF/0LBAAgACABaiAKIAf9DQgJCgsMDQ4PGBkaGxwdHh/9CwQAIAAgAUEBdGogCCAJ/Q0ICQoLGBkaGwwNDg8cHR4fIgcgCyAG/Q0ICQoLGBkaGwwNDg8cHR4fIgb9DQABAgMEBQYHEBESExQVFhf9CwQAIAAgAUEDbGogByAG/Q0ICQoLDA0ODxgZGhscHR4f/QsEACAEQRBqIQQgACABQQJ0agUgACACIAxqKgIAOAIAIAAgAiANaioCADgCBCAAIAIgDmoqAgA4AgggACACIANqKgIAOAIMIARBBGohBCAAIAFqCyEADAELCwv/AQMBfQJ7AX8gAkEIRgRAIAD9AAQAIQcgAP0ABBAhCCADBEAgCCAB/QAEEP3kASEIIAcgAf0ABAD95AEhBwsgBARAIAggBP0ABBD95AEhCCAHIAT9AAQA/eQBIQcLIAEgBQR7IAj9DAAAAAAAAAAAAAAAAAAAAAD96QEhCCAH/QwAAAAAAAAAAAAAAAAAAAAA/ekBBSAHC/0LBAAgASAI/QsEEA8LA0AgCSACQQJ0SQRAIAAgCWoqAgAhBiADBEAgBiABIAlqKgIAkiEGCyAEBEAgBiAEIAlqKgIAkiEGCyABIAlqIAZDAAAAAJcgBiAFGzgCACAJQQRqIQkMAQsLC8wCAQZ/A0AgBSAISgRAIAQgCEECdGoiCigCACEGQQggBSAIayIHIAdBCEobIglBCEYEfyAKKAIcIAZrQQdGBUEACwRAIAEgBkECdGohB0EAIQYDQCADIAZKBEAgACAGQQV0aiIJIAcgAiAGQQJ0aigCAEECdGoiCv0ABAD9CwQAIAkgCv0ABBD9CwQQIAZBAWohBgwBCwsFIAlBCEYEQCAAQSAgASAKIAIgAxAAIABBEGpBICABIApBEGogAiADEAAFIABBACADQQV0/AsAQQAhBgNAIAMgBkoEQCABIAIgBkECdGooAgBBAnRqIQtBACEHA0AgByAJSARAIAAgBkEDdCAHakECdGogCyAKIAdBAnRqKAIAQQJ0aioCADgCACAHQQFqIQcMAQsLIAZBAWohBgwBCwsLCyAAIANBBXRqIQAgCEEIaiEIDAELCwuuDAINfwx7IAxBgAFqIQ4gB0EFdCEXA0AgBiAVSgRAIA4hDyABIBVBAnRqIRFBwAAgBiAVayINIA1BwABKGyEWQQAhEwNAIBMgFkgEQCARIBNBAnRqIRRBBCAWIBNrIg0gDUEEShsiGEEERgRAAkAgFCgCBCAUKAIAIg1rQQFGBH8gFCgCCCANa0ECRgVBAAsEfyAUKAIMIA1rQQNGBUEAC0UEQCAPQRAgACAUIAIgBxAADAELIAAgFCgCAEECdGohDUEAIRIDQCAHIBJKBEAgDyASQQR0aiANIAIgEkECdGooAgBBAnRq/QAEAP0LBAAgEkEBaiESDAELCwsFIA9BACAHQQR0/AsAQQAhDQNAIA0gGEgEQCAAIBQgDUECdGooAgBBAnRqIRlBACESA0AgByASSgRAIA8gEkECdCIQIA1qQQJ0aiAZIAIgEGooAgBBAnRqKgIAOAIAIBJBAWohEgwBCwsgDUEBaiENDAELCwsgDyAHQQR0aiEPIBNBBGohEwwBCwtBACEPIAZBAUYEQANAIA9BIGogCEwEQCAOIRD9DAAAAAAAAAAAAAAAAAAAAAAhG/0MAAAAAAAAAAAAAAAAAAAAACEc/QwAAAAAAAAAAAAAAAAAAAAAIR39DAAAAAAAAAAAAAAAAAAAAAAhHv0MAAAAAAAAAAAAAAAAAAAAACEf/QwAAAAAAAAAAAAAAAAAAAAAISD9DAAAAAAAAAAAAAAAAAAAAAAhIf0MAAAAAAAAAAAAAAAAAAAAACEaIBcgAyAHIA9sQQJ0aiIUaiITIBdqIhIgF2ohESAHIQ0DQCAQ/QkCACIiIBT9AAQAIBv9hQIhGyAiIBT9AAQQIBz9hQIhHCAiIBP9AAQAIB39hQIhHSAiIBP9AAQQIB79hQIhHiAiIBL9AAQAIB/9hQIhHyAiIBL9AAQQICD9hQIhICAiIBH9AAQAICH9hQIhISAiIBH9AAQQIBr9hQIhGiAQQRBqIRAgFEEgaiEUIBNBIGohEyASQSBqIRIgEUEgaiERIA1BAWsiDQ0ACyAMIBv9CwQAIAwgHP0LBBAgDCAd/QsEICAMIB79CwQwIAwgH/0LBEAgDCAg/QsEUCAMICH9CwRgIAwgGv0LBHBBACESA0AgEkEESARAIAwgEkEFdGogDyASQQN0akECdCINIAQgBSgCAEECdGpqQQggCSAKIA1qQQAgChsgCxABIBJBAWohEgwBCwsgD0EgaiEPDAELCwsDQCAIIA9KBEAgAyAHIA9sQQJ0aiEQQQggCCAPayINIA1BCEobIRQgD0ECdCEYQQAhEgNAIBIgFkgEQCAOIAcgEmxBAnRqIRMgECER/QwAAAAAAAAAAAAAAAAAAAAAIRr9DAAAAAAAAAAAAAAAAAAAAAAhG/0MAAAAAAAAAAAAAAAAAAAAACEc/QwAAAAAAAAAAAAAAAAAAAAAIR39DAAAAAAAAAAAAAAAAAAAAAAhHv0MAAAAAAAAAAAAAAAAAAAAACEf/QwAAAAAAAAAAAAAAAAAAAAAISD9DAAAAAAAAAAAAAAAAAAAAAAhISAHIQ0DQCAT/QAEACIjICP9DQABAgMAAQIDAAECAwABAgMiJCAR/QAEACIiIBr9hQIhGiAkIBH9AAQQIiQgG/2FAiEbICMgI/0NBAUGBwQFBgcEBQYHBAUGByIlICIgHP2FAiEcICUgJCAd/YUCIR0gIyAj/Q0ICQoLCAkKCwgJCgsICQoLIiUgIiAe/YUCIR4gJSAkIB/9hQIhHyAjICP9DQwNDg8MDQ4PDA0ODwwNDg8iIyAiICD9hQIhICAjICQgIf2FAiEhIBNBEGohEyARQSBqIREgDUEBayINDQALIAwgGv0LBAAgDCAb/QsEECAMIBz9CwQgIAwgHf0LBDAgDCAe/QsEQCAMIB/9CwRQIAwgIP0LBGAgDCAh/QsEcEEEIBYgEmsiDSANQQRKGyERQQAhDQNAIA0gEUgEQCAMIA1BBXRqIAQgBSASIBVqIA1qQQJ0aigCAEECdGogGGogFCAJIAogGGpBACAKGyALEAEgDUEBaiENDAELCyASQQRqIRIMAQsLIA9BCGohDwwBCwsgFUFAayEVDAELCwsGAEGAgSQLgwEBBH8DQCAFIAdKBEBBgAQgBSAHayIGIAZBgARKGyEIQQAhBgNAIAQgBkoEQCAAIAEgAiAGQQJ0akGAAiAEIAZrIgkgCUGAAkobIgkgAyAHQQJ0aiAIEAIgACAJIAhBB2pBeHFsQQJ0aiEAIAZBgAJqIQYMAQsLIAdBgARqIQcMAQsLC7YBAQZ/A0AgCCANSgRAQYAEIAggDWsiDCAMQYAEShshDiANQQJ0IQ9BACEMA0AgByAMSgRAQYACIAcgDGsiECAQQYACShsiECAMaiAHRiERIAAgASACIAxBAnRqIAMgBCAPaiAFIAYgECAOIAxBAEogCSAPakEAIAlBAEcgEXEbIApBAEcgEXEgCxADIAMgECAOQQdqQXhxbEECdGohAyAMQYACaiEMDAELCyANQYAEaiENDAELCwvCAQEIfyANQYCBBGohEQNAIAogD0oEQEGABCAKIA9rIg4gDkGABEobIRIgD0ECdCEQQQAhDgNAIAkgDkoEQEGAAiAJIA5rIhMgE0GAAkobIhQgDmogCUYhFSARIAMgDkECdCITIARqIBQgBSAQaiASEAIgACABIAIgE2ogESAGIBBqIAcgCCAUIBIgDkEASiALIBBqQQAgC0EARyAVcRsgDEEARyAVcSANEAMgDkGAAmohDgwBCwsgD0GABGohDwwBCwsL', 'AGFzbQEAAAABPgVgBn9/f39/fwBgDX9/f39/f39/f39/f38AYAABf2AMf39/f39/f39/f39/AGAOf39/f39/f39/f39/f38AAg8BA2VudgZtZW1vcnkCAAADCQgAAAABAgADBAYNAn8AQYACC38AQYAECwdXBwVERVBUSAMADUJMT0NLX0NPTFVNTlMDAQhjb250cmFjdAAHB3BhY2tBbGwABQ5jb250cmFjdFBhY2tlZAAGDHNjcmF0Y2hCeXRlcwAEBm1lbW9yeQIACtwYCOgDAgZ7BH8gAiADKAIAQQJ0aiEMIAIgAygCBEECdGohDSACIAMoAghBAnRqIQ4gAiADKAIMQQJ0aiEDIAQgBUECdGohBQNAIAQgBUkEQCAEKAIAIg9BAnQhAiAEQRBqIAVNBH8gBCgCBCAPa0EBRgR/IAQoAgggD2tBAkYFQQALBH8gBCgCDCAPa0EDRgVBAAsFQQALBH8gACACIAxq/QAEACIIIAIgDWr9AAQAIgn9DQABAgMQERITBAUGBxQVFhciCiACIA5q/QAEACILIAIgA2r9AAQAIgb9DQABAgMQERITBAUGBxQVFhciB/0NAAECAwQFBgcQERITFBUWF/0LBAAgACABaiAKIAf9DQgJCgsMDQ4PGBkaGxwdHh/9CwQAIAAgAUEBdGogCCAJ/Q0ICQoLGBkaGwwNDg8cHR4fIgcgCyAG/Q0ICQoLGBkaGwwNDg8cHR4fIgb9DQABAgMEBQYHEBESExQVFhf9CwQAIAAgAUEDbGogByAG/Q0ICQoLDA0ODxgZGhscHR4f/QsEACAEQRBqIQQgACABQQJ0agUgACACIAxqKgIAOAIAIAAgAiANaioCADgCBCAAIAIgDmoqAgA4AgggACACIANqKgIAOAIMIARBBGohBCAAIAFqCyEADAELCwv/AQMBfQJ7AX8gAkEIRgRAIAD9AAQAIQcgAP0ABBAhCCADBEAgCCAB/QAEEP3kASEIIAcgAf0ABAD95AEhBwsgBARAIAggBP0ABBD95AEhCCAHIAT9AAQA/eQBIQcLIAEgBQR7IAj9DAAAAAAAAAAAAAAAAAAAAAD96QEhCCAH/QwAAAAAAAAAAAAAAAAAAAAA/ekBBSAHC/0LBAAgASAI/QsEEA8LA0AgCSACQQJ0SQRAIAAgCWoqAgAhBiADBEAgBiABIAlqKgIAkiEGCyAEBEAgBiAEIAlqKgIAkiEGCyABIAlqIAZDAAAAAJcgBiAFGzgCACAJQQRqIQkMAQsLC8wCAQZ/A0AgBSAISgRAIAQgCEECdGoiCigCACEGQQggBSAIayIHIAdBCEobIglBCEYEfyAKKAIcIAZrQQdGBUEACwRAIAEgBkECdGohB0EAIQYDQCADIAZKBEAgACAGQQV0aiIJIAcgAiAGQQJ0aigCAEECdGoiCv0ABAD9CwQAIAkgCv0ABBD9CwQQIAZBAWohBgwBCwsFIAlBCEYEQCAAQSAgASAKIAIgAxAAIABBEGpBICABIApBEGogAiADEAAFIABBACADQQV0/AsAQQAhBgNAIAMgBkoEQCABIAIgBkECdGooAgBBAnRqIQtBACEHA0AgByAJSARAIAAgBkEDdCAHakECdGogCyAKIAdBAnRqKAIAQQJ0aioCADgCACAHQQFqIQcMAQsLIAZBAWohBgwBCwsLCyAAIANBBXRqIQAgCEEIaiEIDAELCwuYDAINfwt7IAxBgAFqIQ4gB0EFdCEXA0AgBiAVSgRAIA4hDyABIBVBAnRqIRFBwAAgBiAVayINIA1BwABKGyEWQQAhEwNAIBMgFkgEQCARIBNBAnRqIRRBBCAWIBNrIg0gDUEEShsiGEEERgRAAkAgFCgCBCAUKAIAIg1rQQFGBH8gFCgCCCANa0ECRgVBAAsEfyAUKAIMIA1rQQNGBUEAC0UEQCAPQRAgACAUIAIgBxAADAELIAAgFCgCAEECdGohDUEAIRIDQCAHIBJKBEAgDyASQQR0aiANIAIgEkECdGooAgBBAnRq/QAEAP0LBAAgEkEBaiESDAELCwsFIA9BACAHQQR0/AsAQQAhDQNAIA0gGEgEQCAAIBQgDUECdGooAgBBAnRqIRlBACESA0AgByASSgRAIA8gEkECdCIQIA1qQQJ0aiAZIAIgEGooAgBBAnRqKgIAOAIAIBJBAWohEgwBCwsgDUEBaiENDAELCwsgDyAHQQR0aiEPIBNBBGohEwwBCwtBACEPIAZBAUYEQANAIA9BIGogCEwEQCAOIRD9DAAAAAAAAAAAAAAAAAAAAAAhG/0MAAAAAAAAAAAAAAAAAAAAACEc/QwAAAAAAAAAAAAAAAAAAAAAIR39DAAAAAAAAAAAAAAAAAAAAAAhHv0MAAAAAAAAAAAAAAAAAAAAACEf/QwAAAAAAAAAAAAAAAAAAAAAISD9DAAAAAAAAAAAAAAAAAAAAAAhIf0MAAAAAAAAAAAAAAAAAAAAACEaIBcgAyAHIA9sQQJ0aiIUaiITIBdqIhIgF2ohESAHIQ0DQCAbIBD9CQIAIiIgFP0ABAD95gH95AEhGyAcICIgFP0ABBD95gH95AEhHCAdICIgE/0ABAD95gH95AEhHSAeICIgE/0ABBD95gH95AEhHiAfICIgEv0ABAD95gH95AEhHyAgICIgEv0ABBD95gH95AEhICAhICIgEf0ABAD95gH95AEhISAaICIgEf0ABBD95gH95AEhGiAQQRBqIRAgFEEgaiEUIBNBIGohEyASQSBqIRIgEUEgaiERIA1BAWsiDQ0ACyAMIBv9CwQAIAwgHP0LBBAgDCAd/QsEICAMIB79CwQwIAwgH/0LBEAgDCAg/QsEUCAMICH9CwRgIAwgGv0LBHBBACESA0AgEkEESARAIAwgEkEFdGogDyASQQN0akECdCINIAQgBSgCAEECdGpqQQggCSAKIA1qQQAgChsgCxABIBJBAWohEgwBCwsgD0EgaiEPDAELCwsDQCAIIA9KBEAgAyAHIA9sQQJ0aiEQQQggCCAPayINIA1BCEobIRQgD0ECdCEYQQAhEgNAIBIgFkgEQCAOIAcgEmxBAnRqIRMgECER/QwAAAAAAAAAAAAAAAAAAAAAIRr9DAAAAAAAAAAAAAAAAAAAAAAhG/0MAAAAAAAAAAAAAAAAAAAAACEc/QwAAAAAAAAAAAAAAAAAAAAAIR39DAAAAAAAAAAAAAAAAAAAAAAhHv0MAAAAAAAAAAAAAAAAAAAAACEf/QwAAAAAAAAAAAAAAAAAAAAAISD9DAAAAAAAAAAAAAAAAAAAAAAhISAHIQ0DQCAaIBP9CQIAIiIgEf0ABAAiI/3mAf3kASEaIBsgIiAR/QAEECIi/eYB/eQBIRsgHCAT/QkCBCIkICP95gH95AEhHCAdICQgIv3mAf3kASEdIB4gE/0JAggiJCAj/eYB/eQBIR4gHyAkICL95gH95AEhHyAgIBP9CQIMIiQgI/3mAf3kASEgICEgJCAi/eYB/eQBISEgE0EQaiETIBFBIGohESANQQFrIg0NAAsgDCAa/QsEACAMIBv9CwQQIAwgHP0LBCAgDCAd/QsEMCAMIB79CwRAIAwgH/0LBFAgDCAg/QsEYCAMICH9CwRwQQQgFiASayINIA1BBEobIRFBACENA0AgDSARSARAIAwgDUEFdGogBCAFIBIgFWogDWpBAnRqKAIAQQJ0aiAYaiAUIAkgCiAYakEAIAobIAsQASANQQFqIQ0MAQsLIBJBBGohEgwBCwsgD0EIaiEPDAELCyAVQUBrIRUMAQsLCwYAQYCBJAuDAQEEfwNAIAUgB0oEQEGABCAFIAdrIgYgBkGABEobIQhBACEGA0AgBCAGSgRAIAAgASACIAZBAnRqQYACIAQgBmsiCSAJQYACShsiCSADIAdBAnRqIAgQAiAAIAkgCEEHakF4cWxBAnRqIQAgBkGAAmohBgwBCwsgB0GABGohBwwBCwsLtgEBBn8DQCAIIA1KBEBBgAQgCCANayIMIAxBgARKGyEOIA1BAnQhD0EAIQwDQCAHIAxKBEBBgAIgByAMayIQIBBBgAJKGyIQIAxqIAdGIREgACABIAIgDEECdGogAyAEIA9qIAUgBiAQIA4gDEEASiAJIA9qQQAgCUEARyARcRsgCkEARyARcSALEAMgAyAQIA5BB2pBeHFsQQJ0aiEDIAxBgAJqIQwMAQsLIA1BgARqIQ0MAQsLC8IBAQh/IA1BgIEEaiERA0AgCiAPSgRAQYAEIAogD2siDiAOQYAEShshEiAPQQJ0IRBBACEOA0AgCSAOSgRAQYACIAkgDmsiEyATQYACShsiFCAOaiAJRiEVIBEgAyAOQQJ0IhMgBGogFCAFIBBqIBIQAiAAIAEgAiATaiARIAYgEGogByAIIBQgEiAOQQBKIAsgEGpBACALQQBHIBVxGyAMQQBHIBVxIA0QAyAOQYACaiEODAELCyAPQYAEaiEPDAELCws='],
  ['AGFzbQEAAAABEAJgBX9/f39/AGAEf39/fwACDwEDZW52Bm1lbW9yeQIAAAMDAgABBx0DB3NvZnRtYXgAAAZhcmdNYXgAAQZtZW1vcnkCAAq5DgK7DQMGewN/A30gBEECdCELA0AgAyAMSgRAQQAhBEMAAID/IQ8DQCAEIAtJBEAgDyABIARqKgIAlyEPIARBBGohBAwBCwtBACEEIAtBcHEhDSAP/RMhB/0MAAAAAAAAAAAAAAAAAAAAACEFA0AgBCANSQRAIAEgBGr9AAQAIAf95QH9DAAAskIAALJCAACyQgAAskL96AH9DAAA0MIAANDCAADQwgAA0ML96QEiCP0MO6q4PzuquD87qrg/O6q4P/3mAf1qIgn9+AEiCkEB/awBIQYgBSAIIAn9DACAMT8AgDE/AIAxPwCAMT/95gH95QEgCf0Mg4BeuYOAXrmDgF65g4Beuf3mAf3lASIF/QwBDVA5AQ1QOQENUDkBDVA5/eYB/QxhC7Y6YQu2OmELtjphC7Y6/eQBIAX95gH9DImICDyJiAg8iYgIPImICDz95AEgBf3mAf0Mq6oqPauqKj2rqio9q6oqPf3kASAF/eYB/Qyrqio+q6oqPquqKj6rqio+/eQBIAX95gH9DAAAAD8AAAA/AAAAPwAAAD/95AEgBf3mASAF/eYBIAX95AH9DAAAgD8AAIA/AACAPwAAgD/95AEgBv0MfwAAAH8AAAB/AAAAfwAAAP2uAUEX/asB/eYBIAogBv2xAf0MfwAAAH8AAAB/AAAAfwAAAP2uAUEX/asB/eYBIgb95AEhBSACIARqIAb9CwQAIARBEGohBAwBCwsgBf0fACAF/R8BkiAF/R8CIAX9HwOSkiEOA0AgBCALSQRAIAEgBGr9CQIAIAf95QH9DAAAskIAALJCAACyQgAAskL96AH9DAAA0MIAANDCAADQwgAA0ML96QEiBf0MO6q4PzuquD87qrg/O6q4P/3mAf1qIgb9+AEiCEEB/awBIQkgDiAFIAb9DACAMT8AgDE/AIAxPwCAMT/95gH95QEgBv0Mg4BeuYOAXrmDgF65g4Beuf3mAf3lASIF/QwBDVA5AQ1QOQENUDkBDVA5/eYB/QxhC7Y6YQu2OmELtjphC7Y6/eQBIAX95gH9DImICDyJiAg8iYgIPImICDz95AEgBf3mAf0Mq6oqPauqKj2rqio9q6oqPf3kASAF/eYB/Qyrqio+q6oqPquqKj6rqio+/eQBIAX95gH9DAAAAD8AAAA/AAAAPwAAAD/95AEgBf3mASAF/eYBIAX95AH9DAAAgD8AAIA/AACAPwAAgD/95AEgCf0MfwAAAH8AAAB/AAAAfwAAAP2uAUEX/asB/eYBIAggCf2xAf0MfwAAAH8AAAB/AAAAfwAAAP2uAUEX/asB/eYB/R8AIhCSIQ4gAiAEaiAQOAIAIARBBGohBAwBCwsgAARAIA79EyIF/QwAAIAAAACAAAAAgAAAAIAA/UMhBiAF/QwAAABLAAAASwAAAEsAAABL/eYBIAUgBv1SIgf9DPMENT/zBDU/8wQ1P/MENT/9sQFBF/2sASII/foB/QwAALhBAAC4QQAAuEEAALhBIAb9Tv3lASIG/QwAgDE/AIAxPwCAMT8AgDE//eYBIAb9DIOAXrmDgF65g4BeuYOAXrn95gEgByAIQRf9qwH9sQEiBv0MAACAPwAAgD8AAIA/AACAP/3lASAG/QwAAIA/AACAPwAAgD8AAIA//eQB/ecBIgYgBv3mASIH/Qzx8PA98fDwPfHw8D3x8PA9/eYB/QyJiAg+iYgIPomICD6JiAg+/eQBIAf95gH9DNmJHT7ZiR0+2YkdPtmJHT795AEgB/3mAf0MjC46PowuOj6MLjo+jC46Pv3kASAH/eYB/Qw5jmM+OY5jPjmOYz45jmM+/eQBIAf95gH9DCVJkj4lSZI+JUmSPiVJkj795AEgB/3mAf0MzczMPs3MzD7NzMw+zczMPv3kASAH/eYB/Qyrqio/q6oqP6uqKj+rqio//eQBIAf95gEgBv3mASAGIAb95AH95AH95AH95AH9DAAAgP8AAID/AACA/wAAgP/9DAAAwH8AAMB/AADAfwAAwH8gBSAF/QwAAAAAAAAAAAAAAAAAAAAA/UP9UiAF/QwAAAAAAAAAAAAAAAAAAAAA/UH9UiAF/QwAAAAAAAAAAAAAAAAAAAAA/UQgBf0MAACAfwAAgH8AAIB/AACAf/1D/U79Uv0fACEOQQAhBANAIAQgC0kEQCACIARqIAEgBGoqAgAgD5MgDpM4AgAgBEEEaiEEDAELCwVBACEEA0AgBCALSQRAIAIgBGoiDSANKgIAIA6VOAIAIARBBGohBAwBCwsLIAEgC2ohASACIAtqIQIgDEEBaiEMDAELCwt6AgN/An0DQCACIAVKBEAgACoCACEHQQAhBEEBIQYDQCADIAZKBEAgACAGQQJ0aioCACIIIAdfRSAHQwAAgH9fcQRAIAghByAGIQQLIAZBAWohBgwBCwsgASAFQQJ0aiAEsjgCACAAIANBAnRqIQAgBUEBaiEFDAELCws='],
]

/** Numbers, and several of them as 32-bit floats in base64. */
const constants = []

/** The weights: a file in the safetensors format, in base64. */
const file = 'EAEAAAAAAAB7InJlbHUtMS9iaWFzIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sInJlbHUtMS93ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzQsMl0sImRhdGFfb2Zmc2V0cyI6WzgsNDBdfSwic29mdG1heC0xL2JpYXMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0MCw0OF19LCJzb2Z0bWF4LTEvd2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOls0OCw2NF19fQAAAD8AAAC/AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQAAA4EAAAAAAAACAPwAAgD8AAIC/AACAPgAAAEA='

let network

/** The outputs of the network for a batch of inputs. */
export const predict = given => {
  network ??= opened(bytesOf(file))
  return network(given)
}
