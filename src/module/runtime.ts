// The part of a module that is the same for all networks, in JavaScript.

/** Reads weights, runs the kernels, checks what comes in. */
export const runtime: string = `
// What follows is the same for every network.

const sizeOf = shape => shape.reduce((size, d) => size * d, 1)

const show = shape => \`(\${shape.map(d => d ?? '?').join(', ')}\${shape.length === 1 ? ',' : ''})\`

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
    throw new TypeError(\`the weights: expected \${expected}, got \${got}\`)
  }
  let [header, start] = [undefined, 0]
  try {
    start = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)))
  } catch {
    refuse('a file in the safetensors format', \`\${file.length} bytes that are none\`)
  }
  return weights.map(([name, shape]) => {
    const { dtype, shape: own, data_offsets: [begin, end] = [] } = header[name] ?? {}
    const wanted = \`\${name} \${show(shape)}\`
    if (own?.join() !== shape.join()) refuse(wanted, own ? show(own) : 'none')
    if (!Object.hasOwn(readers, dtype)) refuse(\`\${wanted} of \${Object.keys(readers)}\`, dtype)
    const bytes = file.slice(start + begin, start + end)
    if (bytes.length !== sizeOf(shape) * (dtype === 'F32' ? 4 : 2)) refuse(wanted, \`\${bytes.length} bytes\`)
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
  throw new RangeError(\`\${layer}: expected whole numbers from 0 to \${rows - 1}, got \${index}\`)
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
    throw new TypeError(\`predict, \${name}: expected numbers of shape \${show(shape)}, got \${got}\`)
  }
  const isView = value => ArrayBuffer.isView(value) && typeof (value[0] ?? 0) === 'number'
  if (isView(given)) {
    const own = given.shape ?? [given.length / sizeOf(shape.slice(1)), ...shape.slice(1)]
    const fits = own.length === shape.length && own.every((d, axis) => d === (shape[axis] ?? d))
    if (!fits) refuse(show(own))
    if (!(given.length === sizeOf(own) && Number.isInteger(own[0]))) refuse(\`\${given.length} of them\`)
    return [given, own[0]]
  }
  const numbers = []
  const add = (value, place, [size, ...inner]) => {
    const where = place.length > 0 ? \` at [\${place}]\` : ''
    const isList = Array.isArray(value) || isView(value)
    if (size === undefined ? typeof value !== 'number' : !isList) refuse(\`\${typeof value}\${where}\`)
    if (size === undefined) numbers.push(value)
    else if (value.length !== (size ?? value.length)) refuse(\`\${value.length} elements\${where}\`)
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

  /** Lays out memory for a batch of \`n\`. */
  const layOut = n => {
    state.n = -1
    end = stays
    try {
      state.t = tables(n).map(table => place(offsets(table)))
      state.b = buffers(n).map(size => take(4 * size))
    } catch {
      throw new RangeError(\`predict: expected memory for a batch of \${n}, got none; give smaller batches\`)
    }
    state.n = n
  }

  return given => {
    if (inputs.length > 1 && given?.length !== inputs.length)
      throw new TypeError(\`predict: expected an array of \${inputs.length} inputs, got \${given?.length ?? typeof given}\`)
    const all = inputs.map((input, i) => numbersOf(inputs.length > 1 ? given[i] : given, input))
    const [[, n]] = all
    if (all.some(([, own]) => own !== n))
      throw new TypeError(\`predict: expected inputs of one batch, got \${all.map(([, own]) => own).join(', ')}\`)
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
`

/** Of a module whose weights are inside. */
export const inside: string = `
let network

/** The outputs of the network for a batch of inputs. */
export const predict = given => {
  network ??= opened(bytesOf(file))
  return network(given)
}
`

/** Of a module whose weights are a file beside it. */
export const beside: string = `
/** The bytes of a file at a URL; Node has no other way to files that every bundler lets pass. */
const fetched = async url => {
  const { href, protocol } = new URL(url, import.meta.url)
  const files = protocol === 'file:' && globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (files) return files.readFile(new URL(href))
  const response = await fetch(href)
  if (!response.ok) throw new Error(\`the weights: expected a file at \${href}, got status \${response.status}\`)
  return response.arrayBuffer()
}

/** The network with its weights: the bytes of the file, or its URL, from this module. */
export const load = async (source = new URL(weightsFile, import.meta.url)) => {
  const isUrl = typeof source === 'string' || source instanceof URL
  const bytes = isUrl ? await fetched(source) : source
  const { buffer = bytes, byteOffset, byteLength } = bytes
  const predict = opened(new Uint8Array(buffer, byteOffset, byteLength))
  return { predict }
}
`
